"""Carry one bulletin to one destination: draw it, speak it part by part, and say what came of it.

Nothing comes between the parts of one bulletin, a part that has its copy is never sent again, and what changed while it
was on its way is put right at once.
"""

import itertools
from collections.abc import Set as AbstractSet

from core import rules
from core.courier.changing import Changer, reachable
from core.courier.committer import Committer
from core.courier.items import Item
from core.courier.outcomes import CopyLost, Done, Verdict, Withdrawn
from core.courier.shelf import Shelf
from core.courier.speaking import Run, Speaker
from core.model import Bulletin, BulletinKind, EntryStatus, Form, Operation, Urgency
from core.platform import Part
from core.store import Store, subscriptions

_DRAWN = 256

Slots = tuple[tuple[int, Part], ...]
"""A bulletin's parts, each with the number of its first copy."""


class Carrier:
    """Carries for one account."""

    def __init__(
        self,
        speaker: Speaker,
        changer: Changer,
        store: Store,
        bulletins: Shelf,
        committer: Committer,
        merged: AbstractSet[int],
    ) -> None:
        """`merged` destinations may have more than they know: another one became them."""
        self._speaker = speaker
        self._changer = changer
        self._store = store
        self._bulletins = bulletins
        self._committer = committer
        self._merged = merged
        self._drawn: dict[tuple[int, int, str], Slots] = {}

    def complete(self, item: Item) -> bool:
        """Whether every part of an original is there already (it was sent just before a crash)."""
        if not item.begun:
            return False
        if item.receipts[0].form is Form.MERGED:
            return True
        there = {receipt.part for receipt in item.receipts}
        return all(start in there for start, _ in self._slots(self._bulletins[item.bulletin_id], _language(item)))

    async def carry(self, item: Item, admitted_at: float) -> Verdict:
        """Carry `item`, whose first call passed the gate and its chat's pace at `admitted_at` (loop time).

        May raise StoreTrouble before a call, never after one.
        """
        item.attempts += 1
        bulletin = self._bulletins[item.bulletin_id]
        withdrawn = await self._look_up(item, bulletin)
        if withdrawn is not None:
            return withdrawn
        run = Run(item, bulletin, _language(item), admitted_at)
        if item.operation is not Operation.PUBLISH:
            return await self._changer.change(run)
        if item.also:
            return await self._publish_together(run)
        verdict = await self._publish(run)
        if isinstance(verdict, Done) and any(copy.revision < run.bulletin.revision for copy in item.receipts):
            # A part from before a correction, or a copy from a try that seemed to fail.
            if reachable(item):
                verdict = await self._changer.change(run)
            return Done() if isinstance(verdict, CopyLost) else verdict
        return verdict

    async def _look_up(self, item: Item, bulletin: Bulletin) -> Verdict | None:
        """Find out what became of the item while it waited; a first try of an original needs nothing from the store.

        Nor does that of a change whose walk has just read the copies.
        """
        published = item.operation is Operation.PUBLISH
        alone = published and bulletin.kind is not BulletinKind.SUMMARY
        fresh = item.receipts if not published else not item.receipts and alone
        if fresh and not (item.parked or item.stale or item.destination.id in self._merged):
            return None
        item.receipts = await self._committer.copies(bulletin.id, item.destination.id)
        asked_for = bulletin.kind is BulletinKind.ANSWER or item.urgency in (Urgency.DESK_ANSWER, Urgency.ANSWER)
        if item.parked and published and not asked_for:
            follows = await self._store.read(subscriptions.follows, item.destination.id, bulletin.coverage.id)
            return None if follows else Withdrawn("unfollowed")
        return None

    def _slots(self, bulletin: Bulletin, language: str) -> Slots:
        """An original's parts, each with the number of its first copy, whether it is sent or not. Drawn once."""
        key = bulletin.id, bulletin.revision, language
        slots = self._drawn.get(key)
        if slots is None:
            if len(self._drawn) >= _DRAWN:
                del self._drawn[next(iter(self._drawn))]
            parts = self._speaker.sender.draw(bulletin, language)
            starts = itertools.accumulate((part.weight for part in parts), initial=0)
            slots = tuple(zip(starts, parts, strict=False))
            self._drawn[key] = slots
        return slots

    async def _publish(self, run: Run) -> Verdict:
        if run.item.receipts and run.item.receipts[0].form is Form.MERGED:
            # It went with others in one message.
            return Done()
        for start, part in self._slots(run.bulletin, run.language):
            if any(receipt.part == start for receipt in run.item.receipts):
                continue
            # Asked before each part: a retraction that came in between stops the rest.
            entry = self._bulletins[run.bulletin.id].entry
            if entry is not None and entry.status is not EntryStatus.PUBLISHED:
                return Withdrawn(entry.status.value)
            silent = start > 0 or not run.bulletin.loud or not rules.rings(run.bulletin, self._speaker.clock())
            verdict, copies = await self._speaker.send(run, part, start, silent=silent)
            if copies:
                self._speaker.sent(run, copies, start)
            if not isinstance(verdict, Done):
                return verdict
        return Done()

    async def _publish_together(self, run: Run) -> Verdict:
        """Several entries in one message: each has its own receipt of it."""
        item = run.item
        bulletins = [self._bulletins[one.bulletin_id] for one in item.all]
        if not item.receipts:
            part = self._speaker.sender.merge(tuple(bulletins), run.language)
            also = tuple(one.bulletin_id for one in item.also)
            verdict, copies = await self._speaker.send(run, part, 0, silent=True, also=also)
            # Which words of each an answer that never came has left there, nobody knows.
            said = None if item.said is None else 0
            for one, bulletin in zip(item.all, bulletins, strict=True):
                one.attempts, one.unknowns = item.attempts, item.unknowns
                one.said, one.first_try = said, item.first_try
                if copies:
                    self._speaker.sent(Run(one, bulletin, run.language, run.admitted_at), copies[:1], 0)
            if not isinstance(verdict, Done):
                return verdict
        for one, bulletin in zip(item.all, bulletins, strict=True):
            if any(copy.revision < bulletin.revision for copy in one.receipts):
                # Drawn anew for one, it says the newest of all.
                again = Run(one, bulletin, run.language, run.admitted_at, first_call=False)
                verdict = await self._changer.change(again)
                return Done() if isinstance(verdict, CopyLost) else verdict
        return Done()


def _language(item: Item) -> str:
    """The copies' own when there are any, so that no bulletin changes its language halfway."""
    return item.receipts[0].language if item.receipts else item.destination.language
