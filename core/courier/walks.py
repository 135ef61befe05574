"""A broadcast under way on one lane: which destinations come next, and how far everything before them is done.

The cursor is a low-water mark: everybody up to it has an end or waits in the store. A page's end is declared before
its first send, so that after a crash only that window is walked again, minus its receipts. Ends are counted when the
cursor passes them, in the same transaction: so a crash counts nobody twice.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from core import rules
from core.courier.items import Item
from core.model import Bulletin, Destination, Operation, Receipt
from core.store import Store, broadcasts, commits, receipts, subscriptions
from core.store.broadcasts import Broadcast

PAGE = 500


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

    def mark(self, broadcast_id: int, cursor: int = 0, *, finished: bool = False) -> commits.WalkMark:
        """The counts as the store takes them."""
        return commits.WalkMark(
            broadcast_id=broadcast_id,
            cursor=cursor,
            sent=self.ends[End.SENT],
            skipped=self.ends[End.SKIPPED],
            failed=self.ends[End.FAILED],
            unknown=self.ends[End.UNKNOWN],
            finished=finished,
            skips=dict(self.skips),
        )


class Walk:
    """One broadcast's walk over its destinations."""

    def __init__(self, broadcast: Broadcast) -> None:
        """Start behind the stored cursor."""
        self.broadcast = broadcast
        self.unfinished: set[int] = set()
        self.ended = False
        self.finished = False
        self.checked = False
        self._position = broadcast.cursor
        self._begun = broadcast.begun and broadcast.only_destination_id is None and broadcast.cursor > 0
        self._marked = broadcast.cursor
        self._page: list[tuple[int, Item]] = []
        self._tally = Tally()
        self._ends: dict[int, tuple[End, str]] = {}
        self._told_finished = False
        self._given_up: set[int] = set()

    @property
    def next(self) -> Item | None:
        """Who comes next on the page at hand."""
        return self._page[0][1] if self._page else None

    @property
    def idle(self) -> bool:
        """Whether nobody of this page is left, here or on the wire."""
        return not self._page and not self.unfinished

    async def fill(self, store: Store, bulletin: Bulletin, parked: frozenset[int]) -> None:
        """Fetch the next page; `parked` destinations already have this broadcast's item waiting."""
        if self.broadcast.operation is not Operation.PUBLISH:
            await self._fill_changes(store, bulletin, parked)
        elif self.broadcast.only_destination_id is not None:
            await self._fill_one(store, self.broadcast.only_destination_id, parked)
        else:
            await self._fill_subscribers(store, bulletin, parked)

    def start(self) -> Item:
        """Take the next item; it counts as unfinished until `end`, `passed` or `put_back`."""
        place, item = heapq.heappop(self._page)
        self.unfinished.add(place)
        return item

    def put_back(self, item: Item) -> None:
        """An item that could not even be tried keeps its place."""
        self.unfinished.discard(item.place)
        heapq.heappush(self._page, (item.place, item))

    def passed(self, item: Item) -> None:
        """The store now holds the item waiting."""
        self.unfinished.discard(item.place)

    def end(self, item: Item, end: End, why: str) -> None:
        """The item reached its end."""
        self.unfinished.discard(item.place)
        self._count(item.place, end, why)

    def give_up(self, item: Item) -> None:
        """This destination's copies will not be changed any more."""
        self._given_up.add(item.place)

    def again(self) -> None:
        """Walk from the start once more (an edit whose original was still on the wire). Only once: see `checked`."""
        self._position = 0
        self.ended = False
        self.checked = True

    def mark(self) -> commits.WalkMark | None:
        """Where the walk stands and what it counted since the last mark; None when nothing changed."""
        cursor = self._low() if self.broadcast.operation is Operation.PUBLISH else 0
        if cursor > self._marked:
            for place in [one for one in self._ends if one <= cursor]:
                self._tally.add(*self._ends.pop(place))
        ends_now = self.finished and not self._told_finished
        if cursor == self._marked and not self._tally.ends and not ends_now:
            return None
        self._marked, self._told_finished = cursor, self.finished
        return self._taken().mark(self.broadcast.id, cursor, finished=self.finished)

    def rest(self) -> commits.WalkMark | None:
        """The last mark of a walk that was called off: whoever got it meanwhile counts. None when nobody did."""
        for end, why in self._ends.values():
            self._tally.add(end, why)
        self._ends.clear()
        return self._taken().mark(self.broadcast.id) if self._tally.ends else None

    def _taken(self) -> Tally:
        taken, self._tally = self._tally, Tally()
        return taken

    def _low(self) -> int:
        still_open = [*self.unfinished, *(place for place, _ in self._page[:1])]
        return max(self._marked, min(still_open) - 1 if still_open else self._position)

    def _count(self, place: int, end: End, why: str) -> None:
        if self.broadcast.operation is Operation.PUBLISH and place > self._marked:
            self._ends[place] = (end, why)
        else:
            self._tally.add(end, why)

    async def _fill_subscribers(self, store: Store, bulletin: Bulletin, parked: frozenset[int]) -> None:
        broadcast = self.broadcast
        page = await store.read(
            subscriptions.page,
            lane_id=broadcast.lane_id,
            coverage_id=broadcast.coverage_id,
            audience_seq=broadcast.audience_seq,
            after=self._position,
            limit=PAGE,
        )
        if page.rows:
            highest = page.rows[-1].destination.id
            done = await self._walked_before(store, highest)
            if not self._begun and not await store.write(broadcasts.begin, broadcast.id, 0):
                # Undone or retracted since we last looked: nobody else gets it.
                self.ended = True
                return
            self._begun = True
            for row in page.rows:
                place = row.destination.id
                if place in parked or place in self._ends:
                    continue
                decision = rules.decide(row.rules, bulletin)
                if decision.deliver:
                    self._add(row.destination, done.get(place, ()))
                else:
                    self._count(place, End.SKIPPED, decision.why)
            self._position = highest
        self.ended = page.last

    async def _walked_before(self, store: Store, highest: int) -> dict[int, tuple[Receipt, ...]]:
        if not self.broadcast.begun:
            return {}
        return await store.read(receipts.between, self.broadcast.bulletin_id, self._position, highest)

    async def _fill_one(self, store: Store, only: int, parked: frozenset[int]) -> None:
        destination = await store.read(broadcasts.destination, only)
        there = await store.read(receipts.of, self.broadcast.bulletin_id, only)
        self.ended = True
        self._position = only
        if only in parked or only in self._ends or only <= self._marked:
            return
        if destination is None:
            self._count(only, End.SKIPPED, "left")
        else:
            self._add(destination, there)

    async def _fill_changes(self, store: Store, bulletin: Bulletin, parked: frozenset[int]) -> None:
        rows = await store.read(
            receipts.older,
            bulletin_id=bulletin.id,
            lane_id=self.broadcast.lane_id,
            revision=bulletin.revision,
            after=self._position,
            limit=PAGE,
        )
        taken = parked | self._given_up | self.unfinished
        for destination, copies in rows:
            if destination.id not in taken:
                self._add(destination, copies)
        if rows:
            self._position = rows[-1][0].id
        self.ended = len(rows) < PAGE

    def _add(self, destination: Destination, there: tuple[Receipt, ...]) -> None:
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
        heapq.heappush(self._page, (item.place, item))
