"""Facts about this installation, by name: written once, then compared."""

import sqlalchemy as sa

from core.store import sql, tables


def stamp(conn: sa.Connection, name: str, value: str) -> str:
    """Keep `value` under `name` unless something is there already; returns what is there."""
    conn.execute(sql.insert(conn, tables.house).values(name=name, value=value).on_conflict_do_nothing())
    return str(conn.execute(sa.select(tables.house.c.value).where(tables.house.c.name == name)).scalar_one())


def read(conn: sa.Connection, name: str) -> str | None:
    """What is kept under `name`."""
    return conn.execute(sa.select(tables.house.c.value).where(tables.house.c.name == name)).scalar()


def write(conn: sa.Connection, name: str, value: str) -> None:
    """Keep `value` under `name`, whatever was there."""
    statement = sql.insert(conn, tables.house).values(name=name, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
