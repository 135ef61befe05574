"""One lane: the single rate-limited road of one account, and what leaves on it next.

The lane decides nothing about content or failures: walks say who is next, parking says who waits, the gate says when,
the carrier speaks and `outcomes` judges. Here they are put in order: the most urgent first, coverages of one urgency
in turn, one request in flight per destination.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from core import about
from core.courier import merging
from core.courier.carrying import Carrier
from core.courier.changing import Changer
from core.courier.committer import Committer
from core.courier.gate import AccountGate, NotOurs
from core.courier.items import Item
from core.courier.landing import Landing
from core.courier.outcomes import GiveUp
from core.courier.parking import Parking
from core.courier.pulse import Pulse
from core.courier.readings import LaneReading, Ledger
from core.courier.rounds import Rounds
from core.courier.shelf import Shelf
from core.courier.speaking import Speaker
from core.errors import StoreTrouble
from core.model import Urgency
from core.platform import Sender
from core.store import Store, broadcasts
from core.store.leases import Parting

log = logging.getLogger(__name__)

# So many start before others of the process have their turn.
_AT_ONCE = 32
_POLL = 1.0
# How long until something that holds everything up may be over.
_SOON = 0.1
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
        ledger: Ledger | None = None,
        fence: int = 0,
    ) -> None:
        """Nothing is read or sent before `run`. `ledger` goes on counting for the account.

        `fence` is by which it is ours; 0 where nobody else could own it.
        """
        self.id = lane_id
        self.account = sender.account
        self._store = store
        self._gate = gate
        self._committer = committer
        self._clock = clock
        ledger = ledger or Ledger()
        self._bulletins = Shelf()
        self._busy: dict[int, Item] = {}
        self._parking = Parking(self._ready_at)
        self._rounds = Rounds(lane_id, store, self._bulletins, committer, ledger, gate.in_turn, fence)
        self._landing = Landing(lane_id, store, gate, committer, self._parking, self._rounds, ledger, clock, self.wake)
        self.pulse = Pulse(sender, lane_id, self._nudge)
        self._speaker = Speaker(sender, gate, committer, clock, ledger, self.pulse)
        changer = Changer(self._speaker, store, committer)
        self._carrier = Carrier(self._speaker, changer, store, self._bulletins, committer, self._landing.merged)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._turn: asyncio.Future[None] | None = None
        self._looked, self._informed = -math.inf, False
        self._parked_next = True
        self._stopping = False
        self._trouble = ""
        committer.join(lane_id, self._rounds.marks)

    def wake(self) -> None:
        """Something was committed that may concern this lane."""
        self._looked = -math.inf
        self._nudge()

    async def run(self) -> None:
        """Carry until `drain`. A store in trouble is waited for."""
        while not self._stopping and not await self._enduring(self._landing.recall):
            pass
        while not self._stopping:
            await self._enduring(self._turn_round)

    async def drain(self) -> None:
        """Start nothing more and wait for what is on the wire (never cancelled: it may have arrived)."""
        self._stopping = True
        self._speaker.stop()
        self._nudge()
        self._gate.leave()
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        await self.pulse.close()

    def parting(self) -> Parting | None:
        """What whoever owns the account next must know of what was said last."""
        return self._gate.parting()

    def reading(self, fence: int = 0) -> LaneReading:
        """How it stands, for whoever watches."""
        return LaneReading(self.account, fence, len(self._tasks), len(self._parking), self._trouble)

    def clock_was_set(self, by: timedelta) -> None:
        """The wall clock was set while something is carried: it lives as long as it would have."""
        self._landing.clock_was_set(by, self._busy.values())

    def _nudge(self) -> None:
        self._wake.set()
        if self._turn is not None:
            # Who waits for a slot may now want it for something more urgent, or not at all.
            self._turn.cancel()

    async def _enduring(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether the store let the work be done; otherwise a moment has passed and it may be tried again."""
        try:
            await work()
        except StoreTrouble as trouble:
            if not self._trouble:
                log.warning("the lane waits for the store", extra={"lane": self.id, "why": str(trouble)})
            self._trouble = str(trouble)
            self._looked = -math.inf
            await self._rest(_POLL)
            return False
        if self._trouble:
            log.warning("the lane goes on", extra={"lane": self.id})
            self._trouble = ""
        return True

    async def _turn_round(self) -> None:
        await self._look()
        for _ in range(_AT_ONCE):
            first = self._next()
            if first is not None:
                if not self._gate.take_now():
                    await self._queue_up(first.urgency)
                    return
                self._launch(first, asyncio.get_running_loop().time())
            elif not self._rounds.hungry(self._clock):
                await self._sleep()
                return
            # A walk that has dealt out its slice needs the store for the next.
            await self._fill()
        await asyncio.sleep(0)

    async def _look(self) -> None:
        """Take in what the store says is to be carried, at the least once a second: others publish too."""
        now = asyncio.get_running_loop().time()
        if now - self._looked >= _POLL or (self._gate.permitted() and not self._informed):
            # From here on, so that a call of `wake` meanwhile counts.
            self._looked = now
            informed = self._gate.permitted()
            orders = await self._store.read(broadcasts.orders, self.id, self._bulletins.known(self._needed()))
            called_off = self._rounds.refresh(orders.active, self._clock())
            for item in self._busy.values():
                for one in item.all:
                    one.superseded = one.superseded or called_off(one)
            self._landing.withdraw(called_off)
            self._bulletins.renew(self._needed(), orders.changed)
            # Whatever was called off by then starts no more.
            self._committer.acknowledge(self.id, orders.stop_seq)
            # While its lease was over a recall waited for nobody: what was heard then is no leave to send.
            self._informed = informed
        await self._fill()

    def _needed(self) -> set[int]:
        """The bulletins it carries."""
        on_the_wire = {one.bulletin_id for item in self._busy.values() for one in item.all}
        return self._rounds.bulletins() | self._parking.bulletins() | on_the_wire

    async def _fill(self) -> None:
        if self._rounds.hungry(self._clock):
            await self._rounds.fill(self._parking.holding, self._on_the_wire, self._clock())

    async def _queue_up(self, urgency: Urgency) -> None:
        """Wait for a slot in the gate, then start whoever is most urgent by then."""
        self._turn = self._gate.ask(urgency)
        if not self._turn.done():
            await asyncio.wait([self._turn])
        granted, self._turn = not self._turn.cancelled(), None
        if granted:
            admitted_at = asyncio.get_running_loop().time()
            await self._look()
            best = self._next()
            if best is not None:
                self._launch(best, admitted_at)

    def _next(self) -> Item | None:
        """Who may start now; it stays where it is."""
        if self._stopping or self._held_up() or self._gate.paused_for() > 0:
            return None
        walking, parked = self._next_walking(), self._next_parked()
        best = walking or parked
        if walking is not None and parked is not None and walking.urgency >= parked.urgency:
            fair = self._parked_next or parked.begun or parked.urgency < walking.urgency
            best = parked if fair else walking
        if best is None:
            return None
        return best if len(self._tasks) < self.pulse.room(best.urgency) else None

    def _held_up(self) -> bool:
        """Whether nothing may start now because it might be lost, or is not ours to send."""
        ours = self._informed and self._gate.permitted()
        return bool(self._committer.stuck) or self._committer.behind or not ours

    def _next_walking(self) -> Item | None:
        now = asyncio.get_running_loop().time()
        while (item := self._rounds.peek()) is not None:
            if item.receipts and self._carrier.complete(item):
                self._landing.already_there(self._rounds.take(item))
            elif self._expired(item):
                self._landing.expire(self._rounds.take(item))
            elif item.destination.id in self._parking or self._ready_at(item) > now:
                # Its destination is owed something already, busy or paced: wait in line, let the walk move on.
                self._landing.park(self._rounds.take(item))
            else:
                return item
        return None

    def _next_parked(self) -> Item | None:
        now = asyncio.get_running_loop().time()
        while (item := self._parking.next(now)) is not None and self._expired(item):
            self._landing.expire(item)
        return item

    def _launch(self, item: Item, admitted_at: float) -> None:
        if not item.parked:
            self._rounds.take(item)
        elif not item.also:
            owed = self._parking.of(item.destination.id)
            item.also = merging.companions(item, owed, self._bulletins, self._clock())
        self._parked_next = not item.parked
        here = item.destination.id
        self._busy[here] = item
        item.taken_at = self._gate.take_chat(item.chat)
        task = asyncio.create_task(self._carry(item, here, admitted_at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, item: Item, here: int, admitted_at: float) -> None:
        about.say(lambda: item.facts(self._bulletins[item.bulletin_id]))
        try:
            verdict = await self._carrier.carry(item, admitted_at)
            for one in item.all:
                self._rounds.touched(one)
            await self._landing.land(item, verdict)
        except (StoreTrouble, NotOurs) as trouble:
            self._landing.hold(item, 0.0, str(trouble))
        except Exception as error:
            # A mistake of ours in one bulletin affects only itself (promise P17).
            log.exception("a bulletin could not be carried", extra={"bulletin": item.bulletin_id})
            await self._landing.land(item, GiveUp(f"internal: {type(error).__name__}", refused=True))
        finally:
            del self._busy[here]
            self._parking.look_again(here)
            self._wake.set()

    def _ready_at(self, item: Item) -> float:
        if item.destination.id in self._busy:
            return math.inf
        return max(item.due, self._gate.chat_ready_at(item.chat, item.urgency))

    def _expired(self, item: Item) -> bool:
        return item.expires_at is not None and item.expires_at <= self._clock()

    def _on_the_wire(self, bulletin_id: int) -> bool:
        return any(one.bulletin_id == bulletin_id for item in self._busy.values() for one in item.all)

    async def _sleep(self) -> None:
        if self._gate.paused_for() > 0:
            rest = self._gate.paused_for()
        elif self._held_up():
            rest = _SOON
        elif len(self._tasks) >= self.pulse.room():
            rest = _POLL
        else:
            rest = self._parking.next_at() - asyncio.get_running_loop().time()
            rest = min(rest, self._rounds.opens_in(self._clock()))
        await self._rest(min(_POLL, rest))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(_MOMENT, seconds))
        self._wake.clear()
