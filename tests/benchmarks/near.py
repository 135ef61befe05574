"""Our whole way out, over HTTP: courier, sender and transport of one account or of two."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bots.discord.calls import Calls
from bots.discord.client import Client
from bots.discord.sender import DiscordSender
from bots.discord.transport import Way
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core.courier import AccountGate
from core.model import Coverage, DestinationStatus, Level, Mode, PlaceKind, Platform, Scope
from core.pacing import DISCORD as DISCORD_FREE
from core.pacing import TELEGRAM as TELEGRAM_FREE
from core.pacing import Pace
from core.platform import Sender
from core.store import Store, accounts, coverages, tables
from tests.benchmarks import couriers
from tests.benchmarks.far import DISCORD_TOKEN, TELEGRAM_TOKEN, Far
from tests.benchmarks.ground import EDITOR, now, publish

TELEGRAM, DISCORD = "bench-telegram", "bench-discord"


@dataclass(frozen=True)
class Carried:
    """What a fan-out took of this process."""

    at: float
    """When it was published, as the far end tells the time."""
    seconds: float
    cpu: float


class NoPictures:
    """What is sent here has none."""

    async def remote(self, digest: str) -> str | None:
        return None

    async def bytes(self, digest: str) -> bytes | None:
        return None

    async def remember(self, digest: str, remote_id: str) -> None:
        raise AssertionError("no picture was sent")


def follow(store: Store, places: dict[tuple[str, Platform], Sequence[int]]) -> Coverage:
    """A live coverage that all these chats follow."""
    ids = store.write_now(accounts.enrol_lanes, list(places), now())
    coverage = store.write_now(
        coverages.create,
        slug="storm",
        title="Storm Ada",
        language="en",
        zone="Europe/London",
        mode=Mode.REHEARSAL,
        now=now(),
        by=EDITOR,
    )
    for (account, platform), chats in places.items():
        kind = PlaceKind.PRIVATE if platform is Platform.TELEGRAM else PlaceKind.CHANNEL
        store.write_now(_fill, ids[account], coverage.id, kind, chats)
    return coverage


def _fill(conn: sa.Connection, lane: int, coverage_id: int, kind: PlaceKind, chats: Sequence[int]) -> None:
    at = datetime.now(UTC)
    place = {
        "lane_id": lane,
        "thread_id": 0,
        "kind": kind,
        "title": "Reader",
        "language": "en",
        "status": DestinationStatus.ACTIVE,
        "paused_because": "",
        "created_at": at,
    }
    conn.execute(tables.destination.insert(), [place | {"chat_id": chat} for chat in chats])
    taken = tables.counter.update().where(tables.counter.c.name == "audience")
    conn.execute(taken.values(value=sa.select(sa.func.max(tables.destination.c.id)).scalar_subquery()))
    destination = tables.destination.c.id
    values = {
        "lane_id": lane,
        "scope": Scope.COVERAGE,
        "target_id": coverage_id,
        "entries": Level.ALL,
        "active": True,
        "created_at": at,
    }
    given = [sa.literal(value, tables.subscription.c[name].type).label(name) for name, value in values.items()]
    wanted = sa.select(*given, destination, destination.label("joined_seq")).where(tables.destination.c.lane_id == lane)
    conn.execute(tables.subscription.insert().from_select([*values, "destination_id", "joined_seq"], wanted))
    audience = {"lane_id": lane, "scope": Scope.COVERAGE, "target_id": coverage_id, "entries": Level.ALL}
    conn.execute(tables.audience.insert().values(**audience, count=len(chats)))


async def carry_over_telegram(store: Store, coverage: Coverage, far: Far, pace: Pace) -> Carried:
    """Publish one entry and carry it to everybody on Telegram."""
    gate = AccountGate(pace)
    async with _on_telegram(far, gate) as sender:
        return await _carry(store, coverage, {sender: gate}, pace)


async def carry_over_both(store: Store, coverage: Coverage, far: Far) -> Carried:
    """The same on both platforms at once, at their free limits."""
    gate, other = AccountGate(TELEGRAM_FREE), AccountGate(DISCORD_FREE)
    async with _on_telegram(far, gate) as sender, _on_discord(far, other) as second:
        return await _carry(store, coverage, {sender: gate, second: other}, TELEGRAM_FREE)


async def _carry(store: Store, coverage: Coverage, gates: dict[Sender, AccountGate], pace: Pace) -> Carried:
    named = {sender.account: gate for sender, gate in gates.items()}
    async with couriers.at_work(store, list(gates), pace, named) as office:
        at, began, cpu = time.time(), time.perf_counter(), time.process_time()
        await publish(store, coverage, "The river is rising")
        office.wake()
        await office.everything_is_carried(looking_every=0.25)
        return Carried(at, time.perf_counter() - began, time.process_time() - cpu)


@asynccontextmanager
async def _on_telegram(far: Far, gate: AccountGate) -> AsyncIterator[Sender]:
    bot = Bot(TELEGRAM_TOKEN, far.url, gate)
    await bot.open()
    try:
        yield TelegramSender(TELEGRAM, bot, NoPictures())
    finally:
        await bot.close_connections()


@asynccontextmanager
async def _on_discord(far: Far, gate: AccountGate) -> AsyncIterator[Sender]:
    """Logged in and not connected: sending needs no more."""
    calls, pictures = Calls(), NoPictures()
    client = Client(gate, Way(f"{far.url}/api/v10", sealed=True), _Deaf(), calls)
    await client.login(DISCORD_TOKEN)
    try:
        yield DiscordSender(DISCORD, calls, pictures.bytes, client.missing_right)
    finally:
        await client.close()
        await calls.close()


class _Deaf:
    """Nobody is listening: nothing connects."""

    async def interaction(self, asked: object) -> None:
        raise AssertionError("nobody is heard")

    async def place_left(self, chats: object, because: object) -> None:
        raise AssertionError("nobody is heard")

    async def guild_joined(self, client: object, guild: object) -> None:
        raise AssertionError("nobody is heard")

    async def logged_in(self, client: object) -> None:
        raise AssertionError("nobody is heard")
