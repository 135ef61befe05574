"""The exceptions: destinations that are owed something they could not take yet, in order."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.model import Operation, Urgency
from core.store import tables

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
    return tuple(
        Waiting(**{name: getattr(row, name) for name in Waiting.__dataclass_fields__}) for row in conn.execute(wanted)
    )
