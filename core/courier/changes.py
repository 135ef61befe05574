"""Walks that have a list of their own: an edit or a retraction over the copies there are, and what is for one place."""

import heapq
from collections.abc import Set as AbstractSet
from datetime import timedelta

from core.courier.items import Item
from core.courier.walks import End, Walk
from core.model import Bulletin, Operation
from core.store import Store, broadcasts, receipts
from core.store.broadcasts import Broadcast

PAGE = 500


class Listed(Walk):
    """One broadcast that walks alone."""

    def __init__(self, broadcast: Broadcast) -> None:
        """Start from the beginning: what was changed already has a newer copy."""
        super().__init__(broadcast)
        self.checked = False
        """Whether it looked once more when every receipt was in."""
        self.stale: set[int] = set()
        """Destinations whose copies may be others than this walk has read."""
        self._position = broadcast.cursor
        self._page: list[tuple[int, Item]] = []
        self._given_up: set[int] = set()

    @property
    def next(self) -> Item | None:
        """Who comes next on the page at hand."""
        return self._page[0][1] if self._page else None

    def clock_was_set(self, by: timedelta) -> tuple[Item, ...]:
        """The wall clock was set; returns what was dealt and has not begun."""
        super().clock_was_set(by)
        return tuple(item for _, item in self._page)

    def take(self) -> Item:
        """Start with the next item."""
        _, item = heapq.heappop(self._page)
        item.stale = item.place in self.stale
        return item

    def put_back(self, item: Item) -> None:
        """An item that could not even be tried keeps its place."""
        heapq.heappush(self._page, (item.place, item))

    def give_up(self, item: Item) -> None:
        """This destination's copies will not be changed any more."""
        self._given_up.add(item.place)

    def again(self) -> None:
        """Walk from the start once more (an edit whose original was still on the wire). Only once: see `checked`."""
        self._position = 0
        self.ended = False
        self.checked = True

    async def fill(self, store: Store, bulletin: Bulletin, parked: frozenset[int], unsaved: AbstractSet[int]) -> None:
        """Fetch the next page; `parked` destinations already have this broadcast's item waiting.

        `unsaved` ones have copies that the store does not know yet.
        """
        self.stale |= unsaved
        if self.broadcast.operation is Operation.PUBLISH and self.broadcast.only_destination_id is not None:
            await self._fill_one(store, self.broadcast.only_destination_id, parked)
        else:
            await self._fill_changes(store, bulletin, parked)

    async def _fill_one(self, store: Store, only: int, parked: frozenset[int]) -> None:
        destination = await store.read(broadcasts.destination, only)
        there = await store.read(receipts.of, self.broadcast.bulletin_id, only)
        self.ended = True
        if only in parked or self.knows(only):
            pass
        elif destination is None:
            self.end(only, End.SKIPPED, "left")
        else:
            heapq.heappush(self._page, (only, self.deal(destination, there)))
        self.progress = self.where(only)

    async def _fill_changes(self, store: Store, bulletin: Bulletin, parked: frozenset[int]) -> None:
        rows = await store.read(
            receipts.older,
            bulletin_id=bulletin.id,
            lane_id=self.broadcast.lane_id,
            revision=bulletin.revision,
            after=self._position,
            limit=PAGE,
        )
        taken = parked | self._given_up
        for destination, copies in rows:
            if destination.id not in taken and not self.knows(destination.id):
                heapq.heappush(self._page, (destination.id, self.deal(destination, copies)))
        if rows:
            self._position = rows[-1][0].id
        self.ended = len(rows) < PAGE
