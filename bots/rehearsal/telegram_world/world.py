"""The door to the world of Telegram: make bots, people, groups and channels, and find what a bot asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bots.rehearsal.backstage import Backstage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.callbacks import Callbacks
from bots.rehearsal.telegram_world.chats import Chat, PrivateChat
from bots.rehearsal.telegram_world.groups import SUPERGROUP_BASE, Channel, Group
from bots.rehearsal.telegram_world.messages import SeenMessage
from bots.rehearsal.telegram_world.people import Person
from bots.rehearsal.telegram_world.post import PostOffice

FIRST_PERSON = 5_000_000_000
"""Above 2³², as new accounts are: whoever keeps 32 bits loses them here."""

FIRST_GROUP = 2_100_000_000


class TelegramWorld:
    """Everybody and everything on the stage's Telegram.

    `enforce_rates` may be switched off for benchmarks. Every function in `watchers` is told of each message that is
    new or has changed.
    """

    def __init__(self, backstage: Backstage) -> None:
        """Begin with Telegram's own accounts and nobody else."""
        self.backstage = backstage
        self.clock = backstage.clock
        self.enforce_rates = True
        self.watchers: list[Callable[[SeenMessage], None]] = []
        self.bots: dict[int, BotAccount] = {}
        self.chats: dict[int, Group] = {}
        self.post = PostOffice(self)
        self.callbacks = Callbacks(self)
        # Telegram's own numbers: the anonymous administrator, "send as channel", and Telegram itself.
        self.anonymous_admin = Person(self, 1087968824, "Group", username="GroupAnonymousBot", is_bot=True)
        self.channel_bot = Person(self, 136817688, "Channel", username="Channel_Bot", is_bot=True)
        self.telegram_itself = Person(self, 777000, "Telegram")
        self._people: dict[int, Person] = {}
        self._counts = {"person": FIRST_PERSON, "group": FIRST_GROUP, "message": 1000, "album": 13_000_000_000_000_000}

    def now(self) -> int:
        """Return the time as Telegram writes dates: whole seconds since 1970."""
        return int(self.clock())

    def add_bot(self, token: str, username: str, name: str, *, privacy: bool = True) -> BotAccount:
        """Create a bot with this token; ValueError where the token is malformed or its number taken."""
        bot = BotAccount(token, username, name, privacy=privacy)
        if bot.id in self.bots:
            raise ValueError(f"there is a bot {bot.id} already")
        self.bots[bot.id] = bot
        return bot

    def add_person(self, name: str, *, username: str = "", language: str = "en") -> Person:
        """Create somebody with an account."""
        person = Person(self, self._count("person"), name, username=username, language=language)
        self._people[person.id] = person
        return person

    def add_group(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        *,
        forum: bool = False,
        supergroup: bool = False,
        username: str = "",
    ) -> Group:
        """Create a group; it is a basic one unless it has topics, a public name, or is said to be a supergroup."""
        kind = "supergroup" if forum or supergroup or username else "group"
        group = self.found_group(title, kind)
        group.forum = forum
        group.username = username
        self._seat(group, members, admins)
        return group

    def add_channel(
        self,
        title: str,
        admins: Iterable[Person] = (),
        members: Iterable[Person] = (),
        *,
        username: str = "",
        discussion: Group | None = None,
    ) -> Channel:
        """Create a channel, with its discussion group if one is named."""
        channel = Channel(self, SUPERGROUP_BASE - self._count("group"), title)
        channel.username = username
        self.chats[channel.id] = channel
        self._seat(channel, members, admins)
        if discussion is not None:
            channel.link(discussion)
        return channel

    def found_group(self, title: str, kind: str) -> Group:
        """Create a group of this kind with nobody in it."""
        number = self._count("group")
        group = Group(self, SUPERGROUP_BASE - number if kind == "supergroup" else -number, title, kind)
        self.chats[group.id] = group
        return group

    def private_chat(self, person: Person, bot: BotAccount) -> PrivateChat:
        """Return the chat of a person with a bot; it exists from its first mention, though nothing stands in it."""
        chat = bot.private_chats.get(person.id)
        if chat is None:
            chat = bot.private_chats[person.id] = PrivateChat(self, person, bot)
        return chat

    def person(self, number: int) -> Person:
        """Return somebody by number; KeyError if nobody has it."""
        return self._people[number]

    def people(self) -> Mapping[int, Person]:
        """Return everybody, by number."""
        return self._people

    def chat_for(self, bot: BotAccount, name: str) -> Chat | None:
        """Return the chat that a bot means by a number or an @name; None where it can know of none."""
        if name.startswith("@"):
            return next((chat for chat in self.chats.values() if f"@{chat.username}".lower() == name.lower()), None)
        number = int(name)
        if number < 0:
            chat = self.chats.get(number)
            return chat if chat is not None and (chat.username or bot.id in chat.members) else None
        person = self._people.get(number)
        if person is None or not (number in bot.met or self.private_chat(person, bot).begun):
            return None
        return self.private_chat(person, bot)

    def next_message_id(self) -> int:
        """Number a message of a basic group."""
        return self._count("message")

    def next_album(self) -> str:
        """Name an album."""
        return str(self._count("album"))

    def close(self) -> None:
        """Wake every long poll, so that it ends."""
        for bot in self.bots.values():
            bot.updates.wake()

    def _count(self, what: str) -> int:
        self._counts[what] += 1
        return self._counts[what]

    @staticmethod
    def _seat(group: Group, members: Iterable[Person], admins: Iterable[Person]) -> None:
        for index, person in enumerate(admins):
            group.seat(person, "administrator" if index else "creator")
        for person in members:
            if person.id not in group.members:
                group.seat(person)
