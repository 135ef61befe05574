"""The desk: everything said to Livedesk comes in here, from every platform, and what is to be answered goes out."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from core.commands import forms, gate, refusals
from core.commands.call import Call
from core.commands.cards import Cards
from core.commands.completions import Completions
from core.commands.coverages import Coverages
from core.commands.editor import Editors
from core.commands.flood import Answer, Flood
from core.commands.forms import Speaker
from core.commands.given import Given, read, understand
from core.commands.heard import Asking, Incoming, Mark, Press
from core.commands.presses import Presses
from core.commands.proposals import Proposals
from core.commands.reader import Readers
from core.commands.reply import NOTHING, Choice, Reply
from core.commands.rooms import Rooms
from core.errors import NoSuchCommand, PrivateOnly, Refusal, SecondHand, StoreTrouble, TooFast, WordsMissing
from core.locales import say
from core.model import Person, Platform

log = logging.getLogger(__name__)

Handler = Callable[[Call], Awaitable[Reply]]


class Desk:
    """Hears, presses and completes. What people can do wrong comes back as a reply, never as an exception."""

    def __init__(self, rooms: Rooms) -> None:
        """The rooms it works with."""
        self._rooms = rooms
        self._flood = Flood()
        self._cards = Cards(rooms)
        self._readers = Readers(rooms.readership, rooms.buttons)
        self._editors = Editors(rooms, self._cards)
        proposals = Proposals(rooms)
        self._presses = Presses(rooms, self._readers, self._editors, self._cards, proposals)
        self._completions = Completions(rooms)
        coverages = Coverages(rooms)
        self._handlers: Mapping[str, Handler] = {
            "start": self._start,
            "live": self._readers.live,
            "follow": self._readers.follow,
            "following": self._readers.following,
            "stop": self._readers.stop,
            "help": self._readers.help,
            "join": self._join,
            "coverage.new": coverages.new,
            "coverage.open": coverages.open,
            "coverage.close": coverages.close,
            "coverage.use": coverages.use,
            "coverage.list": coverages.list,
            "post": self._editors.post,
            "alert": self._editors.alert,
            "correct": self._editors.correct,
            "retract": self._editors.retract,
            "summary": self._editors.summary,
            "proposals": proposals.open,
        }

    async def hear(self, incoming: Incoming) -> tuple[Reply, ...]:
        """Answer something said. An empty answer means that nobody is to be answered."""
        if gate.echo(incoming) or (not incoming.command and not incoming.place.private):
            return NOTHING
        try:
            return await self._answer(incoming)
        except StoreTrouble:
            # One there is not may be anything that somebody typed behind a slash.
            known = forms.find(incoming.place.platform, incoming.command)
            log.exception("not saved", extra={"command": known.name if known else ""})
            return (Reply((say("refused.not_saved"),), incoming.language),)

    async def press(self, press: Press) -> tuple[Reply, ...]:
        """Answer a pressed button."""
        try:
            person = await self._rooms.enrolment.who(press.place.platform, press.caller)
            slow = self._too_fast(press.caller, press, person)
            if slow is not None:
                return slow
            return await self._pressed(press, person)
        except Refusal as refusal:
            return (Reply((refusals.words(refusal, press.place.platform),), press.language, toast=True),)
        except StoreTrouble:
            log.exception("not saved", extra={"button": press.button})
            return (Reply((say("refused.not_saved"),), press.language, toast=True),)

    async def again(self, ticket: str, language: str) -> Reply | None:
        """What a message with `Reply.later` says by now; None when it stays as it is."""
        return await self._cards.board(ticket, language)

    async def suggest(self, asking: Asking) -> tuple[Choice, ...]:
        """At most 25 completions of an option being typed."""
        person = await self._rooms.enrolment.who(asking.place.platform, asking.caller)
        return await self._completions.of(asking, person)

    async def _answer(self, incoming: Incoming) -> tuple[Reply, ...]:
        person = await self._who(incoming)
        slow = self._too_fast(incoming.caller, incoming, person)
        if slow is not None:
            return slow
        given = understand(incoming) if incoming.command else read(forms.named("post"), incoming.words)
        try:
            if given is None:
                return self._unknown(incoming)
            if not incoming.command:
                return await self._plain(incoming, given, person)
            return await self._command(incoming, given, person)
        except Refusal as refusal:
            call = Call(incoming, given or Given(forms.named("help"), {}), person)
            return (await refusals.reply(refusal, call, self._rooms),)

    async def _command(self, incoming: Incoming, given: Given, person: Person | None) -> tuple[Reply, ...]:
        if given.command.speaker is not Speaker.EDITOR:
            # An old command that was changed is no new wish (U3); a draft may come of an editor's, below.
            if Mark.EDITED in incoming.marks:
                return NOTHING
            return (await self._handlers[given.command.name](Call(incoming, given, person)),)
        admission = gate.admit(incoming, person)
        if admission is gate.Admission.IGNORE:
            return NOTHING
        call = Call(incoming, given, person, drafting=admission is gate.Admission.DRAFT)
        return (await self._handlers[given.command.name](call),)

    async def _plain(self, incoming: Incoming, given: Given, person: Person | None) -> tuple[Reply, ...]:
        """Words or pictures without a command, in private: an editor's are a draft, a reader's get directions."""
        if person is None and not incoming.marks:
            return (Reply((say("start.directions"),), incoming.language),)
        if person is None or gate.admit(incoming, person) is gate.Admission.IGNORE:
            return NOTHING
        call = Call(incoming, given, person, drafting=bool(incoming.marks))
        if not call.drafting and (sent := await self._phrase(call)):
            return (sent,)
        return (await self._editors.words(call),)

    async def _phrase(self, call: Call) -> Reply | None:
        words = call.incoming.words
        return await self._cards.phrased(call, words) if words.strip().upper().startswith("SEND ") else None

    async def _start(self, call: Call) -> Reply:
        payload = call.given.get("payload")
        if payload.startswith("join_"):
            return await self._join(Call(call.incoming, Given(forms.named("join"), {"code": payload[5:]}), call.person))
        return await self._readers.start(call)

    async def _join(self, call: Call) -> Reply:
        if call.incoming.marks:
            raise SecondHand
        # Discord shows a slash command's options to nobody else; in a Telegram group everybody reads the code.
        if not call.place.private and call.place.platform is Platform.TELEGRAM:
            raise PrivateOnly
        code = call.given.get("code").removeprefix("join_")
        if not code:
            raise WordsMissing("join")
        person = await self._rooms.enrolment.redeem(code, call.place.platform, call.incoming.caller)
        how = say(f"join.how.{call.place.platform.value}")
        return call.reply(say("join.done", name=person.name, role=say(f"role.{person.role.value}")), how)

    async def _pressed(self, press: Press, person: Person | None) -> tuple[Reply, ...]:
        again = await self._presses.do(press, person)
        return await self.hear(again) if isinstance(again, Incoming) else (again,)

    def _unknown(self, incoming: Incoming) -> tuple[Reply, ...]:
        platform = incoming.place.platform
        if not incoming.place.private and platform is Platform.TELEGRAM:
            return NOTHING
        raise NoSuchCommand(f"/{incoming.command}", f"/{forms.nearest(platform, incoming.command)}")

    async def _who(self, incoming: Incoming) -> Person | None:
        """Who is enrolled under the caller's id. A mask's id is shared by many, so it is never even looked up."""
        if incoming.caller <= 0 or incoming.marks & {Mark.ANONYMOUS, Mark.AS_CHANNEL}:
            return None
        return await self._rooms.enrolment.who(incoming.place.platform, incoming.caller)

    def _too_fast(self, caller: int, heard: Incoming | Press, person: Person | None) -> tuple[Reply, ...] | None:
        answer = self._flood.ask(caller, heard.place, self._rooms.newsroom.now(), enrolled=person is not None)
        if answer is Answer.GO:
            return None
        # Discord tells people that a bot which stays silent is broken.
        if answer is Answer.SILENCE and heard.place.platform is Platform.TELEGRAM:
            return NOTHING
        line = refusals.words(TooFast(), heard.place.platform)
        return (Reply((line,), heard.language, toast=isinstance(heard, Press)),)
