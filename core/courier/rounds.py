"""The active broadcasts of one lane in the order they take turns: by urgency, then coverage by coverage.

Entries of one coverage and urgency go round together (`rings`). Changes of one coverage and urgency go one after the
other: the next one starts when the one before has nobody left to start with.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from core.courier.changes import Listed
from core.courier.committer import Committer
from core.courier.items import Item
from core.courier.readings import Ledger
from core.courier.rings import Joined, Parked, Ring
from core.courier.shelf import Shelf
from core.courier.walks import End, Tally, Walk
from core.errors import StoreTrouble
from core.model import Operation, Urgency
from core.store import Store, commits
from core.store.broadcasts import Broadcast

Line = tuple[Urgency, int, bool]
"""(urgency, coverage, whether it is a ring): what takes turns. Each answer is a line of its own."""

OnTheWire = Callable[[int], bool]
"""Whether anything of a bulletin is on the wire."""


class Rounds:
    """Who is next among the walks of one lane."""

    def __init__(
        self,
        lane_id: int,
        store: Store,
        bulletins: Shelf,
        committer: Committer,
        ledger: Ledger,
        slice_size: int,
        fence: int,
    ) -> None:
        """Empty until the first `refresh`. `bulletins` holds whatever is active whenever `fill` is called.

        `slice_size` is how many destinations the account's pace allows before a chat may have its next message, `fence`
        by which the lane is ours.
        """
        self._lane_id = lane_id
        self._store = store
        self._bulletins = bulletins
        self._committer = committer
        self._ledger = ledger
        self._slice = slice_size
        self._fence = fence
        self._walks: dict[int, Joined | Listed] = {}
        self._rings: dict[Line, Ring] = {}
        self._lists: dict[Line, list[Listed]] = {}
        self._changing: dict[int, list[Listed]] = {}
        self._turns: dict[Line, None] = {}
        self._heads: dict[Line, Ring | Listed] = {}
        self._late: dict[int, Tally] = {}
        self._last_words: list[commits.WalkMark] = []
        self._opens: datetime | None = None
        self._hungry = True

    def refresh(self, active: Sequence[Broadcast], now: datetime) -> Callable[[Item], bool]:
        """Take in what the store says is active; returns what tells whether an item was called off by it."""
        ids = {broadcast.id for broadcast in active}
        gone = [self._walks.pop(one) for one in list(self._walks) if one not in ids]
        self._last_words += [mark for walk in gone if (mark := walk.rest()) is not None]
        cancelled = {walk.broadcast.id for walk in gone if not walk.finished}
        new = [one for one in active if one.id not in self._walks]
        for broadcast in new:
            self._walks[broadcast.id] = Joined(broadcast) if _goes_round(broadcast) else Listed(broadcast)
        if gone or new:
            self._line_up()
        for ring in self._rings.values():
            ring.freshen(now)
            self._hungry = self._hungry or ring.next is None
        changes = [one for one in new if one.operation is not Operation.PUBLISH]
        return lambda item: item.broadcast_id in cancelled or any(_replaces(change, item) for change in changes)

    def bulletins(self) -> set[int]:
        """What the walks carry."""
        return {walk.broadcast.bulletin_id for walk in self._walks.values()}

    def hungry(self, clock: Callable[[], datetime]) -> bool:
        """Whether `fill` has anything to do."""
        return self._hungry or (self._opens is not None and self._opens <= clock())

    async def fill(self, parked: Parked, on_the_wire: OnTheWire, now: datetime) -> None:
        """See that every line has somebody to go to next, and end the walks that are over."""
        while self._hungry or (self._opens is not None and self._opens <= now):
            self._hungry = False
            self._opens = None
            try:
                for line in list(self._turns):
                    self._heads.pop(line, None)
                    head = await self._fill_line(line, parked, on_the_wire, now)
                    if head is not None:
                        self._heads[line] = head
            except StoreTrouble:
                # Some lines have no head now.
                self._hungry = True
                raise

    def peek(self) -> Item | None:
        """The next item of the most urgent line whose turn it is; it stays where it is."""
        best: Item | None = None
        for line in self._turns:
            head = self._heads.get(line)
            if head is not None and head.next is not None and (best is None or line[0] < best.urgency):
                best = head.next
        return best

    def take(self, item: Item) -> Item:
        """Start with this item: its line goes to the back of its urgency."""
        line = _line(self._walks[item.broadcast_id].broadcast)
        if len(self._turns) > 1:
            del self._turns[line]
            self._turns[line] = None
        head = self._heads[line]
        taken = head.take()
        self._hungry = self._hungry or head.next is None
        return taken

    def put_back(self, item: Item) -> None:
        """An item that could not be tried keeps its place."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            line = _line(walk.broadcast)
            (self._rings[line] if isinstance(walk, Joined) else walk).put_back(item)
            self._hungry = True

    def passed(self, item: Item) -> None:
        """The item waits in the store: its walk need not remember it."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.passed(item)
        self._hungry = self._hungry or walk is None or walk.idle

    def touched(self, item: Item) -> None:
        """Something of the item's bulletin changed at its destination: who read its copies before has to read again."""
        for walk in self._changing.get(item.bulletin_id, ()):
            if walk.broadcast.id != item.broadcast_id:
                walk.stale.add(item.place)

    def unchangeable(self, item: Item) -> None:
        """The copies of this destination will not be changed any more by the item's broadcast."""
        walk = self._walks.get(item.broadcast_id)
        if isinstance(walk, Listed):
            walk.give_up(item)

    def ended(self, item: Item, end: End, why: str = "") -> None:
        """The item has its end, also one of a broadcast whose walk is over."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.end(item.place, end, why)
        else:
            self._late.setdefault(item.broadcast_id, Tally()).add(end, why)
        self._hungry = self._hungry or walk is None or walk.idle

    def marks(self) -> tuple[commits.WalkMark, ...]:
        """What changed since the last call: cursors, counts, ends."""
        marks = [mark for walk in self._walks.values() if (mark := walk.mark()) is not None]
        marks += self._last_words
        marks += [tally.mark(broadcast_id, self._lane_id) for broadcast_id, tally in self._late.items()]
        self._last_words, self._late = [], {}
        return tuple(marks)

    def opens_in(self, now: datetime) -> float:
        """Seconds until the next undo window ends; infinity when there is none."""
        return math.inf if self._opens is None else (self._opens - now).total_seconds()

    def clock_was_set(self, by: timedelta) -> tuple[Item, ...]:
        """The wall clock was set; returns what was dealt and has not begun."""
        self._opens = self._opens and self._opens + by
        return tuple(item for one in (*self._walks.values(), *self._rings.values()) for item in one.clock_was_set(by))

    def _line_up(self) -> None:
        """Sort the walks into lines; a ring that goes on keeps its place."""
        rings: dict[Line, list[Joined]] = {}
        self._lists, self._changing = {}, {}
        for walk in self._walks.values():
            line = _line(walk.broadcast)
            if isinstance(walk, Joined):
                rings.setdefault(line, []).append(walk)
            else:
                self._lists.setdefault(line, []).append(walk)
                self._changing.setdefault(walk.broadcast.bulletin_id, []).append(walk)
        self._rings = {
            line: self._rings.get(line) or Ring(self._store, self._bulletins, self._ledger, self._slice, self._fence)
            for line in rings
        }
        for line, walks in rings.items():
            self._rings[line].hold(sorted(walks, key=lambda walk: walk.broadcast.id))
        lines = {**rings, **self._lists}
        self._turns = {line: None for line in [*self._turns, *lines] if line in lines}
        self._heads = {}
        self._hungry = True

    async def _fill_line(
        self, line: Line, parked: Parked, on_the_wire: OnTheWire, now: datetime
    ) -> Ring | Listed | None:
        ring = self._rings.get(line)
        if ring is None:
            for walk in self._lists[line]:
                if await self._fill_listed(walk, parked, on_the_wire):
                    return walk
            return None
        found = await ring.fill(parked, now)
        if (opens := ring.opens_at) is not None and opens > now:
            self._opens = min(self._opens or opens, opens)
        for joined in ring.walks:
            if joined.ended and joined.idle and not on_the_wire(joined.broadcast.bulletin_id):
                self._finish(joined)
        return ring if found else None

    async def _fill_listed(self, walk: Listed, parked: Parked, on_the_wire: OnTheWire) -> bool:
        """Whether the walk has somebody to go to."""
        broadcast = walk.broadcast
        while walk.next is None and not walk.ended:
            waiting = parked(broadcast.bulletin_id, broadcast.operation)
            unsaved = self._committer.unsaved(broadcast.bulletin_id)
            await walk.fill(self._store, self._bulletins[broadcast.bulletin_id], waiting, unsaved)
        if walk.next is not None:
            return True
        if walk.idle and not walk.finished and not on_the_wire(broadcast.bulletin_id):
            await self._close(walk)
        return False

    async def _close(self, walk: Listed) -> None:
        if walk.broadcast.operation is not Operation.PUBLISH:
            if self._publishing(walk.broadcast.bulletin_id):
                return
            # A copy whose receipt was still on its way says an older revision: look once more when all are in.
            if not walk.checked:
                await self._committer.settled()
                walk.again()
                self._hungry = True
                return
        self._finish(walk)

    def _finish(self, walk: Walk) -> None:
        if not walk.finished:
            walk.finished = True
            self._hungry = True
            self._committer.touch()

    def _publishing(self, bulletin_id: int) -> bool:
        """Whether the original is still walking: then copies of an older revision may yet come."""
        walks: Iterable[Walk] = self._walks.values()
        return any(
            walk.broadcast.bulletin_id == bulletin_id
            and walk.broadcast.operation is Operation.PUBLISH
            and not walk.finished
            for walk in walks
        )


def _goes_round(broadcast: Broadcast) -> bool:
    return broadcast.operation is Operation.PUBLISH and broadcast.only_destination_id is None


def _line(broadcast: Broadcast) -> Line:
    if broadcast.only_destination_id is not None:
        return (broadcast.urgency, -broadcast.id, False)
    return (broadcast.urgency, broadcast.coverage_id, _goes_round(broadcast))


def _replaces(change: Broadcast, item: Item) -> bool:
    """Whether a change takes the place of an item: edits give way to later changes, everything to a retraction."""
    if change.bulletin_id != item.bulletin_id or item.broadcast_id >= change.id:
        return False
    return item.operation is Operation.EDIT or change.operation is Operation.RETRACT
