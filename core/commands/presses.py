"""What a pressed button does: a reader's says so in its id, an editor's stands for a row in the store."""

from typing import Any

from core.commands.buttons import Act
from core.commands.call import Pressed
from core.commands.cards import Cards
from core.commands.editor import Editors
from core.commands.heard import Incoming, Press
from core.commands.proposals import Proposals
from core.commands.reader import Readers
from core.commands.refusals import said_again
from core.commands.reply import Reply
from core.commands.rooms import Rooms
from core.errors import ButtonSpent, NotEnrolled
from core.model import Level, Person


class Presses:
    """Finds out what a button means and has it done."""

    def __init__(self, rooms: Rooms, readers: Readers, editors: Editors, cards: Cards, proposals: Proposals) -> None:
        """Who does what buttons ask for."""
        self._rooms = rooms
        self._readers = readers
        self._editors = editors
        self._cards = cards
        self._proposals = proposals

    async def do(self, press: Press, person: Person | None) -> Reply | Incoming:
        """Do what a button says; an Incoming is something said earlier that can now be heard again."""
        if ":" in press.button:
            return await self._spelt_out(_pressed(press, person, {}))
        found = await self._rooms.buttons.look(press.button, person, press.caller)
        pressed = _pressed(press, person, found.payload)
        act = Act(found.action)
        if found.expires_at <= self._rooms.newsroom.now():
            if act in (Act.PUBLISH, Act.DISCARD, Act.KEY):
                return await self._cards.again(pressed)
            if act in (Act.ACCEPT, Act.DECLINE):
                return await self._proposals.again(pressed)
            raise ButtonSpent
        return await self._stored(act, pressed)

    async def _spelt_out(self, pressed: Pressed) -> Reply:
        try:
            match pressed.button.split(":"):
                case ["follow", coverage, level]:
                    return await self._readers.press_follow(pressed, int(coverage), Level(level))
                case ["stop", coverage]:
                    return await self._readers.press_stop(pressed, int(coverage))
                case ["ask", "summary", coverage]:
                    if pressed.person is None:
                        raise NotEnrolled(pressed.caller)
                    return await self._editors.change_summary(pressed, int(coverage))
                case ["look", "proposal", proposal]:
                    return await self._proposals.look(pressed, int(proposal))
        except ValueError as error:
            # Only a forged or a very old button says what we never write.
            raise ButtonSpent from error
        raise ButtonSpent

    async def _stored(self, act: Act, pressed: Pressed) -> Reply | Incoming:
        match act:
            case Act.PUBLISH:
                return await self._cards.publish(pressed)
            case Act.DISCARD:
                return await self._cards.discard(pressed)
            case Act.UNDO:
                return await self._cards.undo(pressed)
            case Act.KEY:
                await self._rooms.buttons.spend(pressed.button, pressed.person)
                return await self._cards.key(pressed)
            case Act.BACK:
                await self._rooms.buttons.spend(pressed.button, pressed.person)
                return await self._readers.press_back(pressed)
            case Act.ACCEPT | Act.DECLINE:
                return await self._proposals.decide(pressed, accept=act is Act.ACCEPT)
            case Act.CHOOSE:
                await self._rooms.buttons.spend(pressed.button, pressed.person)
                coverage = await self._rooms.readership.get(pressed.payload["coverage"])
                await self._rooms.newsroom.choose(pressed.editor, coverage)
                return said_again(pressed)


def _pressed(press: Press, person: Person | None, payload: Any) -> Pressed:
    return Pressed(
        press.place,
        press.token,
        press.caller,
        press.language,
        press.place_admin,
        person,
        press.button,
        payload,
        press.typed,
    )
