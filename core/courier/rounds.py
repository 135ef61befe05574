"""The active broadcasts of one lane in the order they take turns: by urgency, then coverage by coverage.

Within a coverage and urgency broadcasts go in publish order: the next one starts when the one before has nobody left to
start with, and a broadcast inside its undo window holds those behind it.
"""

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from core.courier.committer import Committer
from core.courier.items import Item
from core.courier.walks import Tally, Walk
from core.model import Bulletin, Operation, Urgency
from core.store import Store, commits
from core.store.broadcasts import Broadcast

Line = tuple[Urgency, int]
"""(urgency, coverage): broadcasts of one line go one after the other. Each answer is a line of its own."""

Parked = Callable[[int, Operation], frozenset[int]]
"""Which destinations already have this bulletin's operation waiting."""


class Rounds:
    """Who is next among the walks of one lane."""

    def __init__(self, store: Store, load: Callable[[int], Awaitable[Bulletin]], committer: Committer) -> None:
        """Empty until the first `refresh`."""
        self._store = store
        self._load = load
        self._committer = committer
        self._walks: dict[int, Walk] = {}
        self._lines: dict[Line, list[Broadcast]] = {}
        self._turns: dict[Line, None] = {}
        self._heads: dict[Line, Walk] = {}
        self._late: dict[int, Tally] = {}

    def refresh(self, active: Sequence[Broadcast]) -> Callable[[int], bool]:
        """Take in what the store says is active; returns what tells whether a broadcast ended by somebody's word."""
        ids = {broadcast.id for broadcast in active}
        gone = [walk for walk_id, walk in self._walks.items() if walk_id not in ids]
        ended = {walk.broadcast.id for walk in gone if not walk.finished}
        for walk in gone:
            del self._walks[walk.broadcast.id]
        self._lines = {}
        for broadcast in active:
            self._lines.setdefault(_line(broadcast), []).append(broadcast)
        self._turns = {line: None for line in [*self._turns, *self._lines] if line in self._lines}
        self._heads = {}
        return ended.__contains__

    async def fill(self, parked: Parked, on_the_wire: Callable[[int], bool], now: datetime) -> bool:
        """See that every line has a walk with somebody to go to next; whether one came to an end or starts anew."""
        changed = False
        for line, queue in list(self._lines.items()):
            self._heads.pop(line, None)
            for broadcast in queue:
                if broadcast.not_before is not None and broadcast.not_before > now:
                    break
                walk = await self._walk(broadcast)
                while not walk.page and not walk.ended:
                    await walk.fill(self._store, parked(broadcast.bulletin_id, broadcast.operation))
                if walk.page:
                    self._heads[line] = walk
                    break
                if not walk.finished and not walk.unfinished and not on_the_wire(broadcast.bulletin_id):
                    changed = await self._close(walk) or changed
        return changed

    def peek(self) -> Item | None:
        """The next item of the most urgent line whose turn it is; it stays where it is."""
        best: Item | None = None
        for line in self._turns:
            walk = self._heads.get(line)
            if walk is not None and walk.page and (best is None or line[0] < best.urgency):
                best = walk.page[0]
        return best

    def take(self, item: Item) -> Item:
        """Start with this item: its line goes to the back of its urgency."""
        walk = self._walks[item.broadcast_id]
        line = _line(walk.broadcast)
        if line in self._turns:
            del self._turns[line]
            self._turns[line] = None
        return walk.start()

    def put_back(self, item: Item) -> None:
        """An item that could not be tried keeps its place, unless its broadcast has ended."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.put_back(item)

    def passed(self, item: Item) -> None:
        """The item has its end or waits in the store: its walk need not remember it."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.finish(item)

    def unchangeable(self, item: Item) -> None:
        """The copies of this destination will not be changed by this broadcast any more."""
        walk = self._walks.get(item.broadcast_id)
        if walk is not None:
            walk.give_up(item)

    def count(self, broadcast_id: int, *, sent: int = 0, failed: int = 0, unknown: int = 0, skipped: str = "") -> None:
        """Count an end, also for a broadcast whose walk is over."""
        walk = self._walks.get(broadcast_id)
        tally = walk.tally if walk is not None else self._late.setdefault(broadcast_id, Tally())
        tally.sent += sent
        tally.failed += failed
        tally.unknown += unknown
        if skipped:
            tally.skips[skipped] += 1

    def marks(self) -> tuple[commits.WalkMark, ...]:
        """What changed since the last call: cursors, counts, ends."""
        marks = [mark for walk in self._walks.values() if (mark := walk.mark()) is not None]
        marks += [tally.mark(broadcast_id) for broadcast_id, tally in self._late.items()]
        self._late = {}
        return tuple(marks)

    def next_at(self, now: datetime) -> float:
        """Seconds until the next undo window ends; infinity when there is none."""
        starts = (broadcast.not_before for queue in self._lines.values() for broadcast in queue)
        return min((_seconds(start, now) for start in starts if start is not None and start > now), default=math.inf)

    async def _walk(self, broadcast: Broadcast) -> Walk:
        walk = self._walks.get(broadcast.id)
        if walk is None:
            walk = self._walks[broadcast.id] = Walk(broadcast, await self._load(broadcast.bulletin_id))
        return walk

    async def _close(self, walk: Walk) -> bool:
        if walk.broadcast.operation is not Operation.PUBLISH:
            if self._publishing(walk.broadcast.bulletin_id):
                return False
            # A copy whose receipt was still on its way says an older revision: look once more when all are in.
            if not walk.checked:
                await self._committer.settled()
                walk.again()
                return True
        walk.finished = True
        self._committer.touch()
        return True

    def _publishing(self, bulletin_id: int) -> bool:
        broadcasts: Iterable[Broadcast] = (broadcast for queue in self._lines.values() for broadcast in queue)
        return any(
            broadcast.bulletin_id == bulletin_id
            and broadcast.operation is Operation.PUBLISH
            and not ((walk := self._walks.get(broadcast.id)) and walk.finished)
            for broadcast in broadcasts
        )


def _line(broadcast: Broadcast) -> Line:
    if broadcast.only_destination_id is not None:
        return (broadcast.urgency, -broadcast.id)
    return (broadcast.urgency, broadcast.coverage_id)


def _seconds(start: datetime, now: datetime) -> float:
    return (start - now).total_seconds()
