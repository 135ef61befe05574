"""Lanes: one for each account, its one rate-limited road out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Platform
from core.store import sql, tables

_LANE = tables.lane.c


@dataclass(frozen=True, slots=True)
class Lane:
    """An account's road out."""

    id: int
    account: str
    platform: Platform
    paused_until: datetime | None = None
    """Until when the platform refuses it, as it said last."""


def enrol_lanes(conn: sa.Connection, accounts: Sequence[tuple[str, Platform]], now: datetime) -> dict[str, int]:
    """Lane ids by account name. New accounts get a lane; those that left the settings get no new broadcasts.

    On PostgreSQL one that is not named here may be in another machine's settings: while somebody carries it, it stays.
    """
    given = dict(accounts)
    left: sa.ColumnElement[bool] = _LANE.account.not_in(given)
    if conn.dialect.name == "postgresql":
        over = sa.func.coalesce(_LANE.lease_until <= sql.instant(conn, now), sa.true())
        left = sa.and_(left, sa.or_(_LANE.owner.is_(None), over))
    conn.execute(tables.lane.update().where(left).values(enabled=False))
    for name, platform in accounts:
        new = sql.insert(conn, tables.lane).values(
            account=name, platform=platform, enabled=True, fence=0, pause_reason="", created_at=now
        )
        conn.execute(new.on_conflict_do_update(index_elements=["account"], set_={"enabled": True}))
    lanes = enabled(conn)
    for lane in lanes:
        if given.get(lane.account, lane.platform) is not lane.platform:
            line = f"The account {lane.account} was on {lane.platform.value} before: give the new one another name."
            raise StoreTrouble(line)
    return {lane.account: lane.id for lane in lanes}


def enabled(conn: sa.Connection) -> tuple[Lane, ...]:
    """The lanes of the accounts that are in the settings, oldest first."""
    wanted = sa.select(_LANE.id, _LANE.account, _LANE.platform, _LANE.paused_until)
    every = conn.execute(wanted.where(_LANE.enabled).order_by(_LANE.id))
    return tuple(Lane(row.id, row.account, row.platform, row.paused_until) for row in every)


def lane_id(conn: sa.Connection, account: str) -> int:
    """The lane of an account; raises StoreTrouble when it was never enrolled."""
    found = conn.execute(sa.select(_LANE.id).where(_LANE.account == account)).scalar()
    if found is None:
        raise StoreTrouble(f"No account is called {account}: add it under [[accounts]] in the settings.")
    return int(found)


def hold(conn: sa.Connection, lane_id: int, until: datetime, why: str) -> None:
    """The platform refuses the account until then: whoever owns the lane next waits too."""
    conn.execute(tables.lane.update().where(_LANE.id == lane_id).values(paused_until=until, pause_reason=why))


def acknowledge(conn: sa.Connection, lane_id: int, seq: int) -> None:
    """The lane's owner has acted on every recall up to `seq`: nothing that they called off is started any more."""
    conn.execute(tables.lane.update().where(_LANE.id == lane_id, _LANE.stop_seen < seq).values(stop_seen=seq))


def held_until(conn: sa.Connection, lane_id: int) -> datetime | None:
    """Until when the platform refuses the account, as it said last; in the past when it does not any more."""
    return conn.execute(sa.select(_LANE.paused_until).where(_LANE.id == lane_id)).scalar()
