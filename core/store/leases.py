"""Who may speak for an account: leases on lanes that any number of processes share, each with a fence.

A lane has one owner at a time. Its lease runs out by itself; who takes it over raises the fence, and every write of the
former owner is refused from then on. Times are by the database's clock on PostgreSQL, where many machines share it, and
by the `now` that is handed in on SQLite, where one machine does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Any

import sqlalchemy as sa

from core.model import Platform
from core.store import sql, tables, wakes

_LANE = tables.lane.c
_PROCESS = tables.process.c

# Seconds. A process cut off for longer has lost its lanes, and with them whatever its last batch could count twice.
_FORGOTTEN_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class Claimant:
    """One process that would carry lanes. `ttl` is for how many seconds it asks."""

    owner: str
    host: str
    pid: int
    ttl: float


@dataclass(frozen=True, slots=True)
class Parting:
    """What the next owner of an account must know of what was said on it last."""

    since: float
    """Seconds since the last request."""
    chats: tuple[tuple[int, float], ...] | None = None
    """(chat, seconds from the last request until it may have its next) of those that had to wait; None: not known."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A lane that is ours from now on."""

    lane_id: int
    account: str
    fence: int
    parting: Parting | None = None
    """None when the last owner may have spoken just now."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the enabled lanes are shared just now, as one process sees it."""

    present: bool
    """Whether the process itself is known to be alive."""
    held: int
    """Lanes it holds."""
    share: int
    """Lanes it may take."""
    fair: int
    """Lanes it keeps, once those who have come to stay have theirs."""
    free: tuple[str, ...]
    """Accounts nobody holds."""
    others: tuple[str, ...]
    """Processes that hold the rest."""
    soonest: float = inf
    """Seconds until the first lease of another runs out, unless it is renewed."""
    ahead: tuple[tuple[str, int], ...] = ()
    """(account, fence) of leases further ahead than any that is asked for: the clock was set back since."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A process that writes its batch number so-and-so asks for `ttl` more seconds."""

    owner: str
    number: int
    """Counted per process, so that a batch whose answer was lost is known again."""
    ttl: float
    leases: tuple[tuple[int, int], ...] = ()
    """(lane, fence) of the lanes to be renewed: at the least every one the batch writes about."""
    leaving: bool = False
    """It carries to the end what it has and takes nothing more: nobody keeps a share for it."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What became of asking for more time."""

    repeated: bool
    """Whether this batch was written before, and only the answer was lost."""
    held: frozenset[int]
    lost: frozenset[int]
    """Lanes that are somebody else's by now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One lane as everybody sees it."""

    account: str
    platform: Platform
    owner: str
    """The process that holds it or did last; empty when it was given back."""
    host: str
    fence: int
    lease_until: datetime | None
    owned: bool
    """Whether the lease still runs."""
    paused_until: datetime | None
    pause_reason: str
    enabled: bool


def enter(conn: sa.Connection, who: Claimant, now: datetime) -> int:
    """Be known as alive; returns the number of the last batch this process wrote. The long dead are forgotten."""
    conn.execute(tables.process.delete().where(_PROCESS.seen_until < sql.instant(conn, now, -_FORGOTTEN_AFTER)))
    until = sql.instant(conn, now, who.ttl)
    known = sql.insert(conn, tables.process).values(
        owner=who.owner, host=who.host, pid=who.pid, started_at=sql.instant(conn, now), seen_until=until, batch=0
    )
    known = known.on_conflict_do_update(index_elements=["owner"], set_={"seen_until": until})
    return int(conn.execute(known.returning(_PROCESS.batch)).scalar_one())


def leave(conn: sa.Connection, owner: str) -> None:
    """The process ends: nobody keeps a share for it any more."""
    conn.execute(tables.process.delete().where(_PROCESS.owner == owner))
    wakes.ring(conn)


def look(conn: sa.Connection, who: Claimant, now: datetime, *, alone: bool = False) -> Outlook:
    """How the lanes are shared. `alone`: no other process can be at work on this store, whatever leases say."""
    at = sql.instant(conn, now)
    lanes = conn.execute(
        sa.select(
            _LANE.account,
            _LANE.owner,
            _LANE.fence,
            _LANE.lease_until,
            at.label("at"),
            sa.func.coalesce(_LANE.lease_until > at, sa.false()).label("runs"),
            sa.func.coalesce(_LANE.lease_until > _far(conn, who, now), sa.false()).label("ahead"),
        )
        .where(_LANE.enabled)
        .order_by(_LANE.id)
    ).all()
    # Its lease ran out: it is as good as dead, even if it was seen a moment after it renewed that lease.
    silent = {lane.owner for lane in lanes if not lane.runs}
    settled_by = sql.instant(conn, now, -who.ttl)
    alive = conn.execute(
        sa.select(_PROCESS.owner, (_PROCESS.started_at <= settled_by).label("settled")).where(
            _PROCESS.seen_until > at, _PROCESS.seen_until <= _far(conn, who, now)
        )
    ).all()
    others = {} if alone else {one.owner: one.settled for one in alive if one.owner not in silent | {who.owner}}
    held = [lane for lane in lanes if lane.runs and lane.owner not in (None, who.owner)]
    holding = {lane.owner: None for lane in held}
    return Outlook(
        present=any(one.owner == who.owner for one in alive),
        held=sum(lane.owner == who.owner and lane.runs for lane in lanes),
        share=ceil(len(lanes) / (1 + len(others))),
        fair=ceil(len(lanes) / (1 + sum(others.values()))),
        free=tuple(lane.account for lane in lanes if lane.owner is None or not lane.runs or alone),
        others=() if alone else tuple(holding),
        soonest=min(((lane.lease_until - lane.at).total_seconds() for lane in held), default=inf),
        ahead=tuple((lane.account, lane.fence) for lane in lanes if lane.ahead and lane.owner is not None),
    )


