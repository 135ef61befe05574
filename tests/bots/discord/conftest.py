"""A stage with a server on it, and the real discord.py client of ours in front of it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bots.discord.bot import DiscordBot
from bots.discord.client import Client
from bots.discord.gateway import Phase
from bots.discord.listener import Listener, Rooms
from bots.discord.memory import Session
from bots.discord.transport import Way
from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.guilds import Guild
from bots.rehearsal.discord_world.person import Person
from bots.rehearsal.journal import Call
from bots.rehearsal.stage import Stage
from core import media
from core.courier import AccountGate
from core.model import Address, Asset, Mode, Platform
from core.pacing import Pace, Window
from core.store import Store, house
from tests.doubles.clock import Clock
from tests.doubles.speakers import Office

TOKEN = "stage.discord.canary-token"
QUICK = Pace(Window(1000, 1.0), (Window(1000, 1.0),), (Window(1000, 1.0),))
"""The gate is there, and holds nobody up: pacing has tests of its own."""


@dataclass
class Town:
    """Where the tests live."""

    stage: Stage
    app: App
    guild: Guild
    channel: Channel
    ann: Person
    """Who owns the server."""
    bob: Person

    @property
    def here(self) -> Address:
        return address(self.channel)


@dataclass
class Ears:
    """Keeps what was heard."""

    left: list[tuple[list[int], str]] = field(default_factory=list)

    async def interaction(self, asked: discord.Interaction[Any]) -> None:
        await asked.response.send_message("heard", ephemeral=True)

    async def place_left(self, chats: list[int], because: str) -> None:
        self.left.append((chats, because))

    async def guild_joined(self, client: Client, guild: discord.Guild) -> None:
        return

    async def logged_in(self, client: Client) -> None:
        return


@dataclass
class Mind:
    """A memory without a store. `until`: no introduction before."""

    last: Session | None = None
    until: datetime | None = None
    noted: list[Session | None] = field(default_factory=list)
    introductions: int = 0
    bot: int | None = None

    async def recognises(self, bot_id: int) -> bool:
        self.bot = self.bot or bot_id
        return self.bot == bot_id

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def session(self) -> Session | None:
        return self.last

    async def keep(self, session: Session | None) -> None:
        self.last = session
        self.noted.append(session)

    async def next_identify(self) -> datetime | None:
        return self.until if self.until is not None and self.until > self.now() else None

    async def identify(self) -> datetime | None:
        self.introductions += 1
        return await self.next_identify()


def address(channel: Channel) -> Address:
    return Address(Platform.DISCORD, channel.id)


def words_of(call: Call) -> dict[str, Any] | None:
    """The message in a call, if it says anything: a new one, an edit, or an interaction's answer."""
    body = call.params if isinstance(call.params, dict) else {}
    said = body.get("data") or body
    return said if "content" in said else None


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(journal=tmp_path / "journal.jsonl") as stage:
        stage.discord.identify_spacing = 0.0
        yield stage
        assert stage.violations == []
        for said in filter(None, map(words_of, stage.journal.of("discord"))):
            assert said["allowed_mentions"] == {"parse": []}, said


@pytest.fixture
def town(stage: Stage) -> Town:
    app = stage.discord.add_bot(token=TOKEN, name="Livedesk")
    ann = stage.discord.add_person("ann")
    guild = stage.discord.add_guild("Town server", bots=[app], owner=ann)
    bob = stage.discord.add_person("bob", language="en-GB")
    guild.join(bob)
    return Town(stage, app, guild, guild.add_text_channel("live"), ann, bob)


@pytest.fixture
def assets() -> dict[str, bytes]:
    return {}


Make = Callable[..., DiscordBot]
Launch = Callable[[DiscordBot], Awaitable[DiscordBot]]
Hear = Callable[..., Listener]


@pytest.fixture
def gate() -> AccountGate:
    return AccountGate(QUICK)


@pytest.fixture
async def make(stage: Stage, gate: AccountGate, assets: dict[str, bytes]) -> Make:
    """Make a bot; what is not given is ordinary."""

    async def fetch(digest: str) -> bytes | None:
        return assets.get(digest)

    def bot(**more: Any) -> DiscordBot:
        given = {
            "account": "desk",
            "token": TOKEN,
            "gate": gate,
            "way": Way(f"{stage.url}/api/v10", stage.discord.gateway_address, sealed=True),
            "hears": Ears(),
            "fetch": fetch,
            "memory": Mind(),
            "patience": 1.0,
            "ready_timeout": 0.05,
            "unit": 0.02,
        }
        return DiscordBot(**{**given, **more})

    return bot


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Start a bot and wait until it is connected or refused; every one is stopped at the end."""
    running: list[asyncio.Task[None]] = []

    async def go(bot: DiscordBot) -> DiscordBot:
        task = asyncio.create_task(bot.run())
        running.append(task)
        await until(lambda: bot.standing.phase is Phase.CONNECTED or task.done())
        if task.done():
            task.result()
        return bot

    yield go
    for task in running:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


async def until(happened: Callable[[], bool], patience: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(patience):
        while not happened():  # noqa: ASYNC110 -- what is waited for has no event of its own
            await asyncio.sleep(0.005)


@pytest.fixture
async def bot(make: Make, town: Town, launch: Launch) -> DiscordBot:
    return await launch(make())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One database is enough here: the store proves both."""
    opened = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", mode=Mode.REHEARSAL, create=True)
    yield opened
    opened.close()


class Ticking(Clock):
    """Goes by itself, and can be made to jump: the courier's waits are real here."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._began)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store, Ticking())


@pytest.fixture
def hear(office: Office, assets: dict[str, bytes]) -> Hear:
    """Make the ears of the account "dc"; what is not given is ordinary."""

    async def fetch(digest: str) -> bytes | None:
        return assets.get(digest)

    async def take(data: bytes) -> Asset:
        picture = await media.check(data)
        assets[picture.asset.digest] = picture.data
        return picture.asset

    def listener(**more: Any) -> Listener:
        rooms = Rooms(office.desk, office.rooms.readership, office.store)
        given = {"fetch": fetch, "take": take, "clock": office.clock}
        return Listener("dc", rooms, **{**given, **more})

    return listener


@pytest.fixture
async def desk_bot(make: Make, launch: Launch, hear: Hear, town: Town, store: Store) -> DiscordBot:
    """The bot with the real desk behind it; its commands are known to Discord."""
    bot = await launch(make(account="dc", hears=hear()))
    await until(lambda: store.read_now(house.read, "discord.commands.dc") is not None)
    return bot
