"""What Discord offers while an option is being typed: coverages by title, entries by headline."""

from core.commands import content as contents
from core.commands import forms
from core.commands.call import short
from core.commands.forms import Kind, Speaker
from core.commands.heard import Asking
from core.commands.reply import Choice
from core.commands.rooms import Rooms
from core.model import Coverage, CoverageStatus, EntryStatus, Person

_MOST = 25
_LABEL = 100
"""docs.discord.com/developers/interactions/application-commands: 25 choices, 100 characters each."""


class Completions:
    """Completes coverages for everybody, entries for editors."""

    def __init__(self, rooms: Rooms) -> None:
        """Where to look."""
        self._rooms = rooms

    async def of(self, asking: Asking, person: Person | None) -> tuple[Choice, ...]:
        """Completions of what is typed so far; none for what the caller may not do."""
        command = forms.find(asking.place.platform, asking.command)
        option = next((one for one in command.options if one.name == asking.option), None) if command else None
        if command is None or option is None or (command.speaker is Speaker.EDITOR and person is None):
            return ()
        if option.kind is Kind.COVERAGE:
            return await self._coverages(asking.typed, person if command.speaker is Speaker.EDITOR else None)
        if option.kind is not Kind.ENTRY or person is None:
            return ()
        return await self._entries(asking.typed, person, suggested=command.name == "proposals")

    async def _coverages(self, typed: str, person: Person | None) -> tuple[Choice, ...]:
        every = await self._rooms.newsroom.coverages() if person else await self._rooms.readership.live()
        return tuple(
            Choice(short(one.title, _LABEL), one.slug) for one in every if _matches(typed, one.title, one.slug)
        )[:_MOST]

    async def _entries(self, typed: str, person: Person, *, suggested: bool) -> tuple[Choice, ...]:
        coverage = await self._meant(typed, person)
        if coverage is None:
            return ()
        newest = [one.entry for one in await self._rooms.deciding.waiting(coverage)] if suggested else None
        newest = newest or list(reversed(await self._rooms.newsroom.newest(coverage, 200)))
        named = (
            (f"#{one.number} {contents.first_line(one.content)}", f"{coverage.slug}#{one.number}")
            for one in newest
            if one.status is EntryStatus.PUBLISHED
        )
        wanted = typed.rpartition("#")[2]
        return tuple(Choice(short(label, _LABEL), value) for label, value in named if _matches(wanted, label))[:_MOST]

    async def _meant(self, typed: str, person: Person) -> Coverage | None:
        slug = typed.rpartition("#")[0]
        every = await self._rooms.newsroom.coverages()
        named = next((one for one in every if one.slug == slug), None)
        live = [one for one in every if one.status is CoverageStatus.LIVE]
        return named or await self._rooms.newsroom.chosen(person) or (live[0] if live else None)


def _matches(typed: str, *words: str) -> bool:
    return any(typed.strip().casefold() in one.casefold() for one in words)
