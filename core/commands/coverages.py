"""What editors may say about coverages: new, open, close, use, list."""

from core.commands.call import Call, spoken
from core.commands.meant import Meant
from core.commands.reply import Reply
from core.commands.rooms import Rooms
from core.errors import SecondHand, WordsMissing
from core.locales import Said, say
from core.model import Coverage, CoverageStatus, Platform

_LISTED = 12


class Coverages:
    """Opens and closes coverages, and remembers which one an editor means."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms it works with."""
        self._rooms = rooms
        self._meant = Meant(rooms)

    async def new(self, call: Call) -> Reply:
        """`/coverage new TITLE`, further lines "Zone: …", "Language: …", "About: …": opened and chosen at once."""
        _fresh(call)
        title = call.given.get("title")
        if not title:
            raise WordsMissing("coverage.new")
        coverage = await self._rooms.newsroom.new_coverage(
            call.editor,
            title,
            about=call.given.get("about"),
            zone=call.given.get("zone") or "UTC",
            language=call.given.get("language") or "en",
            slug=call.given.get("slug"),
            status=CoverageStatus(call.given.get("status") or CoverageStatus.LIVE),
        )
        command = spoken(call.place.platform, "coverage.open", coverage=coverage.slug)
        head = say(f"coverage.new.{coverage.status.value}", title=coverage.title, slug=coverage.slug, command=command)
        return call.reply(head, say("coverage.clock", zone=coverage.zone), _invitation(call, coverage))

    async def open(self, call: Call) -> Reply:
        """Make a coverage live, and the chosen one."""
        _fresh(call)
        coverage = await self._named(call)
        opened = await self._rooms.newsroom.set_status(call.editor, coverage, CoverageStatus.LIVE)
        await self._rooms.newsroom.choose(call.editor, opened)
        return call.reply(say("coverage.open", title=opened.title), _invitation(call, opened))

    async def close(self, call: Call) -> Reply:
        """End a coverage: nothing new goes out, corrections still do."""
        _fresh(call)
        coverage = await self._named(call)
        closed = await self._rooms.newsroom.set_status(call.editor, coverage, CoverageStatus.CLOSED)
        reopen = spoken(call.place.platform, "coverage.open", coverage=closed.slug)
        return call.reply(say("coverage.close", title=closed.title, command=reopen))

    async def use(self, call: Call) -> Reply:
        """From now on this editor means this coverage."""
        _fresh(call)
        coverage = await self._named(call)
        await self._rooms.newsroom.choose(call.editor, coverage)
        status = say(f"status.{coverage.status.value}")
        return call.reply(say("coverage.use", title=coverage.title, status=status))

    async def list(self, call: Call) -> Reply:
        """Every coverage that is not archived."""
        every = await self._rooms.newsroom.coverages()
        if not every:
            return call.reply(say("coverage.none", command=spoken(call.place.platform, "coverage.new")))
        chosen = await self._rooms.newsroom.chosen(call.editor)
        rows = tuple(_row(one, chosen) for one in every[:_LISTED])
        more = (say("coverage.more", count=len(every) - _LISTED),) if len(every) > _LISTED else ()
        return call.reply(say("coverage.list"), *rows, *more)

    async def _named(self, call: Call) -> Coverage:
        """The coverage named by slug or title, closed ones included; else the one that is meant."""
        named = call.given.get("coverage")
        if not named:
            return await self._meant.coverage(call)
        return await self._rooms.readership.coverage(named)


def _fresh(call: Call) -> None:
    if call.drafting:
        raise SecondHand


def _row(coverage: Coverage, chosen: Coverage | None) -> Said:
    key = "coverage.row_chosen" if chosen is not None and chosen.id == coverage.id else "coverage.row"
    return say(key, title=coverage.title, slug=coverage.slug, status=say(f"status.{coverage.status.value}"))


def _invitation(call: Call, coverage: Coverage) -> Said:
    """How readers follow it: a link where there is one, else what to type."""
    if call.place.platform is Platform.TELEGRAM and call.place.bot:
        return say("coverage.link", link=f"https://t.me/{call.place.bot}?start=c_{coverage.slug}")
    return say("coverage.command", command=spoken(call.place.platform, "follow", coverage=coverage.slug))
