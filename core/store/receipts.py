"""What the platforms gave back: the copies out there, without which nothing can be corrected."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.model import CoverageStatus, Destination, DestinationStatus, Operation, PlaceKind, Receipt
from core.store import destinations, tables
from core.store.broadcasts import Broadcast

_RECEIPT = tables.receipt.c
_DESTINATION = tables.destination.c
_BULLETIN = tables.bulletin.c

PRIVATE_KEPT = timedelta(days=90)
_PRUNED_AT_ONCE = 5000
_BULLETINS_AT_ONCE = 200

_WIDTH = len(Receipt.__dataclass_fields__)
_COLUMNS = tuple(_RECEIPT[name] for name in Receipt.__dataclass_fields__)


def of(conn: sa.Connection, bulletin_id: int, destination_id: int) -> tuple[Receipt, ...]:
    """The copies of a bulletin in one place, part by part."""
    here = _RECEIPT.bulletin_id == bulletin_id, _RECEIPT.destination_id == destination_id
    return tuple(noun(row) for row in conn.execute(sa.select(*_COLUMNS).where(*here).order_by(_RECEIPT.part)))


def older(
    conn: sa.Connection, *, bulletin_id: int, lane_id: int, revision: int, after: int, limit: int
) -> tuple[tuple[Destination, tuple[Receipt, ...]], ...]:
    """Up to `limit` active destinations behind `after` with a copy older than `revision`, each with all its copies.

    Copies left behind in a chat that moved are out of reach and not among them.
    """
    place = destinations.on_lane(conn, lane_id)
    given = {"bulletin": bulletin_id, "lane": lane_id, "revision": revision, "after": after, "many": limit}
    found: dict[int, tuple[Destination, list[Receipt]]] = {}
    ids = conn.execute(_STALE, given).scalars().all()
    for row in conn.execute(_COPIES, given | {"hi": ids[-1]}) if ids else ():
        columns = tuple(row)
        receipt = Receipt(*columns[:_WIDTH])
        if receipt.destination_id not in found:
            found[receipt.destination_id] = (place(*columns[_WIDTH:]), [])
        found[receipt.destination_id][1].append(receipt)
    return tuple((destination, tuple(copies)) for destination, copies in found.values())


def between(conn: sa.Connection, bulletin_id: int, lo: int, hi: int) -> dict[int, tuple[Receipt, ...]]:
    """The copies of a bulletin in destinations above `lo` up to `hi`: who needs nothing after a crash."""
    inside = _RECEIPT.bulletin_id == bulletin_id, _RECEIPT.destination_id > lo, _RECEIPT.destination_id <= hi
    return _grouped(conn, sa.select(*_COLUMNS).where(*inside))


def among(conn: sa.Connection, bulletin_id: int, ids: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    """The copies of a bulletin in some destinations."""
    return _grouped(
        conn, sa.select(*_COLUMNS).where(_RECEIPT.bulletin_id == bulletin_id, _RECEIPT.destination_id.in_(ids))
    )


def overtaken(conn: sa.Connection, broadcast: Broadcast, ids: Sequence[int]) -> frozenset[int]:
    """Those of some destinations that have a copy of what was published after this broadcast, in the same line.

    As nothing overtakes, whatever they have no copy of has had its end there: nobody noted it before a crash.
    """
    its, walked = tables.broadcast.c, Operation.PUBLISH
    line = its.lane_id == broadcast.lane_id, its.coverage_id == broadcast.coverage_id, its.urgency == broadcast.urgency
    later = sa.select(its.bulletin_id).where(*line, its.id > broadcast.id, its.operation == walked)
    later = later.where(its.only_destination_id.is_(None))
    wanted = sa.select(_RECEIPT.destination_id).where(_RECEIPT.bulletin_id.in_(later), _RECEIPT.destination_id.in_(ids))
    return frozenset(conn.execute(wanted).scalars())


def shared(conn: sa.Connection, destination_id: int, message_id: int) -> tuple[Receipt, ...]:
    """Every bulletin's receipt of one message that several share, oldest bulletin first."""
    here = _RECEIPT.destination_id == destination_id, _RECEIPT.message_id == message_id, sa.text("form = 3")
    return tuple(noun(row) for row in conn.execute(sa.select(*_COLUMNS).where(*here).order_by(_RECEIPT.bulletin_id)))


