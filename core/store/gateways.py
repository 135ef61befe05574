"""What outlives a connection to Discord's gateway: the session to take up again, and how often we introduced ourselves.

An IDENTIFY too many costs the token (Discord docs, gateway: 1,000 in 24 hours), and the usual cause is a program that
logs in, fails and starts again. So what was spent is kept here, where a restart finds it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.store import sql, tables

_SESSION = tables.gateway_session.c
_LOGIN = tables.login.c

_APART = timedelta(seconds=5)
"""Discord takes one IDENTIFY in five seconds (docs, gateway, max_concurrency)."""
A_DAY = 800
"""How often an account may introduce itself in 24 hours, whichever process does."""
_LIMITS = ((20, timedelta(hours=1)), (A_DAY, timedelta(hours=24)))
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection can be taken up again with, as it was at `at`."""

    id: str
    sequence: int | None
    address: str
    at: datetime


def session(conn: sa.Connection, account: str) -> Session | None:
    """The session this account had last, if it was not ended."""
    wanted = sa.select(_SESSION.session_id, _SESSION.sequence, _SESSION.address, _SESSION.at)
    row = conn.execute(wanted.where(_SESSION.account == account)).first()
    return None if row is None else Session(row.session_id, row.sequence, row.address, row.at)


def keep(conn: sa.Connection, account: str, last: Session) -> None:
    """Remember how far the account has heard."""
    what = {"session_id": last.id, "sequence": last.sequence, "address": last.address, "at": last.at}
    kept = sql.insert(conn, tables.gateway_session).values(account=account, **what)
    conn.execute(kept.on_conflict_do_update(index_elements=["account"], set_=what))


def forget(conn: sa.Connection, account: str) -> None:
    """The session cannot be taken up any more."""
    conn.execute(tables.gateway_session.delete().where(_SESSION.account == account))


def next_identify(conn: sa.Connection, account: str, now: datetime) -> datetime | None:
    """When the account may introduce itself; None: now."""
    spent = _spent(conn, account, now)
    free = [spent[-1] + _APART] if spent else []
    for most, window in _LIMITS:
        within = [at for at in spent if at > now - window]
        if len(within) >= most:
            free.append(within[-most] + window)
    latest = max(free, default=now)
    return latest if latest > now else None


def identify(conn: sa.Connection, account: str, now: datetime) -> datetime | None:
    """Spend one IDENTIFY, which is then counted whether it is made or not; or say when there will be one again."""
    later = next_identify(conn, account, now)
    if later is None:
        spent = _spent(conn, account, now)
        at = max(now, spent[-1] + _MOMENT) if spent else now
        conn.execute(tables.login.insert().values(account=account, at=at))
        conn.execute(tables.login.delete().where(_LOGIN.account == account, _LOGIN.at <= now - _LIMITS[-1][1]))
    return later


def spent(conn: sa.Connection, now: datetime) -> tuple[tuple[str, int], ...]:
    """How much of `A_DAY` each account has spent; those that spent nothing are left out."""
    wanted = sa.select(_LOGIN.account, sa.func.count()).where(_LOGIN.at > now - _LIMITS[-1][1]).group_by(_LOGIN.account)
    return tuple((account, count) for account, count in conn.execute(wanted.order_by(_LOGIN.account)))


def _spent(conn: sa.Connection, account: str, now: datetime) -> list[datetime]:
    """When the account introduced itself within the longest window, oldest first."""
    since = now - _LIMITS[-1][1]
    wanted = sa.select(_LOGIN.at).where(_LOGIN.account == account, _LOGIN.at > since).order_by(_LOGIN.at)
    return list(conn.execute(wanted).scalars())
