"""Who did what, for ever: rows are added here, and the database itself refuses to change or delete one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.store import tables

_AUDIT = tables.audit.c


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit. `by` is a random person key or a name of ours (import, clock), never an account."""

    id: int
    at: datetime
    by: str
    action: str
    subject: str
    subject_id: str
    detail: Mapping[str, Any]


def write(
    conn: sa.Connection,
    *,
    at: datetime,
    by: str,
    action: str,
    subject: str,
    subject_id: int | str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line, in the transaction of what it tells of."""
    conn.execute(
        tables.audit.insert().values(
            at=at, by=by, action=action, subject=subject, subject_id=str(subject_id), detail=dict(detail or {})
        )
    )


def listed(
    conn: sa.Connection, *, subject: str | None = None, subject_id: int | str | None = None, newest: int = 100
) -> tuple[Deed, ...]:
    """The newest lines, newest first, of everything or of one subject."""
    wanted = sa.select(tables.audit).order_by(_AUDIT.id.desc()).limit(newest)
    if subject is not None:
        wanted = wanted.where(_AUDIT.subject == subject)
    if subject_id is not None:
        wanted = wanted.where(_AUDIT.subject_id == str(subject_id))
    return tuple(
        Deed(row.id, row.at, row.by, row.action, row.subject, row.subject_id, row.detail or {})
        for row in conn.execute(wanted)
    )
