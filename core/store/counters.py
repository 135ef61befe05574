"""Numbers that only ever grow."""

import sqlalchemy as sa

from core.store import tables

_AUDIENCE = tables.counter.c.name == "audience"
_STOP = tables.counter.c.name == "stop"
# Every lane asks it every second.
_STOPPED = sa.select(tables.counter.c.value).where(_STOP)


def joined(conn: sa.Connection) -> int:
    """The next place in the order in which destinations join; its lock is kept until this transaction ends."""
    taken = tables.counter.update().where(_AUDIENCE).values(value=tables.counter.c.value + 1)
    return int(conn.execute(taken.returning(tables.counter.c.value)).scalar_one())


def audience(conn: sa.Connection) -> int:
    """Who has joined so far. It waits for whoever is joining just now: a broadcast reaches exactly those before it."""
    return int(conn.execute(sa.select(tables.counter.c.value).where(_AUDIENCE).with_for_update()).scalar_one())


def stopped(conn: sa.Connection) -> int:
    """The last recall: whoever has acted on it starts nothing that was called off before."""
    return int(conn.execute(_STOPPED).scalar_one())
