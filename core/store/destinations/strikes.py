"""A place that refuses us for a missing right: three refusals over an hour, and it is paused until it speaks again.

Rights come and go while somebody sorts them out in a settings dialogue. So one refusal costs one bulletin, not the
place (promise P9).
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from core.store import tables
from core.store.destinations import places

_DESTINATION = tables.destination.c

_STRIKES = 3
_OVER = timedelta(hours=1)


def strike(conn: sa.Connection, destination_id: int, because: str, now: datetime) -> bool:
    """Count a refusal in a row; whether the place is paused by it, with `because`."""
    just_now = sa.literal(now, _DESTINATION.struck_at.type)
    first = sa.func.coalesce(_DESTINATION.struck_at, just_now)
    counted = {
        # As many as decide; a place that refuses for weeks must not overflow its column.
        "strikes": sa.case((_DESTINATION.strikes < _STRIKES, _DESTINATION.strikes + 1), else_=_STRIKES),
        # A clock that was wrong by a day must not put the hour off for as long.
        "struck_at": sa.case((first > just_now, just_now), else_=first),
    }
    mine = tables.destination.update().where(_DESTINATION.id == destination_id).values(**counted)
    row = conn.execute(mine.returning(_DESTINATION.strikes, _DESTINATION.struck_at)).first()
    if row is None or row.strikes < _STRIKES or now - row.struck_at < _OVER:
        return False
    places.pause(conn, destination_id, because, now)
    forgive(conn, destination_id)
    return True


def forgive(conn: sa.Connection, destination_id: int) -> None:
    """The place took something: what it refused before counts no more."""
    forgiven = {"strikes": 0, "struck_at": None}
    conn.execute(tables.destination.update().where(_DESTINATION.id == destination_id).values(**forgiven))


def struck(conn: sa.Connection, lane_id: int) -> frozenset[int]:
    """The places of a lane that have refused us since they last took something."""
    wanted = sa.select(_DESTINATION.id).where(_DESTINATION.lane_id == lane_id, sa.text("strikes > 0"))
    return frozenset(conn.execute(wanted).scalars())
