"""One broadcast under way on one lane: who has an end, who is still open, how far everything before them is done.

Places are counted along a ring: `(lap, destination id)`. The mark a walk leaves in the store is a low-water mark:
everybody up to it has an end or waits in the store. Ends are counted when the mark passes them, in the same
transaction: so a crash counts nobody twice.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from core.courier.items import Item
from core.model import Destination, Operation, Receipt
from core.store import commits
from core.store.broadcasts import Broadcast

Coordinate = tuple[int, int]
"""(lap, destination id): where something is on the ring; compared as it is."""


class End(Enum):
    """What becomes of a bulletin for one destination (promise P2)."""

    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Tally:
    """Ends counted since the last commit; `skips` by the name of the rule or reason."""

    ends: Counter[End] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)

    def add(self, end: End, why: str) -> None:
        """Count one."""
        self.ends[end] += 1
        if end is End.SKIPPED:
            self.skips[why] += 1

    def mark(
        self, broadcast_id: int, lane_id: int, at: Coordinate = (0, 0), *, finished: bool = False
    ) -> commits.WalkMark:
        """The counts as the store takes them."""
        return commits.WalkMark(
            broadcast_id=broadcast_id,
            lane_id=lane_id,
            lap=at[0],
            cursor=at[1],
            sent=self.ends[End.SENT],
            skipped=self.ends[End.SKIPPED],
            failed=self.ends[End.FAILED],
            unknown=self.ends[End.UNKNOWN],
            finished=finished,
            skips=dict(self.skips),
        )


class Walk:
    """One broadcast's accounts. Who comes next is dealt by its ring, or by the list it keeps itself (`changes`)."""

    def __init__(self, broadcast: Broadcast) -> None:
        """Take up what the store says."""
        self.broadcast = broadcast
        self.progress: Coordinate = (broadcast.lap, broadcast.cursor)
        """Everybody up to here was dealt; never the goal itself, where it would look as if it had not begun."""
        self.ended = False
        """Whether nobody is left to be dealt."""
        self.finished = False
        """Whether nobody is left at all."""
        # Behind its start it has come round once.
        self._lap = broadcast.lap - (broadcast.begun and broadcast.cursor < broadcast.start)
        self._start = broadcast.start
        self._marked = self.progress
        self._counts_late = broadcast.operation is not Operation.PUBLISH
        self._open: set[Coordinate] = set()
        self._ends: dict[Coordinate, tuple[End, str]] = {}
        self._tally = Tally()
        self._told_finished = False

    @property
    def idle(self) -> bool:
        """Whether nobody who was dealt is without an end."""
        return not self._open

    @property
    def lane_id(self) -> int:
        """Whose walk it is."""
        return self.broadcast.lane_id

    @property
    def goal(self) -> Coordinate:
        """Where it has come round."""
        return self._lap + 1, self._start

    def begin(self, stands: Broadcast, at: Coordinate) -> None:
        """Join a ring at `at`, unless the store says that it went round from somewhere else already."""
        self.progress = self._marked = (stands.lap, stands.cursor)
        self._lap = stands.lap - (stands.cursor < stands.start)
        self._start = stands.start
        # Whoever had an end before it joined has it where it comes by now.
        self._open = {self.where(place) for _, place in self._open}
        self._ends = {self.where(place): end for (_, place), end in self._ends.items()}
        if (stands.lap, stands.start, stands.cursor) != (*at, at[1]):
            self.broadcast = stands

    def clock_was_set(self, by: timedelta) -> tuple[Item, ...]:
        """The wall clock was set; returns what was dealt and has not begun."""
        one = self.broadcast
        expires_at, not_before = one.expires_at and one.expires_at + by, one.not_before and one.not_before + by
        self.broadcast = replace(one, expires_at=expires_at, not_before=not_before)
        return ()

    def where(self, place: int) -> Coordinate:
        """When this walk comes by a destination."""
        return (self._lap, place) if place > self._start else (self._lap + 1, place)

    def dealt_up_to(self, at: Coordinate) -> None:
        """Everybody up to there was dealt."""
        lap, place = self.goal
        self.progress = max(self.progress, min(at, (lap, place - 1)))

    def knows(self, place: int) -> bool:
        """Whether a destination was dealt already, or has its end."""
        at = self.where(place)
        return at <= self.progress or at in self._open or at in self._ends

    def deal(self, destination: Destination, there: tuple[Receipt, ...]) -> Item:
        """An item for a destination: it is open until `end` or `passed`."""
        broadcast = self.broadcast
        item = Item(
            destination=destination,
            bulletin_id=broadcast.bulletin_id,
            broadcast_id=broadcast.id,
            operation=broadcast.operation,
            urgency=broadcast.urgency,
            expires_at=broadcast.expires_at,
            receipts=there,
        )
        if broadcast.begun:
            # It may have been on the wire when the last owner ended, with the words of any revision.
            item.said = 1
        self._open.add(self.where(item.place))
        return item

    def take_back(self, at: Coordinate) -> None:
        """Who was dealt there is dealt again later."""
        self._open.discard(at)
        self.progress = min(self.progress, (at[0], at[1] - 1))
        self.ended = False

    def passed(self, item: Item) -> None:
        """The store now holds the item waiting."""
        self._open.discard(self.where(item.place))

    def end(self, place: int, end: End, why: str = "") -> None:
        """A destination has its end."""
        at = self.where(place)
        self._open.discard(at)
        if self._counts_late or at <= self._marked:
            self._tally.add(end, why)
        else:
            self._ends[at] = (end, why)

    def mark(self) -> commits.WalkMark | None:
        """Where the walk stands and what it counted since the last mark; None when nothing changed."""
        low = self._marked if self._counts_late else self._low()
        if low > self._marked:
            for at in [one for one in self._ends if one <= low]:
                self._tally.add(*self._ends.pop(at))
        ends_now = self.finished and not self._told_finished
        if low == self._marked and not self._tally.ends and not ends_now:
            return None
        self._marked, self._told_finished = low, self.finished
        return self._taken().mark(self.broadcast.id, self.lane_id, low, finished=self.finished)

    def rest(self) -> commits.WalkMark | None:
        """The last mark of a walk that was called off: whoever got it meanwhile counts. None when nobody did."""
        for end, why in self._ends.values():
            self._tally.add(end, why)
        self._ends.clear()
        return self._taken().mark(self.broadcast.id, self.lane_id) if self._tally.ends else None

    def _taken(self) -> Tally:
        taken, self._tally = self._tally, Tally()
        return taken

    def _low(self) -> Coordinate:
        if self.finished:
            return max(self._marked, self.goal)
        low = self.progress
        if self._open:
            lap, place = min(self._open)
            low = min(low, (lap, place - 1))
        return max(self._marked, low)
