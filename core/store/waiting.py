"""The exceptions: destinations that are owed something they could not take yet, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.model import Destination, Operation, Urgency
from core.store import destinations, tables

_WAITING = tables.waiting.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """One bulletin that one destination is owed. `id` orders what waits; it is 0 for one not stored yet."""

    id: int
    lane_id: int
    destination_id: int
    bulletin_id: int
    broadcast_id: int
    operation: Operation
    urgency: Urgency
    due_at: datetime
    attempts: int
    why: str


def of_lane(conn: sa.Connection, lane_id: int) -> tuple[Waiting, ...]:
    """Everything that waits on a lane, in the order in which it is owed."""
    wanted = sa.select(tables.waiting).where(_WAITING.lane_id == lane_id).order_by(_WAITING.id)
    return tuple(_noun(row) for row in conn.execute(wanted))


def owed(conn: sa.Connection, lane_id: int) -> tuple[tuple[Waiting, Destination | None, datetime | None], ...]:
    """What a lane still owes, each with the end of its lifetime, in the order it began to wait.

    A destination that takes nothing just now is None: nothing is kept for its return.
    """
    wanted = (
        sa.select(tables.waiting, tables.broadcast.c.expires_at)
        .join(tables.broadcast, tables.broadcast.c.id == _WAITING.broadcast_id)
        .where(_WAITING.lane_id == lane_id)
    )
    rows = conn.execute(wanted.order_by(_WAITING.id)).all()
    places = destinations.waited_for(conn, lane_id)
    return tuple((_noun(row), places.get(row.destination_id), row.expires_at) for row in rows)


def _noun(row: sa.Row[Any]) -> Waiting:
    return Waiting(**{name: getattr(row, name) for name in Waiting.__dataclass_fields__})
