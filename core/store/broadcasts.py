"""Bulletins on their way: one broadcast for each lane, whatever the number of readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Bulletin, BulletinKind, Destination, Operation, Urgency
from core.store import counters, coverages, destinations, entries, sending, tables, wakes

_BROADCAST = tables.broadcast.c
_BULLETIN = tables.bulletin.c
_WAITING = tables.waiting.c
_SKIP = tables.broadcast_skip.c
# What `rules.decide` leaves out was never meant to get it, and is not in a broadcast's audience.
_NOT_MEANT = sa.or_(_SKIP.why.startswith("entries_"), _SKIP.why.startswith("below_"))

_ANSWER_LIFETIME = timedelta(hours=1)

# Made once: every lane asks it every second, and making it costs more than what it does.
_ACTIVE = (
    sa.select(tables.broadcast, _BULLETIN.revision.label("stands_at"))
    .join_from(tables.broadcast, tables.bulletin, _BULLETIN.id == _BROADCAST.bulletin_id)
    .where(_BROADCAST.lane_id == sa.bindparam("lane"), sa.text("state = 0"))
    .order_by(_BROADCAST.urgency, _BROADCAST.id)
)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One bulletin going out on one lane.

    Its walk is a ring over the destination ids: from behind `start` to the end, then (`lap` 1) from the first to
    `start`. Everybody up to `cursor` has an end or waits. `audience` is how many it was for when it was published.
    """

    id: int
    bulletin_id: int
    lane_id: int
    coverage_id: int
    operation: Operation
    urgency: Urgency
    audience_seq: int
    start: int
    lap: int
    cursor: int
    begun: bool
    audience: int
    only_destination_id: int | None
    not_before: datetime | None
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one operation on a bulletin has come on one account, in destinations."""

    sent: int
    skipped: int
    failed: int
    unknown: int
    waiting: int
    finished: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """What one lane has to know, as it stood at one moment."""

    active: tuple[Broadcast, ...]
    changed: tuple[Bulletin, ...]
    """Bulletins that it does not know, or that stand at another revision by now."""
    stop_seq: int
    """The last recall that is taken into account."""


def active(conn: sa.Connection, lane_id: int) -> tuple[Broadcast, ...]:
    """What a lane has to carry, most urgent first, then oldest; some of it may not begin before its time."""
    return tuple(_noun(row) for row in conn.execute(_ACTIVE, {"lane": lane_id}))


def orders(conn: sa.Connection, lane_id: int, known: Mapping[int, int]) -> Orders:
    """`active`, and what of its bulletins and of those `known` (id to revision, 0 when it is not at hand) is new."""
    seq = counters.stopped(conn)
    rows = conn.execute(_ACTIVE, {"lane": lane_id}).all()
    stand = {row.bulletin_id: row.stands_at for row in rows}
    if others := known.keys() - stand.keys():
        wanted = sa.select(_BULLETIN.id, _BULLETIN.revision).where(_BULLETIN.id.in_(others))
        stand |= {row.id: row.revision for row in conn.execute(wanted)}
    changed = (bulletin(conn, one) for one, revision in stand.items() if revision != known.get(one))
    return Orders(tuple(_noun(row) for row in rows), tuple(changed), seq)


def begin(conn: sa.Connection, broadcast_id: int, lap: int, start: int, fence: int = 0) -> Broadcast | None:
    """Declare, before its first send, where on the ring a broadcast's walk begins: from now on it may have arrived.

    Returns it as it goes round: from there, or from where somebody else began it before, who may not have heard that it
    was done. None when it was ended in the meantime (undone, retracted): then nothing may be sent. `fence` is by which
    its lane is ours, 0 where nobody shares it; StoreTrouble when it is somebody else's by now, and theirs to begin.
    """
    if fence and not _ours(conn, broadcast_id, fence):
        raise StoreTrouble("Another process owns this account by now.", passing=True)
    # One that goes round is never put back to another start.
    fresh = sa.or_(~_BROADCAST.begun, sa.and_(_BROADCAST.lap == 0, _BROADCAST.start == 0, _BROADCAST.cursor == 0))
    mine = _BROADCAST.id == broadcast_id, sa.text("state = 0")
    conn.execute(tables.broadcast.update().where(*mine, fresh).values(begun=True, lap=lap, start=start, cursor=start))
    row = conn.execute(sa.select(tables.broadcast).where(*mine)).first()
    return None if row is None else _noun(row)


def _ours(conn: sa.Connection, broadcast_id: int, fence: int) -> bool:
    lane = tables.lane.c
    its = sa.select(lane.id).join_from(tables.lane, tables.broadcast, lane.id == _BROADCAST.lane_id)
    held = its.where(_BROADCAST.id == broadcast_id, lane.fence == fence)
    # Locked until we are done: who takes the lane over does so before all of this, or after it.
    return conn.execute(held.with_for_update(of=tables.lane)).first() is not None


def destination(conn: sa.Connection, destination_id: int) -> Destination | None:
    """A broadcast's only destination; None when it is gone or takes nothing just now."""
    found = destinations.some(conn, [destination_id])
    return found.get(destination_id)


