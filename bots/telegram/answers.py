"""What the desk says back, as messages: previews as readers get them, words, buttons, cards that change."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from telegram import error

from bots.telegram import outcomes
from bots.telegram.failures import FloodError, MaybeSentError, NeverSentError, NotOursError
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core import locales
from core.commands.call import short
from core.commands.desk import Desk
from core.commands.reply import Button, Later, Reply
from core.model import Address
from core.platform import Manner

_LOG = logging.getLogger(__name__)
_TRIES = 3
_LONGEST_WAIT = 60.0
"""Seconds after which an answer is worth nothing any more."""
LONGEST_TOAST = 200
"""Characters of an answer to a press (Bot API, answerCallbackQuery)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where answers go: the chat and topic, the message they answer, and the card they may take the place of."""

    address: Address
    answers: int | None = None
    card: int | None = None


class Answers:
    """Speaks for the desk on one account."""

    def __init__(self, bot: Bot, sender: TelegramSender, desk: Desk) -> None:
        """Previews go through the account's own sender, so that they are what readers get."""
        self._bot = bot
        self._sender = sender
        self._desk = desk
        self._coming: set[asyncio.Task[None]] = set()

    async def give(self, where: Spot, replies: Sequence[Reply]) -> None:
        """Send replies in order. What cannot be sent is logged, never raised: the work is done either way."""
        for reply in replies:
            if reply.preview is not None:
                for part in self._sender.draw(reply.preview, reply.language):
                    await self._sender.send(where.address, part, Manner(silent=True, nonce=""))
            card = await self._say(where, reply)
            if reply.later is not None and card is not None:
                self._plan(replace(where, card=card), reply.later, reply.language)

    async def toast(self, query_id: str, words: str) -> None:
        """Answer a press; an empty text only ends its waiting sign."""
        text = short(words, LONGEST_TOAST)
        await self._patiently("answerCallbackQuery", callback_query_id=query_id, text=text or None)

    async def stop(self) -> None:
        """Leave every card as it stands."""
        for task in self._coming:
            task.cancel()
        await asyncio.gather(*self._coming, return_exceptions=True)

    async def _say(self, where: Spot, reply: Reply) -> int | None:
        """Send or put in place one reply's words; the message's number, None when there is none."""
        text = reply.text()
        if not text:
            return None
        dressed = {
            "chat_id": where.address.chat_id,
            "text": text,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": _keyboard(reply),
        }
        if reply.replaces and where.card is not None:
            changed = await self._patiently("editMessageText", **dressed, message_id=where.card)
            if changed is not None:
                return where.card
        answered = {"message_id": where.answers, "allow_sending_without_reply": True} if where.answers else None
        thread = where.address.thread_id or None
        sent = await self._patiently("sendMessage", **dressed, message_thread_id=thread, reply_parameters=answered)
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return number if isinstance(number, int) else None

    async def _patiently(self, method: str, **parameters: Any) -> Any:
        """Call, and call again where that cannot make two of it. None when it came to nothing."""
        why = ""
        for _ in range(_TRIES):
            try:
                return await self._bot.call(method, **parameters)
            except NotOursError:
                # Whoever owns the account now finds the update in the inbox and answers it.
                return None
            except error.TelegramError as failure:
                if isinstance(failure, error.BadRequest) and outcomes.unchanged(failure):
                    return True
                why = failure.message
                if not _worth_another(failure, method):
                    break
        _LOG.warning("answer lost", extra={"method": method, "why": why})
        return None

    def _plan(self, where: Spot, later: Later, language: str) -> None:
        task = asyncio.create_task(self._look_again(where, later, language))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _look_again(self, where: Spot, later: Later | None, language: str) -> None:
        """Keep a card up to date for as long as the desk asks to be asked again."""
        while later is not None:
            await asyncio.sleep(later.seconds)
            reply = await self._desk.again(later.ticket, language)
            if reply is None:
                return
            await self._say(where, replace(reply, replaces=True))
            later = reply.later


def _worth_another(failure: error.TelegramError, method: str) -> bool:
    """Whether to try again. The gate has been told of a flood and makes the next try wait."""
    if isinstance(failure, FloodError):
        return failure.seconds <= _LONGEST_WAIT
    return isinstance(failure, NeverSentError) or (isinstance(failure, MaybeSentError) and method.startswith("edit"))


def _keyboard(reply: Reply) -> dict[str, Any] | None:
    """Inline buttons; None (not sent) when there are none, which takes an edited card's buttons away."""
    rows = [[_button(button, reply.language) for button in row] for row in reply.buttons if row]
    return {"inline_keyboard": rows} if rows else None


def _button(button: Button, language: str) -> dict[str, str]:
    label = locales.words(language).tell(button.label)
    return {"text": label, "url": button.url} if button.url else {"text": label, "callback_data": button.id}