def _far(conn: sa.Connection, who: Claimant, now: datetime) -> sa.ColumnElement[Any]:
    return sql.instant(conn, now, 2 * who.ttl)


def claim(
    conn: sa.Connection,
    who: Claimant,
    accounts: Collection[str],
    now: datetime,
    *,
    alone: bool = False,
    orphans: Collection[str] = (),
) -> tuple[Claimed, ...]:
    """Take those lanes of these accounts that nobody holds, up to our share; a lane another is just taking is his.

    `orphans` are accounts whose leases were `ahead` for longer than an owner that lives would have left them.
    """
    outlook = look(conn, who, now, alone=alone)
    free = sa.or_(
        _LANE.owner.is_(None),
        _LANE.lease_until.is_(None),
        _LANE.lease_until <= sql.instant(conn, now),
        sa.and_(_LANE.account.in_(list(orphans)), _LANE.lease_until > _far(conn, who, now)),
    )
    at = sql.instant(conn, now)
    mine = (
        sa.select(_LANE.id, _LANE.owner, _LANE.lease_until, _LANE.spoken, at.label("at"))
        .where(_LANE.enabled, _LANE.account.in_(list(accounts)), sa.true() if alone else free)
        .order_by(_LANE.id)
        .limit(max(0, outlook.share - (0 if alone else outlook.held)))
        # Who publishes just now refers to the lane: that must not look like taking it.
        .with_for_update(skip_locked=True, key_share=True)
    )
    before = {row.id: _parting(row) for row in conn.execute(mine)}
    taken = (
        tables.lane.update()
        .where(_LANE.id.in_(list(before)))
        .values(owner=who.owner, fence=_LANE.fence + 1, lease_until=sql.instant(conn, now, who.ttl), spoken=None)
    )
    claimed = sorted(conn.execute(taken.returning(_LANE.id, _LANE.account, _LANE.fence)).all())
    return tuple(Claimed(row.id, row.account, row.fence, before[row.id]) for row in claimed)


def _parting(row: Any) -> Parting | None:
    if row.lease_until is None:
        return None
    since: timedelta = row.at - row.lease_until
    if row.owner is None and since >= timedelta():
        # What a clock noted that was set back since says nothing.
        return Parting(since.total_seconds(), tuple((chat, seconds) for chat, seconds in row.spoken or ()))
    # It stopped speaking before its lease ran out; one that still runs is taken from the dead.
    return Parting(since.total_seconds()) if since > timedelta() else None


def renew(conn: sa.Connection, ask: Ask, now: datetime) -> Renewal:
    """Give a process more time, and its lanes with it.

    Their rows stay locked until the batch is in: a take-over comes before the whole batch or after it.
    """
    seen_until = sql.instant(conn, now, 0.0 if ask.leaving else ask.ttl)
    noted = (
        tables.process.update()
        .where(_PROCESS.owner == ask.owner, _PROCESS.batch < ask.number)
        .values(seen_until=seen_until, batch=ask.number)
    )
    new = conn.execute(noted.returning(_PROCESS.owner)).first() is not None
    if not new:
        # One that was forgotten meanwhile has no batch that could be repeated.
        new = conn.execute(sa.select(_PROCESS.owner).where(_PROCESS.owner == ask.owner)).first() is None
    asked = frozenset(lane_id for lane_id, _ in ask.leases)
    if not asked:
        return Renewal(not new, asked, asked)
    still = (
        tables.lane.update()
        .where(_LANE.owner == ask.owner, sql.any_of(conn, _LANE.id, asked))
        .values(lease_until=sql.instant(conn, now, ask.ttl))
    )
    renewed = {(row.id, row.fence) for row in conn.execute(still.returning(_LANE.id, _LANE.fence))}
    held = frozenset(lane_id for lane_id, _ in renewed.intersection(ask.leases))
    return Renewal(not new, held, asked - held)


def release(conn: sa.Connection, lane_id: int, fence: int, now: datetime, parting: Parting | None = None) -> None:
    """Give a lane back; nothing happens when somebody took it over. `parting` tells the next owner how to go on."""
    last = None if parting is None else sql.instant(conn, now, -parting.since)
    spoken = None if parting is None else parting.chats
    free = tables.lane.update().where(_LANE.id == lane_id, _LANE.fence == fence)
    conn.execute(free.values(owner=None, lease_until=last, spoken=spoken))
    wakes.ring(conn)


def standing(conn: sa.Connection, now: datetime) -> tuple[Standing, ...]:
    """Every lane, enabled or not, and who holds it, oldest first."""
    runs = sa.and_(_LANE.owner.is_not(None), sa.func.coalesce(_LANE.lease_until > sql.instant(conn, now), sa.false()))
    names = ("account", "platform", "fence", "lease_until", "paused_until", "pause_reason", "enabled")
    wanted = (
        sa.select(
            *(_LANE[name] for name in names),
            sa.func.coalesce(_LANE.owner, "").label("owner"),
            sa.func.coalesce(_PROCESS.host, "").label("host"),
            runs.label("owned"),
        )
        .outerjoin_from(tables.lane, tables.process, _PROCESS.owner == _LANE.owner)
        .order_by(_LANE.id)
    )
    return tuple(
        Standing(**{name: getattr(row, name) for name in Standing.__dataclass_fields__}) for row in conn.execute(wanted)
    )
