"""discord.py's client as we need it: our road under it, nothing cached that we do not read, every event handed on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import discord
from discord.http import Route
from discord.state import ConnectionState

from bots.discord.calls import Calls, NotDone
from bots.discord.invalid import InvalidRequests
from bots.discord.messages import NOBODY
from bots.discord.transport import LONGEST_WAIT, Http, Way
from core.courier.gate import AccountGate

READY_TIMEOUT = 2.0
"""Seconds without a further server after which the list of servers counts as complete."""

_PAGE = 200
"""Servers in one answer, at most (Discord docs, users/@me/guilds)."""


@dataclass(frozen=True, slots=True)
class Left:
    """What Discord still grants: how many IDENTIFYs, and the seconds until it grants all of them again."""

    count: int
    reset_after: float


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


class State(ConnectionState["Client"]):
    """discord.py's picture of our servers. It drops news of what is not in it, as all is after a session was taken up.

    Being thrown out of a server it does not know is left to the next message there: Discord names no channel then.
    """

    def learn(self, told: Any) -> None:
        """Keep what is known of a server until more is told."""
        self._add_guild_from_data(told)

    def parse_channel_delete(self, data: Any) -> None:
        """A channel is gone."""
        self._tell_unknown(data)
        super().parse_channel_delete(data)

    def parse_thread_delete(self, data: Any) -> None:
        """A thread is gone."""
        if self._get_guild(int(data["guild_id"])) is None:
            self._tell_unknown(data)
        super().parse_thread_delete(data)

    def _tell_unknown(self, data: Any) -> None:
        guild = self._get_guild(int(data["guild_id"])) if data.get("guild_id") else None
        if guild is None or guild.get_channel_or_thread(int(data["id"])) is None:
            self.dispatch("unknown_place_delete", int(data["id"]))


class Client(discord.Client):
    """One account's client. Events come only after `gateway` connects it; calls work from `login` on."""

    http: Http
    _connection: "State"

    def __init__(
        self,
        gate: AccountGate,
        way: Way,
        hears: Hears,
        calls: Calls,
        *,
        invalid: InvalidRequests | None = None,
        ready_timeout: float = READY_TIMEOUT,
    ) -> None:
        """`way` is where Discord is; discord.py keeps the address for all clients of a process together.

        `calls` go through this client from now on. `since`: this life goes on with a session that was left then, and
        knows only what Discord tells from there on.
        """
        self._gate, self._way, self._hears, self._invalid = gate, way, hears, invalid
        self.introducing: Callable[[], Awaitable[None]] | None = None
        """Awaited before each IDENTIFY leaves; may raise, and then it does not."""
        self.since: datetime | None = None
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
        self.calls = calls
        calls.over(self.http)
        self._here: set[int] = set()
        self._hearing: set[asyncio.Task[Any]] = set()

    def _get_state(self, **options: Any) -> ConnectionState[Any]:
        # The one moment between the client making its HTTP client and everything else taking it over.
        self.http = Http(self._gate, self._way, self._invalid)
        return State(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    def __repr__(self) -> str:
        """Without anything secret."""
        return f"<Client {self.user}>"

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py is about to introduce us."""
        del shard_id, initial
        if self.introducing is not None:
            await self.introducing()

    async def introductions_left(self) -> Left | None:
        """What Discord says is left of the day's IDENTIFYs; None when it cannot be asked."""
        try:
            told = await self.calls.make(Route("GET", "/gateway/bot"))
            limit = told["session_start_limit"]
            return Left(int(limit["remaining"]), float(limit["reset_after"]) / 1000)
        except (NotDone, KeyError, TypeError, ValueError):
            return None

    async def learn_servers(self) -> None:
        """Learn the names of the servers we are in: a session taken up again does not tell them."""
        last, more = 0, True
        while more:
            page: list[Any] = await self.http.get_guilds(_PAGE, after=last, with_counts=False)
            for told in page:
                last = int(told["id"])
                if self.get_guild(last) is None:
                    self._connection.learn(told)
            more = len(page) == _PAGE

    async def on_interaction(self, asked: discord.Interaction[Any]) -> None:
        """Hand on."""
        task = asyncio.current_task()
        if task is not None:
            self._hearing.add(task)
            task.add_done_callback(self._hearing.discard)
        await self._hears.interaction(asked)

    async def settled(self, seconds: float) -> None:
        """Wait for those who are being answered, at most so long."""
        if self._hearing:
            await asyncio.wait(self._hearing, timeout=seconds)

    async def on_connect(self) -> None:
        """A new session begins with the servers we are in."""
        self._here.update(guild.id for guild in self.guilds)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Hand on, unless we knew: discord.py tells a return from an outage apart by a field that may be missing."""
        if guild.id not in self._here:
            self._here.add(guild.id)
            if self._is_new(guild):
                await self._hears.guild_joined(self, guild)

    def _is_new(self, guild: discord.Guild) -> bool:
        """Whether we joined it lately: in a session taken up again every server is one we have not heard of."""
        # discord.py says there always is one, but not every GUILD_CREATE brings it.
        us: discord.Member | None = guild.me
        joined = us.joined_at if us is not None else None
        return self.since is None or joined is None or joined >= self.since

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

    async def on_unknown_place_delete(self, place: int) -> None:
        """A channel or thread is gone that Discord told of before our time."""
        await self._hears.place_left([place], "deleted")

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
