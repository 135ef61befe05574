"""The people on the stage and what they can do: say, send, edit, forward, press, block."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bots.rehearsal.telegram_world import entities, pictures
from bots.rehearsal.telegram_world.chats import GENERAL, Chat, PrivateChat, Topic
from bots.rehearsal.telegram_world.messages import Origin, SeenMessage, Toast

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.accounts import BotAccount
    from bots.rehearsal.telegram_world.groups import Channel
    from bots.rehearsal.telegram_world.world import TelegramWorld

Place = Chat | Topic


class Person:
    """Somebody with a Telegram account. `hides` keeps their name's link out of forwards, as their privacy setting."""

    def __init__(
        self,
        world: TelegramWorld,
        number: int,
        name: str,
        *,
        username: str = "",
        language: str = "",
        is_bot: bool = False,
    ) -> None:
        """Sign somebody up; `language` is an IETF tag, as their app reports it."""
        self.world = world
        self.id = number
        self.name = name
        self.last_name = ""
        self.username = username
        self.language = language
        self.is_bot = is_bot
        self.hides = False
        self.deactivated = False

    def __repr__(self) -> str:
        """Show name and number."""
        return f"<{self.name} {self.id}>"

    def private_chat(self, bot: BotAccount) -> PrivateChat:
        """Return this person's chat with a bot. It is begun by saying something in it (`/start`)."""
        return self.world.private_chat(self, bot)

    async def starts(self, bot: BotAccount, payload: str = "") -> SeenMessage:
        """Press Start in the chat with a bot, as after a deep link with `payload`."""
        return await self.says(self.private_chat(bot), f"/start {payload}".strip())

    async def says(
        self,
        where: Place,
        text: str,
        *,
        reply_to: SeenMessage | None = None,
        as_anonymous_admin: bool = False,
        sender_chat: Chat | None = None,
        via_bot: BotAccount | None = None,
    ) -> SeenMessage:
        """Write something: plainly, as an anonymous administrator, in the name of a chat, or with an inline bot."""
        chat, placed = self._enter(where, reply_to)
        found = entities.detect(text)
        who = self._speaking(chat, sender_chat=sender_chat, as_anonymous_admin=as_anonymous_admin)
        message = chat.add(text=text, entities=found, via_bot=via_bot, **who, **placed)
        self._forward_automatically(message)
        return message

    async def sends_photo(
        self, where: Place, content: bytes, caption: str = "", *, reply_to: SeenMessage | None = None
    ) -> SeenMessage:
        """Send one picture. Raises NotAPictureError for bytes that are none."""
        chat, placed = self._enter(where, reply_to)
        message = chat.add(photo=pictures.read(content), **_captioned(caption), **self._speaking(chat), **placed)
        self._forward_automatically(message)
        return message

    async def sends_album(self, where: Place, contents: list[bytes], caption: str = "") -> list[SeenMessage]:
        """Send several pictures as one album; the caption stands on the first."""
        chat, placed = self._enter(where, None)
        album = self.world.next_album()
        who = self._speaking(chat)
        read = [pictures.read(content) for content in contents]
        first, *others = read
        messages = [chat.add(photo=first, album=album, **_captioned(caption), **who, **placed)]
        messages += [chat.add(photo=photo, album=album, **who, **placed) for photo in others]
        return messages

    async def edits(self, message: SeenMessage, text: str) -> SeenMessage:
        """Change the words of an own message."""
        words: dict[str, Any] = _captioned(text) if message.photo else {"text": text, "entities": entities.detect(text)}
        changed = message.chat.change(message, edit_date=self.world.now(), **words)
        self.world.post.deliver(changed, edited=True)
        return changed

    async def deletes(self, message: SeenMessage) -> None:
        """Delete a message for everybody. Bots are not told, as on Telegram."""
        message.chat.change(message, deleted=True)

    async def forwards(self, message: SeenMessage, *, to: Place) -> SeenMessage:
        """Forward a message as it stands now."""
        chat, placed = self._enter(to, None)
        current = message.chat.find(message.id) or message
        content = {name: getattr(current, name) for name in ("text", "caption", "entities", "photo")}
        return chat.add(origin=origin_of(current), **content, **self._speaking(chat), **placed)

    async def pins(self, message: SeenMessage) -> None:
        """Pin a message in its chat, for everybody there."""
        message.chat.change(message, pinned=True)
        message.chat.note(self, "pinned_message", message.id, thread=message.thread)

    async def presses(self, message: SeenMessage, label: str, *, give_up: float = 10.0) -> Toast:
        """Press a button under a message by its words; return what the bot answered.

        Raises LookupError where the message is gone or has no such button now, TimeoutError where the bot has not
        answered after `give_up` seconds.
        """
        current = message.chat.find(message.id)
        if current is None:
            raise LookupError(f"message {message.id} is no longer in {message.chat!r}")
        button = current.button(label)
        if button.data is None:
            raise LookupError(f"{label!r} is no button that a bot hears of")
        press = self.world.callbacks.press(self, current, button.data)
        try:
            async with asyncio.timeout(give_up):
                return await press.answered
        except TimeoutError:
            raise TimeoutError(f"no answer to {label!r} within {give_up} s") from None

    async def blocks(self, bot: BotAccount) -> None:
        """Block a bot: it can no longer write here, and is told so."""
        self.world.post.block(self.private_chat(bot), blocked=True)

    async def unblocks(self, bot: BotAccount) -> None:
        """Let a blocked bot write again."""
        self.world.post.block(self.private_chat(bot), blocked=False)

    async def deactivates(self) -> None:
        """Delete the account."""
        self.deactivated = True

    def _enter(self, where: Place, reply_to: SeenMessage | None) -> tuple[Chat, dict[str, Any]]:
        chat, thread = (where.chat, where.id) if isinstance(where, Topic) else (where, None)
        if isinstance(chat, PrivateChat):
            chat.begun = True
            if chat.blocked:
                self.world.post.block(chat, blocked=False)
        for bot in chat.bots:
            bot.met.add(self.id)
        return chat, {
            "thread": None if thread == GENERAL else thread,
            "reply_to": None if reply_to is None else reply_to.id,
        }

    def _speaking(
        self, chat: Chat, *, sender_chat: Chat | None = None, as_anonymous_admin: bool = False
    ) -> dict[str, Any]:
        if chat.kind == "channel":
            return {"author": self, "sender_chat": chat}
        if as_anonymous_admin:
            return {"author": self.world.anonymous_admin, "sender_chat": chat}
        if sender_chat is not None:
            return {"author": self.world.channel_bot, "sender_chat": sender_chat}
        return {"author": self}

    def _forward_automatically(self, message: SeenMessage) -> None:
        if message.chat.kind == "channel":
            self.world.post.discuss(message)


def origin_of(message: SeenMessage) -> Origin:
    """Return where a message was first said, for a forward of it."""
    if message.origin is not None:
        return message.origin
    if message.chat.kind == "channel":
        channel: Channel | Chat = message.chat
        return Origin("channel", channel.title, message.date, chat=channel, message_id=message.id)
    if message.sender_chat is not None:
        return Origin("chat", message.sender_chat.title, message.date, chat=message.sender_chat)
    person = message.author
    if isinstance(person, Person) and person.hides:
        return Origin("hidden_user", person.name, message.date)
    return Origin("user", message.sender, message.date, person=person)


def _captioned(caption: str) -> dict[str, Any]:
    return {"caption": caption, "entities": entities.detect(caption)}