def prune(conn: sa.Connection, now: datetime) -> int:
    """Forget private chats' receipts after 90 days, all of a coverage once it is archived; returns how many went.

    One call takes a small bite, so that it never keeps the writer long: call it until it returns 0.
    """
    left = _PRUNED_AT_ONCE
    after = 0
    while left > 0:
        some = conn.execute(_prunable(now, after)).all()
        if not some:
            break
        for row in some:
            after = row.id
            left -= _prune_one(conn, row, now, left)
            if left <= 0:
                break
    return _PRUNED_AT_ONCE - left


def noun(row: sa.Row[Any]) -> Receipt:
    """A receipt from its row."""
    return Receipt(*tuple(row))


def _grouped(conn: sa.Connection, wanted: sa.Select[Any]) -> dict[int, tuple[Receipt, ...]]:
    found: dict[int, list[Receipt]] = {}
    for row in conn.execute(wanted.order_by(_RECEIPT.destination_id, _RECEIPT.part)):
        found.setdefault(row.destination_id, []).append(noun(row))
    return {destination_id: tuple(copies) for destination_id, copies in found.items()}


def _prunable(now: datetime, after: int) -> sa.Select[Any]:
    archived = tables.coverage.c.status == CoverageStatus.ARCHIVED
    aged = sa.and_(_BULLETIN.kept == 2, _BULLETIN.created_at < now - PRIVATE_KEPT)
    return (
        sa.select(_BULLETIN.id, archived.label("archived"))
        .join(tables.coverage, tables.coverage.c.id == _BULLETIN.coverage_id)
        .where(sa.text("bulletin.kept > 0"), sa.or_(archived, aged), _BULLETIN.id > after)
        .order_by(_BULLETIN.id)
        .limit(_BULLETINS_AT_ONCE)
    )


def _prune_one(conn: sa.Connection, bulletin: sa.Row[Any], now: datetime, limit: int) -> int:
    of_it = _RECEIPT.bulletin_id == bulletin.id
    wanted = sa.select(_RECEIPT.destination_id, _RECEIPT.part, _RECEIPT.sent_at).where(of_it)
    if not bulletin.archived:
        wanted = wanted.join(tables.destination, _DESTINATION.id == _RECEIPT.destination_id)
        wanted = wanted.where(_DESTINATION.kind == PlaceKind.PRIVATE)
    rows = conn.execute(wanted.limit(limit + 1)).all()
    old = [row for row in rows[:limit] if bulletin.archived or row.sent_at < now - PRIVATE_KEPT]
    gone = tables.receipt.delete().where(
        of_it, _RECEIPT.destination_id == sa.bindparam("place"), _RECEIPT.part == sa.bindparam("which")
    )
    if old:
        conn.execute(gone, [{"place": row.destination_id, "which": row.part} for row in old])
    if len(rows) == len(old):
        kept = 0 if bulletin.archived else 1
        conn.execute(tables.bulletin.update().where(_BULLETIN.id == bulletin.id).values(kept=kept))
    return len(old)


def _stale() -> sa.Select[Any]:
    """The next destinations with an older copy."""
    return (
        sa.select(_RECEIPT.destination_id)
        .join(tables.destination, _DESTINATION.id == _RECEIPT.destination_id)
        .where(*_reachable(_RECEIPT), _RECEIPT.revision < sa.bindparam("revision"), *_on_lane())
        .distinct()
        .order_by(_RECEIPT.destination_id)
        .limit(sa.bindparam("many"))
    )


def _copies() -> sa.Select[Any]:
    """Every copy in the destinations up to `hi` that have an older one."""
    other = tables.receipt.alias().c
    same = other.destination_id == _RECEIPT.destination_id
    older_one = sa.exists().where(*_reachable(other), same, other.revision < sa.bindparam("revision"))
    walked = sa.select(*_COLUMNS, *destinations.LEAN).join(
        tables.destination, _DESTINATION.id == _RECEIPT.destination_id
    )
    up_to = _RECEIPT.destination_id <= sa.bindparam("hi")
    walked = walked.where(*_reachable(_RECEIPT), up_to, older_one, *_on_lane())
    return walked.order_by(_RECEIPT.destination_id, _RECEIPT.part)


def _reachable(receipt: Any) -> tuple[sa.ColumnElement[bool], ...]:
    its = receipt.bulletin_id == sa.bindparam("bulletin"), receipt.destination_id > sa.bindparam("after")
    return (*its, receipt.message_id != destinations.BEHIND)


def _on_lane() -> tuple[sa.ColumnElement[bool], ...]:
    return _DESTINATION.lane_id == sa.bindparam("lane"), _DESTINATION.status == DestinationStatus.ACTIVE


_STALE, _COPIES = _stale(), _copies()
