"""What is to be done from time to time by one process, however many there are: the first to ask does it.

Who begins puts the next time off by a while, and says when it is done. Killed in between, it is done again.
"""

from datetime import datetime

import sqlalchemy as sa

from core.store import sql, tables

_TICK = tables.tick.c


def begin(conn: sa.Connection, name: str, now: datetime, *, within: float, every: float) -> bool:
    """Whether it is due and ours to do; then nobody else begins it for `within` seconds. It is due `every` so many.

    A time further ahead than that was set by a clock that was wrong, and is due as well.
    """
    at = sql.instant(conn, now)
    conn.execute(sql.insert(conn, tables.tick).values(name=name, due_at=at).on_conflict_do_nothing())
    due = sa.or_(_TICK.due_at <= sql.instant(conn, now), _TICK.due_at > sql.instant(conn, now, 2 * every))
    ours = tables.tick.update().where(_TICK.name == name, due).values(due_at=sql.instant(conn, now, within))
    return conn.execute(ours.returning(_TICK.name)).first() is not None


def done(conn: sa.Connection, name: str, now: datetime, *, every: float) -> None:
    """It was done, and is due again in so many seconds."""
    conn.execute(tables.tick.update().where(_TICK.name == name).values(due_at=sql.instant(conn, now, every)))