def answer(
    conn: sa.Connection, *, destination_id: int, coverage_id: int, words: str, urgency: Urgency, now: datetime
) -> int:
    """Say `words` to one destination only, on the account that reaches it; returns the bulletin."""
    mode = sa.select(tables.coverage.c.mode).where(tables.coverage.c.id == coverage_id)
    bulletin_id = conn.execute(
        tables.bulletin.insert()
        .values(
            kind=BulletinKind.ANSWER,
            coverage_id=coverage_id,
            revision=1,
            words=words,
            mode=conn.execute(mode).scalar_one(),
            created_at=now,
            kept=2,
        )
        .returning(tables.bulletin.c.id)
    ).scalar_one()
    _to_one(conn, destination_id, bulletin_id, coverage_id, urgency, now, now + _ANSWER_LIFETIME)
    return int(bulletin_id)


def show_summary(conn: sa.Connection, *, destination_id: int, coverage_id: int, now: datetime) -> bool:
    """Give a newcomer the standing summary alone, as a copy that later changes reach; False when there is none.

    A copy that is there already is not repeated.
    """
    bulletin_id = coverages.summary_bulletin(conn, coverage_id)
    if bulletin_id is None:
        return False
    expires_at = now + sending.SUMMARY_LIFETIME
    _to_one(conn, destination_id, bulletin_id, coverage_id, Urgency.ANSWER, now, expires_at)
    return True


def get(conn: sa.Connection, broadcast_id: int) -> Broadcast:
    """One broadcast, ended or not. Raises LookupError when there is none."""
    row = conn.execute(sa.select(tables.broadcast).where(_BROADCAST.id == broadcast_id)).first()
    if row is None:
        raise LookupError(f"no broadcast {broadcast_id}")
    return _noun(row)


def bulletin(conn: sa.Connection, bulletin_id: int) -> Bulletin:
    """A bulletin as it stands now, with everything it is drawn from; LookupError when there is none."""
    found = conn.execute(sa.select(tables.bulletin).where(tables.bulletin.c.id == bulletin_id)).first()
    if found is None:
        raise LookupError(f"no bulletin {bulletin_id}")
    return Bulletin(
        id=found.id,
        kind=found.kind,
        revision=found.revision,
        coverage=coverages.get(conn, found.coverage_id),
        entry=None if found.entry_id is None else entries.get(conn, found.entry_id),
        summary=coverages.summary(conn, found.coverage_id) if found.kind is BulletinKind.SUMMARY else None,
        words=found.words,
    )


def progress(conn: sa.Connection, bulletin_id: int, operation: Operation = Operation.PUBLISH) -> dict[str, Progress]:
    """How far a bulletin has come, by account."""
    return _progress(conn, _BROADCAST.bulletin_id == bulletin_id, _BROADCAST.operation == operation)


def of_coverage(conn: sa.Connection, coverage_id: int) -> dict[str, Progress]:
    """How far everything of a coverage has come, edits and retractions included, by account."""
    return _progress(conn, _BROADCAST.coverage_id == coverage_id)


