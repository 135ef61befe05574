"""Stores full of readers, made fast, on either database."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from core.blocks import Paragraph, text
from core.model import Content, Coverage, DestinationStatus, Entry, Level, Mode, Operation, PlaceKind, Platform, Scope
from core.store import Store, accounts, coverages, entries, sending, tables
from tests.doubles.databases import Databases

EDITOR = "editor-key"
_FIRST_CHAT = 1_000_000


@dataclass(frozen=True)
class Ground:
    """Where a run makes its stores: SQLite files in a folder, or databases on a server."""

    folder: Path
    server: str | None = None

    @property
    def kind(self) -> str:
        return "SQLite" if self.server is None else "PostgreSQL"

    @contextmanager
    def stores(self) -> Iterator[Databases]:
        """Fresh stores for one benchmark, removed behind it."""
        made = Databases(self.server, self.folder, [])
        try:
            yield made
        finally:
            made.close()
            for file in self.folder.glob("store_*"):
                file.unlink(missing_ok=True)


@contextmanager
def opened(url: str, mode: Mode = Mode.REHEARSAL) -> Iterator[Store]:
    store = Store.open(url, mode=mode)
    try:
        yield store
    finally:
        store.close()


def now() -> datetime:
    return datetime.now(UTC)


def populate(
    url: str,
    many: int,
    *,
    lanes: Sequence[str] = ("desk",),
    platform: Platform = Platform.TELEGRAM,
    first_chat: int = _FIRST_CHAT,
    mode: Mode = Mode.REHEARSAL,
) -> Coverage:
    """A live coverage that `many` destinations follow, as many on each lane; they are private chats in a row."""
    with opened(url, mode) as store:
        ids = store.write_now(accounts.enrol_lanes, [(name, platform) for name in lanes], now())
        coverage = store.write_now(
            coverages.create,
            slug="storm",
            title="Storm Ada",
            language="en",
            zone="Europe/London",
            mode=mode,
            now=now(),
            by=EDITOR,
        )
        store.write_now(_fill, list(ids.values()), coverage.id, many, first_chat)
    _settle(url)
    return coverage


def headline(words: str) -> Content:
    return Content(headline=words, blocks=(Paragraph(text("The water stands at the second mark and goes on rising.")),))


async def publish(store: Store, coverage: Coverage, words: str, *, alert: bool = False) -> Entry:
    """What an editor's Publish does to the store."""
    done = await store.write(entries.publish, **_request(coverage, words, alert=alert))
    return done.entry


def publish_now(store: Store, coverage: Coverage, words: str) -> Entry:
    """The same without an event loop."""
    return store.write_now(entries.publish, **_request(coverage, words, alert=False)).entry


def in_use(store: Store, coverage: Coverage) -> None:
    """Have an entry published before, and called off: the first page of a table is no delivery's."""
    entry = publish_now(store, coverage, "The sky is clear")
    store.write_now(sending.end, entry.bulletin_id, (Operation.PUBLISH,), now())


def _request(coverage: Coverage, words: str, *, alert: bool) -> dict[str, Any]:
    token = os.urandom(8).hex()
    given = {"coverage_id": coverage.id, "content": headline(words), "actor": EDITOR, "token": token, "now": now()}
    return {**given, "alert": alert}


def size_of(url: str) -> int:
    """Bytes of a store: of the file once its log is taken in, of all relations with their indexes."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, module=_pysqlite())
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            size = conn.exec_driver_sql("PRAGMA page_size").scalar_one()
        engine.dispose()
        return int(pages * size)
    with psycopg.connect(url, autocommit=True) as conn:
        every = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
        row = conn.execute(every).fetchone()
        assert row is not None
        return int(row[0])


def _pysqlite() -> object:
    import pysqlite3.dbapi2

    return pysqlite3.dbapi2


def _fill(conn: sa.Connection, lanes: list[int], coverage_id: int, many: int, first_chat: int) -> None:
    at = now()
    conn.execute(_destinations(lanes, many, first_chat, at))
    for place, lane in enumerate(lanes):
        share = many // len(lanes) + (place < many % len(lanes))
        if share:
            conn.execute(_subscriptions(lane, coverage_id, at))
            audience = {"lane_id": lane, "scope": Scope.COVERAGE, "target_id": coverage_id, "entries": Level.ALL}
            conn.execute(tables.audience.insert().values(**audience, count=share))
    taken = tables.counter.update().where(tables.counter.c.name == "audience")
    conn.execute(taken.values(value=sa.select(sa.func.max(tables.destination.c.id)).scalar_subquery()))


def _destinations(lanes: list[int], many: int, first_chat: int, at: datetime) -> sa.Insert:
    """On each lane in turn, as readers come who are given the account with the most room."""
    counted = sa.select(sa.literal(0, sa.BigInteger).label("place")).cte("counted", recursive=True)
    one_more = sa.select(counted.c.place + 1).where(counted.c.place < many - 1)
    counted = counted.union_all(one_more)
    values = {
        "thread_id": 0,
        "kind": PlaceKind.PRIVATE,
        "title": "Reader",
        "language": "en",
        "status": DestinationStatus.ACTIVE,
        "paused_because": "",
        "created_at": at,
    }
    given = [sa.literal(value, tables.destination.c[name].type).label(name) for name, value in values.items()]
    turns = sa.case(dict(enumerate(lanes)), value=counted.c.place % len(lanes)).label("lane_id")
    chat = (counted.c.place + first_chat).label("chat_id")
    in_turn = sa.select(*given, turns, chat).order_by(counted.c.place)
    return tables.destination.insert().from_select([*values, "lane_id", "chat_id"], in_turn)


def _subscriptions(lane: int, coverage_id: int, at: datetime) -> sa.Insert:
    values = {
        "lane_id": lane,
        "scope": Scope.COVERAGE,
        "target_id": coverage_id,
        "entries": Level.ALL,
        "active": True,
        "created_at": at,
    }
    given = [sa.literal(value, tables.subscription.c[name].type).label(name) for name, value in values.items()]
    destination = tables.destination.c.id
    wanted = sa.select(*given, destination, destination.label("joined_seq")).where(tables.destination.c.lane_id == lane)
    return tables.subscription.insert().from_select([*values, "destination_id", "joined_seq"], wanted)


def _settle(url: str) -> None:
    """What a store that grew slowly has had time for."""
    if url.startswith("sqlite"):
        size_of(url)
        return
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")
