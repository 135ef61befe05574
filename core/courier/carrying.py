"""Carry one bulletin to one destination: draw it, speak it part by part, and say what came of it.

Nothing comes between the parts of one bulletin, a part that has its copy is never sent again, and an edit flows the
new text into the copies that exist.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from core.courier import gate
from core.courier.gate import AccountGate
from core.courier.items import Item, Result, nonce
from core.courier.outcomes import Attempt, CopyLost, Done, GiveUp, Verdict, Withdrawn, judge
from core.model import Bulletin, EntryStatus, Operation, Receipt
from core.platform import Copy, Lost, Manner, Outcome, Part, Sender, Sent, Unknown

Load = Callable[[int], Awaitable[Bulletin]]
Keep = Callable[[Receipt], None]


@dataclass(slots=True)
class _Run:
    """What one carrying has gathered so far."""

    item: Item
    bulletin: Bulletin
    language: str
    receipts: list[Receipt]
    removed: list[tuple[int, int, int]]
    first_call: bool = True


class Carrier:
    """Speaks for one account."""

    def __init__(
        self, sender: Sender, account_gate: AccountGate, load: Load, keep: Keep, clock: Callable[[], datetime]
    ) -> None:
        """`load` gives a bulletin at its current revision; `keep` takes each receipt the moment it is there."""
        self._sender = sender
        self._gate = account_gate
        self._load = load
        self._keep_receipt = keep
        self._clock = clock

    async def carry(self, item: Item) -> Result:
        """Carry `item`, whose first call has already passed the gate and its chat's pace."""
        item.attempts += 1
        item.first_try = item.first_try or self._clock()
        bulletin = await self._load(item.bulletin_id)
        receipts = sorted(item.receipts, key=lambda receipt: receipt.part)
        language = receipts[0].language if receipts else item.destination.language
        run = _Run(item, bulletin, language, [], [])
        if item.operation is Operation.PUBLISH:
            verdict = await self._publish(run, receipts)
        else:
            verdict = await self._change(run, receipts)
        return Result(item, verdict, tuple(run.receipts), tuple(run.removed))

    async def _publish(self, run: _Run, receipts: list[Receipt]) -> Verdict:
        start = 0
        for part in self._sender.draw(run.bulletin, run.language):
            if start + part.weight > len(receipts):
                # Asked before each part: a retraction that came in between stops the rest.
                entry = (await self._load(run.item.bulletin_id)).entry
                if entry is not None and entry.status is not EntryStatus.PUBLISHED:
                    return Withdrawn(entry.status.value)
                verdict = await self._send(run, part, start, silent=not run.bulletin.loud or start > 0)
                if not isinstance(verdict, Done):
                    return verdict
            start += part.weight
        return Done()

    async def _change(self, run: _Run, receipts: list[Receipt]) -> Verdict:
        kept = tuple(receipt.form for receipt in receipts)
        start = 0
        for part in self._sender.draw(run.bulletin, run.language, kept):
            copies = receipts[start : start + part.weight]
            verdict = await self._flow(run, part, start, copies)
            if not isinstance(verdict, Done):
                return verdict
            start += part.weight
        for receipt in receipts[start:]:
            verdict = await self._remove(run, receipt)
            if not isinstance(verdict, Done):
                return verdict
        return Done()

    async def _flow(self, run: _Run, part: Part, start: int, receipts: list[Receipt]) -> Verdict:
        if len(receipts) < part.weight:
            return await self._send(run, part, start, silent=True)
        if all(receipt.revision >= run.bulletin.revision for receipt in receipts):
            return Done()
        copies = tuple(Copy(receipt.message_id, receipt.form) for receipt in receipts)
        outcome = await self._call(run, lambda: self._sender.edit(run.item.destination.address, copies, part))
        match self._judge(run, outcome):
            case Done():
                # Telegram may answer an edit with the copy in another form (a photo that had to stay a photo).
                answered = outcome.copies if isinstance(outcome, Sent) and outcome.copies else copies
                self._keep(run, answered, start)
                return Done()
            case CopyLost(why):
                return await self._answer_lost(run, part, start, receipts, why)
            case verdict:
                return verdict

    async def _answer_lost(self, run: _Run, part: Part, start: int, receipts: list[Receipt], why: str) -> Verdict:
        if run.item.operation is Operation.RETRACT:
            # Whoever saw the entry must see that it no longer stands: answer the copy that cannot be changed.
            return await self._send(run, part, start, silent=True, reply_to=receipts[0].message_id)
        run.removed.extend((receipt.bulletin_id, receipt.destination_id, receipt.part) for receipt in receipts)
        return CopyLost(why)

    async def _remove(self, run: _Run, receipt: Receipt) -> Verdict:
        copy = Copy(receipt.message_id, receipt.form)
        outcome = await self._call(run, lambda: self._sender.remove(run.item.destination.address, copy))
        verdict = self._judge(run, outcome)
        if isinstance(verdict, (Done, CopyLost)):
            run.removed.append((receipt.bulletin_id, receipt.destination_id, receipt.part))
            return Done()
        return verdict

    async def _send(self, run: _Run, part: Part, start: int, *, silent: bool, reply_to: int | None = None) -> Verdict:
        manner = Manner(silent, nonce(run.bulletin.id, run.item.destination.id, start), reply_to)
        if run.first_call and part.weight > 1:
            self._gate.take_chat(run.item.chat, part.weight - 1)
            await self._gate.slot(run.item.urgency, part.weight - 1)
        outcome = await self._call(run, lambda: self._sender.send(run.item.destination.address, part, manner))
        verdict = self._judge(run, outcome)
        if isinstance(outcome, Sent) and isinstance(verdict, Done):
            self._keep(run, outcome.copies, start)
        return verdict

    async def _call(self, run: _Run, speak: Callable[[], Awaitable[Outcome]]) -> Outcome:
        if run.first_call:
            run.first_call = False
            with gate.speaking(run.item.urgency), gate.admitted():
                return await speak()
        with gate.speaking(run.item.urgency):
            return await speak()

    def _judge(self, run: _Run, outcome: Outcome) -> Verdict:
        item = run.item
        if isinstance(outcome, Unknown):
            item.unknowns += 1
        if isinstance(outcome, Lost) and item.operation is Operation.PUBLISH:
            return GiveUp(outcome.why)
        platform = item.destination.address.platform
        now = self._clock()
        first_try = item.first_try or now
        attempt = Attempt(
            platform, item.operation, item.urgency, item.attempts, item.unknowns, first_try, item.expires_at
        )
        return judge(outcome, attempt, now)

    def _keep(self, run: _Run, copies: tuple[Copy, ...], start: int) -> None:
        for offset, copy in enumerate(copies):
            receipt = Receipt(
                bulletin_id=run.bulletin.id,
                destination_id=run.item.destination.id,
                part=start + offset,
                message_id=copy.message_id,
                revision=run.bulletin.revision,
                form=copy.form,
                loud=run.bulletin.loud,
                language=run.language,
                sent_at=self._clock(),
            )
            run.receipts.append(receipt)
            self._keep_receipt(receipt)
