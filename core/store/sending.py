"""Starting and ending broadcasts, in the transaction of what they are about: one row for each lane."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from core import rules
from core.model import Importance, Operation, Urgency
from core.store import audiences, counters, tables, wakes

_BROADCAST = tables.broadcast.c
_WAITING = tables.waiting.c
_RECEIPT = tables.receipt.c

# design.md, Freshness: how long after its moment each may still go out.
ENTRY_LIFETIME = timedelta(hours=2)
ALERT_LIFETIME = timedelta(minutes=60)
SUMMARY_LIFETIME = timedelta(hours=6)
EDIT_LIFETIME = timedelta(hours=48)


def publish(
    conn: sa.Connection,
    *,
    bulletin_id: int,
    coverage_id: int,
    urgency: Urgency,
    importance: Importance,
    lifetime: timedelta,
    now: datetime,
    not_before: datetime | None = None,
) -> int:
    """Start a bulletin on every enabled lane, for everybody who has joined by now; returns on how many lanes.

    Who joins or leaves in this very moment may be missing in the audience that is noted, never in the walk.
    """
    expires_at = (not_before or now) + lifetime
    fields = row(bulletin_id, coverage_id, Operation.PUBLISH, urgency, now, expires_at)
    fields |= {"audience_seq": counters.audience(conn), "not_before": not_before}
    fields["audience"] = audiences.counted(coverage_id, rules.asked_for(importance))
    # Who was shown it alone before is asked for a receipt, as after a crash, and does not get it twice.
    fields["begun"] = sa.exists().where(_RECEIPT.bulletin_id == bulletin_id)
    return _spread(conn, fields, sa.select(tables.lane.c.id).where(tables.lane.c.enabled))


def change(
    conn: sa.Connection, *, bulletin_id: int, coverage_id: int, operation: Operation, urgency: Urgency, now: datetime
) -> int:
    """Start an edit or a retraction on every lane the bulletin was published on; edits under way give way to it."""
    end(conn, bulletin_id, (Operation.EDIT,), now)
    fields = row(bulletin_id, coverage_id, operation, urgency, now, now + EDIT_LIFETIME)
    fields |= {"audience_seq": 0, "not_before": None, "audience": _copies(bulletin_id)}
    published = sa.select(_BROADCAST.lane_id).where(
        _BROADCAST.bulletin_id == bulletin_id, _BROADCAST.operation == Operation.PUBLISH
    )
    enabled = sa.select(tables.lane.c.id).where(tables.lane.c.enabled, tables.lane.c.id.in_(published))
    return _spread(conn, fields, enabled)


def end(conn: sa.Connection, bulletin_id: int, operations: tuple[Operation, ...], now: datetime) -> None:
    """Call off what is still to be done with a bulletin, waiting destinations included.

    A walk that is over while somebody still waited is called off too: not everybody will have an end (promise P2).
    """
    its = _BROADCAST.bulletin_id == bulletin_id, _BROADCAST.operation.in_(operations)
    still_owed = sa.exists().where(_WAITING.broadcast_id == _BROADCAST.id, _WAITING.bulletin_id == bulletin_id)
    under_way = sa.or_(_BROADCAST.state == tables.OPEN, still_owed)
    conn.execute(tables.broadcast.update().where(*its, under_way).values(state=tables.CANCELLED, finished_at=now))
    conn.execute(tables.waiting.delete().where(_WAITING.bulletin_id == bulletin_id, _WAITING.operation.in_(operations)))
    wakes.ring(conn)


def began(conn: sa.Connection, bulletin_id: int) -> bool:
    """Whether anybody may have got it: a receipt, or a walk that declared a window."""
    receipt = sa.exists().where(_RECEIPT.bulletin_id == bulletin_id)
    started = sa.exists().where(_BROADCAST.bulletin_id == bulletin_id, _BROADCAST.begun)
    return bool(conn.execute(sa.select(sa.or_(receipt, started))).scalar())


def exist(conn: sa.Connection, bulletin_id: int) -> bool:
    """Whether it was ever sent to everybody (showing it to one newcomer does not count)."""
    published = _BROADCAST.bulletin_id == bulletin_id, _BROADCAST.operation == Operation.PUBLISH
    to_all = *published, _BROADCAST.only_destination_id.is_(None)
    return bool(conn.execute(sa.select(sa.exists().where(*to_all))).scalar())


def row(
    bulletin_id: int, coverage_id: int, operation: Operation, urgency: Urgency, now: datetime, expires_at: datetime
) -> dict[str, object]:
    """What every new broadcast says."""
    return {
        "bulletin_id": bulletin_id,
        "coverage_id": coverage_id,
        "operation": operation,
        "urgency": urgency,
        "state": tables.OPEN,
        "cursor": 0,
        "begun": False,
        "expires_at": expires_at,
        "created_at": now,
        **dict.fromkeys(("sent", "skipped", "failed", "unknown"), 0),
    }


def _copies(bulletin_id: int) -> sa.ColumnElement[int]:
    """How many places have it on a lane, or may have it; the newest words go to all others in the first place."""
    original = tables.broadcast.alias("original")
    its = (
        original.c.lane_id == tables.lane.c.id,
        original.c.bulletin_id == bulletin_id,
        original.c.operation == Operation.PUBLISH,
    )
    copies = sa.select(sa.func.sum(original.c.sent + original.c.unknown)).where(*its).correlate(tables.lane)
    return sa.cast(sa.func.coalesce(copies.scalar_subquery(), 0), sa.Integer)


def _spread(conn: sa.Connection, fields: dict[str, object], lanes: sa.Select[tuple[int]]) -> int:
    same = [
        value if isinstance(value, sa.ColumnElement) else sa.literal(value, _BROADCAST[name].type)
        for name, value in fields.items()
    ]
    wakes.ring(conn)
    insert = tables.broadcast.insert().from_select(["lane_id", *fields], lanes.add_columns(*same))
    return len(conn.execute(insert.returning(_BROADCAST.id)).all())
