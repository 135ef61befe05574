"""One committer per process: the receipts, marks and parkings of all lanes in one transaction every few milliseconds.

Committing what has come back, at once and together, bounds the doubles a kill can make to what is on the wire, and
costs a handful of commits a second however many lanes there are.
"""

import asyncio
import itertools
import logging
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from core import crashpoint
from core.courier.readings import CommitterReading, Stopwatch
from core.courier.tenure import Tenure
from core.errors import StoreTrouble
from core.model import Receipt
from core.store import Store, commits, receipts

log = logging.getLogger(__name__)

LINGER = 0.02
# Seconds that a receipt may wait for the store before nothing more is sent.
_LONGEST_UNSTORED = 1.0
_RETRY = (0.1, 0.2, 0.5, 1.0)
# How often a store that takes nothing is asked once more before a process that was told to end does end.
_LAST_TRIES = 8

Marks = Callable[[], tuple[commits.WalkMark, ...]]
"""Where a lane's walks stand."""
_Place = tuple[int, int]
"""(bulletin, destination)"""


@dataclass(slots=True)
class Pending:
    """What the next transaction will hold."""

    receipts: dict[_Place, list[Receipt]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[_Place, set[int]] = field(default_factory=lambda: defaultdict(set))
    park: dict[commits.Unpark, commits.Park] = field(default_factory=dict)
    unpark: dict[commits.Unpark, None] = field(default_factory=dict)
    paused: list[tuple[int, str]] = field(default_factory=list)
    held: list[tuple[int, datetime, str]] = field(default_factory=list)
    stops: dict[int, int] = field(default_factory=dict)
    since: float = math.inf
    """When the first of these receipts came in, in loop time."""
    lanes: set[int] = field(default_factory=set)
    """Whose waiting rows go: only who holds a lane may take them away."""

    def batch(self, at: datetime, walks: tuple[commits.WalkMark, ...]) -> commits.Batch:
        """As the store takes it."""
        return commits.Batch(
            at=at,
            receipts=tuple(itertools.chain.from_iterable(self.receipts.values())),
            removed=tuple((*place, part) for place, parts in self.removed.items() for part in sorted(parts)),
            walks=walks,
            park=tuple(self.park.values()),
            unpark=tuple(self.unpark),
            paused=tuple(self.paused),
            held=tuple(self.held),
            stops=tuple(self.stops.items()),
        )


class Committer:
    """Collects what the lanes have to remember and writes it together."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        linger: float = LINGER,
        tenure: Tenure | None = None,
        number: int = 0,
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`linger` is how long a first result waits for company, in seconds.

        With a `tenure` each batch renews its leases, at the least once a heartbeat, and `lost` is told of each account
        that is another's. `number` is the last batch this process wrote.
        """
        self._store = store
        self._clock = clock
        self._linger = linger
        self._tenure = tenure
        self._number = number
        self._lost = lost
        self._beat: asyncio.TimerHandle | None = None
        self._writing = Pending()
        self._pending = Pending()
        self._marks: dict[int, Marks] = {}
        self._acknowledged: dict[int, int] = {}
        self._work = asyncio.Event()
        self._written = asyncio.Event()
        self._begun = 0
        self._done = 0
        self._closing = False
        self._hurried = False
        self._over = False
        self._watch = Stopwatch()
        self._stored = 0
        self.stuck = ""
        """Why the store takes nothing just now, empty when it does: lanes start no request meanwhile."""

    @property
    def behind(self) -> bool:
        """Whether receipts have waited too long: a store that is slow to answer must not make doubles of more."""
        oldest = min(self._writing.since, self._pending.since)
        return oldest < math.inf and asyncio.get_running_loop().time() - oldest > _LONGEST_UNSTORED

    def join(self, lane_id: int, marks: Marks) -> None:
        """A lane hands in how it tells where its walks stand at the moment of writing."""
        self._marks[lane_id] = marks

    def leave(self, lane_id: int) -> None:
        """The lane has ended."""
        self._marks.pop(lane_id, None)
        self._acknowledged.pop(lane_id, None)

    @property
    def pending(self) -> Pending:
        """What is being gathered; call `touch` after adding to it."""
        return self._pending

    def keep(self, receipt: Receipt) -> None:
        """Remember a copy."""
        place = receipt.bulletin_id, receipt.destination_id
        if self._pending.since == math.inf:
            self._pending.since = asyncio.get_running_loop().time()
        self._pending.receipts[place].append(receipt)
        if place in self._pending.removed:
            self._pending.removed[place].discard(receipt.part)
        self._work.set()

    def forget(self, receipt: Receipt) -> None:
        """A copy is gone."""
        self._pending.removed[receipt.bulletin_id, receipt.destination_id].add(receipt.part)
        self._work.set()

    def owes(self, park: commits.Park) -> None:
        """A destination has to wait for something."""
        self._pending.park[park.destination_id, park.bulletin_id, park.operation] = park
        self._work.set()

    def owes_no_more(self, lane_id: int, *keys: commits.Unpark) -> None:
        """They wait no longer. That they did may not be stored yet: a batch that held both would keep the row."""
        for key in keys:
            self._pending.park.pop(key, None)
            self._pending.unpark[key] = None
        self._pending.lanes.add(lane_id)
        self._work.set()

    def acknowledge(self, lane_id: int, seq: int) -> None:
        """The lane has acted on every recall up to `seq`."""
        if self._acknowledged.get(lane_id) != seq:
            self._acknowledged[lane_id] = self._pending.stops[lane_id] = seq
            self._work.set()

    def touch(self) -> None:
        """There is something to write."""
        self._work.set()

    def unsaved(self, bulletin_id: int) -> set[int]:
        """Destinations with copies of a bulletin that the store does not know yet."""
        return {
            destination_id
            for pending in (self._writing, self._pending)
            for places in (pending.receipts, pending.removed)
            for one, destination_id in places
            if one == bulletin_id
        }

    async def copies(self, bulletin_id: int, destination_id: int) -> tuple[Receipt, ...]:
        """The copies of a bulletin in a place that has nothing on the wire, those not written yet included."""
        place = bulletin_id, destination_id
        # Looked at before the store is: what is written meanwhile is then seen twice, not never.
        layers = [
            (tuple(pending.receipts.get(place, ())), tuple(pending.removed.get(place, ())))
            for pending in (self._writing, self._pending)
        ]
        there = {copy.part: copy for copy in await self._store.read(receipts.of, bulletin_id, destination_id)}
        for kept, removed in layers:
            there |= {copy.part: copy for copy in kept}
            there = {part: copy for part, copy in there.items() if part not in removed}
        return tuple(there[part] for part in sorted(there))

    async def settled(self) -> None:
        """Wait until everything handed in so far is safe. Raises StoreTrouble when it never will be."""
        # A transaction already under way does not hold what came after it was put together: wait for the next.
        target = self._begun + 1
        self._work.set()
        while self._done < target:
            if self._over:
                raise StoreTrouble("The last receipts could not be stored.")
            self._written.clear()
            await self._written.wait()

    def reading(self) -> CommitterReading:
        """How it stands, for whoever watches."""
        return CommitterReading(self._watch.reading(), self._stored, self.stuck)

    async def run(self) -> None:
        """Write until `close`. Ends with an error, and everything else with it, only by a mistake of ours."""
        if self._tenure is not None:
            # From the first heartbeat on one follows the other.
            self._work.set()
        try:
            # What came in while the last batch was being written has asked for another.
            while not self._closing or self._work.is_set():
                await self._work.wait()
                if not self._closing:
                    await asyncio.sleep(self._linger)
                await self._flush()
        except BaseException:
            self.stuck = "what was sent cannot be remembered"
            raise
        finally:
            if self._beat is not None:
                self._beat.cancel()
            self._over = True
            self._written.set()

    def hurry(self) -> None:
        """The process was told to end: a store that takes nothing is asked a few times more, not for ever."""
        self._hurried = True
        self._work.set()

    def close(self) -> None:
        """Write what is left, then end."""
        self._closing = True
        self.hurry()

    async def _flush(self) -> None:
        self._work.clear()
        self._begun += 1
        self._writing, self._pending = self._pending, Pending()
        # The marks are read after the results they count are in `pending`, with nothing awaited in between.
        walks = tuple(mark for marks in self._marks.values() for mark in marks())
        await self._write(self._writing.batch(self._clock(), walks))
        self._writing = Pending()
        self._done = self._begun
        self._written.set()

    async def _write(self, batch: commits.Batch) -> None:
        self._number += 1
        began = asyncio.get_running_loop().time()
        for tries in itertools.count():
            try:
                crashpoint.here("before_commit")
                await self._try(batch)
                crashpoint.here("after_commit")
                break
            except StoreTrouble as trouble:
                if not self.stuck:
                    log.exception("the store takes nothing, sending stops")
                self.stuck = str(trouble)
                if self._hurried and tries >= _LAST_TRIES:
                    log.exception("ending with receipts unwritten", extra={"receipts": len(batch.receipts)})
                    raise
                await asyncio.sleep(_RETRY[min(tries, len(_RETRY) - 1)])
        self._watch.took(asyncio.get_running_loop().time() - began)
        self._stored += len(batch.receipts)
        if self.stuck:
            log.warning("the store is back, sending goes on")
            self.stuck = ""

    async def _try(self, batch: commits.Batch) -> None:
        if self._tenure is None:
            await self._store.write(commits.apply, batch)
            return
        # Before we ask: whatever the answer takes is time we have no longer.
        asked_at = self._tenure.elapsed()
        ask = self._tenure.ask(self._number, batch.lanes | self._writing.lanes)
        applied = await self._store.write(commits.apply, replace(batch, at=self._clock(), lease=ask))
        for account in self._tenure.answered(ask, applied.lost, asked_at):
            self._lost(account)
        if self._beat is not None:
            self._beat.cancel()
        self._beat = asyncio.get_running_loop().call_later(self._tenure.terms.heartbeat, self._work.set)
