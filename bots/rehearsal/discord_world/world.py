"""Discord on this machine: every account, server, message and file, and the one way news of them reaches the bots."""

import asyncio
import mimetypes
import secrets
from collections import deque
from collections.abc import Iterable
from typing import Any

from bots.rehearsal.backstage import Backstage
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.accounts import Account, App
from bots.rehearsal.discord_world.bell import Bell
from bots.rehearsal.discord_world.channels import Channel, ChannelKind
from bots.rehearsal.discord_world.guilds import Guild, Member, Role
from bots.rehearsal.discord_world.interactions import Interaction
from bots.rehearsal.discord_world.messages import CROSSPOSTED, Attachment, Message
from bots.rehearsal.discord_world.permissions import BOT, READER, Permission
from bots.rehearsal.discord_world.person import Person
from bots.rehearsal.discord_world.snowflakes import Mint
from bots.rehearsal.discord_world.webhooks import Webhook

Json = dict[str, Any]

PLATFORM = "discord"


class DiscordWorld:
    """The whole of it. Set it up with `add_…`, act through people, read channels.

    `enforce_rates` may be switched off for benchmarks. `interaction_deadline` is in seconds (Discord: 3),
    `heartbeat_interval` in seconds (Discord: about 41), `identify_spacing` the seconds one IDENTIFY must wait for the
    other (Discord: 5). `gateway_down` turns new connections away with 503.
    """

    def __init__(self, backstage: Backstage) -> None:
        """Begin with nobody but the house itself, which owns what nobody else does."""
        self.backstage = backstage
        self.enforce_rates = True
        self.interaction_deadline = 3.0
        self.heartbeat_interval = 41.25
        self.identify_spacing = 5.0
        self.compress_gateway = False
        self.gateway_down = False
        self.origin = ""
        self.bell = Bell()
        self.accounts: dict[int, Account] = {}
        self.guilds: dict[int, Guild] = {}
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.files: dict[int, Attachment] = {}
        self._apps: dict[str, App] = {}
        self._channels: dict[int, Channel] = {}
        self._private: dict[tuple[int, int], Channel] = {}
        self._nonces: dict[tuple[int, str], Message] = {}
        self._invalid: deque[float] = deque()
        self._mint = Mint(backstage.clock)
        self.house = self.add_person("house")

    def now(self) -> float:
        """Seconds since 1970."""
        return self.backstage.clock()

    def new_id(self) -> int:
        """Return a new snowflake."""
        return self._mint.new()

    def secret(self) -> str:
        """Return a token nobody can guess."""
        return secrets.token_urlsafe(40)

    @property
    def gateway_address(self) -> str:
        """Return where clients connect and resume; known once the stage has started."""
        return self.origin.replace("http", "ws", 1) + "/gw"

    @property
    def invalid_requests(self) -> int:
        """How many 401, 403 and 429 the last ten minutes saw: at 10,000 Discord shuts the door (docs, rate limits)."""
        while self._invalid and self._invalid[0] <= self.now() - 600:
            self._invalid.popleft()
        return len(self._invalid)

    def count_invalid(self) -> None:
        """Count one more."""
        self._invalid.append(self.now())

    def add_bot(self, token: str, name: str, *, granted: int = 0) -> App:
        """Register an application and its bot. `granted` are privileged intents (bits) switched on for it."""
        app = App(self, self.new_id(), name, name, token, granted)
        self.accounts[app.id] = self._apps[token] = app
        return app

    def add_person(self, name: str, *, language: str = "en-US", display_name: str | None = None) -> Person:
        """Register a person. `language` is one of Discord's locales."""
        person = Person(self, self.new_id(), name, display_name or name, language)
        self.accounts[person.id] = person
        return person

    def add_guild(
        self,
        name: str,
        *,
        bots: Iterable[App] = (),
        owner: Person | None = None,
        permissions: Permission = READER,
        bot_permissions: Permission = BOT,
        locale: str = "en-US",
    ) -> Guild:
        """Make a server with these bots in it. `permissions` are those of @everyone."""
        guild = Guild(self, self.new_id(), name, owner or self.house, locale)
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions, 0)
        guild.members[guild.owner.id] = Member(guild.owner, self.now())
        self.guilds[guild.id] = guild
        for app in bots:
            guild.add_bot(app, permissions=bot_permissions)
        return guild

    def guilds_of(self, app: App) -> list[Guild]:
        """Return the servers a bot is in, oldest first."""
        return [guild for guild in self.guilds.values() if app.id in guild.members]

    def app_of(self, token: str) -> App | None:
        """Return the bot a token belongs to, if it still does."""
        app = self._apps.get(token)
        return None if app is None or app.token_revoked else app

    def channel(self, channel_id: int) -> Channel | None:
        """Return a channel, thread or private conversation that still is."""
        place = self._channels.get(channel_id)
        return None if place is None or place.deleted else place

    def add_channel(self, place: Channel) -> Channel:
        """Let a new channel be found."""
        self._channels[place.id] = place
        if place.guild is not None:
            place.guild.channels[place.id] = place
        return place

    def private(self, app: App, person: Person) -> Channel:
        """Return the private conversation of a bot and a person."""
        pair = (app.id, person.id)
        if pair not in self._private:
            people = (app, person)
            place = Channel(self, self.new_id(), ChannelKind.DM, person.name, people=people)
            self._private[pair] = self.add_channel(place)
        return self._private[pair]

    def keep_file(
        self, channel: Channel, filename: str, content: bytes, kind: str | None = None, description: str | None = None
    ) -> Attachment:
        """Store an uploaded file where it can be fetched."""
        guessed = kind or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        file_id = self.new_id()
        url = f"{self.origin}/cdn/attachments/{channel.id}/{file_id}/{filename}"
        file = Attachment(file_id, filename, content, guessed, url, description)
        self.files[file.id] = file
        return file

    def tell(self, guild: Guild, event: str, data: Json) -> None:
        """Tell every bot of a server that is not out."""
        if not guild.out:
            for app in guild.apps:
                app.hear(event, data, guild.id)

    def publish(self, message: Message) -> None:
        """Put a message where it belongs and tell whoever may hear of it."""
        channel = message.channel
        self.messages[message.id] = message
        if message.nonce is not None:
            self._nonces[message.author.id, str(message.nonce)] = message
        channel.record.append(message)
        channel.touch()
        if not message.ephemeral:
            self._tell_message("MESSAGE_CREATE", message)
        self.bell.ring()

    def said_with(self, nonce: str | int, author: Account, within: float) -> Message | None:
        """Return what an account last said with a nonce within so many seconds, if it still stands."""
        message = self._nonces.get((author.id, str(nonce)))
        gone = message is None or message.deleted or message.created < self.now() - within
        return None if gone else message

    def notice(
        self, channel: Channel, author: Account, kind: int, content: str = "", about: Message | None = None
    ) -> None:
        """Let Discord itself say something in a channel, in the name of whoever caused it."""
        self.publish(Message(self.new_id(), channel, author, content, kind=kind, reference=about))

    def changed(self, message: Message) -> None:
        """Tell whoever may hear that a message is different now."""
        if not message.ephemeral:
            self._tell_message("MESSAGE_UPDATE", message)
        self.bell.ring()

    def withdraw(self, message: Message) -> None:
        """Delete a message."""
        message.deleted = True
        channel = message.channel
        gone = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild is not None:
            gone["guild_id"] = str(channel.guild.id)
            self.tell(channel.guild, "MESSAGE_DELETE", gone)
        self.bell.ring()

    def crosspost(self, message: Message) -> None:
        """Publish a message to whoever follows its channel."""
        message.flags |= CROSSPOSTED
        self.changed(message)

    def open_interaction(self, asked: Interaction, payload: Json) -> None:
        """Tell the bot what a person did; three seconds later it is too late to answer."""
        self.interactions[asked.token] = asked
        guild = asked.channel.guild
        asyncio.get_running_loop().call_later(self.interaction_deadline, self._too_late, asked)
        asked.app.hear("INTERACTION_CREATE", payload, guild.id if guild else None)

    def _too_late(self, asked: Interaction) -> None:
        if asked.callback is None:
            asked.failed = True
            self.bell.ring()

    def _tell_message(self, event: str, message: Message) -> None:
        guild = message.channel.guild
        listeners: Iterable[Account] = guild.apps if guild else message.channel.people
        for app in listeners:
            if (
                isinstance(app, App)
                and app.listens_for(event, guild)
                and Permission.VIEW_CHANNEL in message.channel.permissions_of(app)
            ):
                data = wire.message(message, app)
                if guild is not None:
                    data["guild_id"] = str(guild.id)
                app.hear(event, data, guild.id if guild else None)
