"""The editor's card: an exact preview, whom it reaches, and buttons; once confirmed it becomes the delivery board."""

from dataclasses import replace
from datetime import timedelta

from core.blocks import Image
from core.commands import content as contents
from core.commands import previews, reach
from core.commands.buttons import Act
from core.commands.call import Call, Pressed, Rows, spoken
from core.commands.changes import TICKET, Changes
from core.commands.heard import Place
from core.commands.reply import Ask, Field, Later, Reply, Style
from core.commands.rooms import Rooms
from core.errors import CoverageNotOpen, WrongPhrase
from core.locales import Said, say
from core.model import (
    Bulletin,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Importance,
    Mode,
    Person,
    Platform,
)
from core.newsroom.drafting import Confirmation
from core.store.drafts import Draft, Intent

_LOOKED_AT = {False: 20, True: 200}
"""Entries looked at to see whether it is getting too much: those of a minute; for an alert, those of a day."""
_LAST_STEP = 24
"""Looks at a board that grows slower with each step: about fifteen minutes, as long as Discord lets us edit it."""


class Cards:
    """Draws drafts and does what their buttons say."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms it works with."""
        self._rooms = rooms
        self.changes = Changes(rooms)

    async def open(
        self, call: Call, intent: Intent, coverage: Coverage, content: Content, *, entry: Entry | None = None
    ) -> Reply:
        """Keep what was typed as a draft and show it. Raises CoverageNotOpen for what could not go out anyway."""
        if entry is None and coverage.status is not CoverageStatus.LIVE:
            raise CoverageNotOpen(coverage.slug, coverage.status.value)
        alert = intent is Intent.ALERT
        audience = await self._rooms.newsroom.audience(coverage, content.importance, alert=alert)
        alone = alert and self._rooms.newsroom.mode is Mode.LIVE
        draft = await self._rooms.drafting.open(
            call.editor,
            call.place.account,
            call.place.address,
            intent,
            coverage,
            content,
            entry=entry,
            phrase=f"SEND {audience.total}" if alone else "",
        )
        lines, buttons = await self._card(draft, coverage, call.editor, call.place)
        return call.reply(*lines, buttons=buttons, preview=await self._preview(draft, coverage))

    async def publish(self, pressed: Pressed) -> Reply:
        """Do what the draft is for: its confirming button was pressed."""
        draft = await self._rooms.drafting.get(pressed.payload["draft"])
        if draft.phrase and not pressed.typed:
            field = Field("typed", say("ask.phrase", phrase=draft.phrase), max_length=40)
            ask = Ask(say("ask.alert"), (field,), button=pressed.button)
            return pressed.reply(ask=ask, replaces=False)
        if draft.phrase and not same_phrase(pressed.typed, draft.phrase):
            raise WrongPhrase(draft.phrase)
        by = Confirmation(pressed.editor, pressed.button)
        lines, buttons, later = await self._sent(draft, by, pressed.place)
        return pressed.reply(*lines, buttons=buttons, later=later)

    async def phrased(self, call: Call, words: str) -> Reply | None:
        """Send the alert that waits for this phrase; None when none waits here. Raises WrongPhrase."""
        draft = await self._rooms.drafting.phrased(call.editor, call.place.account, call.place.address)
        if draft is None:
            return None
        if not same_phrase(words, draft.phrase):
            raise WrongPhrase(draft.phrase)
        lines, buttons, later = await self._sent(draft, Confirmation(call.editor, None), call.place)
        return call.reply(*lines, buttons=buttons, later=later)

    async def discard(self, pressed: Pressed) -> Reply:
        """Throw the draft away."""
        await self._rooms.drafting.discard(pressed.payload["draft"], pressed.editor, pressed.button)
        return pressed.reply(say("card.discarded"))

    async def key(self, pressed: Pressed) -> Reply:
        """Make the draft a key point, or an ordinary entry again."""
        draft = await self._rooms.drafting.get(pressed.payload["draft"])
        wanted = Importance.NORMAL if draft.content.importance is Importance.KEY else Importance.KEY
        draft = await self._rooms.drafting.change(draft, replace(draft.content, importance=wanted))
        coverage = await self._rooms.readership.get(draft.coverage_id)
        lines, buttons = await self._card(draft, coverage, pressed.editor, pressed.place)
        return pressed.reply(*lines, buttons=buttons)

    async def again(self, pressed: Pressed) -> Reply:
        """A card whose buttons waited too long: show it afresh, so that nobody confirms what they forgot."""
        draft = await self._rooms.drafting.get(pressed.payload["draft"])
        coverage = await self._rooms.readership.get(draft.coverage_id)
        lines, buttons = await self._card(draft, coverage, pressed.editor, pressed.place)
        preview = await self._preview(draft, coverage)
        return pressed.reply(say("card.waited"), *lines, buttons=buttons, preview=preview, replaces=False)

    async def undo(self, pressed: Pressed) -> Reply:
        """Take a publish back, if its window is still open."""
        entry = await self._rooms.newsroom.get(pressed.payload["entry"])
        number = str(entry.number)
        if await self._rooms.newsroom.take_back(pressed.editor, entry.id):
            return pressed.reply(say("undo.done", number=number))
        coverage = await self._rooms.newsroom.home(entry)
        command = spoken(pressed.place.platform, "retract", entry=f"{coverage.slug}#{number}")
        return pressed.reply(say("undo.late", number=number, command=command))

    async def queued(
        self, person: Person, place: Place, coverage: Coverage, entry: Entry, *, alert: bool
    ) -> tuple[tuple[Said, ...], Rows, Later]:
        """What is said once an entry is safe in the store, with the button that takes it back."""
        newsroom = self._rooms.newsroom
        delay = newsroom.delay(alert=alert)
        now = newsroom.now()
        audience = await newsroom.audience(coverage, entry.content.importance, alert=alert, sent=entry)
        warning = reach.too_much(await newsroom.newest(coverage, _LOOKED_AT[alert]), now, alert=alert)
        label = say("undo.cancel" if alert else "undo.button")
        undo = await self._rooms.buttons.make(
            Act.UNDO, label, {"entry": entry.id}, person, style=Style.STOP, lifetime=delay + timedelta(minutes=1)
        )
        line = reach.queued(entry, coverage, audience, entry.published_at + delay, now)
        lines = (line, *warning, *_blind(place, entry.content))
        return lines, ((undo,),), Later(delay.total_seconds() + 1, f"sent:{entry.id}:1")

    async def board(self, ticket: str, language: str) -> Reply | None:
        """What the card says by now (`Reply.later`)."""
        if ticket.startswith(TICKET):
            return await self.changes.again(ticket, language)
        _, entry_id, step = ticket.split(":")
        entry = await self._rooms.newsroom.get(int(entry_id))
        if entry.status is not EntryStatus.PUBLISHED:
            return None
        progress = await self._rooms.newsroom.progress(entry)
        lines, ended = reach.board(entry, progress.values())
        following = int(step) + 1
        more = None if ended or following > _LAST_STEP else Later(1.5 * following, f"sent:{entry_id}:{following}")
        return Reply(lines, language, replaces=True, later=more)

    async def _sent(self, draft: Draft, by: Confirmation, place: Place) -> tuple[tuple[Said, ...], Rows, Later | None]:
        entry = await self._rooms.drafting.send(draft, by)
        match draft.intent:
            case Intent.ENTRY | Intent.ALERT:
                coverage = await self._rooms.newsroom.home(entry)
                return await self.queued(by.by, place, coverage, entry, alert=draft.intent is Intent.ALERT)
            case Intent.CORRECT:
                return await self.changes.corrected(entry), (), None
            case Intent.RETRACT:
                lines, later = await self.changes.retracted(entry)
                return lines, (), later

    async def _preview(self, draft: Draft, coverage: Coverage) -> Bulletin:
        now = self._rooms.newsroom.now()
        if draft.entry_id is None:
            number = await self._rooms.newsroom.next_number(coverage)
            return previews.of_new(coverage, draft.content, number, now, alert=draft.intent is Intent.ALERT)
        entry = await self._rooms.newsroom.get(draft.entry_id)
        retracted = draft.intent is Intent.RETRACT
        return previews.of_changed(coverage, entry, draft.content, now, retracted=retracted)

    async def _card(
        self, draft: Draft, coverage: Coverage, person: Person, place: Place
    ) -> tuple[tuple[Said, ...], Rows]:
        newsroom = self._rooms.newsroom
        entry = await newsroom.get(draft.entry_id) if draft.entry_id is not None else None
        number = str(entry.number) if entry else ""
        head = say(f"card.{draft.intent.value}", title=coverage.title, number=number)
        if entry is None:
            far = await self._far(draft, coverage)
        else:
            far = (reach.copies(await newsroom.progress(entry)),)
        notes = await self._notes(draft, coverage, place, entry)
        return (head, *far, *notes), await self._buttons(draft, person, place, number)

    async def _far(self, draft: Draft, coverage: Coverage) -> tuple[Said, ...]:
        newsroom, alert = self._rooms.newsroom, draft.intent is Intent.ALERT
        audience, now = await newsroom.audience(coverage, draft.content.importance, alert=alert), newsroom.now()
        return (reach.reach(audience), *reach.ends(audience, coverage, now + newsroom.delay(alert=alert), now))

    async def _notes(self, draft: Draft, coverage: Coverage, place: Place, entry: Entry | None) -> tuple[Said, ...]:
        newsroom = self._rooms.newsroom
        if draft.intent is Intent.ALERT:
            typed = (say("card.phrase", phrase=draft.phrase),) if draft.phrase else (say("card.rehearsal"),)
            delay = newsroom.delay(alert=True).total_seconds()
            modal = place.platform is Platform.DISCORD and draft.phrase
            return (*(() if modal else typed), say("card.delay", count=int(delay)))
        if draft.intent is Intent.RETRACT:
            return ()
        if entry is not None:
            shorter = (say("card.shorter"),) if contents.shrinks(entry.content, draft.content) else ()
            silent = draft.content.corrections == entry.content.corrections
            return (*shorter, *((say(f"card.no_note.{place.platform.value}"),) if silent else ()))
        same = await newsroom.said_already(coverage, draft.content)
        alike = (say("card.alike", number=str(same.number)),) if same else ()
        key = (say("card.is_key"),) if draft.content.importance is Importance.KEY else ()
        return (*alike, *key, *_blind(place, draft.content))

    async def _buttons(self, draft: Draft, person: Person, place: Place, number: str) -> Rows:
        make, payload = self._rooms.buttons.make, {"draft": draft.id}
        discard = await make(Act.DISCARD, say("button.discard"), payload, person, style=Style.STOP)
        if draft.phrase and place.platform is Platform.TELEGRAM:
            return ((discard,),)
        style = Style.STOP if draft.intent is Intent.RETRACT else Style.GO
        label = say(f"button.{draft.intent.value}", number=number)
        publish = await make(Act.PUBLISH, label, payload, person, style=style)
        if draft.intent is not Intent.ENTRY:
            return ((publish, discard),)
        is_key = draft.content.importance is Importance.KEY
        key = await make(Act.KEY, say("button.not_key" if is_key else "button.key"), payload, person)
        return ((publish, discard), (key,))


def _blind(place: Place, content: Content) -> tuple[Said, ...]:
    images = [block for block in content.blocks if isinstance(block, Image)]
    missing = sum(1 for one in images if not one.alt)
    return (say(f"card.no_alt.{place.platform.value}", count=missing),) if missing else ()


def same_phrase(typed: str, phrase: str) -> bool:
    """Whether somebody typed the phrase; a phone may have changed its capitals and added a space."""
    return " ".join(typed.split()).casefold() == phrase.casefold()
