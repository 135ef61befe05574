"""A place where messages stand: a text or announcement channel, a forum, a thread, a private conversation."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bots.rehearsal.discord_world import permissions, wire
from bots.rehearsal.discord_world.messages import Json, Message, SeenMessage
from bots.rehearsal.discord_world.permissions import EVERYTHING, NOTHING, Permission

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.accounts import Account
    from bots.rehearsal.discord_world.guilds import Guild, Role
    from bots.rehearsal.discord_world.world import DiscordWorld


class ChannelKind(enum.IntEnum):
    """Discord's channel types that this stage plays."""

    TEXT = 0
    DM = 1
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = (ChannelKind.ANNOUNCEMENT_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)


class NothingLikeIt(TimeoutError):
    """No message of the kind waited for came in time; the message shows what stood there instead."""


@dataclass(slots=True)
class Overwrite:
    """What a channel grants and takes, for one role or one account."""

    allow: Permission = NOTHING
    deny: Permission = NOTHING
    is_role: bool = True


@dataclass(slots=True)
class ThreadState:
    """What only threads have. `auto_archive` is in minutes, `changed` in seconds since 1970."""

    owner: "Account"
    changed: float
    auto_archive: int = 1440
    archived: bool = False
    locked: bool = False
    members: "set[Account]" = field(default_factory=set)
    tags: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Channel:
    """One place. `record` keeps every message ever sent there, the deleted ones too."""

    world: "DiscordWorld" = field(repr=False)
    id: int
    kind: ChannelKind
    name: str
    guild: "Guild | None" = field(default=None, repr=False)
    parent: "Channel | None" = field(default=None, repr=False)
    people: "tuple[Account, ...]" = field(default=(), repr=False)
    position: int = 0
    topic: str | None = None
    slowmode: int = 0
    tags: list[Json] = field(default_factory=list)
    requires_tag: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict, repr=False)
    thread: ThreadState | None = field(default=None, repr=False)
    record: list[Message] = field(default_factory=list, repr=False)
    deleted: bool = False

    @property
    def is_thread(self) -> bool:
        """Whether it hangs on another channel."""
        return self.kind in THREADS

    @property
    def home(self) -> "Guild":
        """Return the server it is in."""
        if self.guild is None:
            raise LookupError("a private conversation is in no server")
        return self.guild

    @property
    def mention(self) -> str:
        """Return the text that links to it."""
        return f"<#{self.id}>"

    @property
    def messages(self) -> list[SeenMessage]:
        """What people and bots said that everybody sees now, oldest first.

        Neither deleted messages nor those for one person's eyes, nor Discord's own notices.
        """
        open_ones = (message for message in self.record if not message.deleted and not message.ephemeral)
        return [message.seen() for message in open_ones if not message.by_discord]

    @property
    def history(self) -> list[SeenMessage]:
        """Everything that ever stood here, oldest first: deleted and ephemeral messages and notices too."""
        return [message.seen() for message in self.record]

    async def wait_for(self, wanted: Callable[[SeenMessage], bool], timeout: float = 10.0) -> SeenMessage:  # noqa: ASYNC109 -- the caller's patience, in the words of its test
        """Return the first message a reader sees that fits; NothingLikeIt when none came within `timeout` seconds."""
        found: list[SeenMessage] = []

        def looks() -> bool:
            found[:] = [message for message in self.messages if wanted(message)][:1]
            return bool(found)

        if not await self.world.bell.wait_until(looks, timeout):
            lines = "\n".join(f"  {message.author}: {message.text!r}" for message in self.messages) or "  (nothing)"
            raise NothingLikeIt(f"no such message in #{self.name} within {timeout} s; it shows:\n{lines}")
        return found[0]

    def find(self, message_id: int) -> Message | None:
        """Return a message that still stands here."""
        message = self.world.messages.get(message_id)
        return message if message is not None and message.channel is self and not message.deleted else None

    def permissions_of(self, account: "Account") -> Permission:
        """Return what somebody may do here: nothing where they are no member."""
        if self.guild is None:
            return EVERYTHING if account in self.people else NOTHING
        member = self.guild.members.get(account.id)
        return NOTHING if member is None else permissions.in_channel(self, member)

    def overwrite(self, who: "Role | Account", *, allow: Permission = NOTHING, deny: Permission = NOTHING) -> None:
        """Set what this channel grants and takes for one role or account, and tell the bots."""
        is_role = self.guild is not None and who.id in self.guild.roles
        self.overwrites[who.id] = Overwrite(allow, deny, is_role)
        self.tell_change()

    def revoke(self, who: "Role | Account", *taken: Permission) -> None:
        """Take permissions away from one role or account here, besides what is taken already."""
        before = self.overwrites.get(who.id, Overwrite())
        deny = before.deny
        for permission in taken:
            deny |= permission
        self.overwrite(who, allow=before.allow & ~deny, deny=deny)

    def restore(self, who: "Role | Account") -> None:
        """Forget what this channel granted and took for one role or account."""
        self.overwrites.pop(who.id, None)
        self.tell_change()

    def archive(self, *, lock: bool = False) -> None:
        """Archive this thread, and lock it where asked."""
        state = self._state()
        state.archived = True
        state.locked = state.locked or lock
        self._turn()

    def unarchive(self) -> None:
        """Make this thread active and unlocked again."""
        state = self._state()
        state.archived = state.locked = False
        self._turn()

    def lock(self) -> None:
        """Lock this thread and leave it active."""
        self._state().locked = True
        self._turn()

    def delete(self) -> None:
        """Delete it with its threads, and tell the bots."""
        guild = self.home
        threads = [other for other in guild.channels.values() if other.parent is self]
        event = "THREAD_DELETE" if self.is_thread else "CHANNEL_DELETE"
        for place in (*threads, self):
            place.deleted = True
            del guild.channels[place.id]
        self.world.tell(guild, event, wire.channel(self))
        self.world.bell.ring()

    def tell_change(self) -> None:
        """Tell the bots what this channel is like now."""
        event = "THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE"
        self.world.tell(self.home, event, wire.channel(self))
        self.world.bell.ring()

    def touch(self) -> None:
        """Wake an archived thread, as a message sent into it does."""
        if self.thread is not None and self.thread.archived:
            self.thread.archived = False
            self._turn()

    def _state(self) -> ThreadState:
        if self.thread is None:
            raise LookupError(f"#{self.name} is not a thread")
        return self.thread

    def _turn(self) -> None:
        self._state().changed = self.world.now()
        self.tell_change()
