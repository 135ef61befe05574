"""The committer's one transaction: everything that came back since the last one, of all lanes at once.

It renews the leases of the lanes it writes about. For those that are somebody else's by now it keeps only the facts:
a copy that is there, a destination that is closed. How far a walk came and who waits is the new owner's to say.
"""

import operator
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from core.model import Operation, Receipt
from core.store import accounts, destinations, leases, media, sql, tables
from core.store.waiting import Waiting

_RECEIPT = tables.receipt.c
_BROADCAST = tables.broadcast.c
_WAITING = tables.waiting.c

Park = Waiting
"""A destination put to wait: insert it, or change when and why (its `id` does not matter)."""

Unpark = tuple[int, int, Operation]
"""(destination, bulletin, operation) that waits no longer."""


@dataclass(frozen=True, slots=True)
class WalkMark:
    """How far a walk has come. Counts are added to what is stored; `skips` says why the skipped got nothing."""

    broadcast_id: int
    cursor: int
    lap: int = 0
    lane_id: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    finished: bool = False
    skips: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be remembered together, or not at all."""

    at: datetime
    """The moment of writing."""
    receipts: tuple[Receipt, ...] = ()
    removed: tuple[tuple[int, int, int], ...] = ()
    """(bulletin, destination, part) of copies that are gone."""
    walks: tuple[WalkMark, ...] = ()
    park: tuple[Park, ...] = ()
    unpark: tuple[Unpark, ...] = ()
    paused: tuple[tuple[int, str], ...] = ()
    """(destination, why)"""
    moved: tuple[tuple[str, int, int], ...] = ()
    """(account, old chat id, new chat id)"""
    uploads: tuple[tuple[str, str, str], ...] = ()
    """(account, digest, the platform's id for it)"""
    held: tuple[tuple[int, datetime, str], ...] = ()
    """(lane, until when the platform refuses us, why)"""
    stops: tuple[tuple[int, int], ...] = ()
    """(lane, the last recall it has acted on)"""
    lease: leases.Ask | None = None
    """Whose batch it is; without it nobody is asked, and everything is written."""

    @property
    def lanes(self) -> frozenset[int]:
        """The lanes it writes about, as far as it says: those of `unpark` it does not."""
        named = [one.lane_id for one in self.walks] + [one.lane_id for one in self.park]
        return frozenset((*named, *(one[0] for one in self.held), *(one[0] for one in self.stops)))


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch."""

    lost: frozenset[int] = frozenset()
    """Lanes that are somebody else's by now."""


def apply(conn: sa.Connection, batch: Batch) -> Applied:
    """Remember a batch. One that was written before, and only the answer was lost, is not written twice."""
    if batch.lease is None:
        _write(conn, batch)
        return Applied()
    renewal = leases.renew(conn, batch.lease, batch.at)
    if not renewal.repeated:
        _write(conn, _ours(batch, renewal.held))
    return Applied(renewal.lost)


def _ours(batch: Batch, held: frozenset[int]) -> Batch:
    return replace(
        batch,
        walks=tuple(one for one in batch.walks if one.lane_id in held),
        park=tuple(one for one in batch.park if one.lane_id in held),
        held=tuple(one for one in batch.held if one[0] in held),
        stops=tuple(one for one in batch.stops if one[0] in held),
    )


def _write(conn: sa.Connection, batch: Batch) -> None:
    _keep(conn, batch.receipts)
    _remove(conn, batch.removed)
    _mark(conn, batch.walks, batch.at)
    _unpark(conn, batch)
    _park(conn, batch.park)
    # In one order for everybody: whoever else pauses some of them must not wait for us crosswise.
    for destination_id, because in sorted(batch.paused):
        destinations.gone(conn, destination_id, because, batch.at)
    for account, old_chat_id, new_chat_id in batch.moved:
        destinations.move(conn, account, old_chat_id, new_chat_id, batch.at)
    for account, digest, remote_id in batch.uploads:
        media.remember(conn, account, digest, remote_id)
    for lane_id, until, why in batch.held:
        accounts.hold(conn, lane_id, until, why)
    for lane_id, seq in batch.stops:
        accounts.acknowledge(conn, lane_id, seq)


_RECEIPT_NAMES = tuple(Receipt.__dataclass_fields__)
_receipt_row = operator.attrgetter(*_RECEIPT_NAMES)
# An answer that was long on its way never takes back what a later one said.
_NEWEST_RECEIPT = (
    "ON CONFLICT (bulletin_id, destination_id, part) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _RECEIPT_NAMES[3:])
    + " WHERE excluded.revision >= receipt.revision"
)
_PARK_NAMES = tuple(Waiting.__dataclass_fields__)[1:]
_CHANGED_WAIT = "ON CONFLICT (destination_id, bulletin_id, operation) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ("broadcast_id", "urgency", "due_at", "attempts", "why")
)
_MORE_SKIPS = "ON CONFLICT (broadcast_id, why) DO UPDATE SET count = broadcast_skip.count + excluded.count"


