"""Buttons whose meaning is kept here: a platform knows only a random name, good for one person and one press."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.store import tables

_BUTTON = tables.button.c


@dataclass(frozen=True, slots=True)
class Button:
    """What pressing it means. Without `person_key` it is not tied to an enrolled person."""

    id: str
    action: str
    payload: Mapping[str, Any]
    person_key: str | None
    expires_at: datetime
    used_at: datetime | None


def issue(
    conn: sa.Connection,
    *,
    action: str,
    payload: Mapping[str, Any],
    person_key: str | None,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Make a button; its id is 22 characters safe in any callback (128 random bits)."""
    button_id = secrets.token_urlsafe(16)
    row = {"id": button_id, "action": action, "payload": dict(payload), "person_key": person_key, "created_at": now}
    conn.execute(tables.button.insert().values(**row, expires_at=now + lifetime))
    return button_id


def press(conn: sa.Connection, button_id: str, person_key: str | None, now: datetime) -> Button | None:
    """Use a button up: once, by its person, in its time; else None."""
    usable = (
        _BUTTON.id == button_id,
        _BUTTON.used_at.is_(None),
        _BUTTON.expires_at > now,
        sa.or_(_BUTTON.person_key.is_(None), _BUTTON.person_key == person_key),
    )
    row = conn.execute(tables.button.update().where(*usable).values(used_at=now).returning(*_BUTTON)).first()
    return None if row is None else _noun(row)


def peek(conn: sa.Connection, button_id: str) -> Button | None:
    """A button as it is, used or not."""
    row = conn.execute(sa.select(tables.button).where(_BUTTON.id == button_id)).first()
    return None if row is None else _noun(row)


def prune(conn: sa.Connection, before: datetime) -> int:
    """Forget buttons that expired before then; returns how many."""
    gone = tables.button.delete().where(_BUTTON.expires_at < before)
    return len(conn.execute(gone.returning(_BUTTON.id)).all())


def _noun(row: sa.Row[Any]) -> Button:
    return Button(row.id, row.action, row.payload, row.person_key, row.expires_at, row.used_at)
