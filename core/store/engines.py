"""The engines under a store: how a connection is prepared, and how a transaction begins on each database.

SQLite is `pysqlite3`, which brings its own SQLite 3.53: the versions before 3.51.3 can corrupt a WAL database when two
connections checkpoint at once. Its Python driver's own transactions run a SELECT outside them and lose updates silently
(1,462 of 4,000 measured), so we begin ours ourselves: IMMEDIATE for the writer.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.store.place import Place
from core.store.types import to_text

BUSY_SECONDS = 5
CONNECT_SECONDS = 5
# A network that was cut says nothing: without these each side would wait for the other for hours.
KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
# The server's side of it. A process that was frozen or cut off in the middle of a transaction must not keep the rows of
# its lanes locked for longer than a lease runs: whoever takes them over would pass them by.
_ON_THE_SERVER = {
    # Our pages lie together, in memory or on flash: by the default, for disks that turn, the planner would rather look
    # through every destination there is than for the five hundred of a page.
    "random_page_cost": 1.1,
    "idle_in_transaction_session_timeout": 5_000,
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_WRITERS_ON_POSTGRESQL = 4
_READERS_ON_POSTGRESQL = 4

_WRITER_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
)
_READER_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA query_only = ON",
    "PRAGMA cache_size = -16384",
)


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine that writes and one that reads, and how many threads may use each at once."""

    writer: sa.Engine
    reader: sa.Engine
    writers: int
    readers: int

    def close(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


def build(place: Place) -> Engines:
    """Engines for a place; nothing is connected yet."""
    return _postgresql(place) if place.path is None else _sqlite(place)


def _sqlite(place: Place) -> Engines:
    # One writer: SQLite has one anyway, and waiting in our queue is fairer than in its busy handler.
    return Engines(
        _sqlite_engine(place, _WRITER_PRAGMAS, "BEGIN IMMEDIATE", 1),
        _sqlite_engine(place, _READER_PRAGMAS, "BEGIN", 2),
        1,
        2,
    )


def _sqlite_engine(place: Place, pragmas: tuple[str, ...], begin: str, size: int) -> sa.Engine:
    import pysqlite3.dbapi2

    engine = sa.create_engine(
        place.url,
        module=pysqlite3.dbapi2,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=to_text,
    )

    def prepare(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        for pragma in pragmas:
            raw.execute(pragma)

    def begin_ours(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "begin", begin_ours)
    return engine


def _postgresql(place: Place) -> Engines:
    engine = sa.create_engine(
        place.url,
        pool_size=_WRITERS_ON_POSTGRESQL + _READERS_ON_POSTGRESQL,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=to_text,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "livedesk",
            "options": " ".join(f"-c {name}={value}" for name, value in _ON_THE_SERVER.items()),
            **KEEPALIVE,
        },
    )
    # One snapshot for a unit of reading, as SQLite gives it.
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(engine, reader, _WRITERS_ON_POSTGRESQL, _READERS_ON_POSTGRESQL)
