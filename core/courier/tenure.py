"""Which lanes are ours, by which fence, and until when we may start requests on them.

The store says for how long nobody else may have a lane. We stop a margin earlier, by a clock that also counts while the
machine sleeps, and count from before we asked: so however late an answer came, or however long this process was frozen,
its last request has left before anybody else's first.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.store.leases import Ask, Claimant, Claimed, Parting

# Seconds by which the wall clock may run ahead of the other before it counts as a sleep.
_JUMP = 1.0


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds: how long a lease runs, and how long before its end the last request may leave."""

    ttl: float = 5.0
    margin: float = 1.25

    @property
    def heartbeat(self) -> float:
        """How often a lease is renewed when nothing else is written."""
        return self.ttl / 4

    @property
    def look(self) -> float:
        """How often a process looks for lanes that nobody holds."""
        return self.ttl / 10


class Awake:
    """Seconds since some moment, sleep included, where no clock of the system counts it."""

    def __init__(
        self,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,  # noqa: TID251 -- it is what shows a sleep
    ) -> None:
        """`steady` may stand still while the machine sleeps; `wall` does not, but may be set."""
        self._steady = steady
        self._wall = wall
        self._seen: tuple[float, float] | None = None
        self._slept = 0.0

    def __call__(self) -> float:
        """A wall clock that was set forward looks like a sleep: then leases are renewed early, nothing else."""
        now = self._steady(), self._wall()
        if self._seen is not None:
            ahead = (now[1] - self._seen[1]) - (now[0] - self._seen[0])
            self._slept += ahead if ahead > _JUMP else 0.0
        self._seen = now
        return now[0] + self._slept


_AWAKE = Awake()


def boottime() -> float:
    """Seconds that also pass while this process or its machine does not run."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return _AWAKE()


@dataclass(slots=True)
class _Held:
    lane_id: int
    fence: int
    asked_at: float


class Tenure:
    """One process's hold on lanes."""

    def __init__(self, who: Claimant, terms: Terms, elapsed: Callable[[], float]) -> None:
        """`elapsed` is what deadlines are measured with, in seconds."""
        self.who = who
        self.terms = terms
        self.elapsed = elapsed
        self.leaving = False
        """Whether we only finish what we hold, so that nobody keeps a share for us."""
        self._held: dict[str, _Held] = {}

    def begin(self, claimed: Claimed, asked_at: float) -> None:
        """A lane is ours; we asked for it at `asked_at`."""
        self._held[claimed.account] = _Held(claimed.lane_id, claimed.fence, asked_at)

    def end(self, account: str) -> None:
        """We give a lane back, or have lost it: from now on nothing leaves."""
        self._held.pop(account, None)

    def heard(self, parting: Parting) -> Parting:
        """Who did not give the lane back was silent for the margin before its lease ran out."""
        return parting if parting.chats is not None else Parting(parting.since + self.terms.margin)

    def permits(self, account: str) -> bool:
        """Whether a request may start on this account now."""
        held = self._held.get(account)
        return held is not None and self.elapsed() < held.asked_at + self.terms.ttl - self.terms.margin

    def holds(self, account: str) -> bool:
        """Whether the lane is ours as far as we know, its deadline passed or not."""
        return account in self._held

    def ask(self, number: int, touched: Collection[int]) -> Ask:
        """What batch `number`, which writes about the lanes `touched`, asks for."""
        due = self.elapsed() - self.terms.heartbeat
        wanted = (held for held in self._held.values() if held.asked_at <= due or held.lane_id in touched)
        leases = tuple((held.lane_id, held.fence) for held in wanted)
        return Ask(self.who.owner, number, self.who.ttl, leases, self.leaving)

    def answered(self, ask: Ask, lost: Collection[int], asked_at: float) -> tuple[str, ...]:
        """Take in what became of it, asked at `asked_at`; returns the accounts we have lost."""
        asked = dict(ask.leases)
        gone = []
        for account, held in list(self._held.items()):
            if asked.get(held.lane_id) != held.fence:
                continue
            if held.lane_id in lost:
                del self._held[account]
                gone.append(account)
            else:
                held.asked_at = asked_at
        return tuple(gone)

    def accounts(self) -> tuple[str, ...]:
        """Whom we hold."""
        return tuple(self._held)

    def fence(self, account: str) -> int:
        """By which fence we hold an account; 0 when we do not."""
        held = self._held.get(account)
        return 0 if held is None else held.fence