def _keep(conn: sa.Connection, receipts: tuple[Receipt, ...]) -> None:
    # One batch may hold a part twice (sent, then edited): PostgreSQL refuses to touch a row twice in one statement.
    newest = {(one.bulletin_id, one.destination_id, one.part): one for one in receipts}
    # In the order of their key, so that two committers never wait for each other crosswise.
    rows = [_receipt_row(newest[key]) for key in sorted(newest)]
    sql.many(conn, tables.receipt, _RECEIPT_NAMES, rows, _NEWEST_RECEIPT)


def _remove(conn: sa.Connection, removed: tuple[tuple[int, int, int], ...]) -> None:
    key = sa.tuple_(_RECEIPT.bulletin_id, _RECEIPT.destination_id, _RECEIPT.part)
    for some in sql.portions(sorted(removed)):
        conn.execute(tables.receipt.delete().where(key.in_(some)))


def _mark(conn: sa.Connection, walks: tuple[WalkMark, ...], at: datetime) -> None:
    # In one order for everybody, as above.
    one_each = sorted(_together(walks), key=lambda mark: mark.broadcast_id)
    sql.each(conn, _marking, tuple(_GIVEN), [_mark_row(one) for one in one_each], at=at)
    skips = [(one.broadcast_id, why, count) for one in walks for why, count in one.skips.items()]
    sql.many(conn, tables.broadcast_skip, ("broadcast_id", "why", "count"), _summed(skips), _MORE_SKIPS)


def _together(walks: tuple[WalkMark, ...]) -> Iterable[WalkMark]:
    """One mark for each broadcast: what is counted late may come with its walk's last words."""
    found: dict[int, WalkMark] = {}
    for one in walks:
        before = found.get(one.broadcast_id)
        found[one.broadcast_id] = one if before is None else _both(before, one)
    return found.values()


def _both(one: WalkMark, other: WalkMark) -> WalkMark:
    further = max(one, other, key=lambda mark: (mark.lap, mark.cursor))
    counts = {name: getattr(one, name) + getattr(other, name) for name in _COUNTS}
    return replace(further, **counts, finished=one.finished or other.finished)


_COUNTS = ("sent", "skipped", "failed", "unknown")
_MARK = {
    "broadcast_id": _BROADCAST.id.type,
    "lap": _BROADCAST.lap.type,
    "cursor": _BROADCAST.cursor.type,
    **{name: _BROADCAST[name].type for name in _COUNTS},
    "finished": sa.Boolean(),
}
_mark_row = operator.attrgetter(*_MARK)
# In an UPDATE no parameter may be called as a column is.
_GIVEN = {f"given_{name}": kind for name, kind in _MARK.items()}


@cache
def _marking(dialect: str) -> sa.Update:
    """The statement for marks. Made once: making it costs as much as what it does."""
    given = sql.given(dialect, _GIVEN)
    at_lap, at_cursor = given["given_lap"], given["given_cursor"]
    # A broadcast that was called off meanwhile keeps its end, and still counts what was on the wire.
    ends = sa.and_(_BROADCAST.state == tables.OPEN, given["given_finished"])
    further = sa.or_(_BROADCAST.lap < at_lap, sa.and_(_BROADCAST.lap == at_lap, _BROADCAST.cursor < at_cursor))
    return (
        tables.broadcast.update()
        .where(_BROADCAST.id == given["given_broadcast_id"])
        .values(
            # What is counted late, by who does not know how far the walk came, never takes it back.
            cursor=sa.case((further, at_cursor), else_=_BROADCAST.cursor),
            lap=sa.case((further, at_lap), else_=_BROADCAST.lap),
            state=sa.case((ends, tables.FINISHED), else_=_BROADCAST.state),
            finished_at=sa.case(
                (ends, sa.bindparam("at", type_=_BROADCAST.finished_at.type)), else_=_BROADCAST.finished_at
            ),
            **{name: _BROADCAST[name] + given[f"given_{name}"] for name in _COUNTS},
        )
    )


def _summed(skips: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    sums: Counter[tuple[int, str]] = Counter()
    for broadcast_id, why, count in skips:
        sums[broadcast_id, why] += count
    return [(broadcast_id, why, count) for (broadcast_id, why), count in sorted(sums.items())]


def _unpark(conn: sa.Connection, batch: Batch) -> None:
    key = sa.tuple_(_WAITING.destination_id, _WAITING.bulletin_id, _WAITING.operation)
    for some in sql.portions(sorted(batch.unpark)):
        gone = tables.waiting.delete().where(key.in_(some))
        if batch.lease is not None:
            # These lanes' rows are locked: whoever owns them does so until the end of this transaction.
            mine = sa.select(tables.lane.c.id).where(tables.lane.c.owner == batch.lease.owner)
            gone = gone.where(_WAITING.lane_id.in_(mine))
        conn.execute(gone)


def _park(conn: sa.Connection, park: tuple[Park, ...]) -> None:
    newest = {(one.destination_id, one.bulletin_id, one.operation): one for one in park}
    rows = [tuple(getattr(one, name) for name in _PARK_NAMES) for one in newest.values()]
    sql.many(conn, tables.waiting, _PARK_NAMES, rows, _CHANGED_WAIT)
