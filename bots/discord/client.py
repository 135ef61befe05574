"""discord.py's client as we need it: our road under it, nothing cached that we do not read, every event handed on."""

from typing import Any, Protocol

import discord
from discord.http import Route
from discord.state import ConnectionState

from bots.discord.calls import Calls
from bots.discord.messages import NOBODY
from bots.discord.transport import LONGEST_WAIT, Http, Way
from core.courier.gate import AccountGate

READY_TIMEOUT = 2.0
"""Seconds without a further server after which the list of servers counts as complete."""


class Hears(Protocol):
    """Who wants to know what happens."""

    async def interaction(self, asked: discord.Interaction[Any]) -> None:
        """Somebody used a command, pressed a button or sent a form."""
        ...

    async def place_left(self, chats: list[int], because: str) -> None:
        """Channels or threads we can reach no more."""
        ...

    async def guild_joined(self, client: "Client", guild: discord.Guild) -> None:
        """Somebody added us to a server."""
        ...

    async def logged_in(self, client: "Client") -> None:
        """Discord knows us; we are not connected yet."""
        ...


class Client(discord.Client):
    """One account's client. Events come only after `gateway` connects it; calls work from `login` on."""

    http: Http

    def __init__(
        self, gate: AccountGate, way: Way, hears: Hears, *, patience: float, ready_timeout: float = READY_TIMEOUT
    ) -> None:
        """`way` is where Discord is; discord.py keeps the address for all clients of a process together.

        `patience`: seconds to wait for an answer after a call has left.
        """
        self._gate, self._way, self._hears = gate, way, hears
        Route.BASE = way.api
        # Voice is not for us, so what it lacks need not be said at each start.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=NOBODY,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=ready_timeout,
            max_ratelimit_timeout=LONGEST_WAIT,
        )
        self.calls = Calls(self.http, patience)
        self._here: set[int] = set()

    def _get_state(self, **options: Any) -> ConnectionState[Any]:
        # The one moment between the client making its HTTP client and everything else taking it over.
        self.http = Http(self._gate, self._way)
        return super()._get_state(**options)

    def __repr__(self) -> str:
        """Without anything secret."""
        return f"<Client {self.user}>"

    async def on_interaction(self, asked: discord.Interaction[Any]) -> None:
        """Hand on."""
        await self._hears.interaction(asked)

    async def on_connect(self) -> None:
        """A new session begins with the servers we are in."""
        self._here.update(guild.id for guild in self.guilds)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Hand on, unless we knew: discord.py tells a return from an outage apart by a field that may be missing."""
        if guild.id not in self._here:
            self._here.add(guild.id)
            await self._hears.guild_joined(self, guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """The same."""
        await self.on_guild_join(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """We were removed from a server, or it is gone. (A server that only fails is `on_guild_unavailable`.)"""
        self._here.discard(guild.id)
        await self._hears.place_left([place.id for place in (*guild.channels, *guild.threads)], "kicked")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone."""
        await self._hears.place_left([channel.id], "deleted")

    async def on_raw_thread_delete(self, gone: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone."""
        await self._hears.place_left([gone.thread_id], "deleted")

    def missing_right(self, chat: int) -> str:
        """Name the first right we lack to speak in a channel, as Discord's settings call it."""
        place = self.get_channel(chat)
        if not isinstance(place, discord.abc.GuildChannel | discord.Thread) or place.guild.me is None:
            return "Send Messages"
        have = place.permissions_for(place.guild.me)
        sending = "send_messages_in_threads" if isinstance(place, discord.Thread) else "send_messages"
        wanted = ("view_channel", sending, "attach_files", "embed_links", "read_message_history")
        lacking = next((right for right in wanted if not getattr(have, right)), sending)
        return lacking.replace("_", " ").title()
