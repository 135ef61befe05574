"""Carry one bulletin to one destination: draw it, speak it part by part, and say what came of it.

Nothing comes between the parts of one bulletin, a part that has its copy is never sent again, and an edit flows the
new text into the copies that exist.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from core import crashpoint, rules
from core.courier import gate
from core.courier.committer import Committer
from core.courier.gate import AccountGate
from core.courier.items import Item, nonce
from core.courier.outcomes import Attempt, CopyLost, Done, TryAgain, Verdict, Withdrawn, judge
from core.courier.shelf import Shelf
from core.model import Bulletin, BulletinKind, EntryStatus, Operation, Platform, Receipt, Urgency
from core.platform import Copy, Manner, Outcome, Part, Sender, Sent, Unknown
from core.store import Store, destinations, subscriptions

_DRAWN = 256


@dataclass(slots=True)
class _Run:
    """One carrying."""

    item: Item
    bulletin: Bulletin
    language: str
    admitted_at: float
    first_call: bool = True
    edited: list[Receipt] = field(default_factory=list)
    """Receipts of edits, kept when the whole change is done: until then a crash must find the copies out of date."""


class Carrier:
    """Speaks for one account."""

    def __init__(
        self,
        sender: Sender,
        account_gate: AccountGate,
        store: Store,
        bulletins: Shelf,
        committer: Committer,
        merged: AbstractSet[int],
        clock: Callable[[], datetime],
    ) -> None:
        """`committer` takes each receipt the moment it is there; `merged` destinations may have more than they know."""
        self._sender = sender
        self._gate = account_gate
        self._store = store
        self._bulletins = bulletins
        self._committer = committer
        self._merged = merged
        self._clock = clock
        self._drawn: dict[tuple[int, int, str], tuple[tuple[int, Part], ...]] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Start no more parts."""
        self._stopping.set()

    def complete(self, item: Item) -> bool:
        """Whether every part of an original is there already (it was sent just before a crash)."""
        if not item.begun:
            return False
        there = {receipt.part for receipt in item.receipts}
        return all(start in there for start, _ in self._slots(self._bulletins[item.bulletin_id], _language(item)))

    async def carry(self, item: Item, admitted_at: float) -> Verdict:
        """Carry `item`, whose first call passed the gate and its chat's pace at `admitted_at` (loop time).

        May raise StoreTrouble before a call, never after one.
        """
        item.attempts += 1
        item.first_try = item.first_try or self._clock()
        bulletin = self._bulletins[item.bulletin_id]
        withdrawn = await self._look_up(item, bulletin)
        if withdrawn is not None:
            return withdrawn
        run = _Run(item, bulletin, _language(item), admitted_at)
        if item.operation is not Operation.PUBLISH:
            return await self._change(run)
        verdict = await self._publish(run)
        if isinstance(verdict, Done) and any(copy.revision < run.bulletin.revision for copy in _reachable(item)):
            # A part from before a correction, or a copy from a try that seemed to fail.
            verdict = await self._change(run)
            return Done() if isinstance(verdict, CopyLost) else verdict
        return verdict

    async def _look_up(self, item: Item, bulletin: Bulletin) -> Verdict | None:
        """Find out what became of the item while it waited; almost every first try needs nothing from the store."""
        alone = item.operation is Operation.PUBLISH and bulletin.kind is not BulletinKind.SUMMARY
        if alone and not (item.parked or item.receipts or item.destination.id in self._merged):
            return None
        item.receipts = await self._committer.copies(bulletin.id, item.destination.id)
        asked_for = bulletin.kind is BulletinKind.ANSWER or item.urgency in (Urgency.DESK_ANSWER, Urgency.ANSWER)
        if item.parked and item.operation is Operation.PUBLISH and not asked_for:
            follows = await self._store.read(subscriptions.follows, item.destination.id, bulletin.coverage.id)
            return None if follows else Withdrawn("unfollowed")
        return None

    def _slots(self, bulletin: Bulletin, language: str) -> tuple[tuple[int, Part], ...]:
        """An original's parts, each with the number of its first copy, whether it is sent or not. Drawn once."""
        key = bulletin.id, bulletin.revision, language
        slots = self._drawn.get(key)
        if slots is None:
            if len(self._drawn) >= _DRAWN:
                del self._drawn[next(iter(self._drawn))]
            parts = self._sender.draw(bulletin, language)
            starts = itertools.accumulate((part.weight for part in parts), initial=0)
            slots = tuple(zip(starts, parts, strict=False))
            self._drawn[key] = slots
        return slots

    async def _publish(self, run: _Run) -> Verdict:
        for start, part in self._slots(run.bulletin, run.language):
            if any(receipt.part == start for receipt in run.item.receipts):
                continue
            # Asked before each part: a retraction that came in between stops the rest.
            entry = self._bulletins[run.bulletin.id].entry
            if entry is not None and entry.status is not EntryStatus.PUBLISHED:
                return Withdrawn(entry.status.value)
            silent = start > 0 or not rules.rings(run.bulletin, self._clock())
            verdict = await self._send(run, part, start, silent=silent)
            if not isinstance(verdict, Done):
                return verdict
        return Done()

    async def _change(self, run: _Run) -> Verdict:
        copies = list(run.item.receipts)
        if not _reachable(run.item):
            return CopyLost("nothing is there that could be changed")
        lost: Verdict | None = None
        at = 0
        for part in self._sender.draw(run.bulletin, run.language, tuple(copy.form for copy in copies)):
            mine = copies[at : at + part.weight]
            if len(mine) == part.weight:
                verdict = await self._flow(run, part, mine)
                at += part.weight
            else:
                verdict = await self._send(run, part, _behind(run.item), silent=True)
            if isinstance(verdict, CopyLost):
                lost = verdict
            elif not isinstance(verdict, Done):
                return verdict
        return await self._finish_change(run, copies[at:], lost or Done())

    async def _finish_change(self, run: _Run, surplus: Sequence[Receipt], result: Verdict) -> Verdict:
        for copy in surplus:
            verdict = await self._remove(run, copy)
            if not isinstance(verdict, Done):
                return verdict
        crashpoint.here("in_edit_walk")
        for receipt in run.edited:
            self._keep(run, receipt)
        return result

    async def _flow(self, run: _Run, part: Part, receipts: Sequence[Receipt]) -> Verdict:
        behind = any(receipt.message_id == destinations.BEHIND for receipt in receipts)
        if behind or all(receipt.revision >= run.bulletin.revision for receipt in receipts):
            return Done()
        copies = tuple(Copy(receipt.message_id, receipt.form) for receipt in receipts)
        to = run.item.destination.address
        verdict, outcome = await self._call(run, lambda: self._sender.edit(to, copies, part), repeatable=True)
        match verdict:
            case Done():
                # Telegram may answer an edit with the copy in another form (a photo that had to stay a photo).
                answered = outcome.copies if isinstance(outcome, Sent) and outcome.copies else copies
                run.edited += [
                    self._receipt(run, copy, old.part) for copy, old in zip(answered, receipts, strict=False)
                ]
                self._forget(run, receipts[len(answered) :])
            case CopyLost() if run.item.operation is Operation.RETRACT:
                # Whoever saw the entry must see that it no longer stands: answer what cannot be changed.
                lost = receipts[0]
                verdict = await self._send(run, part, lost.part, silent=True, reply_to=lost.message_id)
                if isinstance(verdict, Done):
                    self._forget(run, receipts[1:])
            case CopyLost():
                # It keeps its place, so that the other copies keep theirs; nothing comes in its stead.
                for receipt in receipts:
                    lost_copy = Copy(destinations.BEHIND, receipt.form)
                    self._keep(run, self._receipt(run, lost_copy, receipt.part))
        return verdict

    async def _remove(self, run: _Run, receipt: Receipt) -> Verdict:
        if receipt.message_id == destinations.BEHIND:
            self._forget(run, [receipt])
            return Done()
        copy, to = Copy(receipt.message_id, receipt.form), run.item.destination.address
        verdict, _ = await self._call(run, lambda: self._sender.remove(to, copy), repeatable=True)
        if isinstance(verdict, (Done, CopyLost)):
            self._forget(run, [receipt])
            return Done()
        return verdict

    async def _send(self, run: _Run, part: Part, start: int, *, silent: bool, reply_to: int | None = None) -> Verdict:
        item = run.item
        manner = Manner(silent, nonce(run.bulletin.id, item.destination.id, start), reply_to)
        if run.first_call and part.weight > 1:
            # Its slot was for one message: wait for one that is wide enough.
            self._gate.take_chat(item.chat, part.weight - 1)
            await self._gate.slot(item.urgency, part.weight)
            run.admitted_at = asyncio.get_running_loop().time()
        to = item.destination.address
        crashpoint.here("before_send")
        verdict, outcome = await self._call(run, lambda: self._sender.send(to, part, manner))
        crashpoint.here("after_send_before_receipt")
        if isinstance(outcome, Unknown):
            item.unknowns += 1
            item.said = run.bulletin.revision if item.said is None else item.said
        if isinstance(outcome, Sent):
            # Discord answers a nonce it knows with the message of the first try, whatever that one said.
            first = item.said if item.destination.address.platform is Platform.DISCORD else None
            for part_number, copy in enumerate(outcome.copies, start):
                self._keep(run, self._receipt(run, copy, part_number, first))
            item.attempts, item.unknowns, item.said, item.first_try = 1, 0, None, self._clock()
        return verdict

    async def _call(
        self, run: _Run, speak: Callable[[], Awaitable[Outcome]], *, repeatable: bool = False
    ) -> tuple[Verdict, Outcome | None]:
        item = run.item
        with gate.speaking(item.urgency):
            if run.first_call:
                run.first_call = False
                with gate.admitted(run.admitted_at):
                    outcome = await speak()
            elif await self._stopped_between_calls(item):
                return TryAgain(self._clock(), "stopping"), None
            else:
                outcome = await speak()
        now = self._clock()
        attempt = Attempt(
            platform=item.destination.address.platform,
            urgency=item.urgency,
            attempts=item.attempts,
            unknowns=item.unknowns + (isinstance(outcome, Unknown) and not repeatable),
            first_try=item.first_try or now,
            expires_at=item.expires_at,
            repeatable=repeatable,
        )
        return judge(outcome, attempt, now), outcome

    async def _stopped_between_calls(self, item: Item) -> bool:
        """Wait until the chat may take the next call; whether we are to end meanwhile."""
        wait = self._gate.chat_ready_at(item.chat, item.urgency) - asyncio.get_running_loop().time()
        if wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
        return self._stopping.is_set()

    def _receipt(self, run: _Run, copy: Copy, part: int, revision: int | None = None) -> Receipt:
        return Receipt(
            bulletin_id=run.bulletin.id,
            destination_id=run.item.destination.id,
            part=part,
            message_id=copy.message_id,
            revision=run.bulletin.revision if revision is None else revision,
            form=copy.form,
            loud=run.bulletin.loud,
            language=run.language,
            sent_at=self._clock(),
        )

    def _keep(self, run: _Run, receipt: Receipt) -> None:
        others = [one for one in run.item.receipts if one.part != receipt.part]
        run.item.receipts = tuple(sorted([*others, receipt], key=lambda one: one.part))
        self._committer.keep(receipt)

    def _forget(self, run: _Run, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            self._committer.forget(receipt)
        run.item.receipts = tuple(one for one in run.item.receipts if one not in receipts)


def _language(item: Item) -> str:
    """The copies' own when there are any, so that no bulletin changes its language halfway."""
    return item.receipts[0].language if item.receipts else item.destination.language


def _reachable(item: Item) -> list[Receipt]:
    """Its copies without those left behind in a chat that moved."""
    return [receipt for receipt in item.receipts if receipt.message_id != destinations.BEHIND]


def _behind(item: Item) -> int:
    """The number of the first part behind all that are there."""
    return max(receipt.part for receipt in item.receipts) + 1
