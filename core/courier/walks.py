"""A broadcast under way on one lane: which destinations come next, and how far everything before them is done.

The cursor is a low-water mark: everybody up to it has an end or waits in the store. A page's end is declared before
its first send, so that after a crash only that window is walked again, minus its receipts.
"""

from collections import Counter, deque
from dataclasses import dataclass, field

from core import rules
from core.courier.items import Item
from core.model import Bulletin, Destination, Operation, Receipt
from core.store import Store, broadcasts, commits, receipts, subscriptions
from core.store.broadcasts import Broadcast

PAGE = 500


@dataclass(slots=True)
class Tally:
    """Ends counted since the last commit; `skips` by the name of the rule or reason."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    skips: Counter[str] = field(default_factory=Counter)

    def mark(self, broadcast_id: int, cursor: int = 0, *, finished: bool = False) -> commits.WalkMark:
        """The counts as the store takes them."""
        return commits.WalkMark(
            broadcast_id=broadcast_id,
            cursor=cursor,
            sent=self.sent,
            skipped=self.skips.total(),
            failed=self.failed,
            unknown=self.unknown,
            finished=finished,
            skips=dict(self.skips),
        )


class Walk:
    """One broadcast's walk over its destinations."""

    def __init__(self, broadcast: Broadcast, bulletin: Bulletin) -> None:
        """Start behind the stored cursor."""
        self.broadcast = broadcast
        self.bulletin = bulletin
        self.page: deque[Item] = deque()
        self.unfinished: set[int] = set()
        self.ended = False
        self.finished = False
        self._position = broadcast.cursor
        self._marked = broadcast.cursor
        self.tally = Tally()
        self.checked = False
        self._closed = False
        self._given_up: set[int] = set()

    @property
    def drained(self) -> bool:
        """Whether nobody is left to start with."""
        return self.ended and not self.page

    async def fill(self, store: Store, parked: frozenset[int]) -> None:
        """Fetch the next page; `parked` destinations already have this broadcast's item waiting."""
        if self.broadcast.operation is not Operation.PUBLISH:
            await self._fill_changes(store, parked)
        elif self.broadcast.only_destination_id is not None:
            await self._fill_one(store, parked)
        else:
            await self._fill_subscribers(store, parked)

    def start(self) -> Item:
        """Take the next item; it counts as unfinished until `finish` or `park`."""
        item = self.page.popleft()
        self.checked = False
        self.unfinished.add(item.destination.id)
        return item

    def put_back(self, item: Item) -> None:
        """An item that could not even be tried keeps its place."""
        self.page.appendleft(item)
        self.unfinished.discard(item.destination.id)

    def finish(self, item: Item) -> None:
        """An item reached its end, or the store now holds it waiting."""
        self.unfinished.discard(item.destination.id)

    def give_up(self, item: Item) -> None:
        """This destination's copies will not be changed any more."""
        self._given_up.add(item.destination.id)

    def again(self) -> None:
        """Walk from the start once more (an edit whose original was still on the wire)."""
        self._position = 0
        self.ended = False
        self.checked = True

    def mark(self) -> commits.WalkMark | None:
        """Where the walk stands and what it counted since the last mark; None when nothing changed."""
        waiting = [item.destination.id for item in self.page]
        open_ids = [*self.unfinished, *waiting[:1]]
        low = min(open_ids) - 1 if open_ids else self._position
        cursor = max(self._marked, low) if self.broadcast.operation is Operation.PUBLISH else 0
        if self._closed or (cursor == self._marked and self.tally == Tally() and not self.finished):
            return None
        tally, self.tally = self.tally, Tally()
        self._marked, self._closed = cursor, self.finished
        return tally.mark(self.broadcast.id, cursor, finished=self.finished)

    async def _fill_subscribers(self, store: Store, parked: frozenset[int]) -> None:
        broadcast = self.broadcast
        page = await store.read(
            subscriptions.page,
            lane_id=broadcast.lane_id,
            coverage_id=broadcast.coverage_id,
            audience_seq=broadcast.audience_seq,
            after=self._position,
            limit=PAGE,
        )
        done = await self._walked_before(store)
        if page.rows:
            highest = page.rows[-1].destination.id
            if highest > broadcast.window_hi and not await store.write(broadcasts.window, broadcast.id, highest):
                # Undone or retracted since we last looked: nobody else gets it.
                self.ended = True
                return
            for row in page.rows:
                if row.destination.id in parked:
                    continue
                decision = rules.decide(row.rules, self.bulletin)
                if decision.deliver:
                    self.page.append(self._item(row.destination, done.get(row.destination.id, ())))
                else:
                    self.tally.skips[decision.why] += 1
            self._position = highest
        self.ended = page.last

    async def _walked_before(self, store: Store) -> dict[int, tuple[Receipt, ...]]:
        broadcast = self.broadcast
        if broadcast.window_hi <= self._position:
            return {}
        return await store.read(receipts.done_in_window, broadcast.bulletin_id, self._position, broadcast.window_hi)

    async def _fill_one(self, store: Store, parked: frozenset[int]) -> None:
        only = self.broadcast.only_destination_id
        self.ended = True
        if only is None or only in parked:
            return
        destination = await store.read(broadcasts.destination, only)
        there = await store.read(receipts.of, self.broadcast.bulletin_id, only)
        if destination is None:
            self.tally.skips["left"] += 1
        else:
            self.page.append(self._item(destination, there))

    async def _fill_changes(self, store: Store, parked: frozenset[int]) -> None:
        broadcast = self.broadcast
        rows = await store.read(
            receipts.older,
            bulletin_id=broadcast.bulletin_id,
            lane_id=broadcast.lane_id,
            revision=self.bulletin.revision,
            after=self._position,
            limit=PAGE,
        )
        for destination, copies in rows:
            taken = destination.id in parked or destination.id in self._given_up or destination.id in self.unfinished
            if not taken:
                self.page.append(self._item(destination, copies))
        if rows:
            self._position = rows[-1][0].id
        self.ended = len(rows) < PAGE

    def _item(self, destination: Destination, there: tuple[Receipt, ...]) -> Item:
        broadcast = self.broadcast
        return Item(
            destination=destination,
            bulletin_id=broadcast.bulletin_id,
            broadcast_id=broadcast.id,
            operation=broadcast.operation,
            urgency=broadcast.urgency,
            expires_at=broadcast.expires_at,
            receipts=there,
        )
