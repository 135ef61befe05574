"""The page Prometheus reads: every number there, by account and class, and nobody's name."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bots.health import metrics
from bots.health.judging import View
from bots.health.signs import AccountSigns, Budget, Signs
from core.courier.readings import (
    CircuitReading,
    CircuitState,
    CommitterReading,
    CourierReading,
    Ends,
    GateReading,
    LaneReading,
    Stopwatch,
)
from core.model import Platform, Urgency
from core.store.standing import LaneStanding, Queue, Standing

HOUSE = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def full_view():
    """A view in which every metric has something to say."""
    watch = Stopwatch()
    for seconds in (0.004, 0.02, 99.0):
        watch.took(seconds)
    courier = CourierReading(
        gates=(GateReading("berlin", Platform.TELEGRAM, 27.27, passed=1200, asking=3, paused_for=4.5, refusals=2),),
        ends=(("berlin", (Ends(Urgency.ALERT, sent=10), Ends(Urgency.ENTRY, 5, 4, 3, 2, 1))), ("oslo", ())),
        lanes=(LaneReading("berlin", fence=3, in_flight=17, waiting=6),),
        circuits=(CircuitReading("berlin", CircuitState.PROBING),),
        committer=CommitterReading(watch.reading(), receipts=4711),
    )
    accounts = (
        AccountSigns("berlin", Platform.TELEGRAM),
        AccountSigns("oslo", Platform.DISCORD, "", "connected"),
    )
    lanes = (
        LaneStanding("berlin", Platform.TELEGRAM, "here", 3, owned=True),
        LaneStanding("oslo", Platform.DISCORD, "", 9, owned=False),
    )
    queues = (Queue("berlin", Urgency.ENTRY, 812, NOW - timedelta(seconds=42)),)
    return View(
        asked=True,
        silent=0.25,
        standing=Standing(lanes, queues, (("oslo", 7),)),
        ownerless=(("oslo", 3.0),),
        lag=0.125,
        signs=Signs(accounts, courier, Budget(12, 4500)),
    )


def read(view):
    """Every sample: (name, its labels) → number, as Prometheus would read it."""
    text = metrics.render(view, NOW).decode()
    return {
        (sample.name.removeprefix("livedesk_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("sample", "number"),
    [
        (("ready",), 1),
        (("loop_lag_seconds",), 0.125),
        (("store_trouble",), 0),
        (("store_silent_seconds",), 0.25),
        (("lane_held", "berlin"), 1),
        (("lane_held", "oslo"), 0),
        (("lane_owned", "berlin"), 1),
        (("lane_owned", "oslo"), 0),
        (("lane_fence", "oslo"), 9),
        (("queue_destinations", "berlin", "entry"), 812),
        (("oldest_waiting_seconds", "berlin", "entry"), 42),
        (("deliveries_total", "berlin", "alert", "sent"), 10),
        (("deliveries_total", "berlin", "entry", "sent"), 5),
        (("deliveries_total", "berlin", "entry", "skipped"), 4),
        (("deliveries_total", "berlin", "entry", "failed"), 3),
        (("deliveries_total", "berlin", "entry", "unknown"), 2),
        (("doubles_possible_total", "berlin", "entry"), 1),
        (("in_flight", "berlin"), 17),
        (("waiting_destinations", "berlin"), 6),
        (("gate_messages_total", "berlin"), 1200),
        (("gate_pace", "berlin"), 27.27),
        (("gate_asking", "berlin"), 3),
        (("gate_paused_seconds", "berlin"), 4.5),
        (("refusals_total", "berlin"), 2),
        (("circuit", "berlin", "probing"), 1),
        (("circuit", "berlin", "closed"), 0),
        (("commit_seconds_bucket", "0.005"), 1),
        (("commit_seconds_bucket", "0.025"), 2),
        (("commit_seconds_bucket", "30.0"), 2),
        (("commit_seconds_bucket", "+Inf"), 3),
        (("commit_seconds_count",), 3),
        (("commit_seconds_sum",), 99.024),
        (("receipts_total",), 4711),
        (("gateway_phase", "oslo", "connected"), 1),
        (("gateway_phase", "oslo", "lost"), 0),
        (("identifies", "oslo"), 7),
        (("identifies_limit",), 800),
        (("invalid_requests",), 12),
        (("invalid_requests_limit",), 4500),
    ],
)
def test_prometheus_reads_the_number(sample, number):
    assert read(full_view())[sample] == pytest.approx(number)


def test_an_account_without_a_gateway_has_no_phase():
    assert not [sample for sample in read(full_view()) if sample[:2] == ("gateway_phase", "berlin")]


def test_a_standby_has_numbers_too():
    standing = Standing((LaneStanding("berlin", Platform.TELEGRAM, "there", 3, owned=True),), ())
    seen = read(View(asked=True, standing=standing))
    assert (seen[("ready",)], seen[("lane_held", "berlin")], seen[("lane_owned", "berlin")]) == (1, 0, 1)


@pytest.mark.parametrize("view", [View(asked=True, trouble="no"), View(asked=True, silent=60.0)])
def test_a_store_in_trouble_is_a_number(view):
    seen = read(view)
    assert (seen[("store_trouble",)], seen[("ready",)]) == (1, 0)


def test_what_was_published_in_the_undo_window_has_not_waited():
    queue = Queue("berlin", Urgency.ENTRY, 1, NOW + timedelta(seconds=5))
    seen = read(View(asked=True, standing=Standing((), (queue,))))
    assert seen[("oldest_waiting_seconds", "berlin", "entry")] == 0


def test_nothing_is_left_in_the_librarys_own_registry():
    before = set(prometheus_client.REGISTRY._names_to_collectors)
    metrics.render(full_view(), NOW)
    assert set(prometheus_client.REGISTRY._names_to_collectors) == before
    assert not [name for name in before if name.startswith("livedesk")]


def test_hundreds_of_accounts_fit_on_the_page():
    many = tuple(f"account-{number}" for number in range(300))
    ends = tuple(Ends(urgency, 1, 2, 3, 4, 5) for urgency in Urgency)
    courier = CourierReading(ends=tuple((account, ends) for account in many))
    page = metrics.render(View(asked=True, signs=Signs((), courier)), NOW)
    assert page.count(b"livedesk_deliveries_total{") == 300 * len(Urgency) * 4


def test_every_metric_is_explained_to_the_operator_and_nothing_else_is():
    families = text_string_to_metric_families(metrics.render(full_view(), NOW).decode())
    told = {(f"{one.name}_total" if one.type == "counter" else one.name): labels_of(one) for one in families}
    doc = (HOUSE / "docs" / "operate.md").read_text(encoding="utf-8")
    explained = {
        name: frozenset(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `(livedesk_\w+)` \|([^|]*)\|", doc, re.MULTILINE)
    }
    assert explained == told


def labels_of(family):
    return frozenset(label for sample in family.samples for label in sample.labels if label != "le")
