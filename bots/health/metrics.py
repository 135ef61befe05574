"""What Prometheus reads: every number by account and class, and none that names a chat, a destination or a person.

Nothing is counted here. The numbers are readings the rooms keep in memory, and the watch's last look at the store; they
become metrics when somebody asks. Nothing is registered with the library's process-wide registry.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bots.health.judging import SILENCE, View, held, judge
from bots.health.signs import Signs
from core.courier.readings import SECONDS, CircuitState, Spread
from core.store import gateways

if TYPE_CHECKING:
    from prometheus_client import Metric

PHASES = ("off", "connecting", "connected", "lost", "waiting", "refused")
_ENDS = ("sent", "skipped", "failed", "unknown")

Sample = tuple[tuple[str, ...], float]

HELP = {
    "ready": "1 while /readyz says so.",
    "loop_lag_seconds": "The longest the process was held up in the last ten seconds.",
    "store_trouble": "1 while the store gives errors or no answers, or takes no receipts.",
    "store_silent_seconds": "For how long the store has owed an answer.",
    "lane_held": "1 when this process carries for the account.",
    "lane_owned": "1 when any process does.",
    "lane_fence": "How often the account has changed hands.",
    "queue_destinations": "Destinations that are still owed something, whoever carries.",
    "oldest_waiting_seconds": "For how long the oldest of that might have left.",
    "deliveries": "What became of bulletins, destination by destination, in this process.",
    "doubles_possible": "Messages sent although an earlier try at them may have arrived.",
    "in_flight": "Requests on the wire.",
    "waiting_destinations": "Destinations that cannot take anything just now, and what is owed to them waits.",
    "gate_messages": "Messages that left through the account's gate.",
    "gate_pace": "The most messages a second that the gate lets through over time.",
    "gate_asking": "Calls that wait for their turn at the gate.",
    "gate_paused_seconds": "For how long the account may not speak.",
    "refusals": "How often the platform asked us to wait (429).",
    "circuit": "1 for the state the account's circuit is in.",
    "commit_seconds": "How long it took to write down what came back.",
    "receipts": "Receipts written down.",
    "gateway_phase": "1 for the phase the account's gateway connection is in.",
    "identifies": "How often the account introduced itself to its gateway within a day, in any process.",
    "identifies_limit": "Where we stop introducing ourselves.",
    "invalid_requests": "Calls Discord refused to this machine in ten minutes.",
    "invalid_requests_limit": "Where we stop calling Discord.",
}
"""Each metric's meaning. Before the name comes livedesk_, behind those that only grow _total."""
_ACCOUNT = ("account",)
_CLASS = ("account", "class")


def render(view: View, now: datetime) -> bytes:
    """The page Prometheus reads. Pure; safe in another thread, where hundreds of accounts hold nobody up."""
    from prometheus_client import CollectorRegistry, generate_latest

    collected = CollectorRegistry(auto_describe=False)
    collected.register(_Page(view, now))
    return generate_latest(collected)


class _Page:
    """A collector for one answer."""

    def __init__(self, view: View, now: datetime) -> None:
        self._view = view
        self._now = now

    def collect(self) -> Iterator["Metric"]:
        """Every metric."""
        yield from _of_the_process(self._view)
        yield from _of_the_store(self._view, self._now)
        if self._view.signs is not None:
            yield from _of_the_courier(self._view.signs)
            yield from _of_the_gates(self._view.signs)
            yield from _of_the_accounts(self._view.signs)


def _of_the_process(view: View) -> Iterator["Metric"]:
    stuck = view.signs.courier.committer.stuck if view.signs is not None else ""
    yield _gauge("ready", (), [((), judge(view).ready)])
    yield _gauge("loop_lag_seconds", (), [((), view.lag)])
    yield _gauge("store_trouble", (), [((), bool(view.trouble or stuck or view.silent >= SILENCE))])
    yield _gauge("store_silent_seconds", (), [((), view.silent)])


