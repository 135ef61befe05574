"""One Telegram account's road out: parts become calls, and whatever happens becomes an outcome."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

from telegram import InputFile, InputMediaPhoto, MessageEntity, error

from bots.telegram import outcomes, render, written
from bots.telegram.failures import MaybeSentError
from bots.telegram.pictures import Assets, Media, PictureMissingError, Pictures
from bots.telegram.render import Album, Entity, Photo, Words
from bots.telegram.transport import Bot
from core import locales
from core.model import Address, Bulletin, Form, Platform
from core.platform import Copy, Manner, Outcome, Part, Rejected, Sent

_LOG = logging.getLogger(__name__)
_GENERAL = 1
"""A forum's General topic: with this thread id a message is refused, without one it goes there (platform.md A1)."""
_FILENAME = "picture"
_Looks = tuple[Entity, ...]


class TelegramSender:
    """Implements `core.platform.Sender`. Never raises for what Telegram or a network can do."""

    platform = Platform.TELEGRAM

    def __init__(self, account: str, bot: Bot, assets: Assets) -> None:
        """Speak as `account` through its open `bot`."""
        self.account = account
        self._bot = bot
        self._pictures = Pictures(assets)

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        """Draw a bulletin in a language, into the messages that are there when it edits."""
        return _drawn(bulletin, language, kept)

    def merge(self, bulletins: tuple[Bulletin, ...], language: str) -> Part:
        """Draw several entries of one coverage as one text in a language."""
        return _merged(bulletins, language)

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        """Send one part: silent or with sound, as an answer when it replies, and never with a link preview."""
        return await self._outcome(self._send(_target(to, manner), part))

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        """Make the copies of a part say what it says now, each by the method its form needs."""
        return await self._outcome(self._edit(to.chat_id, copies, part))

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        """Delete one copy."""
        return await self._outcome(self._remove(to.chat_id, copy))

    async def ping(self) -> Outcome:
        """Ask Telegram who we are."""
        return await self._outcome(self._ping())

    async def _outcome(self, speaking: Awaitable[tuple[Copy, ...]]) -> Outcome:
        try:
            return Sent(await speaking)
        except PictureMissingError as missing:
            return Rejected(missing.message)
        except error.TelegramError as failure:
            return outcomes.of(failure)

    async def _send(self, target: Mapping[str, Any], part: Part) -> tuple[Copy, ...]:
        match part:
            case Words(form=form, text=text, entities=entities):
                return (await self._say(target, text, entities, form),)
            case Photo() | Album():
                return await self._show(target, part)
        raise TypeError(f"not a part for Telegram: {type(part).__name__}")

    async def _say(self, target: Mapping[str, Any], text: str, entities: _Looks, form: Form = Form.TEXT) -> Copy:
        chat, place = target["chat_id"], written.place(target)

        async def speak(looks: _Looks) -> Any:
            return await self._bot.say("sendMessage", chat, place + written.words(text, looks))

        return _copy(await self._dressed(entities, speak), form)

    async def _show(self, target: Mapping[str, Any], part: Photo | Album) -> tuple[Copy, ...]:
        """Send the pictures; where they are refused, at least their words."""

        async def speak(looks: _Looks) -> Any:
            if isinstance(part, Photo):
                return await self._pictures.shown((part.asset,), lambda media: self._photo(target, part, media, looks))
            return await self._pictures.shown(part.assets, lambda media: self._album(target, part, media, looks))

        try:
            answer = await self._dressed(part.entities, speak)
        except (PictureMissingError, error.BadRequest) as refused:
            if not part.text or not (isinstance(refused, PictureMissingError) or outcomes.refuses_picture(refused)):
                raise
            _LOG.warning("pictures refused, words sent alone: %s", refused.message)
            return (await self._say(target, part.text, part.entities),)
        return _copies(answer, part.form)

    async def _photo(self, target: Mapping[str, Any], part: Photo, media: list[Media], looks: _Looks) -> Any:
        caption = {"caption": part.text, "caption_entities": written.entities(looks) or None} if part.text else {}
        photo = media[0] if isinstance(media[0], str) else InputFile(media[0], filename=_FILENAME)
        return await self._bot.call("sendPhoto", **target, photo=photo, **caption)

    async def _album(self, target: Mapping[str, Any], part: Album, media: list[Media], looks: _Looks) -> Any:
        first, *others = media
        items = [_item(first, part.text, looks), *(_item(one, "", ()) for one in others)]
        return await self._bot.call("sendMediaGroup", **target, media=items)

    async def _edit(self, chat: int, copies: tuple[Copy, ...], part: Part) -> tuple[Copy, ...]:
        match part:
            case Words(text=text, entities=entities):
                return (await self._reword(chat, copies[0], text, entities),)
            case Photo():
                return (await self._repaint(chat, copies[0], part.asset, part.text, part.entities),)
            case Album():
                first, *others = zip(copies, part.assets, strict=True)
                changed = [await self._repaint(chat, *first, part.text, part.entities)]
                changed += [await self._repaint(chat, copy, asset, "", ()) for copy, asset in others]
                return tuple(changed)
        raise TypeError(f"not a part for Telegram: {type(part).__name__}")

    async def _reword(self, chat: int, copy: Copy, text: str, entities: _Looks) -> Copy:
        place = written.place({"chat_id": chat, "message_id": copy.message_id})

        async def speak(looks: _Looks) -> Any:
            return await self._bot.say("editMessageText", chat, place + written.words(text, looks))

        await self._dressed(entities, speak)
        return copy

    async def _repaint(self, chat: int, copy: Copy, asset: str | None, text: str, entities: _Looks) -> Copy:
        """Change picture and words together; where the picture cannot be had, the words alone."""
        place = {"chat_id": chat, "message_id": copy.message_id}

        async def speak(looks: _Looks) -> Any:
            return await self._pictures.shown(
                (asset,), lambda media: self._bot.call("editMessageMedia", **place, media=_item(media[0], text, looks))
            )

        async def speak_words(looks: _Looks) -> Any:
            return await self._bot.call(
                "editMessageCaption", **place, caption=text, caption_entities=written.entities(looks) or None
            )

        try:
            await self._dressed(entities, speak)
        except (PictureMissingError, error.BadRequest) as refused:
            if not (isinstance(refused, PictureMissingError) or outcomes.refuses_picture(refused)):
                raise
            await self._dressed(entities, speak_words)
        return copy

    async def _ping(self) -> tuple[Copy, ...]:
        await self._bot.call("getMe")
        return ()

    async def _remove(self, chat: int, copy: Copy) -> tuple[Copy, ...]:
        await self._bot.call("deleteMessage", chat_id=chat, message_id=copy.message_id)
        return ()

    async def _dressed(self, entities: _Looks, speak: Callable[[_Looks], Awaitable[Any]]) -> Any:
        """Speak with looks; once more without, when Telegram refuses them. "Not modified" is what an edit wants."""
        try:
            return await speak(entities)
        except error.BadRequest as refused:
            if outcomes.unchanged(refused):
                return True
            if not entities or not outcomes.refuses_entities(refused):
                raise
            _LOG.warning("looks refused, plain text sent: %s", refused.message)
        return await speak(())


