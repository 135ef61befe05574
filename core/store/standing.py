"""How things stand on every lane, whichever process holds it: for health, read every few seconds at the most."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.model import Platform, Urgency
from core.store import gateways, leases, tables

_LANE = tables.lane.c
_BROADCAST = tables.broadcast.c
_WAITING = tables.waiting.c
_SINCE = sa.func.min(sa.func.coalesce(_BROADCAST.not_before, _BROADCAST.created_at)).label("since")
# Who was skipped asked for less: the audience never counted them.
_OWED = _BROADCAST.audience - _BROADCAST.sent - _BROADCAST.failed - _BROADCAST.unknown
_UNDER_WAY = (
    sa.select(
        _LANE.account, _BROADCAST.urgency, sa.func.sum(sa.case((_OWED > 1, _OWED), else_=1)).label("many"), _SINCE
    )
    .join_from(tables.broadcast, tables.lane, _LANE.id == _BROADCAST.lane_id)
    # Written out, so that SQLite sees that its partial index on open broadcasts answers it.
    .where(sa.text("broadcast.state = 0"))
    .group_by(_LANE.account, _BROADCAST.urgency)
)
# Who waits is counted above while the broadcast is open: only those whom an ended one left behind add to it.
_BEHIND = sa.case((_BROADCAST.state == tables.OPEN, 0), else_=1)
_LEFT_BEHIND = (
    sa.select(_LANE.account, _WAITING.urgency, sa.func.sum(_BEHIND).label("many"), _SINCE)
    .join_from(tables.waiting, tables.broadcast, _BROADCAST.id == _WAITING.broadcast_id)
    .join(tables.lane, _LANE.id == _WAITING.lane_id)
    .group_by(_LANE.account, _WAITING.urgency)
)


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """One enabled lane."""

    account: str
    platform: Platform
    owner: str
    """The process that held it last; empty when it was given back."""
    fence: int
    owned: bool
    """Whether that process's lease still runs."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What one account still owes in one class."""

    account: str
    urgency: Urgency
    destinations: int
    """How many have not got theirs yet. A broadcast whose audience nobody counted (an edit) counts as one."""
    since: datetime
    """When the oldest of it might have left."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Every enabled lane, and everything owed on any."""

    lanes: tuple[LaneStanding, ...] = ()
    queues: tuple[Queue, ...] = ()
    identifies: tuple[tuple[str, int], ...] = ()
    """(account, how often it introduced itself to its gateway within a day)"""


def look(conn: sa.Connection, now: datetime) -> Standing:
    """All of it at one moment. Costs a few rows for each open broadcast, and one for each waiting destination."""
    return Standing(lanes(conn, now), queues(conn), gateways.spent(conn, now))


def lanes(conn: sa.Connection, now: datetime) -> tuple[LaneStanding, ...]:
    """The enabled lanes. Leases run by the database's clock on PostgreSQL, by `now` on SQLite (one machine)."""
    return tuple(
        LaneStanding(one.account, one.platform, one.owner, one.fence, one.owned)
        for one in leases.standing(conn, now)
        if one.enabled
    )


def queues(conn: sa.Connection) -> tuple[Queue, ...]:
    """What every account owes, class by class; classes in which nothing is owed are left out."""
    many: defaultdict[tuple[str, Urgency], int] = defaultdict(int)
    since: dict[tuple[str, Urgency], datetime] = {}
    for row in (*conn.execute(_UNDER_WAY), *conn.execute(_LEFT_BEHIND)):
        key = row.account, row.urgency
        many[key] += row.many
        since[key] = min(since.get(key, row.since), row.since)
    return tuple(
        Queue(account, urgency, many[account, urgency], at) for (account, urgency), at in sorted(since.items())
    )
