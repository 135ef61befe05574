"""One life of a process: a real courier with real senders speaks over HTTP to the stage, until somebody ends it.

It publishes too when it is told to, and reports what its editor was told is saved.
"""

import asyncio
import os
import random
import signal
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bots import logs
from bots.discord.bot import DiscordBot
from bots.discord.client import Client
from bots.discord.transport import Way
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core import crashpoint, locales
from core.courier import AccountGate, Courier, Terms
from core.model import Content, Mode, Person, Role
from core.newsroom import Newsroom
from core.pacing import Pace, Window
from core.schedule import Clockwork
from core.store import Store, coverages
from tests.faults.diary import Diary
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
    room: int = 0
    """Pages of the store's file that are still free on the disk, until SIGUSR1; 0: as many as it wants (SQLite)."""
    tells: tuple[int, ...] = ()
    """Stories this life's own editor publishes."""
    seed: str = ""
    diary: str = ""
    """The file it writes down in what it does."""

    def asked(self) -> dict[str, Any]:
        """As a line."""
        return asdict(self)


def warm_up() -> None:
    """What every life would do first, done once."""
    locales.words("en")
    logs.start(level="warning", form="json", secrets=[])


def live(orders: dict[str, Any]) -> None:
    """Live until SIGTERM."""
    mine = Orders(**orders)
    crashpoint.arm({crashpoint.VARIABLE: mine.crash_at})
    Diary(mine.diary).begins()
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
    discord = _discord(orders, gates[DISCORD])
    senders = [TelegramSender(TELEGRAM, telegram, _NoPictures()), discord.sender]
    held: set[str] = set()
    if orders.room:
        store.write_now(_narrow, orders.room)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: store.write_now(_narrow, 1 << 30))

    async def watch(account: str, ours: bool) -> None:
        (held.add if ours else held.discard)(account)
        tell(ours=ours, account=account, pid=os.getpid(), at=now().timestamp(), of=orders.of)
        if account == DISCORD:
            await (discord.open() if ours else discord.close())
        if len(held) == len(senders):
            tell(holds=os.getpid(), of=orders.of)

    terms = Terms(orders.ttl, orders.margin)
    courier = Courier(store, senders, gates, clock=now, terms=terms, watch=watch)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await telegram.open()
    async with store.hold():
        await _work(courier, Clockwork(store, now), [_publish(store, courier.wake, orders), _end(courier, told)])
    await telegram.close_connections()
    store.close()


async def _work(courier: Courier, clockwork: Clockwork, beside: list[Coroutine[Any, Any, None]]) -> None:
    clockwork.start()
    tasks = [asyncio.create_task(one) for one in beside]
    try:
        await courier.run()
    finally:
        clockwork.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _end(courier: Courier, told: asyncio.Event) -> None:
    await told.wait()
    await courier.stop()


def _discord(orders: Orders, gate: AccountGate) -> DiscordBot:
    """An account that speaks and does not listen: no gateway brings anything here."""
    way = Way(f"{orders.stage}/api/v10", f"{orders.stage.replace('http', 'ws', 1)}/gw", sealed=True)
    fetch = _NoPictures().bytes
    return DiscordBot(
        DISCORD, orders.tokens[DISCORD], gate=gate, way=way, hears=_Deaf(), fetch=fetch, memory=_Forgetful()
    )


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


def _narrow(conn: sa.Connection, room: int) -> None:
    """Leave so many more pages for the store's file: the writer has one connection, and the limit is that one's."""
    pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    conn.exec_driver_sql(f"PRAGMA max_page_count = {min(pages + room, 1 << 30)}")


class _Deaf:
    """Hears nothing: no gateway brings anything here."""

    async def interaction(self, asked: Any) -> None: ...

    async def place_left(self, chats: list[int], because: str) -> None: ...

    async def guild_joined(self, client: Client, guild: Any) -> None: ...

    async def logged_in(self, client: Client) -> None: ...


class _Forgetful:
    """Remembers no session: there is none. Nor is there another bot."""

    async def recognises(self, _bot_id: int) -> bool:
        return True


class _NoPictures:
    """Nobody sends pictures here."""

    async def remote(self, digest: str) -> str | None:
        return None

    async def bytes(self, digest: str) -> bytes | None:
        return None

    async def remember(self, digest: str, remote_id: str) -> None: ...
