"""The entries of one coverage on one lane go round together: one circular walk over everybody who follows it.

An entry published while the walk is under way joins where it stands and comes round to the rest. It goes slice by
slice, a second or so of the account's pace: first everybody of the slice gets the oldest entry, then the next. So what
is new starts at once, nobody gets two entries out of order, and no chat gets two in the same second. Whoever lags
behind gets what is owed in one message.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from core import rules
from core.courier import merging
from core.courier.items import Item
from core.courier.readings import Ledger
from core.courier.shelf import Shelf
from core.courier.walks import Coordinate, End, Walk
from core.model import Operation, Receipt
from core.store import Store, broadcasts, receipts, subscriptions
from core.store.broadcasts import Broadcast
from core.store.subscriptions import Candidate

PAGE = 1000
# A page is fetched for so many slices: who unfollows meanwhile may get one more entry, so it is short.
_SLICES = 2
# What was dealt longer ago is dealt anew: more may be owed by now, and some of it together.
_STALE = timedelta(seconds=5)
# The largest places are tried first (design §4, head start).
HEAD_START = 2000

Parked = Callable[[int, Operation], frozenset[int]]
"""Which destinations already have this bulletin's operation waiting."""


class Joined(Walk):
    """One broadcast on a ring."""

    def __init__(self, broadcast: Broadcast) -> None:
        """Take up what the store says; it has not joined this ring yet."""
        super().__init__(broadcast)
        self.joined = False
        self.there: dict[int, tuple[Receipt, ...]] = {}
        """Copies that are there already, of the page at hand: known only of a walk that somebody began before."""
        self.overtaken: frozenset[int] = frozenset()
        """Who has what came after it already, of those at hand: without a copy of it they have had their end."""


