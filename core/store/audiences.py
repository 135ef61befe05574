"""How many destinations follow what, counted as they come and go, so that a publish knows its audience at any size.

A destination counts once for each wish at what it wishes for. Where it wishes for something broader as well (the series
of a coverage, the newsroom) it is taken off once again, at the narrower wish and with the level of the next broader
one. The counters of a coverage, of its series and of the newsroom then sum up to each destination once, under its most
specific wish, for any set of levels.

Order of locks: a destination's row, then the counter of joining, and last of all these counters, those of a whole
transaction at once and in the order of their key. So nobody who holds one waits for anything but a later one.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from core.model import Level, Scope
from core.store import sql, tables

_AUDIENCE = tables.audience.c
_SUBSCRIPTION = tables.subscription.c
_COVERAGE = tables.coverage.c
_NEWSROOM = 0

_Key = tuple[int, Scope, int, Level]
_NAMES = ("lane_id", "scope", "target_id", "entries", "count")
_MORE = "ON CONFLICT (lane_id, scope, target_id, entries) DO UPDATE SET count = audience.count + excluded.count"

# Beside the key in schema.py; any number no other program on this database uses.
_ADVISORY_LOCK = 0x6C697665_61756469
_INFO = "livedesk.audiences"


@dataclass(slots=True)
class _Moves:
    """What one transaction has changed so far, and whose change is still under way."""

    more: Counter[_Key] = field(default_factory=Counter)
    moving: set[int] = field(default_factory=set)


@contextmanager
def gathered(conn: sa.Connection) -> Iterator[None]:
    """Write what moves inside once, at the end: put round a whole transaction (the store does)."""
    with _gathering(conn):
        yield


@contextmanager
def moving(conn: sa.Connection, *destination_ids: int) -> Iterator[None]:
    """Put round every change of these destinations' subscriptions: whether they are there, what they say, `active`."""
    with _gathering(conn) as moves:
        mine = sorted(set(destination_ids) - moves.moving)
        moves.moving.update(mine)
        try:
            _lock(conn, mine)
            moves.more.subtract(_contributions(conn, mine))
            yield
            moves.more.update(_contributions(conn, mine))
        finally:
            moves.moving.difference_update(mine)


def of_coverage(conn: sa.Connection, coverage_id: int, levels: tuple[Level, ...]) -> dict[int, int]:
    """How many active destinations an entry reaches that meets these wishes, by enabled lane. Zeros are told too."""
    lane = tables.lane.c
    wanted = sa.select(lane.id, counted(coverage_id, levels).label("many")).where(lane.enabled)
    return {row.id: row.many for row in conn.execute(wanted)}


def counted(coverage_id: int, levels: tuple[Level, ...]) -> sa.ColumnElement[int]:
    """The same as a column of a statement that selects from `lane`."""
    series_id = sa.select(_COVERAGE.series_id).where(_COVERAGE.id == coverage_id).scalar_subquery()
    reached = (Scope.COVERAGE, coverage_id), (Scope.SERIES, series_id), (Scope.NEWSROOM, _NEWSROOM)
    total: sa.ColumnElement[int] = sa.literal(0)
    for scope, target_id in reached:
        here = (
            sa.select(sa.func.sum(_AUDIENCE.count))
            .where(
                _AUDIENCE.lane_id == tables.lane.c.id,
                _AUDIENCE.scope == scope,
                _AUDIENCE.target_id == target_id,
                _AUDIENCE.entries.in_(levels),
            )
            .correlate(tables.lane)
        )
        total = total + sa.func.coalesce(here.scalar_subquery(), 0)
    return sa.cast(total, sa.Integer)


def recount(conn: sa.Connection, coverage_id: int | None = None) -> None:
    """Count a coverage's own followers afresh, for it has another series now; without one, everybody.

    It looks at every follower, and whoever comes or goes meanwhile waits.
    """
    _stand_still(conn)
    with _gathering(conn) as moves:
        _write(conn, moves)
        wrong = [] if coverage_id is None else [_AUDIENCE.scope == Scope.COVERAGE, _AUDIENCE.target_id == coverage_id]
        conn.execute(tables.audience.delete().where(*wrong))
        conn.execute(tables.audience.insert().from_select(_NAMES, _afresh(coverage_id)))


