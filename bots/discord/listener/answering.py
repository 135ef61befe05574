"""Give people the desk's answers: the first at once, the rest behind it, and boards that go on changing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bots.discord import messages, render
from bots.discord.calls import NotDone, Payload, Upload
from bots.discord.listener import saying
from bots.discord.listener.talk import ORIGINAL, First, Talk
from bots.discord.pictures import Fetch, Pictures
from core import locales
from core.commands.desk import Desk
from core.commands.reply import Later, Reply

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Message:
    """One message of an answer."""

    payload: Payload
    flags: int
    uploads: tuple[Upload, ...] = ()
    replaces: bool = False
    later: Later | None = None
    language: str = ""


class Answering:
    """Speaks for the desk."""

    def __init__(self, desk: Desk, fetch: Fetch) -> None:
        """`fetch` gives the bytes of the pictures in a preview."""
        self._desk = desk
        self._pictures = Pictures(fetch)
        self._boards: set[asyncio.Task[None]] = set()

    async def give(self, talk: Talk, replies: Sequence[Reply], *, pressed: bool) -> None:
        """Say all of it. `pressed`: there is a message whose button brought us here. May raise NotDone."""
        first = True
        for reply in replies:
            async for message in self._drawn(reply):
                target = await self._first(talk, message, pressed=pressed) if first else await self._more(talk, message)
                first = False
                if message.later is not None:
                    self._watch(talk, target, message.later, message.language)

    def close(self) -> None:
        """Stop changing boards."""
        for board in self._boards:
            board.cancel()

    async def _drawn(self, reply: Reply) -> AsyncIterator[_Message]:
        flags = saying.flags(reply)
        if reply.preview is not None:
            for part in render.draw(reply.preview, locales.words(reply.language)):
                files = await self._pictures.uploads(part.pictures)
                payload = messages.edited(part)
                yield _Message(messages.with_pictures(payload, part.pictures, files), flags, files)
        yield _Message(saying.card(reply), flags, (), reply.replaces, reply.later, reply.language)

    async def _first(self, talk: Talk, message: _Message, *, pressed: bool) -> str:
        replaces = pressed and message.replaces
        if talk.waiting is First.WAIT or (talk.waiting and replaces):
            await talk.change(ORIGINAL, message.payload, message.uploads)
            return ORIGINAL
        if talk.waiting is not None:
            return await self._more(talk, message)
        if replaces:
            await talk.first(First.UPDATE, message.payload, message.uploads)
        else:
            await talk.first(First.MESSAGE, message.payload | {"flags": message.flags}, message.uploads)
        return ORIGINAL

    async def _more(self, talk: Talk, message: _Message) -> str:
        return await talk.more(message.payload | {"flags": message.flags}, message.uploads)

    def _watch(self, talk: Talk, target: str, later: Later, language: str) -> None:
        board = asyncio.create_task(self._keep_changing(talk, target, later, language))
        self._boards.add(board)
        board.add_done_callback(self._boards.discard)

    async def _keep_changing(self, talk: Talk, target: str, later: Later | None, language: str) -> None:
        try:
            while later is not None:
                await asyncio.sleep(later.seconds)
                reply = await self._desk.again(later.ticket, language)
                if reply is None:
                    return
                await talk.change(target, saying.card(reply))
                later = reply.later
        except NotDone as refusal:
            # The fifteen minutes are over, or they closed the message: the entry's fate does not hang on its board.
            _log.info("a board is no longer shown", extra={"outcome": str(refusal.outcome)})
        except Exception:  # noqa: BLE001 -- logged with its traceback; a board is not worth more
            _log.exception("a board could not be drawn")
