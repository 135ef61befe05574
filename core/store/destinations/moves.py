"""A chat that lives on under another id (a Telegram group became a supergroup): all its rows follow, at once."""

from datetime import datetime

import sqlalchemy as sa

from core.model import DestinationStatus
from core.store import accounts, audiences, sql, tables

_DESTINATION = tables.destination.c
_SUBSCRIPTION = tables.subscription.c
_RECEIPT = tables.receipt.c
_WAITING = tables.waiting.c
_BROADCAST = tables.broadcast.c
_DRAFT = tables.draft.c

# The message id of a copy that stayed behind in the old chat: delivered, and nobody can change it any more. Message ids
# begin anew in the new chat, so the old one would name other words there.
BEHIND = 0


def move(conn: sa.Connection, account: str, old_chat_id: int, new_chat_id: int, now: datetime) -> None:
    """Rewrite everything of a chat to its new id. Told twice, or for a chat we do not know, it changes nothing.

    Where the new id is a destination already it keeps its own settings, and gains the subscriptions it lacks.
    """
    lane = accounts.lane_id(conn, account)
    olds = conn.execute(
        sa.select(_DESTINATION.id, _DESTINATION.thread_id).where(
            _DESTINATION.lane_id == lane, _DESTINATION.chat_id == old_chat_id
        )
    ).all()
    for old in olds:
        there = conn.execute(
            sa.select(_DESTINATION.id).where(
                _DESTINATION.lane_id == lane,
                _DESTINATION.chat_id == new_chat_id,
                _DESTINATION.thread_id == old.thread_id,
            )
        ).scalar()
        _leave_copies_behind(conn, old.id)
        if there is None:
            conn.execute(tables.destination.update().where(_DESTINATION.id == old.id).values(chat_id=new_chat_id))
        else:
            _merge(conn, old.id, there)
    moved = _DRAFT.account == account, _DRAFT.chat_id == old_chat_id
    conn.execute(tables.draft.update().where(*moved).values(chat_id=new_chat_id, card_message_id=None, updated_at=now))


def _leave_copies_behind(conn: sa.Connection, destination_id: int) -> None:
    # By way of the bulletins, so that the receipts' own key finds them.
    every = sa.select(tables.bulletin.c.id)
    here = _RECEIPT.bulletin_id.in_(every), _RECEIPT.destination_id == destination_id
    conn.execute(tables.receipt.update().where(*here).values(message_id=BEHIND))


def _merge(conn: sa.Connection, old: int, new: int) -> None:
    with audiences.moving(conn, old, new):
        _merge_subscriptions(conn, old, new)
        _merge_receipts(conn, old, new)
        _merge_waiting(conn, old, new)
        only = _BROADCAST.only_destination_id
        conn.execute(tables.broadcast.update().where(only == old).values(only_destination_id=new))
        conn.execute(tables.destination.delete().where(_DESTINATION.id == old))


def _merge_subscriptions(conn: sa.Connection, old: int, new: int) -> None:
    has = sa.select(_SUBSCRIPTION.scope, _SUBSCRIPTION.target_id).where(_SUBSCRIPTION.destination_id == new)
    theirs = {(row.scope, row.target_id) for row in conn.execute(has)}
    active = conn.execute(sa.select(_DESTINATION.status).where(_DESTINATION.id == new)).scalar()
    # The old chat may be paused already, for it takes nothing any more: that says nothing about the new one.
    kept = {"destination_id": new, "active": active is DestinationStatus.ACTIVE}
    for row in conn.execute(sa.select(tables.subscription).where(_SUBSCRIPTION.destination_id == old)).all():
        if (row.scope, row.target_id) not in theirs:
            conn.execute(tables.subscription.update().where(_SUBSCRIPTION.id == row.id).values(**kept))


def _merge_receipts(conn: sa.Connection, old: int, new: int) -> None:
    # What the old chat got must not come again in the new one.
    columns = [column.name for column in tables.receipt.columns]
    given = [
        sa.literal(new, sa.BigInteger).label(name) if name == "destination_id" else _RECEIPT[name] for name in columns
    ]
    here = _RECEIPT.bulletin_id.in_(sa.select(tables.bulletin.c.id)), _RECEIPT.destination_id == old
    copied = sql.insert(conn, tables.receipt).from_select(columns, sa.select(*given).where(*here))
    conn.execute(copied.on_conflict_do_nothing())
    conn.execute(tables.receipt.delete().where(*here))


def _merge_waiting(conn: sa.Connection, old: int, new: int) -> None:
    owed = sa.select(_WAITING.bulletin_id, _WAITING.operation).where(_WAITING.destination_id == new)
    theirs = {(row.bulletin_id, row.operation) for row in conn.execute(owed)}
    for row in conn.execute(sa.select(tables.waiting).where(_WAITING.destination_id == old)).all():
        mine = _WAITING.id == row.id
        if (row.bulletin_id, row.operation) in theirs:
            conn.execute(tables.waiting.delete().where(mine))
        else:
            conn.execute(tables.waiting.update().where(mine).values(destination_id=new))
