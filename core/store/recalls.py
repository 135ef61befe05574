"""Recalls: after a retraction, who may still send what was called off, and until when at the latest.

A recall is a number that grows in the retraction's own transaction. Whoever owns a lane reads it together with what the
lane has to carry, and writes into its lane which one it has acted on; whoever does not, loses its lease.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.store import counters, sql, tables, wakes

_LANE = tables.lane.c


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An account whose owner has not said yet that it starts nothing more of what was called off."""

    account: str
    until: datetime
    """When its lease runs out: then it cannot, whether it says so or not."""


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall, and whose answer is still missing."""

    seq: int
    unanswered: tuple[Unanswered, ...]


def bump(conn: sa.Connection) -> int:
    """Call off what was ended in this transaction; every courier is woken for it."""
    counter = tables.counter.c
    stop = tables.counter.update().where(counter.name == "stop").values(value=counter.value + 1)
    seq = int(conn.execute(stop.returning(counter.value)).scalar_one())
    wakes.ring(conn)
    return seq


def look(conn: sa.Connection, now: datetime, seq: int | None = None) -> Recall:
    """How a recall stands; without a number the last one, which no earlier one outlasts."""
    wanted = counters.stopped(conn) if seq is None else seq
    return Recall(wanted, waiting_for(conn, wanted, now))


def waiting_for(conn: sa.Connection, seq: int, now: datetime) -> tuple[Unanswered, ...]:
    """The accounts that may still send what this recall called off. One that nobody holds cannot."""
    may_send = _LANE.owner.is_not(None), _LANE.lease_until > sql.instant(conn, now)
    wanted = sa.select(_LANE.account, _LANE.lease_until).where(_LANE.stop_seen < seq, *may_send).order_by(_LANE.id)
    return tuple(Unanswered(row.account, row.lease_until) for row in conn.execute(wanted))