class Ring:
    """The publishing broadcasts of one coverage and urgency on one lane."""

    def __init__(self, store: Store, bulletins: Shelf, ledger: Ledger, slice_size: int, fence: int) -> None:
        """`slice_size` is how many destinations the account's pace allows before a chat may have its next message.

        `fence` is by which its lane is ours.
        """
        self._store = store
        self._bulletins = bulletins
        self._ledger = ledger
        self._fence = fence
        self._slice = max(1, min(PAGE, slice_size))
        self._walks: dict[int, Joined] = {}
        self._at: Coordinate | None = None
        self._rows: deque[Candidate] = deque()
        self._last = False
        self._queue: deque[Item] = deque()
        self._dealt_at: datetime | None = None
        self._slices: deque[Coordinate] = deque(maxlen=2)

    @property
    def next(self) -> Item | None:
        """Who comes next."""
        return self._queue[0] if self._queue else None

    @property
    def walks(self) -> tuple[Joined, ...]:
        """The broadcasts that go round."""
        return tuple(self._walks.values())

    @property
    def opens_at(self) -> datetime | None:
        """When the undo window ends that holds everything behind it; None when nothing is held."""
        held = (walk.broadcast.not_before for walk in self._walks.values() if not walk.joined)
        return next((moment for moment in held if moment is not None), None)

    def clock_was_set(self, by: timedelta) -> tuple[Item, ...]:
        """The wall clock was set; returns what was dealt and has not begun."""
        self._dealt_at = self._dealt_at and self._dealt_at + by
        return tuple(self._queue)

    def take(self) -> Item:
        """Start with the next item."""
        return self._queue.popleft()

    def put_back(self, item: Item) -> None:
        """An item that could not even be tried keeps its place."""
        self._queue.appendleft(item)

    def hold(self, walks: Iterable[Joined]) -> None:
        """The broadcasts that are to go round, in publish order; what is not among them any more is dropped."""
        self._walks = {walk.broadcast.id: walk for walk in walks}
        left = (merging.standing(item, self._walks) for item in self._queue)
        self._queue = deque(item for item in left if item is not None)

    def freshen(self, now: datetime) -> None:
        """Take back what was dealt too long ago."""
        if self._dealt_at is not None and now - self._dealt_at >= _STALE:
            self._take_back()

    async def fill(self, parked: Parked, now: datetime) -> bool:
        """See that somebody comes next; False when nobody does for now."""
        if self._queue and self._somebody_joins(now):
            self._take_back()
        while not self._queue:
            walks = await self._under_way(parked, now)
            if not walks:
                return False
            self._deal(await self._next_slice(walks), walks, parked, now)
        return True

    def _take_back(self) -> None:
        """Deal again from the first that has not left yet: by now more may be owed, and some of it together."""
        dealt = [(item, [self._stands(one) for one in item.all]) for item in self._queue]
        again = {item.destination.id for item, mine in dealt if all(at <= walk.progress for walk, at in mine)}
        back = [one for item, mine in dealt if item.destination.id in again for one in mine]
        # The largest, tried before their turn, keep it, but overtake nothing that is dealt again.
        largest = deque(item for item, _ in dealt if item.destination.id not in again)
        for walk, at in back:
            walk.take_back(at)
        self._queue = largest
        self._at = min((at for _, at in back), default=self._at or (0, 0))
        if back:
            self._at = self._at[0], self._at[1] - 1
        self._turn_page_anew()

    def _stands(self, item: Item) -> tuple[Joined, Coordinate]:
        walk = self._walks[item.broadcast_id]
        return walk, walk.where(item.place)

    def _turn_page_anew(self) -> None:
        self._rows.clear()
        self._last = False

    def _somebody_joins(self, now: datetime) -> bool:
        for walk in self._walks.values():
            if not walk.joined:
                return walk.broadcast.not_before is None or walk.broadcast.not_before <= now
        return False

    async def _under_way(self, parked: Parked, now: datetime) -> list[Joined]:
        """Those that have joined, after letting join whose time has come."""
        self._resume()
        under_way: list[Joined] = []
        for walk in self._walks.values():
            if walk.ended:
                continue
            if not walk.joined:
                # Nothing overtakes an entry that is inside its undo window.
                if walk.broadcast.not_before is not None and walk.broadcast.not_before > now:
                    break
                if not await self._join(walk, [*under_way, walk], parked, now):
                    continue
            under_way.append(walk)
        return under_way

    def _resume(self) -> None:
        """Stand where the least advanced of those stands that somebody began before."""
        if self._at is None:
            begun = [walk for walk in self._walks.values() if walk.broadcast.begun and walk.progress > (0, 0)]
            for walk in begun:
                walk.joined = True
            self._at = min((walk.progress for walk in begun), default=(0, 0))

    async def _join(self, walk: Joined, under_way: Sequence[Joined], parked: Parked, now: datetime) -> bool:
        at = self._at or (0, 0)
        if self._slices and self._slices[0][0] == at[0]:
            # It starts with those who got the last one a moment ago: they may have the next by now, nobody else yet.
            at = min(at, self._slices[0])
        stands = await self._store.write(broadcasts.begin, walk.broadcast.id, *at, self._fence)
        if stands is None:
            # Undone or retracted since we last looked: nobody gets it.
            walk.ended = True
            return False
        walk.begin(stands, at)
        walk.joined = True
        self._at = min(at, walk.progress)
        # The page at hand does not know who joined for this one.
        self._turn_page_anew()
        largest = await self._read_largest(walk)
        if largest:
            ids = [row.destination.id for row in largest]
            for one in under_way:
                # They are owed the others too, and may have them from before.
                if one.broadcast.begun:
                    one.there |= await self._store.read(receipts.among, one.broadcast.bulletin_id, ids)
                    one.overtaken |= await self._store.read(receipts.overtaken, one.broadcast, ids)
            self._deal_rows(largest, under_way, parked, now)
        return True

    async def _read_largest(self, walk: Joined) -> tuple[Candidate, ...]:
        broadcast = walk.broadcast
        return await self._store.read(
            subscriptions.largest,
            lane_id=broadcast.lane_id,
            coverage_id=broadcast.coverage_id,
            audience_seq=broadcast.audience_seq,
            limit=HEAD_START,
        )

    async def _next_slice(self, walks: Sequence[Joined]) -> list[Candidate]:
        if not self._rows and not self._last:
            await self._turn_page(walks)
        return [self._rows.popleft() for _ in range(min(self._slice, len(self._rows)))]

    async def _turn_page(self, walks: Sequence[Joined]) -> None:
        _, position = self._at or (0, 0)
        some = walks[0].broadcast
        page = await self._store.read(
            subscriptions.page,
            lane_id=some.lane_id,
            coverage_id=some.coverage_id,
            audience_seq=max(walk.broadcast.audience_seq for walk in walks),
            after=position,
            limit=min(PAGE, _SLICES * self._slice),
        )
        highest = page.rows[-1].destination.id if page.rows else position
        ids = [row.destination.id for row in page.rows]
        doubtful = [walk.broadcast for walk in walks if walk.broadcast.begun]
        there = {
            one.id: await self._store.read(receipts.between, one.bulletin_id, position, highest) for one in doubtful
        }
        overtaken = {one.id: await self._store.read(receipts.overtaken, one, ids) for one in doubtful}
        # Only now: a store that fails in between must not leave a page whose copies nobody knows.
        self._rows, self._last = deque(page.rows), page.last
        for walk in walks:
            walk.there = there.get(walk.broadcast.id, {})
            walk.overtaken = overtaken.get(walk.broadcast.id, frozenset())

    def _deal(self, rows: Sequence[Candidate], walks: Sequence[Joined], parked: Parked, now: datetime) -> None:
        """Put a slice in the queue and move on behind it."""
        lap, position = self._at or (0, 0)
        self._slices.append((lap, position))
        self._deal_rows(rows, walks, parked, now)
        if rows:
            position = rows[-1].destination.id
        self._at = (lap + 1, 0) if self._last and not self._rows else (lap, position)
        if self._at[1] == 0:
            self._last = False
        for walk in walks:
            walk.dealt_up_to((lap, position))
            walk.ended = self._at >= walk.goal

    def _deal_rows(self, rows: Sequence[Candidate], walks: Sequence[Joined], parked: Parked, now: datetime) -> None:
        self._dealt_at = now
        dealt: list[list[Item]] = [self._items(rows, walk, parked, now) for walk in walks]
        if len(walks) > 1:
            dealt = merging.gather(dealt, now)
        for items in dealt:
            self._queue.extend(items)

    def _items(self, rows: Sequence[Candidate], walk: Joined, parked: Parked, now: datetime) -> list[Item]:
        """One broadcast's items for those of these who want it; the others have their end."""
        broadcast, items = walk.broadcast, []
        bulletin = self._bulletins[broadcast.bulletin_id]
        waiting = parked(broadcast.bulletin_id, broadcast.operation)
        expired = broadcast.expires_at is not None and broadcast.expires_at <= now
        for row in rows:
            place = row.destination.id
            if place in waiting or walk.knows(place):
                continue
            wish = row.wish(broadcast.audience_seq)
            if wish is None:
                continue
            there = walk.there.get(place, ())
            decision = rules.decide(wish, bulletin)
            if decision.deliver and not there and place in walk.overtaken:
                walk.end(place, End.FAILED)
            elif decision.deliver and (there or not expired):
                items.append(walk.deal(row.destination, there))
                items[-1].alone = bulletin.entry is None
            else:
                walk.end(place, End.SKIPPED, "expired" if decision.deliver else decision.why)
                self._ledger.end(broadcast.urgency, End.SKIPPED.value)
        return items
