"""Wishes to receive the newsroom, a series or one coverage, and the pages in which a broadcast walks over them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.model import Destination, DestinationStatus, Rules, Scope, Subscription
from core.store import audiences, counters, destinations, tables

_SUBSCRIPTION = tables.subscription.c
_DESTINATION = tables.destination.c
_NEWSROOM = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A destination a bulletin may be for, with its wishes and when each joined, the most specific first."""

    destination: Destination
    wishes: tuple[tuple[int, Rules], ...]

    def wish(self, audience_seq: int) -> Rules | None:
        """The rules of its most specific subscription among those that had joined by then; None when none had."""
        for joined_seq, rules in self.wishes:
            if joined_seq <= audience_seq:
                return rules
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the walk, each destination once, by id. `last`: nobody comes after it."""

    rows: tuple[Candidate, ...]
    last: bool


def follow(
    conn: sa.Connection, *, destination_id: int, scope: Scope, target_id: int, rules: Rules, now: datetime
) -> tuple[Subscription, bool]:
    """Subscribe, or change the rules of a subscription that is there; whether it is new comes with it.

    Whoever joins gets what is published after this moment. `target_id` is 0 for the newsroom.
    """
    key = {"destination_id": destination_id, "scope": scope, "target_id": target_id}
    there = sa.and_(*(_SUBSCRIPTION[name] == value for name, value in key.items()))
    changed = tables.subscription.update().where(there).values(entries=rules.entries)
    # Whoever follows the same in the same moment waits here, and then finds it there.
    with audiences.moving(conn, destination_id):
        row = conn.execute(changed.returning(*_SUBSCRIPTION)).first()
        if row is not None:
            return noun(row), False
        place = conn.execute(
            sa.select(_DESTINATION.lane_id, _DESTINATION.status).where(_DESTINATION.id == destination_id)
        ).one()
        new = tables.subscription.insert().values(
            **key,
            lane_id=place.lane_id,
            entries=rules.entries,
            active=place.status is DestinationStatus.ACTIVE,
            joined_seq=counters.joined(conn),
            created_at=now,
        )
        return noun(conn.execute(new.returning(*_SUBSCRIPTION)).one()), True


def unfollow(conn: sa.Connection, destination_id: int, scope: Scope | None = None, target_id: int | None = None) -> int:
    """End one subscription, those of a scope, or all of a destination; returns how many ended."""
    wanted = [_SUBSCRIPTION.destination_id == destination_id]
    if scope is not None:
        wanted.append(_SUBSCRIPTION.scope == scope)
    if target_id is not None:
        wanted.append(_SUBSCRIPTION.target_id == target_id)
    with audiences.moving(conn, destination_id):
        return len(conn.execute(tables.subscription.delete().where(*wanted).returning(_SUBSCRIPTION.id)).all())


def of_destination(conn: sa.Connection, destination_id: int) -> tuple[Subscription, ...]:
    """What a destination follows, oldest wish first."""
    wanted = sa.select(tables.subscription).where(_SUBSCRIPTION.destination_id == destination_id)
    return tuple(noun(row) for row in conn.execute(wanted.order_by(_SUBSCRIPTION.id)))


def follows(conn: sa.Connection, destination_id: int, coverage_id: int) -> bool:
    """Whether a destination follows a coverage in any way just now."""
    reached = sa.or_(*(_points_at(scope, target) for scope, target in _targets(conn, coverage_id)))
    theirs = sa.exists().where(_SUBSCRIPTION.destination_id == destination_id, reached)
    return bool(conn.execute(sa.select(theirs)).scalar())


def page(conn: sa.Connection, *, lane_id: int, coverage_id: int, audience_seq: int, after: int, limit: int) -> Page:
    """The next `limit` destinations on a lane that may get a coverage's bulletin, behind destination `after`.

    Each of up to three stretches of one index (coverage, its series, newsroom) gives its first `limit + 1`; whatever is
    among the first `limit` of all is then complete, so no destination is ever cut in two.
    """
    place = destinations.on_lane(conn, lane_id)
    given = {"lane": lane_id, "coverage": coverage_id, "seq": audience_seq, "after": after, "many": limit + 1}
    rows: list[Candidate] = []
    last = 0
    # All at once: fetched one by one, each row would hand the interpreter to the other threads and ask for it back.
    for entries, joined_seq, one, *columns in conn.execute(_PAGE, given).all():
        wish = joined_seq, _RULES[entries]
        if one == last:
            # The most specific wish came first.
            rows[-1] = Candidate(rows[-1].destination, (*rows[-1].wishes, wish))
            continue
        if len(rows) == limit:
            return Page(tuple(rows), last=False)
        last = one
        rows.append(Candidate(place(one, *columns), (wish,)))
    return Page(tuple(rows), last=True)


def largest(
    conn: sa.Connection, *, lane_id: int, coverage_id: int, audience_seq: int, limit: int
) -> tuple[Candidate, ...]:
    """Up to `limit` of the largest places on a lane that follow a coverage, the largest first.

    Only places whose size is known: a hint whom to try first, not a complete list.
    """
    place = destinations.on_lane(conn, lane_id)
    given = {"lane": lane_id, "coverage": coverage_id, "seq": audience_seq, "many": limit}
    found: dict[int, Candidate] = {}
    for entries, joined_seq, *columns in conn.execute(_LARGEST, given):
        known = found.get(columns[0])
        before = known.wishes if known is not None else ()
        found[columns[0]] = Candidate(
            known.destination if known is not None else place(*columns), (*before, (joined_seq, _RULES[entries]))
        )
    return tuple(found.values())


def noun(row: sa.Row[Any]) -> Subscription:
    """A subscription from its row."""
    return Subscription(
        row.id, row.destination_id, row.scope, row.target_id, Rules(entries=row.entries), row.joined_seq
    )


def _targets(conn: sa.Connection, coverage_id: int) -> list[tuple[Scope, int]]:
    """What a subscription may point at to reach a coverage, the most specific first."""
    series_id = conn.execute(sa.select(tables.coverage.c.series_id).where(tables.coverage.c.id == coverage_id)).scalar()
    series = [] if series_id is None else [(Scope.SERIES, int(series_id))]
    return [(Scope.COVERAGE, coverage_id), *series, (Scope.NEWSROOM, _NEWSROOM)]


def _points_at(scope: Scope, target_id: sa.ColumnElement[int] | int) -> sa.ColumnElement[bool]:
    return sa.and_(_SUBSCRIPTION.scope == scope, _SUBSCRIPTION.target_id == target_id, _SUBSCRIPTION.active)


def _stretch(scope: Scope, target_id: sa.ColumnElement[int] | int) -> sa.Select[Any]:
    """The first wishes of one kind behind a destination."""
    wishes = sa.select(
        _SUBSCRIPTION.destination_id, _SUBSCRIPTION.scope, _SUBSCRIPTION.entries, _SUBSCRIPTION.joined_seq
    ).where(
        _SUBSCRIPTION.lane_id == sa.bindparam("lane"),
        _points_at(scope, target_id),
        _SUBSCRIPTION.destination_id > sa.bindparam("after"),
        _SUBSCRIPTION.joined_seq <= sa.bindparam("seq"),
    )
    return sa.select(wishes.order_by(_SUBSCRIPTION.destination_id).limit(sa.bindparam("many")).subquery())


def _page() -> sa.Select[Any]:
    coverage_id = sa.bindparam("coverage", type_=sa.BigInteger)
    series_id = sa.select(tables.coverage.c.series_id).where(tables.coverage.c.id == coverage_id).scalar_subquery()
    wish = sa.union_all(
        _stretch(Scope.COVERAGE, coverage_id), _stretch(Scope.SERIES, series_id), _stretch(Scope.NEWSROOM, _NEWSROOM)
    ).subquery()
    walked = sa.select(sa.type_coerce(wish.c.entries, sa.SmallInteger), wish.c.joined_seq, *destinations.LEAN)
    walked = walked.join(wish, wish.c.destination_id == _DESTINATION.id)
    return walked.order_by(_DESTINATION.id, wish.c.scope.desc())


def _largest() -> sa.Select[Any]:
    coverage_id = sa.bindparam("coverage", type_=sa.BigInteger)
    series_id = sa.select(tables.coverage.c.series_id).where(tables.coverage.c.id == coverage_id).scalar_subquery()
    sized = (
        sa.select(_DESTINATION.id, _DESTINATION.size)
        .where(
            _DESTINATION.lane_id == sa.bindparam("lane"),
            sa.text("size > 1"),
            _DESTINATION.status == DestinationStatus.ACTIVE,
        )
        .order_by(_DESTINATION.size.desc(), _DESTINATION.id.desc())
        .limit(sa.bindparam("many"))
        .subquery()
    )
    targets = sa.or_(
        _points_at(Scope.COVERAGE, coverage_id),
        _points_at(Scope.SERIES, series_id),
        _points_at(Scope.NEWSROOM, _NEWSROOM),
    )
    wished = sa.select(
        sa.type_coerce(_SUBSCRIPTION.entries, sa.SmallInteger), _SUBSCRIPTION.joined_seq, *destinations.LEAN
    ).join_from(sized, tables.destination, _DESTINATION.id == sized.c.id)
    wished = wished.join(tables.subscription, _SUBSCRIPTION.destination_id == sized.c.id)
    wished = wished.where(targets, _SUBSCRIPTION.joined_seq <= sa.bindparam("seq"))
    return wished.order_by(sized.c.size.desc(), sized.c.id.desc(), _SUBSCRIPTION.scope.desc())


_PAGE, _LARGEST = _page(), _largest()
_RULES = tuple(Rules(entries=level) for level in tables.LEVELS)
