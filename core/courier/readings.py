"""What the courier can tell of itself without asking the store: counts and levels, for whoever watches from outside.

Counting is an addition on a bulletin's way; only who looks pays for a reading. Nothing here names a chat or a
destination: a reading may be shown to anybody who may see that the newsroom works.
"""

import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Platform, Urgency

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds that tell a store in trouble from a slow one, and a slow one from a good one."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What became of one class's bulletins, destination by destination, since this process began."""

    urgency: Urgency
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    maybe_twice: int = 0
    """Messages sent although an earlier try at them may have arrived: the doubles that are possible (promise P3)."""


class Ledger:
    """One account's counts. It outlives the lane: an account that is lost and won again goes on counting."""

    __slots__ = ("_ends", "_twice")

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._ends: Counter[tuple[Urgency, str]] = Counter()
        self._twice: Counter[Urgency] = Counter()

    def end(self, urgency: Urgency, end: str, many: int = 1) -> None:
        """So many destinations reached their end: sent, skipped, failed or unknown (`walks.End`'s values)."""
        self._ends[urgency, end] += many

    def maybe_twice(self, urgency: Urgency) -> None:
        """A message was sent that may have been there already."""
        self._twice[urgency] += 1

    def reading(self) -> tuple[Ends, ...]:
        """The counts of every class that had any."""
        seen = sorted({urgency for urgency, _ in self._ends} | set(self._twice))
        return tuple(
            Ends(
                urgency=urgency,
                sent=self._ends[urgency, "sent"],
                skipped=self._ends[urgency, "skipped"],
                failed=self._ends[urgency, "failed"],
                unknown=self._ends[urgency, "unknown"],
                maybe_twice=self._twice[urgency],
            )
            for urgency in seen
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, each time: how many took at most each bound of `SECONDS`, and all seconds together."""

    counts: tuple[int, ...] = (0,) * (len(SECONDS) + 1)
    """One for each bound, not summed up, and one for what took longer than the last."""
    total: float = 0.0

    @property
    def times(self) -> int:
        """How often it was done."""
        return sum(self.counts)


class Stopwatch:
    """Gathers a `Spread`."""

    __slots__ = ("_counts", "_total")

    def __init__(self) -> None:
        """Nothing was timed yet."""
        self._counts = [0] * (len(SECONDS) + 1)
        self._total = 0.0

    def took(self, seconds: float) -> None:
        """It was done once more and took so long."""
        self._counts[bisect.bisect_left(SECONDS, seconds)] += 1
        self._total += seconds

    def reading(self) -> Spread:
        """What was gathered so far."""
        return Spread(tuple(self._counts), self._total)


@dataclass(frozen=True, slots=True)
class LaneReading:
    """One lane this process carries, or drains because it is another's by now."""

    account: str
    fence: int = 0
    """0 when it is held no more."""
    in_flight: int = 0
    """Requests on the wire."""
    waiting: int = 0
    """Destinations that are owed something they cannot take just now."""
    trouble: str = ""
    """What the lane waits for the store for, in words for the operator; empty when it does not."""


@dataclass(frozen=True, slots=True)
class GateReading:
    """One account's gate."""

    account: str
    platform: Platform
    pace: float
    """The most messages a second that it lets pass over time."""
    passed: int = 0
    """Messages it let pass since this process began."""
    asking: int = 0
    """Calls that wait for their turn now."""
    paused_for: float = 0.0
    """Seconds until the account may speak again; 0 when it may."""
    refusals: int = 0
    """How often the platform asked it to wait (429)."""


@dataclass(frozen=True, slots=True)
class CommitterReading:
    """What writes the receipts of all lanes."""

    seconds: Spread = field(default_factory=Spread)
    """How long each commit that succeeded took, tries that failed included."""
    receipts: int = 0
    """Receipts that are in the store."""
    stuck: str = ""
    """Why the store takes nothing just now, in words for the operator; empty when it does."""


class CircuitState(StrEnum):
    """Whether calls are let through to a platform that may be failing."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class CircuitReading:
    """What an account's calls say of its platform."""

    account: str
    state: CircuitState = CircuitState.CLOSED


@dataclass(frozen=True, slots=True)
class CourierReading:
    """All of it at one moment."""

    gates: Sequence[GateReading] = ()
    """Every account of this process, held or not."""
    ends: Sequence[tuple[str, tuple[Ends, ...]]] = ()
    """(account, its counts), every account of this process, held or not."""
    lanes: Sequence[LaneReading] = ()
    """The lanes at work now."""
    circuits: Sequence[CircuitReading] = ()
    """Theirs."""
    committer: CommitterReading = field(default_factory=CommitterReading)
