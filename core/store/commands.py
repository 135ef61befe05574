"""Tokens that make a request count once: the first to bring one does the work, everybody else gets its answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import TokenReused
from core.store import sql, tables

_COMMAND = tables.command.c
# Longer than any platform repeats an update (Telegram: 24 hours).
_KEPT = timedelta(days=7)


def claim(conn: sa.Connection, actor: str, token: str, request: str, now: datetime) -> Mapping[str, Any] | None:
    """None when this token is new and now ours; else the stored answer. Racing callers wait for each other.

    `request` is a fingerprint of what is asked. Raises TokenReused when the token came with something else before.
    """
    claimed = sql.insert(conn, tables.command).values(actor=actor, token=token, request_hash=request, at=now)
    if conn.execute(claimed.on_conflict_do_nothing().returning(_COMMAND.token)).first() is not None:
        return None
    row = conn.execute(sa.select(tables.command).where(_COMMAND.actor == actor, _COMMAND.token == token)).one()
    if row.request_hash != request:
        raise TokenReused
    answer: Mapping[str, Any] = row.result or {}
    return answer


def answer(conn: sa.Connection, actor: str, token: str) -> Mapping[str, Any] | None:
    """What came of the request that brought this token; None when nobody brought it."""
    result = conn.execute(sa.select(_COMMAND.result).where(_COMMAND.actor == actor, _COMMAND.token == token)).scalar()
    return None if result is None else dict(result)


def known(conn: sa.Connection, actor: str, token: str) -> bool:
    """Whether a token was used already."""
    there = sa.exists().where(_COMMAND.actor == actor, _COMMAND.token == token)
    return bool(conn.execute(sa.select(there)).scalar())


def settle(conn: sa.Connection, actor: str, token: str, answer: Mapping[str, Any]) -> None:
    """Keep the answer for whoever brings the token again."""
    conn.execute(
        tables.command.update().where(_COMMAND.actor == actor, _COMMAND.token == token).values(result=dict(answer))
    )


def prune(conn: sa.Connection, now: datetime) -> int:
    """Forget tokens nobody can bring again; returns how many."""
    gone = tables.command.delete().where(_COMMAND.at < now - _KEPT).returning(_COMMAND.token)
    return len(conn.execute(gone).all())
