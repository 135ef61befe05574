"""The active broadcasts of one lane in the order they take turns: by urgency, then coverage by coverage.

Within a coverage and urgency broadcasts go in publish order: the next one starts when the one before has nobody left to
start with, and a broadcast inside its undo window holds those behind it.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from core.courier.committer import Committer
from core.courier.items import Item
from core.courier.shelf import Shelf
from core.courier.walks import End, Tally, Walk
from core.model import Operation, Urgency
from core.store import Store, commits
from core.store.broadcasts import Broadcast

Line = tuple[Urgency, int]
"""(urgency, coverage): broadcasts of one line go one after the other. Each answer is a line of its own."""

Parked = Callable[[int, Operation], frozenset[int]]
"""Which destinations already have this bulletin's operation waiting."""


class Rounds:
    """Who is next among the walks of one lane."""

    def __init__(self, store: Store, bulletins: Shelf, committer: Committer) -> None:
        """Empty until the first `refresh`. `bulletins` holds whatever is active whenever `fill` is called."""
        self._store = store
        self._bulletins = bulletins
        self._committer = committer
        self._walks: dict[int, Walk] = {}
        self._lines: dict[Line, list[Broadcast]] = {}
        self._turns: dict[Line, None] = {}
        self._heads: dict[Line, Walk] = {}
        self._late: dict[int, Tally] = {}
        self._last_words: list[commits.WalkMark] = []
        self._opens: datetime | None = None
        self._hungry = True

    def refresh(self, active: Sequence[Broadcast]) -> Callable[[Item], bool]:
        """Take in what the store says is active; returns what tells whether an item was called off by it."""
        ids = {broadcast.id for broadcast in active}
        gone = [self._walks.pop(one) for one in list(self._walks) if one not in ids]
        self._last_words += [mark for walk in gone if (mark := walk.rest()) is not None]
        cancelled = {walk.broadcast.id for walk in gone if not walk.finished}
        changes = [one for one in active if one.id not in self._walks and one.operation is not Operation.PUBLISH]
        self._lines = {}
        for broadcast in active:
            self._lines.setdefault(_line(broadcast), []).append(broadcast)
            if broadcast.id not in self._walks:
                self._walks[broadcast.id] = Walk(broadcast)
        self._turns = {line: None for line in [*self._turns, *self._lines] if line in self._lines}
        self._heads = {}
        self._hungry = True
        return lambda item: item.broadcast_id in cancelled or any(_replaces(change, item) for change in changes)

    def bulletins(self) -> set[int]:
        """What the walks carry."""
        return {walk.broadcast.bulletin_id for walk in self._walks.values()}

    async def fill(self, parked: Parked, on_the_wire: Callable[[int], bool], now: datetime) -> None:
        """See that every line has a walk with somebody to go to next, and end the walks that are over."""
        while self._hungry or (self._opens is not None and self._opens <= now):
            self._hungry = False
            self._opens = None
            for line, queue in list(self._lines.items()):
                self._heads.pop(line, None)
                for broadcast in queue:
                    if broadcast.not_before is not None and broadcast.not_before > now:
                        self._opens = min(self._opens or broadcast.not_before, broadcast.not_before)
                        break
                    if await self._fill_walk(self._walks[broadcast.id], parked, on_the_wire):
                        self._heads[line] = self._walks[broadcast.id]
                        break

    def peek(self) -> Item | None:
        """The next item of the most urgent line whose turn it is; it stays where it is."""
        best: Item | None = None
        for line in self._turns:
            walk = self._heads.get(line)
            if walk is not None and walk.next is not None and (best is None or line[0] < best.urgency):
                best = walk.next
        return best

    def take(self, item: Item) -> Item:
        """Start with this item: its line goes to the back of its urgency."""
        walk = self._walks[item.broadcast_id]
        line = _line(walk.broadcast)
        if line in self._turns:
            del self._turns[line]
            self._turns[line] = None
        taken = walk.start()
        self._hungry = self._hungry or walk.next is None
        return taken

    def put_back(self, item: Item) -> None:
        """An item that could not be tried keeps its place."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.put_back(item)
            self._hungry = True

    def passed(self, item: Item) -> None:
        """The item waits in the store: its walk need not remember it."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.passed(item)
        self._hungry = self._hungry or walk is None or walk.idle

    def unchangeable(self, item: Item) -> None:
        """The copies of this destination will not be changed by this broadcast any more."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.give_up(item)

    def ended(self, item: Item, end: End, why: str = "") -> None:
        """The item has its end, also one of a broadcast whose walk is over."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.end(item, end, why)
        else:
            self._late.setdefault(item.broadcast_id, Tally()).add(end, why)
        self._hungry = self._hungry or walk is None or walk.idle

    def marks(self) -> tuple[commits.WalkMark, ...]:
        """What changed since the last call: cursors, counts, ends."""
        marks = [mark for walk in self._walks.values() if (mark := walk.mark()) is not None]
        marks += self._last_words
        marks += [tally.mark(broadcast_id) for broadcast_id, tally in self._late.items()]
        self._last_words, self._late = [], {}
        return tuple(marks)

    def opens_in(self, now: datetime) -> float:
        """Seconds until the next undo window ends; infinity when there is none."""
        return math.inf if self._opens is None else (self._opens - now).total_seconds()

    async def _fill_walk(self, walk: Walk, parked: Parked, on_the_wire: Callable[[int], bool]) -> bool:
        """Whether the walk has somebody to go to."""
        broadcast = walk.broadcast
        while walk.next is None and not walk.ended:
            waiting = parked(broadcast.bulletin_id, broadcast.operation)
            await walk.fill(self._store, self._bulletins[broadcast.bulletin_id], waiting)
        if walk.next is not None:
            return True
        if walk.idle and not walk.finished and not on_the_wire(broadcast.bulletin_id):
            await self._close(walk)
        return False

    async def _close(self, walk: Walk) -> None:
        if walk.broadcast.operation is not Operation.PUBLISH:
            if self._publishing(walk.broadcast.bulletin_id):
                return
            # A copy whose receipt was still on its way says an older revision: look once more when all are in.
            if not walk.checked:
                await self._committer.settled()
                walk.again()
                self._hungry = True
                return
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


def _line(broadcast: Broadcast) -> Line:
    if broadcast.only_destination_id is not None:
        return (broadcast.urgency, -broadcast.id)
    return (broadcast.urgency, broadcast.coverage_id)


def _replaces(change: Broadcast, item: Item) -> bool:
    """Whether a change takes the place of an item: edits give way to later changes, everything to a retraction."""
    if change.bulletin_id != item.bulletin_id or item.broadcast_id >= change.id:
        return False
    return item.operation is Operation.EDIT or change.operation is Operation.RETRACT
