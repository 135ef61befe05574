"""The exceptions: destinations that are owed something they could not take yet, in order."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.model import Destination, Operation, Receipt, Urgency
from core.store import destinations, tables

_WAITING = tables.waiting.c
_RECEIPT = tables.receipt.c


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


@dataclass(frozen=True, slots=True)
class Owed:
    """A waiting row with what whoever takes up the lane must know of it."""

    waiting: Waiting
    destination: Destination | None
    """None when it takes nothing just now: nothing is kept for its return."""
    expires_at: datetime | None
    receipts: tuple[Receipt, ...]
    """Copies that are there already."""


def of_lane(conn: sa.Connection, lane_id: int) -> tuple[Waiting, ...]:
    """Everything that waits on a lane, in the order in which it is owed."""
    wanted = sa.select(tables.waiting).where(_WAITING.lane_id == lane_id).order_by(_WAITING.id)
    return tuple(_noun(row) for row in conn.execute(wanted))


def owed(conn: sa.Connection, lane_id: int) -> tuple[Owed, ...]:
    """What a lane still owes, in the order it began to wait."""
    wanted = (
        sa.select(tables.waiting, tables.broadcast.c.expires_at)
        .join(tables.broadcast, tables.broadcast.c.id == _WAITING.broadcast_id)
        .where(_WAITING.lane_id == lane_id)
    )
    rows = conn.execute(wanted.order_by(_WAITING.id)).all()
    places = destinations.waited_for(conn, lane_id)
    there = _there(conn, lane_id)
    return tuple(
        Owed(
            waiting=_noun(row),
            destination=places.get(row.destination_id),
            expires_at=row.expires_at,
            receipts=tuple(there.get((row.bulletin_id, row.destination_id), ())),
        )
        for row in rows
    )


def _there(conn: sa.Connection, lane_id: int) -> dict[tuple[int, int], list[Receipt]]:
    same = sa.and_(_RECEIPT.bulletin_id == _WAITING.bulletin_id, _RECEIPT.destination_id == _WAITING.destination_id)
    columns = [_RECEIPT[name] for name in Receipt.__dataclass_fields__]
    wanted = sa.select(*columns).join_from(tables.waiting, tables.receipt, same).where(_WAITING.lane_id == lane_id)
    found: dict[tuple[int, int], list[Receipt]] = defaultdict(list)
    for row in conn.execute(wanted.distinct().order_by(_RECEIPT.part)):
        receipt = Receipt(*row)
        found[receipt.bulletin_id, receipt.destination_id].append(receipt)
    return found


def _noun(row: sa.Row[Any]) -> Waiting:
    return Waiting(**{name: getattr(row, name) for name in Waiting.__dataclass_fields__})
