"""What the lanes have still to carry, at the cost of what is open and whatever the number of readers."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.model import Operation, Urgency
from core.store import tables

_BROADCAST = tables.broadcast.c
_ENTRY = tables.entry.c


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is left of one operation with one bulletin on one lane."""

    lane_id: int
    bulletin_id: int
    coverage_id: int
    operation: Operation
    urgency: Urgency
    left: int
    """Messages, counted from its audience; never less than one while it is open."""
    since: datetime
    """When it could have begun."""


@dataclass(frozen=True, slots=True)
class Named:
    """What people call a bulletin."""

    slug: str
    number: int | None
    """The entry's; None for what is no entry."""


# Who was skipped asked for less: the audience never counted them.
_OWED = _BROADCAST.audience - _BROADCAST.sent - _BROADCAST.failed - _BROADCAST.unknown
# As a whole number: PostgreSQL adds big ones up to a decimal.
_LEFT = sa.cast(sa.func.sum(sa.case((_OWED > 1, _OWED), else_=1)), sa.Integer).label("left")
_SINCE = sa.func.min(sa.func.coalesce(_BROADCAST.not_before, _BROADCAST.created_at)).label("since")
_KEY = tuple(_BROADCAST[name] for name in ("lane_id", "bulletin_id", "coverage_id", "operation", "urgency"))


def everything(conn: sa.Connection) -> tuple[Backlog, ...]:
    """Every bulletin under way, lane by lane, the most urgent first, then the oldest."""
    # Written out, so that SQLite sees that its partial index on open broadcasts answers it.
    still_open = sa.select(*_KEY, _LEFT, _SINCE).where(sa.text("broadcast.state = 0")).group_by(*_KEY)
    ordered = still_open.order_by(_BROADCAST.lane_id, _BROADCAST.urgency, _BROADCAST.bulletin_id)
    return tuple(
        Backlog(**{name: getattr(row, name) for name in Backlog.__dataclass_fields__}) for row in conn.execute(ordered)
    )


def names(conn: sa.Connection, bulletin_ids: set[int]) -> dict[int, Named]:
    """What people call these bulletins."""
    bulletin = tables.bulletin.c
    wanted = (
        sa.select(bulletin.id, tables.coverage.c.slug, _ENTRY.number)
        .join_from(tables.bulletin, tables.coverage, tables.coverage.c.id == bulletin.coverage_id)
        .outerjoin(tables.entry, _ENTRY.id == bulletin.entry_id)
        .where(bulletin.id.in_(sorted(bulletin_ids)))
    )
    return {row.id: Named(row.slug, row.number) for row in conn.execute(wanted)}
