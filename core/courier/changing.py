"""Make the copies of one bulletin in one destination say what it says now: an edit flows the new text into them."""

from collections.abc import Sequence
from dataclasses import replace

from core import crashpoint
from core.courier.committer import Committer
from core.courier.items import Item
from core.courier.outcomes import CopyLost, Done, Verdict
from core.courier.speaking import Run, Speaker
from core.model import Bulletin, Form, Operation, Platform, Receipt
from core.platform import Copy, Part, Sent
from core.store import Store, broadcasts, destinations, receipts


class Changer:
    """Edits and retracts for one account."""

    def __init__(self, speaker: Speaker, store: Store, committer: Committer) -> None:
        """`committer` knows the copies that are not stored yet."""
        self._speaker = speaker
        self._store = store
        self._committer = committer

    async def change(self, run: Run) -> Verdict:
        """Bring every copy of the run's item up to date."""
        crashpoint.here("in_edit_walk")
        copies = list(run.item.receipts)
        if not reachable(run.item):
            return CopyLost("nothing is there that could be changed")
        if copies[0].form is Form.MERGED:
            return await self._change_shared(run, copies[0])
        lost: Verdict | None = None
        at = 0
        for part in self._speaker.sender.draw(run.bulletin, run.language, tuple(copy.form for copy in copies)):
            mine = copies[at : at + part.weight]
            if len(mine) == part.weight:
                verdict = await self._flow(run, part, mine)
                at += part.weight
            else:
                verdict = await self._add(run, part)
            if isinstance(verdict, CopyLost):
                lost = verdict
            elif not isinstance(verdict, Done):
                return verdict
        return await self._finish(run, copies[at:], lost or Done())

    async def _add(self, run: Run, part: Part) -> Verdict:
        start = max(receipt.part for receipt in run.item.receipts) + 1
        discord = run.item.destination.address.platform is Platform.DISCORD
        known = run.item.said
        if discord:
            # It may answer with what an earlier correction left here, or has removed since: only an edit tells.
            run.item.said = 0
        verdict, copies = await self._speaker.send(run, part, start, silent=True)
        if not copies:
            return verdict
        self._speaker.sent(run, copies, start)
        run.item.said = known
        if not discord:
            return verdict
        mine = [receipt for receipt in run.item.receipts if receipt.part >= start]
        verdict = await self._flow(run, part, mine, gone_for_good=False)
        if isinstance(verdict, CopyLost):
            self._speaker.forget(run, mine)
            verdict, copies = await self._speaker.send(run, part, start, silent=True, anew=True)
            if copies:
                self._speaker.sent(run, copies, start)
        return verdict

    async def _finish(self, run: Run, surplus: Sequence[Receipt], result: Verdict) -> Verdict:
        for copy in surplus:
            verdict = await self._remove(run, copy)
            if not isinstance(verdict, Done):
                return verdict
        for receipt in run.edited:
            self._speaker.keep(run, receipt)
        return result

    async def _flow(self, run: Run, part: Part, mine: Sequence[Receipt], *, gone_for_good: bool = True) -> Verdict:
        behind = any(receipt.message_id == destinations.BEHIND for receipt in mine)
        if behind or all(receipt.revision >= run.bulletin.revision for receipt in mine):
            return Done()
        copies = tuple(Copy(receipt.message_id, receipt.form) for receipt in mine)
        to = run.item.destination.address
        verdict, outcome = await self._speaker.call(
            run, lambda: self._speaker.sender.edit(to, copies, part), repeatable=True
        )
        match verdict:
            case Done():
                # Telegram may answer an edit with the copy in another form (a photo that had to stay a photo).
                answered = outcome.copies if isinstance(outcome, Sent) and outcome.copies else copies
                run.edited += [
                    self._speaker.receipt(run, copy, old.part) for copy, old in zip(answered, mine, strict=False)
                ]
                self._speaker.forget(run, mine[len(answered) :])
            case CopyLost() if gone_for_good:
                return await self._lost(run, part, mine, verdict)
        return verdict

    async def _lost(self, run: Run, part: Part, mine: Sequence[Receipt], verdict: CopyLost) -> Verdict:
        if run.item.operation is Operation.RETRACT:
            # Whoever saw the entry must see that it no longer stands: answer what cannot be changed.
            lost = mine[0]
            answered, copies = await self._speaker.send(
                run, part, lost.part, silent=True, reply_to=lost.message_id, anew=True
            )
            if copies:
                self._speaker.sent(run, copies, lost.part)
                self._speaker.forget(run, mine[1:])
            return answered
        # It keeps its place, so that the other copies keep theirs; nothing comes in its stead.
        for receipt in mine:
            gone = Copy(destinations.BEHIND, receipt.form)
            self._speaker.keep(run, self._speaker.receipt(run, gone, receipt.part))
        return verdict

    async def _remove(self, run: Run, receipt: Receipt) -> Verdict:
        if receipt.message_id == destinations.BEHIND:
            self._speaker.forget(run, [receipt])
            return Done()
        copy, to = Copy(receipt.message_id, receipt.form), run.item.destination.address
        verdict, _ = await self._speaker.call(run, lambda: self._speaker.sender.remove(to, copy), repeatable=True)
        if isinstance(verdict, (Done, CopyLost)):
            self._speaker.forget(run, [receipt])
            return Done()
        return verdict

    async def _change_shared(self, run: Run, mine: Receipt) -> Verdict:
        """Draw a message that several entries share anew, each as it stands now."""
        here = mine.destination_id, mine.message_id
        # Another entry of it may just have been changed: its receipt must be in.
        await self._committer.settled()
        theirs = await self._store.read(receipts.shared, *here)
        others = [one for one in theirs if one.bulletin_id != mine.bulletin_id]
        bulletins = [await self._store.read(broadcasts.bulletin, one.bulletin_id) for one in others]
        shown = sorted((run.bulletin, *bulletins), key=_published)
        part = self._speaker.sender.merge(tuple(shown), run.language)
        verdict = await self._flow(run, part, [mine])
        # Where nothing had to be said for this entry, nothing was said of the others either.
        if isinstance(verdict, Done) and run.edited:
            for receipt in run.edited:
                self._speaker.keep(run, receipt)
            for bulletin, receipt in zip(bulletins, others, strict=True):
                newer = replace(receipt, revision=max(receipt.revision, bulletin.revision))
                self._committer.keep(newer)
        return verdict


def reachable(item: Item) -> list[Receipt]:
    """Its copies without those left behind in a chat that moved."""
    return [receipt for receipt in item.receipts if receipt.message_id != destinations.BEHIND]


def _published(bulletin: Bulletin) -> int:
    return bulletin.id if bulletin.entry is None else bulletin.entry.number
