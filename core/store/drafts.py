"""What editors are in the middle of: shown to them, not decided yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.model import Address, Content
from core.store import content as codec
from core.store import tables

_DRAFT = tables.draft.c


class Intent(StrEnum):
    """What a draft is for."""

    ENTRY = "entry"
    ALERT = "alert"
    CORRECT = "correct"
    RETRACT = "retract"


class DraftStatus(StrEnum):
    """What became of a draft."""

    OPEN = "open"
    SENT = "sent"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Draft:
    """One thing an editor is about to do, where they do it."""

    id: int
    person_key: str
    account: str
    address: Address
    intent: Intent
    coverage_id: int
    entry_id: int | None
    """The entry it changes; None when it is a new one."""
    expected_revision: int | None
    """The revision its editor has seen."""
    content: Content
    phrase: str
    """What must be typed to send it; empty when a button is enough."""
    status: DraftStatus
    card_message_id: int | None
    created_at: datetime


def create(
    conn: sa.Connection,
    *,
    person_key: str,
    account: str,
    address: Address,
    intent: Intent,
    coverage_id: int,
    content: Content,
    now: datetime,
    entry_id: int | None = None,
    expected_revision: int | None = None,
    phrase: str = "",
) -> Draft:
    """Keep a draft."""
    new = tables.draft.insert().values(
        person_key=person_key,
        account=account,
        platform=address.platform,
        chat_id=address.chat_id,
        thread_id=address.thread_id,
        intent=intent,
        coverage_id=coverage_id,
        entry_id=entry_id,
        expected_revision=expected_revision,
        content=codec.to_json(content),
        phrase=phrase,
        status=DraftStatus.OPEN,
        created_at=now,
        updated_at=now,
    )
    return _noun(conn.execute(new.returning(*_DRAFT)).one())


def get(conn: sa.Connection, draft_id: int) -> Draft | None:
    """A draft, whatever became of it."""
    row = conn.execute(sa.select(tables.draft).where(_DRAFT.id == draft_id)).first()
    return None if row is None else _noun(row)


def open_of(conn: sa.Connection, person_key: str, account: str, address: Address) -> tuple[Draft, ...]:
    """What a person has open in a place, newest first."""
    mine = sa.select(tables.draft).where(
        *_here(account, address), _DRAFT.person_key == person_key, _DRAFT.status == DraftStatus.OPEN
    )
    return tuple(_noun(row) for row in conn.execute(mine.order_by(_DRAFT.id.desc())))


def last_sent(conn: sa.Connection, person_key: str, coverage_id: int) -> Draft | None:
    """What a person sent last in a coverage: that place is where they work."""
    mine = _DRAFT.person_key == person_key, _DRAFT.coverage_id == coverage_id, _DRAFT.status == DraftStatus.SENT
    newest = sa.select(tables.draft).where(*mine).order_by(_DRAFT.updated_at.desc(), _DRAFT.id.desc())
    row = conn.execute(newest.limit(1)).first()
    return None if row is None else _noun(row)


def of_card(conn: sa.Connection, account: str, address: Address, message_id: int) -> Draft | None:
    """The newest draft whose card this message is."""
    mine = sa.select(tables.draft).where(*_here(account, address), _DRAFT.card_message_id == message_id)
    row = conn.execute(mine.order_by(_DRAFT.id.desc()).limit(1)).first()
    return None if row is None else _noun(row)


def update(conn: sa.Connection, draft_id: int, *, content: Content, now: datetime) -> Draft | None:
    """Give an open draft other content; None when it is open no more."""
    return _change(conn, draft_id, {"content": codec.to_json(content), "updated_at": now})


def show(conn: sa.Connection, draft_id: int, *, card_message_id: int, now: datetime) -> None:
    """Remember which message is a draft's card."""
    shown = {"card_message_id": card_message_id, "updated_at": now}
    conn.execute(tables.draft.update().where(_DRAFT.id == draft_id).values(**shown))


def settle(conn: sa.Connection, draft_id: int, status: DraftStatus, *, now: datetime) -> Draft | None:
    """Decide about an open draft. None when somebody was quicker: a double click acts once."""
    return _change(conn, draft_id, {"status": status, "updated_at": now})


def prune(conn: sa.Connection, before: datetime) -> int:
    """Forget drafts nobody touched since then; returns how many."""
    gone = tables.draft.delete().where(_DRAFT.updated_at < before)
    return len(conn.execute(gone.returning(_DRAFT.id)).all())


def _change(conn: sa.Connection, draft_id: int, values: dict[str, Any]) -> Draft | None:
    still_open = _DRAFT.id == draft_id, _DRAFT.status == DraftStatus.OPEN
    row = conn.execute(tables.draft.update().where(*still_open).values(**values).returning(*_DRAFT)).first()
    return None if row is None else _noun(row)


def _here(account: str, address: Address) -> tuple[sa.ColumnElement[bool], ...]:
    place = _DRAFT.chat_id == address.chat_id, _DRAFT.thread_id == address.thread_id
    return (_DRAFT.account == account, *place)


def _noun(row: sa.Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        person_key=row.person_key,
        account=row.account,
        address=Address(row.platform, row.chat_id, row.thread_id),
        intent=Intent(row.intent),
        coverage_id=row.coverage_id,
        entry_id=row.entry_id,
        expected_revision=row.expected_revision,
        content=codec.from_json(row.content),
        phrase=row.phrase,
        status=DraftStatus(row.status),
        card_message_id=row.card_message_id,
        created_at=row.created_at,
    )
