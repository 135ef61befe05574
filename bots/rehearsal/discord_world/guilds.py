"""A server: its roles, its members, its channels, and what happens to a bot in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bots.rehearsal.discord_world import permissions, wire
from bots.rehearsal.discord_world.accounts import Account, App
from bots.rehearsal.discord_world.channels import Channel, ChannelKind, ThreadState
from bots.rehearsal.discord_world.messages import Json
from bots.rehearsal.discord_world.permissions import NOTHING, Permission

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.world import DiscordWorld


@dataclass(eq=False)
class Role:
    """A set of permissions with a name. `of` is the bot that brought it, if one did."""

    id: int
    name: str
    permissions: Permission
    position: int
    of: App | None = None
    mentionable: bool = False

    @property
    def mention(self) -> str:
        """Return the text that mentions it."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    """An account in one server. `joined` is in seconds since 1970."""

    account: Account
    joined: float
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None
    timed_out: bool = False


@dataclass(eq=False)
class Guild:
    """One server. `outage` hides it from the bots without them having left."""

    world: "DiscordWorld" = field(repr=False)
    id: int
    name: str
    owner: Account
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict, repr=False)
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    channels: dict[int, Channel] = field(default_factory=dict, repr=False)
    out: bool = False

    @property
    def everyone(self) -> Role:
        """The role everybody has; its id is the server's."""
        return self.roles[self.id]

    @property
    def apps(self) -> list[App]:
        """The bots in it."""
        return [member.account for member in self.members.values() if isinstance(member.account, App)]

    def add_role(self, name: str, granted: Permission = NOTHING, *, of: App | None = None) -> Role:
        """Make a role and tell the bots."""
        role = Role(self.world.new_id(), name, granted, len(self.roles), of)
        self.roles[role.id] = role
        self.world.tell(self, "GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": wire.role(role)})
        return role

    def set_permissions(self, role: Role, granted: Permission) -> None:
        """Change what a role may do and tell the bots."""
        role.permissions = granted
        self.world.tell(self, "GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": wire.role(role)})

    def join(self, person: Account, *, permissions: Permission = NOTHING, roles: Iterable[Role] = ()) -> Member:
        """Let a person in, with roles of this server or with permissions of their own."""
        member = Member(person, self.world.now(), list(roles))
        if permissions:
            member.roles.append(self.add_role(person.name, permissions))
        self.members[person.id] = member
        self.world.tell(self, "GUILD_MEMBER_ADD", {"guild_id": str(self.id), **wire.member(member)})
        return member

    def add_bot(self, app: App, *, permissions: Permission = permissions.BOT) -> Role:
        """Invite a bot, which brings a role with these permissions; returns that role."""
        role = self.add_role(app.name, permissions, of=app)
        self.members[app.id] = Member(app, self.world.now(), [role])
        app.hear("GUILD_CREATE", wire.guild(self, app), self.id)
        return role

    def bot_role(self, app: App) -> Role:
        """Return the role a bot brought."""
        return next(role for role in self.members[app.id].roles if role.of is app)

    def remove(self, who: Account) -> None:
        """Kick an account; a bot hears GUILD_DELETE."""
        del self.members[who.id]
        if isinstance(who, App):
            who.hear("GUILD_DELETE", {"id": str(self.id)}, self.id)
        gone: Json = {"guild_id": str(self.id), "user": wire.user(who)}
        self.world.tell(self, "GUILD_MEMBER_REMOVE", gone)
        self.world.bell.ring()

    def member_changed(self, who: Account) -> None:
        """Tell a bot that its own membership (roles, nick) is different now."""
        if isinstance(who, App):
            changed = {"guild_id": str(self.id), **wire.member(self.members[who.id])}
            who.hear("GUILD_MEMBER_UPDATE", changed, self.id)

    def outage(self) -> None:
        """Make it unavailable: GUILD_DELETE with `unavailable`, which is no farewell."""
        self.out = True
        for app in self.apps:
            app.hear("GUILD_DELETE", {"id": str(self.id), "unavailable": True}, self.id)

    def recover(self) -> None:
        """End the outage."""
        self.out = False
        for app in self.apps:
            app.hear("GUILD_CREATE", wire.guild(self, app), self.id)

    def add_text_channel(self, name: str, *, topic: str | None = None) -> Channel:
        """Make a text channel and tell the bots."""
        return self._add(ChannelKind.TEXT, name, topic)

    def add_announcement_channel(self, name: str, *, topic: str | None = None) -> Channel:
        """Make an announcement channel: what is published there reaches the servers that follow it."""
        return self._add(ChannelKind.ANNOUNCEMENT, name, topic)

    def add_forum(self, name: str, *, tags: Iterable[str] = (), requires_tag: bool = False) -> Channel:
        """Make a forum: only threads, each with a first message."""
        forum = self._add(ChannelKind.FORUM, name, None)
        forum.tags = [
            {"id": str(self.world.new_id()), "name": tag, "moderated": False, "emoji_id": None, "emoji_name": None}
            for tag in tags
        ]
        forum.requires_tag = requires_tag
        return forum

    def add_thread(
        self, channel: Channel, name: str, *, owner: Account | None = None, private: bool = False
    ) -> Channel:
        """Make a thread in a channel, as a person does (the owner of the server unless named), and tell the bots."""
        kind = ChannelKind.PRIVATE_THREAD if private else ChannelKind.PUBLIC_THREAD
        if channel.kind is ChannelKind.ANNOUNCEMENT:
            kind = ChannelKind.ANNOUNCEMENT_THREAD
        return self.open_thread(channel, name, kind, self.world.new_id(), owner or self.owner)

    def open_thread(self, parent: Channel, name: str, kind: ChannelKind, thread_id: int, owner: Account) -> Channel:
        """Make a thread with this id (that of the message it starts from, where there is one)."""
        thread = Channel(self.world, thread_id, kind, name, self, parent)
        thread.thread = ThreadState(owner, self.world.now(), members={owner})
        self.world.add_channel(thread)
        self.world.tell(self, "THREAD_CREATE", {**wire.channel(thread), "newly_created": True})
        self.world.bell.ring()
        return thread

    def _add(self, kind: ChannelKind, name: str, topic: str | None) -> Channel:
        channel = Channel(self.world, self.world.new_id(), kind, name, self, position=len(self.channels), topic=topic)
        self.world.add_channel(channel)
        self.world.tell(self, "CHANNEL_CREATE", wire.channel(channel))
        return channel
