"""Lanes: one for each account, its one rate-limited road out."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Platform
from core.store import sql, tables

_LANE = tables.lane.c


def enrol_lanes(conn: sa.Connection, accounts: Sequence[tuple[str, Platform]], now: datetime) -> dict[str, int]:
    """Lane ids by account name. New accounts get a lane; those not named here any more get no new broadcasts."""
    conn.execute(tables.lane.update().where(_LANE.account.not_in([name for name, _ in accounts])).values(enabled=False))
    for name, platform in accounts:
        new = sql.insert(conn, tables.lane).values(
            account=name, platform=platform, enabled=True, fence=0, pause_reason="", created_at=now
        )
        conn.execute(new.on_conflict_do_update(index_elements=["account"], set_={"enabled": True}))
    found = conn.execute(sa.select(_LANE.account, _LANE.id, _LANE.platform).where(_LANE.enabled)).all()
    for row in found:
        if (row.account, row.platform) not in accounts:
            raise StoreTrouble(
                f"The account {row.account} was on {row.platform.value} before: give the new one another name."
            )
    return {row.account: row.id for row in found}


def lane_id(conn: sa.Connection, account: str) -> int:
    """The lane of an account; raises StoreTrouble when it was never enrolled."""
    found = conn.execute(sa.select(_LANE.id).where(_LANE.account == account)).scalar()
    if found is None:
        raise StoreTrouble(f"No account is called {account}: add it under [[accounts]] in the settings.")
    return int(found)
