"""`/proposals`: what an imported page would change in entries that readers have, one card and one decision each."""

from datetime import datetime

from core import markup
from core.commands import content as contents
from core.commands import differences, previews, reach
from core.commands.buttons import Act
from core.commands.call import Call, Pressed, Rows, short, spoken
from core.commands.changes import Changes
from core.commands.heard import Place
from core.commands.meant import Meant
from core.commands.reply import Button, Reply, Style
from core.commands.rooms import Rooms
from core.errors import EditConflict
from core.locales import Moment, Said, say
from core.model import Bulletin, Coverage, Person
from core.newsroom.deciding import Decision, Suggested, noted

_LISTED = 5
"""One button a row: what both platforms show without scrolling or an error."""

_Card = tuple[tuple[Said, ...], Rows, Bulletin]


class Proposals:
    """Lists what waits, shows each exactly as readers will get it, and carries out what the editor decides."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms it works with."""
        self._rooms = rooms
        self._meant = Meant(rooms)

    async def open(self, call: Call) -> Reply:
        """`/proposals` lists what waits; with an entry's number it shows that one, with a note for readers if given."""
        if call.given.get("entry"):
            return await self._of_entry(call)
        coverage = await self._meant.coverage(call)
        waiting = await self._rooms.deciding.waiting(coverage)
        if not waiting:
            return call.reply(say("proposals.none", title=coverage.title))
        rows = tuple(say("proposals.line", number=_number(one), words=_headline(one)) for one in waiting[:_LISTED])
        more = (say("proposals.more", count=len(waiting) - _LISTED),) if len(waiting) > _LISTED else ()
        looks = tuple((_look(one),) for one in waiting[:_LISTED])
        head = say("proposals.list", title=coverage.title, count=len(waiting))
        return call.reply(head, *rows, *more, buttons=looks)

    async def look(self, pressed: Pressed, proposal_id: int) -> Reply:
        """The card of one that was listed."""
        editor = pressed.editor
        suggested = await self._rooms.deciding.suggested(proposal_id)
        lines, buttons, preview = await self._card(suggested, editor, pressed.place)
        return pressed.reply(*lines, buttons=buttons, preview=preview, replaces=False)

    async def again(self, pressed: Pressed, why: str = "card.waited") -> Reply:
        """The card afresh: its buttons waited too long, or the entry changed under them."""
        suggested = await self._rooms.deciding.suggested(pressed.payload["proposal"])
        note = pressed.payload["note"]
        lines, buttons, preview = await self._card(suggested, pressed.editor, pressed.place, note)
        return pressed.reply(say(why), *lines, buttons=buttons, preview=preview, replaces=False)

    async def decide(self, pressed: Pressed, *, accept: bool) -> Reply:
        """The editor wants it in every copy, or wants the entry to stay as it is."""
        kept = pressed.payload
        decision = Decision(pressed.editor, pressed.button, kept["proposal"], kept["expected"], kept["note"])
        if not accept:
            entry = await self._rooms.deciding.decline(decision)
            return pressed.reply(say("proposals.declined", number=str(entry.number)))
        try:
            entry = await self._rooms.deciding.accept(decision)
        except EditConflict:
            return await self.again(pressed, "proposals.moved")
        return pressed.reply(*await Changes(self._rooms).corrected(entry))

    async def _of_entry(self, call: Call) -> Reply:
        entry, _ = await self._meant.entry(call)
        home = await self._rooms.newsroom.home(entry)
        waiting = await self._rooms.deciding.waiting(home)
        suggested = next((one for one in waiting if one.entry.id == entry.id), None)
        if suggested is None:
            return call.reply(say("proposals.none_of_entry", number=str(entry.number)))
        note = markup.clean_line(call.given.get("note"))
        lines, buttons, preview = await self._card(suggested, call.editor, call.place, note)
        return call.reply(*lines, buttons=buttons, preview=preview)

    async def _card(self, suggested: Suggested, person: Person, place: Place, note: str = "") -> _Card:
        newsroom, entry = self._rooms.newsroom, suggested.entry
        coverage = await newsroom.home(entry)
        now = newsroom.now()
        content = noted(suggested.content, note, now)
        lines = (
            say("card.correct", number=_number(suggested)),
            *differences.told(entry.content, suggested.content),
            reach.copies(await newsroom.progress(entry)),
            *_warnings(suggested, coverage, place, now, silent=content.corrections == entry.content.corrections),
        )
        return lines, await self._buttons(suggested, person, note), previews.of_changed(coverage, entry, content, now)

    async def _buttons(self, suggested: Suggested, person: Person, note: str) -> Rows:
        make = self._rooms.buttons.make
        payload = {"proposal": suggested.proposal_id, "expected": suggested.entry.revision, "note": note}
        accept = await make(Act.ACCEPT, say("button.correct"), payload, person, style=Style.GO)
        decline = await make(Act.DECLINE, say("button.discard"), payload, person, style=Style.STOP)
        return ((accept, decline),)


def _warnings(
    suggested: Suggested, coverage: Coverage, place: Place, now: datetime, *, silent: bool
) -> tuple[Said, ...]:
    """That an editor changed the entry since, and that readers will not be told that it changed."""
    stale: tuple[Said, ...] = ()
    if suggested.changed_at is not None:
        at = Moment(suggested.changed_at, coverage.zone, now=now)
        stale = (say("proposals.stale", number=_number(suggested), at=at),)
    options = {"entry": f"{coverage.slug}#{suggested.entry.number}"}
    command = spoken(place.platform, "proposals", **options)
    return (*stale, *((say(f"untold.{place.platform.value}", command=command),) if silent else ()))


def _look(suggested: Suggested) -> Button:
    label = say("proposals.look", number=_number(suggested), words=short(_headline(suggested), 30))
    return Button(label, f"look:proposal:{suggested.proposal_id}")


def _number(suggested: Suggested) -> str:
    return str(suggested.entry.number)


def _headline(suggested: Suggested) -> str:
    return contents.first_line(suggested.entry.content)
