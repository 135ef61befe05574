"""What both databases can do but say differently: inserting beside what is there, and many rows at once."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.store.types import UtcDateTime

T = TypeVar("T")

_NAMED_AT_ONCE = 500


def instant(conn: sa.Connection, now: datetime, after: float = 0.0) -> sa.ColumnElement[Any]:
    """So many seconds from now, by the database's own clock where many machines share it, otherwise by `now`."""
    if conn.dialect.name == "postgresql":
        return sa.func.clock_timestamp() + sa.literal(timedelta(seconds=after), sa.Interval())
    return sa.literal(now + timedelta(seconds=after), UtcDateTime())


def insert(conn: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT. Ask it for RETURNING, not for rowcount: psycopg's is -1 there."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def many(
    conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]], tail: str = ""
) -> None:
    """Insert rows in their order, at full speed; `tail` is the ON CONFLICT clause."""
    if not rows:
        return
    columns = [
        _for_driver(conn, table.c[name], values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    ]
    if conn.dialect.name == "postgresql":
        kinds = [table.c[name].type.compile(conn.dialect) for name in names]
        arrays = {name: _array(kind, given) for name, kind, given in zip(names, kinds, columns, strict=True)}
        conn.exec_driver_sql(_unnest(conn.dialect, table, names, tail), arrays)
    else:
        conn.exec_driver_sql(_values(table, names, tail), list(zip(*columns, strict=True)))


def any_of(conn: sa.Connection, column: sa.Column[int], numbers: Iterable[int]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of many numbers: they go over in one parameter, where IN would take one for each."""
    if conn.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(numbers), postgresql.ARRAY(column.type)))
    listed = sa.func.json_each(json.dumps(list(numbers))).table_valued("value")
    return column.in_(sa.select(listed.c.value))


def each(
    conn: sa.Connection,
    statement: Callable[[str], sa.Executable],
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    **common: Any,
) -> None:
    """Do for each of these rows what `statement` makes of `given`: on PostgreSQL all at once, so name no target twice.

    One by one psycopg would send all of them ahead of their answers, and the server counts no idle time in the middle
    of that: a process frozen there would keep every row locked for good.
    """
    if not rows:
        return
    handed: Any = [dict(zip(names, row, strict=True)) | common for row in rows]
    if conn.dialect.name == "postgresql":
        handed = {name: [row[name] for row in handed] for name in names} | common
    conn.execute(statement(conn.dialect.name), handed)


def given(dialect: str, kinds: Mapping[str, sa.types.TypeEngine[Any]]) -> Mapping[str, sa.ColumnElement[Any]]:
    """The columns of the rows that `each` hands in, by name."""
    if dialect != "postgresql":
        return {name: sa.bindparam(name, type_=kind) for name, kind in kinds.items()}
    arrays = (sa.bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in kinds.items())
    columns = (sa.column(name, kind) for name, kind in kinds.items())
    return dict(sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived().c.items())


def portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in stretches that one statement may name one by one."""
    for at in range(0, len(rows), _NAMED_AT_ONCE):
        yield rows[at : at + _NAMED_AT_ONCE]


def _for_driver(conn: sa.Connection, column: sa.Column[Any], values: Iterable[Any]) -> Iterable[Any]:
    convert: Callable[[Any], Any] | None = column.type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
    return values if convert is None else map(convert, values)


_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "BOOLEAN")


def _array(kind: str, values: Iterable[Any]) -> str | list[Any]:
    """An array for a kind of column. Numbers and instants as one text: psycopg takes 0.7 µs for each of a list."""
    if kind in _NUMBERS:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return "{" + ",".join(["NULL" if value is None else value.isoformat() for value in values]) + "}"
    return list(values)


@lru_cache(maxsize=64)
def _values(table: sa.Table, names: tuple[str, ...], tail: str) -> str:
    # Names of our own tables and columns only; every value is a parameter.
    listed, marks = ", ".join(names), ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({listed}) VALUES ({marks}) {tail}"  # noqa: S608 -- see above


@lru_cache(maxsize=64)
def _unnest(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...], tail: str) -> str:
    kinds = {name: table.c[name].type.compile(dialect) for name in names}
    arrays = ", ".join(f"CAST(%({name})s AS {kind}[])" for name, kind in kinds.items())
    listed = ", ".join(names)
    given = f"unnest({arrays}) WITH ORDINALITY AS given ({listed}, place)"
    # As above.
    return f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {given} ORDER BY place {tail}"  # noqa: S608 -- see above
