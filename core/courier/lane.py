"""One lane: the single rate-limited road of one account, and what leaves on it next.

The lane decides nothing about content or failures: walks say who is next, parking says who waits, the gate says when,
the carrier speaks and `outcomes` judges. Here they are put in order: the most urgent first, coverages of one urgency
in turn, one request in flight per destination.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from datetime import datetime

from core.courier.carrying import Carrier
from core.courier.committer import Committer
from core.courier.gate import AccountGate
from core.courier.items import Item, Result
from core.courier.landing import Landing
from core.courier.outcomes import GiveUp
from core.courier.parking import Parking
from core.courier.rounds import Rounds
from core.model import Bulletin
from core.platform import Sender
from core.store import Store, broadcasts, waiting

log = logging.getLogger(__name__)

_IN_FLIGHT = 300
_POLL = 1.0
# Shorter sleeps than a loop's timers can tell apart would only spin.
_MOMENT = 0.001


class Lane:
    """Carries everything one account owes."""

    def __init__(
        self,
        lane_id: int,
        store: Store,
        sender: Sender,
        gate: AccountGate,
        committer: Committer,
        clock: Callable[[], datetime],
    ) -> None:
        """Nothing is read or sent before `run`."""
        self.id = lane_id
        self._store = store
        self._gate = gate
        self._committer = committer
        self._clock = clock
        self._bulletins: dict[int, Bulletin] = {}
        self._busy: dict[int, Item] = {}
        self._parking = Parking(self._ready_at)
        self._rounds = Rounds(store, self._load, committer)
        self._landing = Landing(lane_id, store, gate, committer, self._parking, self._rounds, clock)
        self._carrier = Carrier(sender, gate, self._load, committer.keep, clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stale = True
        self._stopping = False
        committer.join(self._rounds.marks)

    def wake(self) -> None:
        """Something was committed that may concern this lane."""
        self._stale = True
        self._wake.set()

    async def run(self) -> None:
        """Carry until `drain`."""
        for row in await self._store.read(waiting.of_lane, self.id):
            self._parking.add(await self._landing.recall(row))
        while not self._stopping:
            if self._stale:
                await self._refresh()
            changed = await self._rounds.fill(self._parking.holding, self._on_the_wire, self._clock())
            if not await self._step() and not changed:
                await self._sleep()

    async def drain(self) -> None:
        """Start nothing more and wait for what is on the wire (never cancelled: it may have arrived)."""
        self._stopping = True
        self._wake.set()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _step(self) -> bool:
        """Start one item if one may leave; False when there is nothing to do yet."""
        if self._committer.stuck or len(self._tasks) >= _IN_FLIGHT or self._gate.paused_for() > 0:
            return False
        first = self._next()
        if first is None:
            return False
        await self._gate.slot(first.urgency)
        if self._stale:
            await self._refresh()
        # While the slot was awaited something more urgent may have come: it goes first.
        best = self._next()
        if best is not None and not self._stopping:
            self._launch(best)
        return True

    def _next(self) -> Item | None:
        now = asyncio.get_running_loop().time()
        parked = self._parking.next(now)
        while (walking := self._rounds.peek()) is not None:
            if self._expired(walking):
                self._landing.expire(self._rounds.take(walking))
            elif walking.destination.id in self._parking or self._ready_at(walking) > now:
                # Its destination is owed something already, busy or paced: wait in line, let the walk move on.
                self._landing.park(self._rounds.take(walking))
            else:
                break
        if parked is None:
            parked = self._parking.next(now)
        if parked is None or (walking is not None and walking.urgency < parked.urgency):
            return walking
        return parked

    def _launch(self, item: Item) -> None:
        if item.parked and self._expired(item):
            self._landing.expire(item)
            return
        if not item.parked:
            self._rounds.take(item)
        self._busy[item.destination.id] = item
        self._gate.take_chat(item.chat)
        task = asyncio.create_task(self._carry(item), name=f"carry {item.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, item: Item) -> None:
        try:
            result = await self._carrier.carry(item)
        except Exception as error:
            log.exception("a bulletin could not be carried", extra={"bulletin": item.bulletin_id})
            result = Result(item, GiveUp(f"internal: {type(error).__name__}"), ())
        try:
            await self._landing.land(result)
        finally:
            del self._busy[item.destination.id]
            self._parking.look_again(item.destination.id)
            self._wake.set()

    def _ready_at(self, item: Item) -> float:
        if item.destination.id in self._busy:
            return math.inf
        now = asyncio.get_running_loop().time()
        due = now
        if item.due_at is not None:
            due = now + (item.due_at - self._clock()).total_seconds()
        return max(due, self._gate.chat_ready_at(item.chat, item.urgency))

    def _expired(self, item: Item) -> bool:
        return item.expires_at is not None and item.expires_at <= self._clock() and not item.receipts

    async def _refresh(self) -> None:
        self._stale = False
        self._bulletins.clear()
        dropped = self._rounds.refresh(await self._store.read(broadcasts.active, self.id))
        for key in self._parking.withdraw(dropped):
            self._landing.unpark(key)

    def _on_the_wire(self, bulletin_id: int) -> bool:
        return any(item.bulletin_id == bulletin_id for item in self._busy.values())

    async def _load(self, bulletin_id: int) -> Bulletin:
        bulletin = self._bulletins.get(bulletin_id)
        if bulletin is None:
            bulletin = await self._store.read(broadcasts.bulletin, bulletin_id)
            self._bulletins[bulletin_id] = bulletin
        return bulletin

    async def _sleep(self) -> None:
        now = asyncio.get_running_loop().time()
        parked = self._parking.next_at()
        rest = min(_POLL, math.inf if parked is None else parked - now, self._rounds.next_at(self._clock()))
        if 0 < self._gate.paused_for() < _POLL:
            rest = self._gate.paused_for()
        try:
            await asyncio.wait_for(self._wake.wait(), max(_MOMENT, rest))
        except TimeoutError:
            # Another process may have published meanwhile: look at the store once a second at the least.
            self._stale = True
        self._wake.clear()
