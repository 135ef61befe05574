"""What Telegram tells an account: messages, presses, our own place in chats. Each becomes one call of the house."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import ChatMember, ChatMemberUpdated, Message, PhotoSize, Update, error

from bots.telegram import reading
from bots.telegram.answers import Answers, Spot
from bots.telegram.menu import Menu
from bots.telegram.sizes import Sizes
from bots.telegram.transport import Bot
from core.commands import forms
from core.commands.desk import Desk
from core.commands.forms import Speaker
from core.commands.heard import Incoming, Mark, Place, Press
from core.commands.reply import Reply
from core.commands.rooms import Rooms
from core.courier import gate
from core.errors import Refusal
from core.locales import say
from core.model import Asset, PlaceKind, Platform, Urgency
from core.readership import Spot as ReaderSpot

_LOG = logging.getLogger(__name__)
_HEAVIEST_PICTURE = 20 * 1024 * 1024
"""Bytes: what a bot may download (Bot API, getFile)."""
_PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER)
_RUNS_IT = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)

KeepPicture = Callable[[bytes], Awaitable[Asset]]
"""Checks a picture and keeps it in the store. Raises a Refusal when it is none, or too big."""


class Listener:
    """Hears for one account."""

    def __init__(
        self,
        account: str,
        bot: Bot,
        *,
        desk: Desk,
        rooms: Rooms,
        answers: Answers,
        menu: Menu,
        keep_picture: KeepPicture,
    ) -> None:
        """`name`, our username, is known once Telegram has told it."""
        self.name = ""
        self._account = account
        self._bot = bot
        self._desk = desk
        self._rooms = rooms
        self._answers = answers
        self._menu = menu
        self._keep_picture = keep_picture
        self._sizes = Sizes(account, bot, rooms.readership)

    async def stop(self) -> None:
        """Leave what nobody waits for."""
        await self._sizes.stop()

    async def hear(self, updates: Sequence[Update]) -> None:
        """Take in one update, or the messages of one album."""
        first = updates[0]
        if first.callback_query is not None:
            await self._pressed(first)
        elif first.my_chat_member is not None:
            await self._membership(first.my_chat_member)
        elif (message := _message(first)) is not None:
            await self._said(first, message, [one for one in map(_message, updates) if one is not None])

    async def _said(self, update: Update, message: Message, album: Sequence[Message]) -> None:
        if await self._moved(message):
            return
        worded = next((one for one in album if one.text or one.caption), message)
        said = reading.said(worded, self.name)
        place = reading.place_of(message.chat, self._account, self.name, message)
        # Outside private chats only commands are meant for us.
        if said is None or not (said.command or (place.private and _has_content(message))):
            return
        marks = reading.marks_of(message, update)
        caller = reading.caller_of(message)
        enrolled = await self._rooms.enrolment.who(Platform.TELEGRAM, caller) is not None
        with gate.speaking(Urgency.DESK_ANSWER if enrolled else Urgency.ANSWER):
            where = Spot(place.address, None if place.private else message.message_id)
            try:
                pictures = await self._pictures(album) if enrolled else ()
            except Refusal as refusal:
                await self._answers.give(where, (_refused(refusal, message),))
                return
            incoming = Incoming(
                place=place,
                token=reading.token_of(message, self._account, update),
                caller=caller,
                language=_language(message),
                command=said.command,
                edits=reading.edited_token(message, self._account, update),
                words=said.words,
                pictures=pictures,
                reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
                marks=marks,
                place_admin=await self._may_manage(said.command, place, caller, marks),
            )
            await self._answers.give(where, await self._desk.hear(incoming))
            self._sizes.look(place)
            if enrolled and place.private:
                await self._menu.show_editor(place.address.chat_id, incoming.language)

    async def _moved(self, message: Message) -> bool:
        """A group became a supergroup: Telegram says so in both, in either order."""
        here = message.chat.id
        if message.migrate_to_chat_id is not None:
            await self._rooms.readership.moved(self._account, here, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id is not None:
            await self._rooms.readership.moved(self._account, message.migrate_from_chat_id, here)
        else:
            return False
        return True

    async def _pressed(self, update: Update) -> None:
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        told = ""
        try:
            message = query.message if isinstance(query.message, Message) else None
            place = reading.place_of(query.message.chat, self._account, self.name, message)
            caller = query.from_user.id
            press = Press(
                place=place,
                token=f"telegram:{self._account}:press:{query.id}",
                caller=caller,
                button=query.data,
                language=query.from_user.language_code or "en",
                place_admin=place.private or await self._manages(place, caller),
            )
            replies = await self._desk.press(press)
            told = "\n".join(reply.text() for reply in replies if reply.toast)
        finally:
            # Whatever came of it, the button must stop turning.
            await self._answers.toast(query.id, told)
        with gate.speaking(Urgency.DESK_ANSWER):
            spot = Spot(place.address, card=query.message.message_id)
            await self._answers.give(spot, [reply for reply in replies if not reply.toast])
        self._sizes.look(place)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        """Our own place changed: blocked and unblocked in private, added and removed elsewhere (Bot API)."""
        place = reading.place_of(change.chat, self._account, self.name)
        here, was_here = _present(change.new_chat_member), _present(change.old_chat_member)
        language = change.from_user.language_code or "en"
        if not here:
            because = "blocked" if place.private else "kicked"
            await self._rooms.readership.left(self._account, place.address, because)
        elif not was_here and place.kind is PlaceKind.GROUP:
            await self._greet(place, change, language)
        elif not was_here:
            spot = ReaderSpot(self._account, place.address, place.kind, place.title, language)
            await self._rooms.readership.returned(spot)

    async def _greet(self, place: Place, change: ChatMemberUpdated, language: str) -> None:
        """Somebody let us into a group: say hello as to /start, which also finds the settings it may have had."""
        caller = change.from_user.id
        incoming = Incoming(
            place=place,
            token=f"telegram:{self._account}:{place.address.chat_id}:joined:{change.date.timestamp():.0f}",
            caller=caller,
            language=language,
            command="start",
            place_admin=await self._manages(place, caller),
        )
        await self._answers.give(Spot(place.address), await self._desk.hear(incoming))

    async def _may_manage(self, command: str, place: Place, caller: int, marks: frozenset[Mark]) -> bool:
        """Ask Telegram only where the answer matters, and never about a mask."""
        if place.private:
            return True
        known = forms.find(Platform.TELEGRAM, command)
        matters = known is not None and (known.speaker is Speaker.MANAGER or known.name == "start")
        masked = marks & {Mark.ANONYMOUS, Mark.AS_CHANNEL}
        return matters and not masked and await self._manages(place, caller)

    async def _manages(self, place: Place, caller: int) -> bool:
        try:
            member = await self._bot.call("getChatMember", chat_id=place.address.chat_id, user_id=caller)
        except error.TelegramError as failure:
            _LOG.warning("cannot tell who manages a chat", extra={"why": failure.message})
            return False
        return isinstance(member, dict) and member.get("status") in _RUNS_IT

    async def _pictures(self, album: Sequence[Message]) -> tuple[Asset, ...]:
        files = [file_id for message in album if (file_id := _picture(message)) is not None]
        try:
            return tuple([await self._keep_picture(await self._bot.download(file_id)) for file_id in files])
        except error.TelegramError as failure:
            _LOG.warning("picture not fetched", extra={"why": failure.message})
            raise PictureLost from failure


class PictureLost(Refusal):
    """A picture did not come through from Telegram."""

    key = "refused.picture_lost"


def _message(update: Update) -> Message | None:
    return update.message or update.edited_message or update.channel_post


def _has_content(message: Message) -> bool:
    """Whether somebody said something, and not only something happened."""
    return bool(message.text or message.caption or message.effective_attachment)


def _picture(message: Message) -> str | None:
    """The file id of the picture in a message, also of one sent as a file."""
    if message.photo:
        sizes: Sequence[PhotoSize] = message.photo
        return sizes[-1].file_id
    document = message.document
    fits = document is not None and (document.file_size or 0) <= _HEAVIEST_PICTURE
    if document is not None and fits and (document.mime_type or "").startswith("image/"):
        return document.file_id
    return None


def _present(member: ChatMember) -> bool:
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))


def _language(message: Message) -> str:
    return (message.from_user.language_code if message.from_user else None) or "en"


def _refused(refusal: Refusal, message: Message) -> Reply:
    params: dict[str, Any] = refusal.params
    return Reply((say(refusal.key, **params),), _language(message))