def _of_the_store(view: View, now: datetime) -> Iterator["Metric"]:
    here, lanes, queues = held(view), view.standing.lanes, view.standing.queues
    yield _gauge("lane_held", _ACCOUNT, [((lane.account,), lane.account in here) for lane in lanes])
    yield _gauge("lane_owned", _ACCOUNT, [((lane.account,), lane.owned) for lane in lanes])
    yield _gauge("lane_fence", _ACCOUNT, [((lane.account,), lane.fence) for lane in lanes])
    spent = [((account,), used) for account, used in view.standing.identifies]
    yield _gauge("identifies", _ACCOUNT, spent)
    yield _gauge("identifies_limit", (), [((), gateways.A_DAY)])
    keys = [(queue.account, queue.urgency.name.lower()) for queue in queues]
    owed = [queue.destinations for queue in queues]
    ages = [max(0.0, (now - queue.since).total_seconds()) for queue in queues]
    yield _gauge("queue_destinations", _CLASS, zip(keys, owed, strict=True))
    yield _gauge("oldest_waiting_seconds", _CLASS, zip(keys, ages, strict=True))


def _of_the_courier(signs: Signs) -> Iterator["Metric"]:
    courier = signs.courier
    ends = [(account, each) for account, classes in courier.ends for each in classes]
    yield _counter(
        "deliveries",
        (*_CLASS, "end"),
        [((account, each.urgency.name.lower(), end), getattr(each, end)) for account, each in ends for end in _ENDS],
    )
    twice = [((account, each.urgency.name.lower()), each.maybe_twice) for account, each in ends]
    yield _counter("doubles_possible", _CLASS, twice)
    yield _gauge("in_flight", _ACCOUNT, [((lane.account,), lane.in_flight) for lane in courier.lanes])
    yield _gauge("waiting_destinations", _ACCOUNT, [((lane.account,), lane.waiting) for lane in courier.lanes])
    yield _histogram("commit_seconds", courier.committer.seconds)
    yield _counter("receipts", (), [((), courier.committer.receipts)])
    yield _states("circuit", "state", CircuitState, [(one.account, one.state) for one in courier.circuits])


def _of_the_gates(signs: Signs) -> Iterator["Metric"]:
    gates = signs.courier.gates
    yield _counter("gate_messages", _ACCOUNT, [((gate.account,), gate.passed) for gate in gates])
    yield _gauge("gate_pace", _ACCOUNT, [((gate.account,), gate.pace) for gate in gates])
    yield _gauge("gate_asking", _ACCOUNT, [((gate.account,), gate.asking) for gate in gates])
    yield _gauge("gate_paused_seconds", _ACCOUNT, [((gate.account,), gate.paused_for) for gate in gates])
    yield _counter("refusals", _ACCOUNT, [((gate.account,), gate.refusals) for gate in gates])


def _of_the_accounts(signs: Signs) -> Iterator["Metric"]:
    connected = [(one.account, one.phase) for one in signs.accounts if one.phase]
    yield _states("gateway_phase", "phase", PHASES, connected)
    if (invalid := signs.invalid_requests) is not None:
        yield _gauge("invalid_requests", (), [((), invalid.used)])
        yield _gauge("invalid_requests_limit", (), [((), invalid.limit)])


def _gauge(name: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(f"livedesk_{name}", HELP[name], labels=labels)
    for values, number in samples:
        metric.add_metric(values, number)
    return metric


def _counter(name: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    metric = CounterMetricFamily(f"livedesk_{name}", HELP[name], labels=labels)
    for values, number in samples:
        metric.add_metric(values, number)
    return metric


def _states(name: str, label: str, known: Iterable[str], now: Iterable[tuple[str, str]]) -> "Metric":
    """One sample for each state, 1 for the one it is in: alerts can be written without knowing numbers."""
    states = [str(state) for state in known]
    samples = [((account, state), float(state == current)) for account, current in now for state in states]
    return _gauge(name, ("account", label), samples)


def _histogram(name: str, spread: Spread) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    metric = HistogramMetricFamily(f"livedesk_{name}", HELP[name])
    buckets, below = [], 0
    for bound, count in zip((*map(str, SECONDS), "+Inf"), spread.counts, strict=True):
        below += count
        buckets.append((bound, below))
    metric.add_metric([], buckets, sum_value=spread.total)
    return metric
