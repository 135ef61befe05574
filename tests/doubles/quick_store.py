"""A store for thousands of made-up histories: real SQL on a real SQLite, in memory and without threads."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pysqlite3.dbapi2
import sqlalchemy as sa

from core.model import Mode
from core.store import house, schema, tables
from core.store.types import to_text


class QuickStore:
    """What `MadeUpStore` asks of a store. One at a time: they share a connection, which knows its statements."""

    def __init__(self) -> None:
        """As empty as a store that was just made."""
        raw, engine = _shared()
        _template().backup(raw)
        self._conn = engine.connect()

    def write_now(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
        with self._conn.begin():
            return fn(self._conn, *args, **more)

    read_now = write_now

    def close(self) -> None:
        self._conn.close()


@cache
def _shared() -> tuple[Any, sa.Engine]:
    raw = _connection()
    return raw, _engine(raw)


def _connection() -> Any:
    raw = pysqlite3.dbapi2.connect(":memory:", check_same_thread=False)
    raw.isolation_level = None
    raw.execute("PRAGMA foreign_keys = ON")
    return raw


def _engine(raw: Any) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://",
        module=pysqlite3.dbapi2,
        creator=lambda: raw,
        poolclass=sa.pool.StaticPool,
        json_serializer=to_text,
    )
    sa.event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
    return engine


@cache
def _template() -> Any:
    raw = _connection()
    engine = _engine(raw)
    schema.upgrade(engine)
    with engine.begin() as conn:
        house.stamp(conn, "mode", Mode.REHEARSAL.value)
        assert conn.execute(sa.select(tables.counter.c.name)).all()
    return raw
