"""Destinations that cannot take anything just now, each with what it is owed, in order.

The store's `waiting` table is the truth; this is one lane's view of it, with the clock's question answered fast: which
destination is next? Being busy, paced or put off never lets a later bulletin overtake an earlier one of its class.
"""

import heapq
import math
from collections.abc import Callable

from core.courier.items import Item, Key
from core.model import Operation


class Parking:
    """The waiting items of one lane. Times are loop seconds."""

    def __init__(self, ready_at: Callable[[Item], float]) -> None:
        """`ready_at` says when an item's due time and its chat's pace allow it; infinity: not before it is told."""
        self._ready_at = ready_at
        self._owed: dict[int, list[Item]] = {}
        self._heap: list[tuple[float, int]] = []
        self._due: dict[int, float] = {}
        self._ready: dict[int, None] = {}

    def __contains__(self, destination_id: int) -> bool:
        """Whether this destination is owed anything."""
        return destination_id in self._owed

    def __len__(self) -> int:
        """How many items wait."""
        return sum(len(owed) for owed in self._owed.values())

    def add(self, item: Item) -> None:
        """Put an item behind what its destination is owed already."""
        self._owed.setdefault(item.destination.id, []).append(item)
        self.look_again(item.destination.id)

    def look_again(self, destination_id: int) -> None:
        """Something about this destination changed: find out anew when it is next."""
        self._ready.pop(destination_id, None)
        head = self.head(destination_id)
        ready = math.inf if head is None else self._ready_at(head)
        if ready < math.inf and self._due.get(destination_id) != ready:
            self._due[destination_id] = ready
            heapq.heappush(self._heap, (ready, destination_id))

    def head(self, destination_id: int) -> Item | None:
        """What this destination gets next: the most urgent, then the oldest; never an edit before its original."""
        owed = self._owed.get(destination_id)
        if not owed:
            return None
        unsent = {item.bulletin_id for item in owed if item.operation is Operation.PUBLISH}
        free = [item for item in owed if item.operation is Operation.PUBLISH or item.bulletin_id not in unsent]
        return min(free, key=lambda item: item.urgency) if free else None

    def next(self, now: float) -> Item | None:
        """The most urgent item that may leave now."""
        while self._heap and self._heap[0][0] <= now:
            due, destination_id = heapq.heappop(self._heap)
            # An older answer to the same question counts no longer.
            if self._due.get(destination_id) == due:
                del self._due[destination_id]
                self._ready[destination_id] = None
        best: Item | None = None
        for destination_id in list(self._ready):
            head = self.head(destination_id)
            if head is None:
                del self._ready[destination_id]
            elif self._ready_at(head) > now:
                self.look_again(destination_id)
            elif best is None or head.urgency < best.urgency:
                best = head
        return best

    def next_at(self) -> float | None:
        """When to look again, in loop time; None when nothing waits."""
        return self._heap[0][0] if self._heap else None

    def remove(self, item: Item) -> None:
        """An item that waits no more."""
        owed = self._owed.get(item.destination.id, [])
        if item in owed:
            owed.remove(item)
        if not owed:
            self._owed.pop(item.destination.id, None)
            self._ready.pop(item.destination.id, None)
        else:
            self.look_again(item.destination.id)

    def holding(self, bulletin_id: int, operation: Operation) -> frozenset[int]:
        """The destinations for which this operation of a bulletin waits."""
        return frozenset(
            destination_id
            for destination_id, owed in self._owed.items()
            if any(item.bulletin_id == bulletin_id and item.operation is operation for item in owed)
        )

    def of(self, destination_id: int) -> tuple[Item, ...]:
        """Everything a destination is owed."""
        return tuple(self._owed.get(destination_id, ()))

    def withdraw(self, broadcasts: Callable[[int], bool]) -> tuple[Key, ...]:
        """Drop the items of broadcasts that ended; returns what was dropped."""
        gone = [item for owed in self._owed.values() for item in owed if broadcasts(item.broadcast_id)]
        for item in gone:
            self.remove(item)
        return tuple(item.key for item in gone)
