"""What an answer changes: counts, who waits, who is paused. The lane's memory and the store, kept in step."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core import crashpoint
from core.courier.committer import Committer
from core.courier.gate import AccountGate
from core.courier.items import Item
from core.courier.outcomes import (
    CopyLost,
    Done,
    GiveUp,
    HoldAccount,
    PauseDestination,
    Readdress,
    Strike,
    TryAgain,
    Verdict,
    Withdrawn,
)
from core.courier.parking import Parking
from core.courier.readings import Ledger
from core.courier.refusals import Refusals
from core.courier.rounds import Rounds
from core.courier.walks import End
from core.model import Destination, DestinationStatus
from core.store import Store, accounts, commits, destinations, waiting

log = logging.getLogger(__name__)

_LONGEST_HOLD = 5.0
# A shorter wait that a platform asks for is over before anybody could take over the account.
_STORED_HOLD = 5.0
# A wait noted by a clock that was set back meanwhile would last a day; whoever did ask for longer asks again.
_BELIEVED = 3600.0
# What must be known again after a restart stands before the reason a waiting row gives.
_MAYBE_THERE = "maybe there: "
_ASKED = "asked to wait: "


class Landing:
    """Books the ends and delays of one lane's items."""

    def __init__(
        self,
        lane_id: int,
        store: Store,
        gate: AccountGate,
        committer: Committer,
        parking: Parking,
        rounds: Rounds,
        ledger: Ledger,
        clock: Callable[[], datetime],
        look: Callable[[], None],
    ) -> None:
        """Shares the lane's parking, rounds and counts; `look` has it look at once at what is to be carried."""
        self._lane_id = lane_id
        self._store = store
        self._gate = gate
        self._committer = committer
        self._parking = parking
        self._rounds = rounds
        self._ledger = ledger
        self._clock = clock
        self._holds = 0
        self._refusals = Refusals(lane_id, store, clock, look)
        self.merged: set[int] = set()
        """Destinations that another one became: what the other one got, they have."""

    async def land(self, item: Item, verdict: Verdict) -> None:
        """Book what came of carrying an item once. May raise StoreTrouble; then nothing was booked."""
        self._holds = self._holds if isinstance(verdict, HoldAccount) else 0
        match verdict:
            case Done() | Withdrawn() | CopyLost():
                await self._over(item, verdict)
            case TryAgain():
                self._try_again(item, verdict)
            case HoldAccount(seconds, why):
                self.hold(item, seconds, why)
            case Readdress(chat_id):
                await self._readdress(item, chat_id)
            case _:
                await self._refused(item, verdict)

    def park(self, item: Item) -> None:
        """The item waits: in the store and in line with what its destination is owed already.

        What was tried together is tried together again, unless some of it was called off meanwhile.
        """
        for one in item.all:
            self._park(one)
        if item.attempts == 0 or item.called_off:
            item.also = ()

    def _park(self, item: Item) -> None:
        if item.superseded:
            self._end(item, End.UNKNOWN if item.unknowns else End.SKIPPED, "superseded")
            return
        rest = max(0.0, item.due - asyncio.get_running_loop().time())
        self._committer.owes(
            commits.Park(
                id=0,
                lane_id=self._lane_id,
                destination_id=item.destination.id,
                bulletin_id=item.bulletin_id,
                broadcast_id=item.broadcast_id,
                operation=item.operation,
                urgency=item.urgency,
                due_at=self._clock() + timedelta(seconds=rest),
                attempts=item.attempts,
                why=item.why or "paced",
            )
        )
        if item.parked:
            self._parking.look_again(item.destination.id)
        else:
            item.parked = True
            self._parking.add(item)
        self._rounds.passed(item)
        self._committer.touch()

    def expire(self, item: Item) -> None:
        """The item outlived its lifetime: it is never sent as new. What was to share its message goes on without it."""
        first, *others = item.also or (None,)
        item.also = ()
        if first is not None and not item.parked:
            first.also = tuple(others)
            self._rounds.put_back(first)
        if item.unknowns:
            self._end(item, End.UNKNOWN)
        elif item.begun:
            self._end(item, End.FAILED)
        else:
            self._end(item, End.SKIPPED, "expired")

    def already_there(self, item: Item) -> None:
        """Every part was sent before a crash."""
        self._end(item, End.SENT)

    def clock_was_set(self, by: timedelta, on_the_wire: Iterable[Item]) -> None:
        """The wall clock was set by so much: what is carried lives as long as it would have."""
        waiting = (*on_the_wire, *self._rounds.clock_was_set(by), *self._parking.items())
        for item in dict.fromkeys(one for leader in waiting for one in leader.all):
            item.shift(by)

    def withdraw(self, called_off: Callable[[Item], bool]) -> None:
        """What was called off waits no longer."""
        if keys := self._parking.withdraw(called_off):
            self._committer.owes_no_more(self._lane_id, *keys)

    def hold(self, item: Item, seconds: float, why: str) -> None:
        """Nothing of this account leaves for a while; the item was not tried at all and keeps its place."""
        for one in item.all:
            one.attempts = max(0, one.attempts - 1)  # a follower's is counted only once it was made
        self._gate.give_back_chat(item.chat, item.taken_at)
        # Else our lease is late, which is no failure of the platform's: the lane waits for it by itself.
        if self._gate.permitted():
            self._hold_account(seconds, why)
        # In its walk it would let pass what its destination is owed after it, or between its parts.
        begun = any(one.parked or one.begun or one.superseded for one in item.all)
        if begun or item.destination.id in self._parking:
            self.park(item)
        else:
            self._rounds.put_back(item)

    def _hold_account(self, seconds: float, why: str) -> None:
        if self._gate.paused_for() == 0:
            # Whatever was on the wire together fails together: that is one failure.
            self._holds += 1
        wait = max(seconds, min(_LONGEST_HOLD, 2.0 ** min(self._holds - 1, 9)))
        if self._gate.paused_for() < wait:
            self._gate.pause(wait)
            log.warning("the account is held", extra={"lane": self._lane_id, "seconds": wait, "why": why})
            if seconds > _STORED_HOLD:
                self._committer.pending.held.append((self._lane_id, self._clock() + timedelta(seconds=seconds), why))
                self._committer.touch()

    async def recall(self) -> None:
        """Take up what waited when the last owner of the lane ended, and how long the account was asked to wait."""
        await self._refusals.recall()
        until = await self._store.read(accounts.held_until, self._lane_id)
        now, loop = self._clock(), asyncio.get_running_loop().time()
        if until is not None:
            self._gate.pause(min(_BELIEVED, (until - now).total_seconds()))
        for owed in await self._store.read(waiting.owed, self._lane_id):
            row = owed.waiting
            if owed.destination is None:
                self._committer.owes_no_more(self._lane_id, (row.destination_id, row.bulletin_id, row.operation))
                continue
            item = Item(
                destination=owed.destination,
                bulletin_id=row.bulletin_id,
                broadcast_id=row.broadcast_id,
                operation=row.operation,
                urgency=row.urgency,
                expires_at=owed.expires_at,
                receipts=owed.receipts,
                attempts=row.attempts,
                due=loop + min(_BELIEVED, (row.due_at - now).total_seconds()),
                said=1,
                why=row.why,
                parked=True,
            )
            if row.why.startswith(_ASKED):
                self._gate.pause_chat(item.chat, item.due - loop)
            # When it was tried first is forgotten; the wait it was in is shorter than what we count on.
            if row.why.removeprefix(_ASKED).startswith(_MAYBE_THERE):
                item.unknowns, item.first_try = 1, row.due_at
            self._parking.add(item)
        crashpoint.here("in_take_over")

    def _try_again(self, item: Item, verdict: TryAgain) -> None:
        for one in item.all:
            one.due = asyncio.get_running_loop().time() + (verdict.at - self._clock()).total_seconds()
            one.why = (_ASKED if verdict.asked else "") + (_MAYBE_THERE if verdict.maybe_there else "") + verdict.why
        self.park(item)

    def _end(self, item: Item, end: End, why: str = "") -> None:
        self._rounds.ended(item, end, why)
        self._ledger.end(item.urgency, end.value)
        if item.parked:
            item.parked = False
            self._parking.remove(item)
            self._committer.owes_no_more(self._lane_id, item.key)
        self._committer.touch()

    async def _over(self, item: Item, verdict: Done | Withdrawn | CopyLost) -> None:
        if isinstance(verdict, Done):
            # First: a store in trouble must find nothing booked.
            await self._refusals.taken(item)
        for one in item.all:
            match verdict:
                case Done():
                    self._end(one, End.SENT)
                case Withdrawn(why):
                    self._end(one, End.SKIPPED, why)
                case CopyLost():
                    self._rounds.unchangeable(one)
                    self._end(one, End.SKIPPED, "copy_lost")

    async def _refused(self, item: Item, verdict: PauseDestination | Strike | GiveUp) -> None:
        match verdict:
            case PauseDestination(because):
                log.info("destination paused", extra={"destination": item.destination.id, "because": because})
                self._committer.pending.paused.append((item.destination.id, because))
                self._fail(*item.all, *self._parking.of(item.destination.id))
            case Strike(missing):
                paused = await self._refusals.strike(item, missing)
                self._fail(*item.all, *(self._parking.of(item.destination.id) if paused else ()))
            case GiveUp(refused=True) if item.also:
                # Perhaps only one of them is at fault: each goes by itself.
                for one in item.all:
                    one.alone, one.attempts = True, 0
                self.park(item)
            case GiveUp(why, unknown, refused):
                facts = {"bulletin": item.bulletin_id, "destination": item.destination.id}
                log.warning("not delivered", extra={**facts, "why": why, "unknown": unknown})
                self._fail(*item.all, unknown=unknown)
                if refused:
                    await self._refusals.refused(item, why)

    def _fail(self, *items: Item, unknown: bool = False) -> None:
        for item in dict.fromkeys(items):
            self._rounds.unchangeable(item)
            self._end(item, End.UNKNOWN if unknown or item.unknowns else End.FAILED)

    async def _readdress(self, item: Item, chat_id: int) -> None:
        old = item.destination
        # Copies on their way into the store stay behind in the old chat like the others.
        await self._committer.settled()
        await self._store.write(destinations.move, old.account, old.address.chat_id, chat_id, self._clock())
        # It may have been known under its new address already: then the two have become one.
        new = await self._store.read(destinations.find, old.account, replace(old.address, chat_id=chat_id))
        item.why = "moved"
        waiting = dict.fromkeys((*item.all, *self._parking.of(old.id)))
        item.also = ()
        for waits in waiting:
            self._parking.remove(waits)
            self._take_along(waits, new)

    def _take_along(self, item: Item, new: Destination | None) -> None:
        if new is None:
            self._end(item, End.FAILED)
            return
        if new.id != item.destination.id:
            self.merged.add(new.id)
        item.destination = new
        if new.id in self._parking.holding(item.bulletin_id, item.operation):
            # The store has made one of the two rows.
            item.parked = False
            self._end(item, End.SKIPPED, "moved")
        elif new.status is not DestinationStatus.ACTIVE:
            self._end(item, End.FAILED)
        else:
            item.parked = False
            self.park(item)
