"""What is said once an entry was corrected or retracted: whether it is over, how many copies change, and by when."""

import asyncio
import math
from datetime import timedelta

from core.commands import reach
from core.commands.reply import Later, Reply
from core.commands.rooms import Rooms
from core.locales import Moment, Said, say
from core.model import Entry
from core.store.recalls import Recall

TICKET = "stopped"
_PATIENCE = 1.0
"""Seconds an editor waits at most for everybody to have stopped: it takes a wake and one commit (P8)."""
_LOOK = 0.05
_LAST_STEP = 24
_AT_LEAST = timedelta(seconds=5)
"""A moment that is nearer than this need not be told."""


class Changes:
    """Says what became of a change, and says it again when there is more to say."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms it works with."""
        self._rooms = rooms

    async def corrected(self, entry: Entry) -> tuple[Said, ...]:
        """What is said once a correction is on its way."""
        progress = await self._rooms.newsroom.progress(entry)
        return (reach.changed("corrected", entry, progress), *await self._by(entry))

    async def retracted(self, entry: Entry) -> tuple[tuple[Said, ...], Later | None]:
        """What is said once a retraction is in the store: that it goes to nobody more, once that is so."""
        newsroom = self._rooms.newsroom
        recall = await newsroom.recall()
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while recall.unanswered and loop.time() < until:
            await asyncio.sleep(_LOOK)
            recall = await newsroom.recall(recall.seq)
        return await self._told(entry, recall, 1)

    async def again(self, ticket: str, language: str) -> Reply:
        """The same by now (`Reply.later`)."""
        _, entry_id, seq, step = ticket.split(":")
        newsroom = self._rooms.newsroom
        entry = await newsroom.get(int(entry_id))
        lines, later = await self._told(entry, await newsroom.recall(int(seq)), int(step))
        return Reply(lines, language, replaces=True, later=later)

    async def _told(self, entry: Entry, recall: Recall, step: int) -> tuple[tuple[Said, ...], Later | None]:
        if recall.unanswered:
            return await self._waiting(entry, recall, step)
        progress = await self._rooms.newsroom.progress(entry)
        line = reach.changed("retracted", entry, progress)
        stopped = (say("stopped.done"),) if reach.copied(progress) else ()
        return (line, *stopped, *await self._by(entry)), None

    async def _waiting(self, entry: Entry, recall: Recall, step: int) -> tuple[tuple[Said, ...], Later | None]:
        newsroom = self._rooms.newsroom
        coverage, now = await newsroom.home(entry), newsroom.now()
        over = max(one.until for one in recall.unanswered) + timedelta(seconds=1)
        names = ", ".join(one.account for one in recall.unanswered)
        at = Moment(over, coverage.zone, seconds=True, now=now)
        line = say("stopped.waits", count=len(recall.unanswered), accounts=names, time=at)
        lines = (say("retracted.stopping", number=str(entry.number)), line)
        if step > _LAST_STEP:
            return lines, None
        # Soon after the lease has run out, but an owner that answers late is not kept from saying so.
        soon = min(math.ceil(max(1.0, (over - now).total_seconds())), 1.0 * step)
        return lines, Later(soon, f"{TICKET}:{entry.id}:{recall.seq}:{step + 1}")

    async def _by(self, entry: Entry) -> tuple[Said, ...]:
        newsroom = self._rooms.newsroom
        done, now = await newsroom.changed_by(entry), newsroom.now()
        if done is None or done - now < _AT_LEAST:
            return ()
        zone = (await newsroom.home(entry)).zone
        return (say("changed.by", time=Moment(done, zone, seconds=True, now=now)),)
