"""One life of a process: a real courier with real senders speaks over HTTP to the stage, until somebody ends it.

It publishes too when it is told to, and reports what its editor was told is saved.
"""

import asyncio
import logging
import os
import random
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bots.discord.client import Client
from bots.discord.sender import DiscordSender
from bots.discord.transport import Way
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core import crashpoint, locales
from core.courier import AccountGate, Courier
from core.model import Content, Mode, Person, Role
from core.newsroom import Newsroom
from core.pacing import Pace, Window
from core.schedule import Clockwork
from core.store import Store, coverages
from tests.faults.nursery import tell

TELEGRAM, DISCORD = "berlin", "oslo"
EDITOR = "editor-key"


@dataclass(frozen=True, slots=True)
class Orders:
    """How to live. `rates` are messages a second by account; `spacing` is the least seconds between two to a chat."""

    of: str
    store: str
    stage: str
    tokens: dict[str, str]
    rates: dict[str, float] = field(default_factory=lambda: {TELEGRAM: 60.0, DISCORD: 30.0})
    spacing: float = 0.04
    ttl: float = 0.5
    margin: float = 0.1
    crash_at: str = ""
    tells: tuple[int, ...] = ()
    """Stories this life's own editor publishes."""
    seed: str = ""

    def asked(self) -> dict[str, Any]:
        """As a line."""
        return asdict(self)


def warm_up() -> None:
    """What every life would do first, done once."""
    locales.words("en")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s")


def live(orders: dict[str, Any]) -> None:
    """Live until SIGTERM."""
    mine = Orders(**orders)
    crashpoint.arm({crashpoint.VARIABLE: mine.crash_at})
    asyncio.run(_live(mine))


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def pace(rate: float, spacing: float) -> Pace:
    """So many a second, without the bursts that a long window allows."""
    chat = (Window(1, spacing),)
    return Pace(Window(6, 6 / rate), chat, chat)


async def _live(orders: Orders) -> None:
    store = Store.open(orders.store, mode=Mode.REHEARSAL)
    gates = {name: AccountGate(pace(rate, orders.spacing)) for name, rate in orders.rates.items()}
    telegram = Bot(orders.tokens[TELEGRAM], orders.stage, gates[TELEGRAM])
    way = Way(f"{orders.stage}/api/v10", f"{orders.stage.replace('http', 'ws', 1)}/gw", sealed=True)
    discord = Client(gates[DISCORD], way, _Deaf(), patience=10.0)
    senders = [
        TelegramSender(TELEGRAM, telegram, _NoPictures()),
        DiscordSender(DISCORD, discord.calls, _NoPictures().bytes, discord.missing_right),
    ]
    courier = Courier(store, senders, gates, clock=now)
    loop = asyncio.get_running_loop()
    leaving: list[asyncio.Task[None]] = []
    loop.add_signal_handler(signal.SIGTERM, lambda: leaving.append(loop.create_task(courier.stop())))
    await telegram.open()
    await discord.login(orders.tokens[DISCORD])
    clockwork = Clockwork(store, now)
    clockwork.start()
    tell(holds=os.getpid(), of=orders.of)
    publishing = asyncio.create_task(_publish(store, courier.wake, orders))
    try:
        await courier.run()
    finally:
        clockwork.stop()
        publishing.cancel()
        await asyncio.gather(publishing, *leaving, return_exceptions=True)
        await discord.close()
        await telegram.close_connections()
        store.close()


async def _publish(store: Store, wake: Callable[[], None], orders: Orders) -> None:
    fate = random.Random(orders.seed)
    newsroom = Newsroom(store, clock=now, mode=Mode.REHEARSAL, wake=wake, undo_seconds=0.0, alert_delay_seconds=0.0)
    editor = Person(EDITOR, "Erin", Role.EDITOR)
    for story in orders.tells:
        await asyncio.sleep(fate.uniform(0, 0.15))
        coverage = await store.read(coverages.by_slug, fate.choice(("storm", "vote")))
        assert coverage is not None
        asked = now().timestamp()
        published = await newsroom.publish(editor, coverage, Content(f"s{story}r1"), token=f"life-{story}")
        tell(saved=story, entry=published.entry.id, at=now().timestamp(), asked=asked, of=orders.of)


class _Deaf:
    """Hears nothing: no gateway brings anything here."""

    async def interaction(self, asked: Any) -> None: ...

    async def place_left(self, chats: list[int], because: str) -> None: ...

    async def guild_joined(self, client: Client, guild: Any) -> None: ...

    async def logged_in(self, client: Client) -> None: ...


class _NoPictures:
    """Nobody sends pictures here."""

    async def remote(self, digest: str) -> str | None:
        return None

    async def bytes(self, digest: str) -> bytes | None:
        return None

    async def remember(self, digest: str, remote_id: str) -> None: ...
