"""Destinations that cannot take anything just now, each with what it is owed, in order.

The store's `waiting` table is the truth; this is one lane's view of it, with the clock's question answered fast: which
destination is next? Being busy, paced or put off never lets a later bulletin overtake an earlier one of its class.
"""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable

from core.courier.items import Item, Key, Turn
from core.model import Operation


class Parking:
    """The waiting items of one lane. Times are loop seconds."""

    def __init__(self, ready_at: Callable[[Item], float]) -> None:
        """`ready_at` says when an item's due time and its chat's pace allow it; infinity: not before it is told."""
        self._ready_at = ready_at
        self._owed: dict[int, list[Item]] = {}
        self._holding: dict[tuple[int, Operation], set[int]] = defaultdict(set)
        # Each look at a destination gets a number; what either heap holds of an older look counts no longer.
        self._looks = itertools.count()
        self._look: dict[int, int] = {}
        self._later: list[tuple[float, int, int]] = []
        self._ready: list[tuple[Turn, int, int]] = []

    def __contains__(self, destination_id: int) -> bool:
        """Whether this destination is owed anything."""
        return destination_id in self._owed

    def __len__(self) -> int:
        """How many destinations wait."""
        return len(self._owed)

    def add(self, item: Item) -> None:
        """Put an item in line with what its destination is owed already."""
        self._owed.setdefault(item.destination.id, []).append(item)
        self._holding[item.bulletin_id, item.operation].add(item.destination.id)
        self.look_again(item.destination.id)

    def look_again(self, destination_id: int) -> None:
        """Something about this destination changed: find out anew when it is next."""
        head = self._head(destination_id)
        ready = math.inf if head is None else self._ready_at(head)
        if ready == math.inf:
            self._look.pop(destination_id, None)
            return
        look = self._look[destination_id] = next(self._looks)
        heapq.heappush(self._later, (ready, look, destination_id))

    def next(self, now: float) -> Item | None:
        """The item of all destinations that may leave now whose turn it is; it stays where it is."""
        while self._later and self._later[0][0] <= now:
            _, look, destination_id = heapq.heappop(self._later)
            head = self._head(destination_id)
            if head is not None and self._look.get(destination_id) == look:
                heapq.heappush(self._ready, (head.turn, look, destination_id))
        while self._ready:
            _, look, destination_id = self._ready[0]
            head = self._head(destination_id)
            if head is not None and self._look.get(destination_id) == look:
                if self._ready_at(head) <= now:
                    return head
                self.look_again(destination_id)
            heapq.heappop(self._ready)
        return None

    def next_at(self) -> float:
        """When another destination may be ready, in loop time; infinity when none will be by itself."""
        while self._later and self._look.get(self._later[0][2]) != self._later[0][1]:
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else math.inf

    def remove(self, item: Item) -> None:
        """An item that waits no more."""
        destination_id = item.destination.id
        owed = self._owed.get(destination_id, [])
        if item not in owed:
            return
        owed.remove(item)
        same = item.bulletin_id, item.operation
        if not any((other.bulletin_id, other.operation) == same for other in owed):
            self._holding[same].discard(destination_id)
            if not self._holding[same]:
                del self._holding[same]
        if not owed:
            del self._owed[destination_id]
        self.look_again(destination_id)

    def holding(self, bulletin_id: int, operation: Operation) -> frozenset[int]:
        """The destinations for which this operation of a bulletin waits."""
        return frozenset(self._holding.get((bulletin_id, operation), ()))

    def bulletins(self) -> set[int]:
        """What is waited for."""
        return {bulletin_id for bulletin_id, _ in self._holding}

    def of(self, destination_id: int) -> tuple[Item, ...]:
        """Everything a destination is owed."""
        return tuple(self._owed.get(destination_id, ()))

    def items(self) -> tuple[Item, ...]:
        """Everything that waits."""
        return tuple(itertools.chain.from_iterable(self._owed.values()))

    def withdraw(self, called_off: Callable[[Item], bool]) -> tuple[Key, ...]:
        """Drop what was called off; returns what was dropped."""
        gone = [item for owed in self._owed.values() for item in owed if called_off(item)]
        for item in gone:
            self.remove(item)
            item.parked = False
        for item in self.items():
            if item.also:
                # What is on the wire already keeps its place in its message: the answer is about that.
                item.also = tuple(one for one in item.also if one.superseded or not called_off(one))
        return tuple(item.key for item in gone)

    def _head(self, destination_id: int) -> Item | None:
        # Never an edit before its original: that one will say the newest words by itself.
        owed = self._owed.get(destination_id, [])
        if len(owed) > 1:
            unsent = {item.bulletin_id for item in owed if item.operation is Operation.PUBLISH}
            owed = [item for item in owed if item.operation is Operation.PUBLISH or item.bulletin_id not in unsent]
        return min(owed, key=lambda item: item.turn, default=None)
