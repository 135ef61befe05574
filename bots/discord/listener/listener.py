"""Hear people and places on one Discord account, and bring them to the desk and the readership."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import discord
from discord.http import Route

from bots.discord.calls import NotDone
from bots.discord.client import Client
from bots.discord.listener import hearing, saying, tree
from bots.discord.listener.answering import Answering
from bots.discord.listener.forms import TYPED, Forms, Said
from bots.discord.listener.talk import First, Talk
from bots.discord.listener.welcome import welcome
from bots.discord.pictures import Fetch
from core.commands import refusals
from core.commands.desk import Desk
from core.commands.reply import Ask, Reply
from core.errors import ButtonSpent, Refusal, StoreTrouble
from core.locales import say
from core.model import Address, Asset, Platform
from core.readership import Readership
from core.store import Store, house, inbox

_log = logging.getLogger(__name__)

Asked = discord.Interaction[Client]
Take = Callable[[bytes], Awaitable[Asset]]
"""Checks and keeps a picture somebody brought. Raises Refusal when it is none, or too large."""

Handler = Callable[[Asked], Awaitable["_Answer"]]

PROMPT = 2.0
"""Seconds the desk has before we ask for patience; Discord gives three."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where what is heard goes."""

    desk: Desk
    readership: Readership
    store: Store


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the desk answers; where that is a form, the name it is opened under."""

    replies: tuple[Reply, ...]
    form: str = ""

    @property
    def ask(self) -> Ask | None:
        """The form the desk asks for."""
        return next((reply.ask for reply in self.replies if reply.ask), None)


class Listener:
    """Implements `bots.discord.client.Hears`."""

    def __init__(
        self,
        account: str,
        rooms: Rooms,
        *,
        fetch: Fetch,
        take: Take,
        clock: Callable[[], datetime],
        prompt: float = PROMPT,
    ) -> None:
        """`account` is the name in the settings; `fetch` gives pictures for previews, `take` keeps those that come."""
        self._account = account
        self._rooms = rooms
        self._take = take
        self._clock = clock
        self._prompt = prompt
        self._answering = Answering(rooms.desk, fetch)
        self._forms = Forms(rooms.store, clock)

    async def logged_in(self, client: Client) -> None:
        """Tell Discord our commands, if they are not what it knows."""
        commands = tree.tree()
        application = client.application_id or 0
        name, mark = f"discord.commands.{self._account}", tree.fingerprint(application, commands)
        if await self._rooms.store.read(house.read, name) == mark:
            return
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        await client.calls.make(route, commands)
        await self._rooms.store.write(house.write, name, mark)
        _log.info("told Discord our commands", extra={"account": self._account, "commands": len(commands)})

    async def place_left(self, chats: list[int], because: str) -> None:
        """Pause what we can reach no more; every setting stays."""
        for chat in chats:
            await self._rooms.readership.left(self._account, Address(Platform.DISCORD, chat), because)

    async def guild_joined(self, client: Client, guild: discord.Guild) -> None:
        """Take up again what was paused there, and say in one line what we are for."""
        await welcome(client, guild, self._account, self._rooms.readership)

    async def interaction(self, asked: Asked) -> None:
        """Answer somebody."""
        handlers = {
            discord.InteractionType.application_command: self._command,
            discord.InteractionType.component: self._button,
            discord.InteractionType.modal_submit: self._form,
        }
        if asked.type is discord.InteractionType.autocomplete:
            await self._complete(asked)
        elif asked.type in handlers:
            await self._answer(asked, self._once(asked, handlers[asked.type]))

    def close(self) -> None:
        """Leave every answer as it is."""
        self._answering.close()

    async def _once(self, asked: Asked, handle: Handler) -> _Answer | None:
        """What is to be answered; None for an interaction heard before, which the first hearing answers."""
        if not await self._rooms.store.write(inbox.claim, self._account, asked.id, self._clock()):
            _log.info("heard again, not done again", extra={"interaction": asked.id})
            return None
        return await handle(asked)

    async def _command(self, asked: Asked) -> _Answer:
        said = hearing.said(asked)
        if said is None:
            return _Answer(())
        pictures = [await self._take(await asked.client.http.get_from_cdn(one.url)) for one in hearing.files(asked)]
        return await self._hear(asked, replace(said, pictures=tuple(pictures)))

    async def _button(self, asked: Asked) -> _Answer:
        return await self._press(asked, hearing.custom_id(asked))

    async def _form(self, asked: Asked) -> _Answer:
        custom_id, written = hearing.custom_id(asked), hearing.written(asked)
        if custom_id.startswith(TYPED):
            return await self._press(asked, custom_id.removeprefix(TYPED), next(iter(written.values()), ""))
        said = await self._forms.sent(custom_id, written)
        if said is None:
            raise ButtonSpent
        return await self._hear(asked, said)

    async def _press(self, asked: Asked, button: str, typed: str = "") -> _Answer:
        press = hearing.press(asked, self._account, button, typed)
        return await self._named(_Answer(await self._rooms.desk.press(press)), None)

    async def _hear(self, asked: Asked, said: Said) -> _Answer:
        incoming = hearing.incoming(asked, self._account, said)
        return await self._named(_Answer(await self._rooms.desk.hear(incoming)), said)

    async def _named(self, answer: _Answer, said: Said | None) -> _Answer:
        return replace(answer, form=await self._forms.custom_id(answer.ask, said)) if answer.ask else answer

    async def _answer(self, asked: Asked, work: Coroutine[Any, Any, _Answer | None]) -> None:
        talk = Talk(asked.client.calls, asked.application_id, asked.id, asked.token)
        working = asyncio.create_task(work)
        await asyncio.wait({working}, timeout=self._prompt)
        try:
            if not working.done():
                await self._ask_for_patience(talk, asked)
            answer = await self._outcome(working, str(asked.locale))
            if answer is not None:
                await self._say(talk, asked, answer)
                await self._size(asked)
        except NotDone as refusal:
            # What was asked for is done all the same; only its answer found nobody.
            await asyncio.wait({working})
            _log.warning("an answer was not taken", extra={"outcome": str(refusal.outcome), "code": refusal.code})

    async def _size(self, asked: Asked) -> None:
        """Note how many people a place that follows may be read by: its server's members, as the gateway counts."""
        count = asked.guild.member_count if asked.guild is not None else None
        if count is None:
            return
        place = hearing.place(asked, self._account)
        try:
            known_as = await self._rooms.readership.sizeless(self._account, place.address)
            if known_as is not None:
                await self._rooms.readership.sized(known_as, count)
        except StoreTrouble as trouble:
            # Who asked has their answer.
            _log.info("a place's size is not noted", extra={"why": str(trouble)})

    async def _ask_for_patience(self, talk: Talk, asked: Asked) -> None:
        if asked.message is not None:
            await talk.wait(First.WAIT_UNSEEN)
        else:
            await talk.wait(First.WAIT, {"flags": saying.ONLY_THEM})

    async def _outcome(self, working: asyncio.Task[_Answer | None], language: str) -> _Answer | None:
        try:
            return await working
        except Refusal as refusal:
            line = refusals.words(refusal, Platform.DISCORD)
        except StoreTrouble as trouble:
            _log.error("not saved", extra={"trouble": str(trouble)})
            line = say("refused.not_saved")
        except Exception:  # noqa: BLE001 -- logged with its traceback, and the person is told
            _log.exception("an interaction was not answered as it should have been")
            line = say("late.broken")
        return _Answer((Reply((line,), language, toast=True),))

    async def _say(self, talk: Talk, asked: Asked, answer: _Answer) -> None:
        language, ask = str(asked.locale), answer.ask
        if ask is None:
            await self._answering.give(talk, answer.replies, pressed=asked.message is not None)
        elif talk.waiting is None:
            await talk.first(First.FORM, saying.form(ask, language, answer.form))
        else:
            # Discord opens a form only as the very first answer.
            late = Reply((say("late.form"),), language, toast=True)
            await self._answering.give(talk, (late,), pressed=False)

    async def _complete(self, asked: Asked) -> None:
        asking = hearing.asking(asked, self._account)
        if asking is None:
            return
        talk = Talk(asked.client.calls, asked.application_id, asked.id, asked.token)
        try:
            choices = await self._rooms.desk.suggest(asking)
            told = [{"name": choice.label, "value": choice.value} for choice in choices]
            await talk.first(First.CHOICES, {"choices": told})
        except (NotDone, StoreTrouble) as trouble:
            # Who types without completions can still type.
            _log.info("nothing was completed", extra={"why": str(trouble)})
