"""One carrying's calls to its platform: each at its chat's pace, each answer judged, each copy remembered at once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core import crashpoint
from core.courier import gate
from core.courier.committer import Committer
from core.courier.gate import AccountGate
from core.courier.items import Item, nonce
from core.courier.outcomes import Attempt, Done, TryAgain, Verdict, Withdrawn, judge, luck
from core.courier.pulse import Pulse
from core.courier.readings import Ledger
from core.model import Bulletin, Platform, Receipt
from core.platform import Copy, Manner, NotSent, Outcome, Part, Sender, Sent, Unknown

_DONE = Done()
_SUPERSEDED = Withdrawn("superseded")


@dataclass(slots=True)
class Run:
    """One carrying."""

    item: Item
    bulletin: Bulletin
    language: str
    admitted_at: float
    first_call: bool = True
    edited: list[Receipt] = field(default_factory=list)
    """Receipts of edits, kept when the whole change is done: until then a crash must find the copies out of date."""


class Speaker:
    """Makes the calls of one account's carryings."""

    def __init__(
        self,
        sender: Sender,
        account_gate: AccountGate,
        committer: Committer,
        clock: Callable[[], datetime],
        ledger: Ledger,
        pulse: Pulse,
    ) -> None:
        """`committer` takes each receipt the moment it is there; `pulse` hears how each call ended."""
        self.sender = sender
        self.clock = clock
        self._gate = account_gate
        self._committer = committer
        self._ledger = ledger
        self._pulse = pulse
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Start no more calls but those already admitted."""
        self._stopping.set()

    async def send(
        self,
        run: Run,
        part: Part,
        start: int,
        *,
        silent: bool,
        reply_to: int | None = None,
        also: tuple[int, ...] = (),
        anew: bool = False,
    ) -> tuple[Verdict, tuple[Copy, ...]]:
        """Send a part; returns its copies, which the caller keeps. `also`: the other bulletins it speaks for.

        `anew`: in the place of a part that is gone, which is not to be taken for it.
        """
        item = run.item
        # Only Discord knows a message again.
        discord = item.destination.address.platform is Platform.DISCORD
        also = (*also, -run.bulletin.revision) if anew else also
        manner = Manner(silent, nonce(run.bulletin.id, item.destination.id, start, also) if discord else "", reply_to)
        to = item.destination.address
        verdict, outcome = await self.call(run, lambda: self.sender.send(to, part, manner), weight=part.weight)
        if isinstance(outcome, Unknown):
            item.unknowns += 1
            item.said = run.bulletin.revision if item.said is None else item.said
        if not isinstance(outcome, Sent):
            return verdict, ()
        if item.unknowns and not discord:
            self._ledger.maybe_twice(item.urgency)
        return verdict, outcome.copies

    def sent(self, run: Run, copies: Sequence[Copy], start: int) -> None:
        """Remember the copies of a part that was just sent."""
        item = run.item
        # Discord answers a nonce it knows with the message of the first try, whatever that one said.
        first = item.said if item.destination.address.platform is Platform.DISCORD else None
        for part_number, copy in enumerate(copies, start):
            self.keep(run, self.receipt(run, copy, part_number, first))
        item.attempts, item.unknowns, item.first_try = 1, 0, None

    async def call(
        self, run: Run, speak: Callable[[], Awaitable[Outcome]], *, weight: int = 1, repeatable: bool = False
    ) -> tuple[Verdict, Outcome | None]:
        """Make one call of so many messages and judge its answer. `repeatable`: doing it twice is doing it once."""
        item = run.item
        if not item.unknowns:
            # What certainly did not reach Discord starts no nonce's window.
            item.first_try = self.clock()
        held_back = await self._admit(run, weight)
        if held_back is not None:
            return held_back, None
        crashpoint.here("before_send")
        outcome = await speak()
        crashpoint.here("after_send_before_receipt")
        if item.called_off and isinstance(outcome, NotSent):
            # Called off on its way through the transport: the gate may have turned it away.
            return self._called_off(item), outcome
        if self._gate.permitted():
            # Else nothing was asked of the platform: our lease is late.
            self._pulse.heard(outcome)
        if isinstance(outcome, Sent):
            return _DONE, outcome
        now = self.clock()
        attempt = Attempt(
            platform=item.destination.address.platform,
            urgency=item.urgency,
            attempts=item.attempts,
            unknowns=item.unknowns + (isinstance(outcome, Unknown) and not repeatable),
            first_try=item.first_try or now,
            expires_at=item.expires_at,
            repeatable=repeatable,
            luck=luck(item.bulletin_id, item.destination.id, item.attempts),
        )
        return judge(outcome, attempt, now), outcome

    def receipt(self, run: Run, copy: Copy, part: int, revision: int | None = None) -> Receipt:
        """What there is to remember of a copy; it says the run's revision unless another is given."""
        return Receipt(
            bulletin_id=run.bulletin.id,
            destination_id=run.item.destination.id,
            part=part,
            message_id=copy.message_id,
            revision=run.bulletin.revision if revision is None else revision,
            form=copy.form,
            loud=run.bulletin.loud,
            language=run.language,
            sent_at=self.clock(),
        )

    def keep(self, run: Run, receipt: Receipt) -> None:
        """Remember a copy of the run's bulletin."""
        there = run.item.receipts
        if there:
            others = [one for one in there if one.part != receipt.part]
            run.item.receipts = tuple(sorted([*others, receipt], key=lambda one: one.part))
        else:
            run.item.receipts = (receipt,)
        self._committer.keep(receipt)

    def forget(self, run: Run, receipts: Sequence[Receipt]) -> None:
        """Some of its copies are gone."""
        for receipt in receipts:
            self._committer.forget(receipt)
        run.item.receipts = tuple(one for one in run.item.receipts if one not in receipts)

    async def _admit(self, run: Run, weight: int) -> Verdict | None:
        """Wait for the call's turn; what follows when there is none to be had any more."""
        item, admitted_at = run.item, run.admitted_at
        if not run.first_call or weight > 1:
            # The lane's slot was for one message, the first.
            rest = weight - run.first_call
            if not run.first_call and await self._stopped_before(
                self._gate.chat_ready_at(item.chat, item.urgency, rest)
            ):
                return TryAgain(self.clock(), "stopping")
            self._gate.take_chat(item.chat, rest)
            await self._gate.slot(item.urgency, weight)
            admitted_at = asyncio.get_running_loop().time()
        if item.called_off:
            # It was called off while it waited: not one more message of it leaves (promise P8).
            return self._called_off(item)
        run.first_call = False
        gate.speak_as(item.urgency, admitted_at, lambda: not item.called_off)
        return None

    def _called_off(self, item: Item) -> Verdict:
        # What was to share its message goes on without it.
        return TryAgain(self.clock(), "called off") if item.also else _SUPERSEDED

    async def _stopped_before(self, at: float) -> bool:
        """Wait until an instant of the loop's clock; whether we are to end meanwhile."""
        wait = at - asyncio.get_running_loop().time()
        if wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
        return self._stopping.is_set()