@contextmanager
def _gathering(conn: sa.Connection) -> Iterator[_Moves]:
    # The dictionary itself: a connection that broke does not hand it out any more.
    info = conn.info
    if _INFO in info:
        yield info[_INFO]
        return
    moves = info[_INFO] = _Moves()
    try:
        yield moves
        _write(conn, moves)
    finally:
        info.pop(_INFO, None)


def _lock(conn: sa.Connection, destination_ids: list[int]) -> None:
    # SQLite has one writer anyway.
    if destination_ids and conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_ADVISORY_LOCK)))
        here = sa.select(tables.destination.c.id).where(tables.destination.c.id.in_(destination_ids))
        conn.execute(here.order_by(tables.destination.c.id).with_for_update(key_share=True))


def _stand_still(conn: sa.Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _contributions(conn: sa.Connection, destination_ids: list[int]) -> Counter[_Key]:
    counts: Counter[_Key] = Counter()
    if not destination_ids:
        return counts
    rows = conn.execute(_WISHES, {"places": destination_ids}).all()
    levels = {(row.destination_id, row.scope, row.target_id): row.entries for row in rows}
    for row in rows:
        counts[row.lane_id, row.scope, row.target_id, row.entries] += 1
        broader = [(Scope.NEWSROOM, _NEWSROOM)] if row.scope is not Scope.NEWSROOM else []
        if row.series_id is not None:
            broader.insert(0, (Scope.SERIES, row.series_id))
        shadowed = next((one for wish in broader if (one := levels.get((row.destination_id, *wish)))), None)
        if shadowed is not None:
            counts[row.lane_id, row.scope, row.target_id, shadowed] -= 1
    return counts


def _write(conn: sa.Connection, moves: _Moves) -> None:
    changed = [(*key, count) for key, count in moves.more.items() if count]
    moves.more.clear()
    sql.many(conn, tables.audience, _NAMES, sorted(changed), _MORE)


_WISHES = (
    sa.select(
        _SUBSCRIPTION.lane_id,
        _SUBSCRIPTION.destination_id,
        _SUBSCRIPTION.scope,
        _SUBSCRIPTION.target_id,
        _SUBSCRIPTION.entries,
        _COVERAGE.series_id,
    )
    .outerjoin_from(
        tables.subscription,
        tables.coverage,
        sa.and_(_SUBSCRIPTION.scope == Scope.COVERAGE, _SUBSCRIPTION.target_id == _COVERAGE.id),
    )
    .where(_SUBSCRIPTION.destination_id.in_(sa.bindparam("places", expanding=True)), _SUBSCRIPTION.active)
)


def _afresh(coverage_id: int | None) -> sa.Select[tuple[int, Scope, int, Level, int]]:
    own, other = tables.subscription.alias("own"), tables.subscription.alias("other")
    series_id = sa.select(_COVERAGE.series_id).where(_COVERAGE.id == own.c.target_id).correlate(own).scalar_subquery()
    of_series = sa.and_(own.c.scope == Scope.COVERAGE, other.c.scope == Scope.SERIES, other.c.target_id == series_id)
    of_newsroom = sa.and_(own.c.scope != Scope.NEWSROOM, other.c.scope == Scope.NEWSROOM)
    broader = (
        sa.select(other.c.entries)
        .where(other.c.destination_id == own.c.destination_id, other.c.active, sa.or_(of_series, of_newsroom))
        .order_by(other.c.scope.desc())
        .limit(1)
        .correlate(own)
        .scalar_subquery()
    )
    place = own.c.lane_id, own.c.scope, own.c.target_id
    mine: list[sa.ColumnElement[bool]] = [own.c.active]
    if coverage_id is not None:
        mine += [own.c.scope == Scope.COVERAGE, own.c.target_id == coverage_id]
    wishes = sa.select(*place, own.c.entries, sa.literal(1).label("count")).where(*mine)
    shadowed = sa.select(*place, broader.label("entries"), sa.literal(-1).label("count")).where(*mine)
    each = sa.union_all(wishes, shadowed).subquery()
    key = each.c.lane_id, each.c.scope, each.c.target_id, each.c.entries
    counted_once = sa.select(*key, sa.func.sum(each.c.count)).where(each.c.entries.is_not(None))
    return counted_once.group_by(*key).having(sa.func.sum(each.c.count) != 0)