def _progress(conn: sa.Connection, *which: sa.ColumnElement[bool]) -> dict[str, Progress]:
    waiting = (
        sa.select(_WAITING.lane_id, sa.func.count().label("waiting"))
        .join(tables.broadcast, _BROADCAST.id == _WAITING.broadcast_id)
        .where(*which)
        .group_by(_WAITING.lane_id)
        .subquery()
    )
    sums = [sa.func.sum(_BROADCAST[name]).label(name) for name in ("sent", "skipped", "failed", "unknown")]
    still_open = sa.func.sum(sa.case((_BROADCAST.state == tables.OPEN, 1), else_=0)).label("still_open")
    wanted = (
        sa.select(tables.lane.c.account, sa.func.coalesce(waiting.c.waiting, 0).label("waiting"), still_open, *sums)
        .join_from(tables.broadcast, tables.lane, _BROADCAST.lane_id == tables.lane.c.id)
        .outerjoin(waiting, waiting.c.lane_id == tables.lane.c.id)
        .where(*which)
        .group_by(tables.lane.c.account, waiting.c.waiting)
    )
    return {
        row.account: Progress(
            row.sent, row.skipped, row.failed, row.unknown, row.waiting, not row.still_open and not row.waiting
        )
        for row in conn.execute(wanted)
    }


def skips(conn: sa.Connection, bulletin_id: int) -> dict[str, int]:
    """Why destinations did not get a bulletin, and how many: with what was sent and failed, the sum of promise P2."""
    wanted = (
        sa.select(_SKIP.why, sa.func.sum(_SKIP.count).label("many"))
        .join(tables.broadcast, _BROADCAST.id == _SKIP.broadcast_id)
        .where(_BROADCAST.bulletin_id == bulletin_id)
        .group_by(_SKIP.why)
    )
    why = {row.why: row.many for row in conn.execute(wanted)}
    stopped = spared(conn, bulletin_id)
    return why | {"stopped": stopped} if stopped else why


def spared(conn: sa.Connection, bulletin_id: int) -> int:
    """How many places were not tried because a lane had stopped the bulletin.

    Worked out when it is asked for: what was on the wire at the stop may still be counted after it.
    """
    not_meant = sa.select(sa.func.coalesce(sa.func.sum(_SKIP.count), 0)).where(
        _SKIP.broadcast_id == _BROADCAST.id, _NOT_MEANT
    )
    counted = _BROADCAST.sent + _BROADCAST.skipped + _BROADCAST.failed + _BROADCAST.unknown
    left = _BROADCAST.audience - counted + not_meant.scalar_subquery()
    its = _BROADCAST.bulletin_id == bulletin_id, _BROADCAST.stopped_because.is_not(None)
    return sum(max(0, many) for many in conn.execute(sa.select(left).where(*its)).scalars())


def unfinished(conn: sa.Connection) -> int:
    """How much is still to be carried: open broadcasts and waiting destinations."""
    still_open = sa.select(sa.func.count()).select_from(tables.broadcast).where(sa.text("state = 0"))
    waiting = sa.select(sa.func.count()).select_from(tables.waiting)
    return int(conn.execute(still_open).scalar_one() + conn.execute(waiting).scalar_one())


def _to_one(
    conn: sa.Connection,
    destination_id: int,
    bulletin_id: int,
    coverage_id: int,
    urgency: Urgency,
    now: datetime,
    expires_at: datetime,
) -> None:
    row = sending.row(bulletin_id, coverage_id, Operation.PUBLISH, urgency, now, expires_at)
    only = {"audience_seq": 0, "only_destination_id": destination_id}
    lane = sa.select(tables.destination.c.lane_id).where(tables.destination.c.id == destination_id)
    lane_id = conn.execute(lane).scalar_one()
    conn.execute(tables.broadcast.insert().values(**row, **only, lane_id=lane_id))
    wakes.ring(conn, lane_id)


def _noun(row: sa.Row[tuple[object, ...]]) -> Broadcast:
    return Broadcast(**{name: getattr(row, name) for name in Broadcast.__dataclass_fields__})
