"""Chats: what was said in them, in order, as a reader would see it, and waiting for something to be said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bots.rehearsal.telegram_world.messages import SeenMessage, Service

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.accounts import BotAccount
    from bots.rehearsal.telegram_world.members import Member
    from bots.rehearsal.telegram_world.messages import Being
    from bots.rehearsal.telegram_world.people import Person
    from bots.rehearsal.telegram_world.world import TelegramWorld


class Chat:
    """A place where messages stand. `kind` is Telegram's: private, group, supergroup or channel."""

    kind = "private"
    username = ""
    forum = False

    def __init__(self, world: TelegramWorld, chat_id: int, title: str) -> None:
        """Open an empty chat."""
        self.world = world
        self.id = chat_id
        self.title = title
        self._messages: dict[int, SeenMessage] = {}
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        """Show kind, number and title."""
        return f"<{self.kind} {self.id} {self.title!r}>"

    @property
    def history(self) -> list[SeenMessage]:
        """Everything that was ever said here, deleted messages too, in order."""
        return list(self._messages.values())

    @property
    def messages(self) -> list[SeenMessage]:
        """What a reader sees now, in order."""
        return [message for message in self._messages.values() if not message.deleted]

    @property
    def bots(self) -> Iterable[BotAccount]:
        """The bots that hear what is said here."""
        return ()

    def find(self, message_id: int) -> SeenMessage | None:
        """Return a message that stands here and is not deleted."""
        message = self._messages.get(message_id)
        return None if message is None or message.deleted else message

    def member(self, being_id: int) -> Member | None:
        """Return the place of a being in this chat, if it ever had one."""
        raise NotImplementedError

    def next_id(self) -> int:
        """Return the number of the next message."""
        raise NotImplementedError

    def add(self, author: Being | None, *, number: int | None = None, **content: Any) -> SeenMessage:
        """Let something be said here, and tell the bots. `content` is as in SeenMessage."""
        number = self.next_id() if number is None else number
        message = SeenMessage(number, self, author, self.world.now(), **content)
        self._messages[message.id] = message
        self._notice(message)
        self.world.post.deliver(message)
        return message

    def change(self, message: SeenMessage, **content: Any) -> SeenMessage:
        """Put a changed message in place of the one with the same number."""
        changed = replace(self._messages[message.id], **content)
        self._messages[message.id] = changed
        self._notice(changed)
        return changed

    def note(self, author: Being | None, kind: str, content: Any, *, thread: int | None = None) -> SeenMessage:
        """Say that something happened here: a service message."""
        return self.add(author, service=Service(kind, content), thread=thread)

    async def wait_for(
        self,
        predicate: Callable[[SeenMessage], bool],
        timeout: float = 10.0,  # noqa: ASYNC109 - the limit at which a test gives up, not a cancel scope of its own
    ) -> SeenMessage:
        """Return the first message, deleted ones included, that fits, now or as soon as there is one.

        Raises TimeoutError, naming what does stand here, after so many seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for message in self.history:
                        if predicate(message):
                            return message
                    await self._changed.wait()
        except TimeoutError:
            last = [message.shown or message.service for message in self.messages[-5:]]
            raise TimeoutError(f"no such message in {self!r} within {timeout} s; the last ones: {last}") from None

    def _notice(self, message: SeenMessage) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        for watch in self.world.watchers:
            watch(message)


class PrivateChat(Chat):
    """One person's chat with one bot. Its number is the person's, as the bot sees it."""

    def __init__(self, world: TelegramWorld, person: Person, bot: BotAccount) -> None:
        """Open the chat; it counts as begun once the person has said something."""
        super().__init__(world, person.id, person.name)
        self.person = person
        self.bot = bot
        self.begun = False
        self.blocked = False

    @property
    def bots(self) -> Iterable[BotAccount]:
        """The one bot in it."""
        return (self.bot,)

    def member(self, being_id: int) -> Member | None:
        """Both are members, unless the person blocked the bot."""
        from bots.rehearsal.telegram_world.members import Member

        if being_id == self.bot.id:
            return Member(self.bot, "kicked" if self.blocked else "member")
        return Member(self.person) if being_id == self.person.id else None

    def next_id(self) -> int:
        """Count with the bot's other private chats."""
        return self.bot.next_message_id()


@dataclass(slots=True)
class Topic:
    """A topic of a forum. Its number is that of the message that opened it, or 1 for "General"."""

    chat: Chat
    id: int
    name: str
    closed: bool = False

    @property
    def messages(self) -> list[SeenMessage]:
        """What a reader of this topic sees, in order."""
        here = None if self.id == GENERAL else self.id
        return [message for message in self.chat.messages if message.thread == here]

    async def wait_for(
        self,
        predicate: Callable[[SeenMessage], bool],
        timeout: float = 10.0,  # noqa: ASYNC109 - as Chat.wait_for
    ) -> SeenMessage:
        """Return the first message of this topic that fits, as Chat.wait_for."""
        here = None if self.id == GENERAL else self.id
        return await self.chat.wait_for(lambda message: message.thread == here and predicate(message), timeout)


GENERAL = 1
"""The number of the "General" topic (tdlib, GENERAL_FORUM_TOPIC_ID)."""
