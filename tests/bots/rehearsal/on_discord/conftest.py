"""A stage with a village on it, and the real discord.py client in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.guilds import Guild
from bots.rehearsal.discord_world.person import Person
from bots.rehearsal.stage import Stage

TOKEN = "stage.discord.token"
AGENT = "DiscordBot (https://example.org, 1.0)"
Wire = Callable[..., Awaitable[tuple[int, Any]]]


class Desk(discord.Client):
    """The smallest bot: commands about coverages, as a newsroom would have them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            guild_ready_timeout=0.1,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self._bell = asyncio.Condition()
        self.is_up = asyncio.Event()

    async def on_ready(self) -> None:
        self.is_up.set()

    async def on_socket_event_type(self, event: str) -> None:
        async with self._bell:
            self.heard.append(event)
            self._bell.notify_all()

    async def until_heard(self, event: str, times: int = 1) -> None:
        async with asyncio.timeout(10), self._bell:
            await self._bell.wait_for(lambda: self.heard.count(event) >= times)


@dataclass
class Village:
    stage: Stage
    app: App
    guild: Guild
    channel: Channel
    bob: Person


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with Stage(journal=tmp_path / "journal.jsonl") as stage:
        monkeypatch.setattr(Route, "BASE", f"{stage.url}/api/v10")
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stage.url.replace("http", "ws") + "/gw"))
        stage.discord.identify_spacing = 0.0
        yield stage


@pytest.fixture
def village(stage: Stage) -> Village:
    app = stage.discord.add_bot(token=TOKEN, name="Livedesk")
    guild = stage.discord.add_guild("Village server", bots=[app])
    channel = guild.add_text_channel("live")
    bob = stage.discord.add_person("bob", language="en-GB")
    guild.join(bob)
    return Village(stage, app, guild, channel, bob)


@pytest.fixture
async def launch(stage: Stage) -> AsyncIterator[Callable[[Desk], Awaitable[Desk]]]:
    """Start a bot and wait until it is ready; every one is stopped at the end."""
    running: list[tuple[Desk, asyncio.Task[None]]] = []

    async def go(desk: Desk) -> Desk:
        task = asyncio.create_task(desk.start(TOKEN))
        running.append((desk, task))
        async with asyncio.timeout(10):
            ready = asyncio.create_task(desk.is_up.wait())
            await asyncio.wait({ready, task}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
        if task.done():
            task.result()
        return desk

    yield go
    for desk, task in running:
        await desk.close()
        with contextlib.suppress(discord.DiscordException):
            await task


@pytest.fixture
async def rest(village: Village) -> AsyncIterator[discord.Client]:
    """The client logged in for REST alone: it never connects."""
    client = Desk()
    await client.login(TOKEN)
    yield client
    await client.close()


@pytest.fixture
async def wire(village: Village) -> AsyncIterator[Wire]:
    """One raw call: status and JSON."""
    async with aiohttp.ClientSession(headers={"User-Agent": AGENT, "Authorization": f"Bot {TOKEN}"}) as session:

        async def call(verb: str, path: str, *, full: bool = False, **more: Any) -> tuple[int, Any]:
            async with session.request(verb, f"{village.stage.url}/api/v10{path}", **more) as answer:
                body = await answer.json() if answer.content_type == "application/json" else await answer.text()
                return (answer, body) if full else (answer.status, body)

        yield call


@pytest.fixture
def make_desk() -> type[Desk]:
    return Desk