@lru_cache(maxsize=256)
def _drawn(bulletin: Bulletin, language: str, kept: tuple[Form, ...]) -> tuple[Part, ...]:
    """Drawn once for all who get the same: 0.6 ms against 3 µs."""
    return render.draw(bulletin, locales.words(language), kept)


@lru_cache(maxsize=256)
def _merged(bulletins: tuple[Bulletin, ...], language: str) -> Part:
    """Drawn once for all who lagged alike."""
    return render.merge(bulletins, locales.words(language))


def _target(to: Address, manner: Manner) -> dict[str, Any]:
    reply = {"message_id": manner.reply_to, "allow_sending_without_reply": True} if manner.reply_to else None
    return {
        "chat_id": to.chat_id,
        "message_thread_id": to.thread_id if to.thread_id > _GENERAL else None,
        "disable_notification": manner.silent,
        "reply_parameters": reply,
    }


def _item(media: Media, text: str, entities: _Looks) -> InputMediaPhoto:
    looks = [MessageEntity(one.type, one.offset, one.length, url=one.url) for one in entities]
    return InputMediaPhoto(media, caption=text or None, caption_entities=looks or None, filename=_FILENAME)


def _copy(message: Any, form: Form) -> Copy:
    """The copy a message is. Raises MaybeSentError when the answer is none: something may be there all the same."""
    number = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise MaybeSentError("the answer is not a message")
    return Copy(number, form)


def _copies(answer: Any, form: Form) -> tuple[Copy, ...]:
    if isinstance(answer, list) and answer:
        return tuple(_copy(message, form) for message in answer)
    return (_copy(answer, form),)
