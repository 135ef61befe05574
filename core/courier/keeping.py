"""One process's share of the lanes: it claims what nobody holds, keeps what it can, hands over what is too much.

A lane is taken up, carried until it is wanted back or lost, and given back only when nothing of it is on the wire and
every receipt is stored: so whoever takes it next starts within a moment, and repeats nothing.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.courier.committer import Committer
from core.courier.lane import Lane
from core.courier.tenure import Tenure
from core.errors import StoreTrouble
from core.store import Store, leases
from core.store.leases import Claimed, Outlook
from core.store.wakes import EVERY, Lanes

log = logging.getLogger(__name__)

Watch = Callable[[str, bool], Awaitable[None]]
"""Told of an account: True when it has become ours, before its first request; False before it is given back."""
_OURS, _NOT_OURS = True, False
_MOMENT = 0.005


async def nobody_watches(_account: str, _held: bool, /) -> None:  # noqa: FBT001 -- as `Watch` says
    """For couriers whose accounts need no care of their own."""


@dataclass(slots=True)
class _Tended:
    """A lane from its claim until it is given back."""

    claimed: Claimed
    lane: Lane
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Keeper:
    """Claims, tends and gives back the lanes of one process."""

    def __init__(
        self,
        store: Store,
        tenure: Tenure,
        committer: Committer,
        lanes: Mapping[str, Callable[[Claimed], Lane]],
        watch: Watch,
        clock: Callable[[], datetime],
    ) -> None:
        """`lanes` makes the lane of each account we could carry, once it is ours."""
        self._store = store
        self._tenure = tenure
        self._committer = committer
        self._make = lanes
        self._watch = watch
        self._clock = clock
        self._tended: dict[str, _Tended] = {}
        self._nudge = asyncio.Event()
        self._ahead: dict[tuple[str, int], float] = {}
        self._handed_over_at = -math.inf
        self._said = ""

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes at work, those on their way out included."""
        return tuple(tended.lane for tended in self._tended.values())

    def wake(self, lanes: Lanes = EVERY) -> None:
        """Something was committed that may concern these lanes; by default every one, and those nobody holds."""
        if not lanes:
            self._nudge.set()
        for lane in self.lanes:
            if not lanes or lane.id in lanes:
                lane.wake()

    async def keep(self, crew: asyncio.TaskGroup, wanted_back: asyncio.Event) -> None:
        """Hold our share until it is `wanted_back`, then see every lane to its end. Lanes are tasks of `crew`."""
        ending = asyncio.create_task(wanted_back.wait())
        ending.add_done_callback(lambda _: self._nudge.set())
        try:
            while not wanted_back.is_set():
                rest = await self._enduring(crew)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._nudge.wait(), rest)
                self._nudge.clear()
        finally:
            ending.cancel()
            self._tenure.leaving = True
            # Others may take our share from now on, lane by lane as it comes free.
            self._committer.hurry()
            for tended in self._tended.values():
                tended.over.set()

    def lost(self, account: str) -> None:
        """Another process owns it now: what is on the wire is waited for, nothing else is done."""
        tended = self._tended.get(account)
        if tended is not None:
            log.warning("the account was taken over by another process", extra={"account": account})
            tended.over.set()

    async def _enduring(self, crew: asyncio.TaskGroup) -> float:
        """Look once; returns the seconds until the next look."""
        try:
            outlook = await self._share(crew)
        except StoreTrouble as trouble:
            self._say(f"the lanes cannot be seen: {trouble}")
            return self._tenure.terms.look
        # When the dead are found out, not a while after.
        return min(self._tenure.terms.look, outlook.soonest + _MOMENT)

    async def _share(self, crew: asyncio.TaskGroup) -> Outlook:
        alone, who = self._store.alone, self._tenure.who
        outlook = await self._store.read(leases.look, who, self._clock(), alone=alone)
        if not outlook.present:
            await self._store.write(leases.enter, who, self._clock())
        orphans = self._orphans(outlook)
        wanted = [one for one in (*outlook.free, *orphans) if one in self._make and one not in self._tended]
        if wanted and (alone or outlook.held < outlook.share):
            await self._claim(crew, wanted, orphans, alone=alone)
        self._hand_over(outlook)
        self._tell(outlook)
        return outlook

    def _orphans(self, outlook: Outlook) -> list[str]:
        """Whose lease a clock that was set back would keep for ever: an owner that lived would have renewed it."""
        now = self._tenure.elapsed()
        self._ahead = {one: self._ahead.get(one, now) for one in outlook.ahead}
        return [account for (account, _), since in self._ahead.items() if now - since > 2 * self._tenure.terms.ttl]

    async def _claim(self, crew: asyncio.TaskGroup, accounts: list[str], orphans: list[str], *, alone: bool) -> None:
        asked_at, who, now = self._tenure.elapsed(), self._tenure.who, self._clock()
        claimed = await self._store.write(leases.claim, who, accounts, now, alone=alone, orphans=orphans)
        for one in claimed:
            self._tenure.begin(one, asked_at)
            log.info("the account is ours", extra={"account": one.account, "fence": one.fence})
            self._tended[one.account] = tended = _Tended(one, self._make[one.account](one))
            crew.create_task(self._tend(tended), name=f"tend lane {one.lane_id}")

    def _hand_over(self, outlook: Outlook) -> None:
        """Give one away when we hold too many, and not the next before that one had time to settle."""
        held = [one for one in self._tended.values() if not one.over.is_set()]
        now = self._tenure.elapsed()
        if len(held) > outlook.fair and now - self._handed_over_at >= self._tenure.terms.ttl / 2:
            self._handed_over_at = now
            log.info("handing an account over to another process", extra={"account": held[-1].claimed.account})
            held[-1].over.set()

    def _tell(self, outlook: Outlook) -> None:
        free = any(account in self._make for account in outlook.free)
        idle = not self._tended and not free and outlook.others
        self._say(f"standing by: every account is held by {', '.join(outlook.others)}" if idle else "")

    def _say(self, words: str) -> None:
        if words and words != self._said:
            log.warning(words)
        self._said = words

    async def _tend(self, tended: _Tended) -> None:
        try:
            await self._watch(tended.claimed.account, _OURS)
            await self._carry(tended)
        finally:
            await self._give_back(tended)

    async def _carry(self, tended: _Tended) -> None:
        carrying = asyncio.create_task(tended.lane.run(), name=f"lane {tended.lane.id}")
        ending = asyncio.create_task(tended.over.wait())
        try:
            await asyncio.wait((carrying, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Also when we are cancelled: what is on the wire may have arrived.
            ending.cancel()
            await tended.lane.drain()
            await carrying

    async def _give_back(self, tended: _Tended) -> None:
        account = tended.claimed.account
        with contextlib.suppress(StoreTrouble):
            # The committer has said why, and ends everything.
            await self._committer.settled()
        try:
            await self._watch(account, _NOT_OURS)
        finally:
            self._committer.leave(tended.lane.id)
            held = self._tenure.holds(account)
            self._tenure.end(account)
            if held:
                await self._release(tended)
            del self._tended[account]
            self._nudge.set()

    async def _release(self, tended: _Tended) -> None:
        claimed = tended.claimed
        try:
            parting = tended.lane.parting()
            await self._store.write(leases.release, claimed.lane_id, claimed.fence, self._clock(), parting)
        except StoreTrouble as trouble:
            log.warning("a lease runs out by itself", extra={"account": claimed.account, "why": str(trouble)})
