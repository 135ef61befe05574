"""What an answer changes: receipts, counts, who waits, who is paused. The lane's memory and the store, kept in step."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.courier.committer import Committer
from core.courier.gate import AccountGate
from core.courier.items import Item, Key, Result
from core.courier.outcomes import CopyLost, Done, GiveUp, HoldAccount, PauseDestination, Readdress, TryAgain, Withdrawn
from core.courier.parking import Parking
from core.courier.rounds import Rounds
from core.model import Receipt
from core.store import Store, broadcasts, commits, destinations, receipts, waiting

log = logging.getLogger(__name__)

_LONGEST_HOLD = 60.0


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
        clock: Callable[[], datetime],
    ) -> None:
        """Shares the lane's parking and rounds."""
        self._lane_id = lane_id
        self._store = store
        self._gate = gate
        self._committer = committer
        self._parking = parking
        self._rounds = rounds
        self._clock = clock
        self._holds = 0

    async def land(self, result: Result) -> None:
        """Book what came of carrying an item once."""
        item = result.item
        item.receipts = _merge(item.receipts, result)
        self._committer.pending.removed.extend(result.removed)
        if not isinstance(result.verdict, HoldAccount):
            self._holds = 0
        match result.verdict:
            case Done() | Withdrawn() | CopyLost():
                self._over(item, result.verdict)
            case TryAgain(at, why):
                item.due_at, item.why = at, why
                self.park(item)
            case HoldAccount(seconds, why):
                self._hold(item, seconds, why)
            case Readdress(chat_id):
                await self._readdress(item, chat_id)
            case PauseDestination() | GiveUp():
                self._refused(item, result.verdict)

    def _over(self, item: Item, verdict: Done | Withdrawn | CopyLost) -> None:
        match verdict:
            case Done():
                self._end(item, sent=1)
            case Withdrawn(why):
                self._end(item, skipped=why)
            case CopyLost():
                self._rounds.unchangeable(item)
                self._end(item, skipped="copy_lost")

    def _refused(self, item: Item, verdict: PauseDestination | GiveUp) -> None:
        if isinstance(verdict, PauseDestination):
            self._pause(item, verdict.because)
        else:
            self._give_up(item, verdict.why, unknown=verdict.unknown)

    def park(self, item: Item) -> None:
        """The item waits: in the store and in line behind what its destination is owed already."""
        known = item.parked
        item.parked = True
        due = item.due_at or self._clock()
        self._committer.pending.park.append(
            commits.Park(
                id=0,
                lane_id=self._lane_id,
                destination_id=item.destination.id,
                bulletin_id=item.bulletin_id,
                broadcast_id=item.broadcast_id,
                operation=item.operation,
                urgency=item.urgency,
                due_at=due,
                attempts=item.attempts,
                why=item.why or "paced",
            )
        )
        if known:
            self._parking.look_again(item.destination.id)
        else:
            self._parking.add(item)
        self._rounds.passed(item)
        self._committer.touch()

    def expire(self, item: Item) -> None:
        """The item outlived its lifetime: it is never sent as new."""
        self._end(item, skipped="expired")

    def unpark(self, key: Key) -> None:
        """The store may forget a waiting item."""
        self._committer.pending.unpark.append(key)
        self._committer.touch()

    async def recall(self, row: waiting.Waiting) -> Item:
        """A waiting row as an item again, after a restart."""
        return Item(
            destination=await self._store.read(destinations.get, row.destination_id),
            bulletin_id=row.bulletin_id,
            broadcast_id=row.broadcast_id,
            operation=row.operation,
            urgency=row.urgency,
            expires_at=(await self._store.read(broadcasts.get, row.broadcast_id)).expires_at,
            receipts=await self._store.read(receipts.of, row.bulletin_id, row.destination_id),
            attempts=row.attempts,
            due_at=row.due_at,
            why=row.why,
            parked=True,
        )

    def _end(self, item: Item, *, sent: int = 0, failed: int = 0, unknown: int = 0, skipped: str = "") -> None:
        self._rounds.count(item.broadcast_id, sent=sent, failed=failed, unknown=unknown, skipped=skipped)
        if item.parked:
            self._parking.remove(item)
            self._committer.pending.unpark.append(item.key)
        self._rounds.passed(item)
        self._committer.touch()

    def _hold(self, item: Item, seconds: float, why: str) -> None:
        self._holds += 1
        self._gate.give_back_chat(item.chat)
        wait = max(seconds, min(_LONGEST_HOLD, 2.0**self._holds / 2))
        if self._gate.paused_for() < wait:
            self._gate.pause(wait)
            log.warning("the account is held", extra={"lane": self._lane_id, "seconds": wait, "why": why})
        if item.parked:
            item.due_at = self._clock() + timedelta(seconds=wait)
            self._parking.look_again(item.destination.id)
        else:
            self._rounds.put_back(item)

    def _pause(self, item: Item, because: str) -> None:
        log.info("destination paused", extra={"destination": item.destination.id, "because": because})
        self._committer.pending.paused.append((item.destination.id, because))
        self._rounds.unchangeable(item)
        for owed in self._parking.of(item.destination.id):
            if owed is not item:
                self._end(owed, failed=1)
        self._end(item, failed=1)

    async def _readdress(self, item: Item, chat_id: int) -> None:
        old = item.destination
        owed = self._parking.of(old.id)
        for waits in owed:
            self._parking.remove(waits)
        await self._store.write(destinations.move, old.account, old.address.chat_id, chat_id, self._clock())
        # The chat may have been known under its new address already: then the two have become one.
        moved = await self._store.read(destinations.find, old.account, replace(old.address, chat_id=chat_id))
        item.due_at, item.why = self._clock(), "moved"
        self._rounds.passed(item)
        for waits in (*owed, *(() if item in owed else (item,))):
            waits.destination = moved or replace(old, address=replace(old.address, chat_id=chat_id))
            waits.parked = False
            self.park(waits)

    def _give_up(self, item: Item, why: str, *, unknown: bool) -> None:
        log.warning(
            "not delivered",
            extra={"bulletin": item.bulletin_id, "destination": item.destination.id, "why": why, "unknown": unknown},
        )
        self._rounds.unchangeable(item)
        self._end(item, failed=0 if unknown else 1, unknown=1 if unknown else 0)


def _merge(before: tuple[Receipt, ...], result: Result) -> tuple[Receipt, ...]:
    gone = {part for _, _, part in result.removed}
    parts = {receipt.part: receipt for receipt in (*before, *result.receipts) if receipt.part not in gone}
    return tuple(parts[part] for part in sorted(parts))
