"""What the platforms told us, kept before it is acknowledged to them: an update lives here until it was handled."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.store import sql, tables

_INBOX = tables.inbox.c
_KEPT = timedelta(hours=48)


def take(conn: sa.Connection, account: str, updates: Sequence[tuple[int, Mapping[str, Any]]], now: datetime) -> None:
    """Keep updates (id, payload); those we have had already are left alone."""
    rows = [(account, update_id, payload, now) for update_id, payload in dict(updates).items()]
    sql.many(conn, tables.inbox, ("account", "update_id", "payload", "received_at"), rows, "ON CONFLICT DO NOTHING")


def claim(conn: sa.Connection, account: str, update_id: int, now: datetime) -> bool:
    """Whether an update is new and now ours. It counts as handled: Discord's interactions outlive no restart."""
    new = sql.insert(conn, tables.inbox).values(
        account=account, update_id=update_id, payload=None, received_at=now, handled_at=now
    )
    return conn.execute(new.on_conflict_do_nothing().returning(_INBOX.update_id)).first() is not None


def pending(conn: sa.Connection, account: str) -> tuple[tuple[int, dict[str, Any]], ...]:
    """What nobody handled yet, oldest first."""
    wanted = sa.select(_INBOX.update_id, _INBOX.payload).where(_INBOX.account == account, sa.text("handled_at IS NULL"))
    return tuple((row.update_id, row.payload) for row in conn.execute(wanted.order_by(_INBOX.update_id)))


def done(conn: sa.Connection, account: str, update_id: int, now: datetime) -> None:
    """An update was handled: its words are forgotten, its id stays to know it again."""
    mine = _INBOX.account == account, _INBOX.update_id == update_id
    conn.execute(tables.inbox.update().where(*mine).values(handled_at=now, payload=None))


def last(conn: sa.Connection, account: str) -> int | None:
    """The highest update id we have: where to ask the platform to go on."""
    return conn.execute(sa.select(sa.func.max(_INBOX.update_id)).where(_INBOX.account == account)).scalar()


def prune(conn: sa.Connection, now: datetime) -> int:
    """Forget updates after 48 hours, handled or not; the newest of each account stays. Returns how many went."""
    newest = sa.select(sa.func.max(_INBOX.update_id)).group_by(_INBOX.account)
    old = tables.inbox.delete().where(_INBOX.received_at < now - _KEPT, _INBOX.update_id.not_in(newest))
    return len(conn.execute(old.returning(_INBOX.update_id)).all())
