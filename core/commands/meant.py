"""Which coverage and which entry somebody means when they do not say it in full."""

import re

from core.commands.call import Call
from core.commands.heard import Mark
from core.commands.rooms import Rooms
from core.errors import NoSuchEntry, NothingLive, NotOurs, Refusal, WhichCoverage, WordsMissing
from core.model import Coverage, CoverageStatus, Entry

_FOOT = re.compile(r"· \[?(?P<entry>[a-z0-9-]+#\d{1,9})(?:\]\([^)\s]*\))?\s*$")
"""How a copy ends on both platforms: "12:04 CET · storm#17", the number perhaps a link to its page."""


class Meant:
    """Finds what is meant: what was named, what was chosen before, or the only thing there is."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms to look in."""
        self._rooms = rooms

    async def coverage(self, call: Call) -> Coverage:
        """The coverage named, chosen, or the only live one. Raises NoSuchCoverage, NothingLive, WhichCoverage."""
        named = call.given.get("coverage")
        if named:
            return await self._rooms.readership.coverage(named)
        chosen = await self._rooms.newsroom.chosen(call.editor)
        if chosen is not None and chosen.status is CoverageStatus.LIVE:
            return chosen
        live = await self._rooms.readership.live()
        if len(live) == 1:
            return live[0]
        if live:
            raise WhichCoverage
        if chosen is None:
            raise NothingLive
        return chosen

    async def copy(self, call: Call) -> Entry | None:
        """The entry whose copy was answered, if it is one."""
        answered = call.incoming.reply_to
        if answered is None:
            return None
        return await self._rooms.newsroom.of_copy(call.place.account, call.place.address, answered)

    async def forwarded(self, call: Call) -> Entry | None:
        """The entry whose copy was forwarded here: a forward keeps a copy's words, not what it is a copy of."""
        foot = _FOOT.search(call.incoming.words) if Mark.FORWARDED in call.incoming.marks else None
        if foot is None:
            return None
        try:
            return await self._numbered(call, foot["entry"])
        except Refusal:
            return None

    async def entry(self, call: Call) -> tuple[Entry, bool]:
        """The entry named by its number, or the one whose copy was answered; whether it was the latter.

        Raises WordsMissing, NoSuchEntry, NotOurs and what `coverage` raises.
        """
        named = call.given.get("entry")
        if named:
            return await self._numbered(call, named), False
        if call.incoming.reply_to is None:
            raise WordsMissing(call.given.command.name)
        found = await self.copy(call)
        if found is None:
            raise NotOurs
        return found, True

    async def _numbered(self, call: Call, named: str) -> Entry:
        slug, _, number = named.strip().rpartition("#")
        if not number.isdecimal():
            raise NoSuchEntry(named)
        newsroom = self._rooms.newsroom
        home = await newsroom.coverage(slug) if slug else await self.coverage(call)
        return await newsroom.entry(home, int(number))
