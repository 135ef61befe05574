"""An entry changes: a new revision each time, made only from the revision its editor has seen."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import EditConflict, NotStanding
from core.model import Change, Content, Entry, EntryStatus, Operation, Source, Urgency
from core.store import audit, commands, provenance, recalls, sending, tables
from core.store import content as codec
from core.store.entries import reading

_ENTRY = tables.entry.c
_BULLETIN = tables.bulletin.c
_BROADCAST = tables.broadcast.c


def revise(
    conn: sa.Connection,
    *,
    entry_id: int,
    expected: int,
    content: Content,
    change: Change,
    actor: str,
    token: str,
    now: datetime,
    updated_at: datetime | None = None,
    source: Source | None = None,
    send: bool = True,
) -> Entry:
    """Make a new revision of revision `expected` and carry it to every copy; the same content again changes nothing.

    Raises EditConflict when another revision stands by now, NotStanding when it was retracted or taken back, and
    TokenReused. A correction goes with a notice's urgency, any other edit behind the entries.
    """
    request = codec.digest("revise", entry_id, expected, codec.to_json(content), change.value)
    answer = commands.claim(conn, actor, token, request, now)
    if answer is not None:
        return reading.at_revision(conn, entry_id, answer["revision"])
    before = reading.get(conn, entry_id)
    if before.revision == expected and before.content == content and before.status is EntryStatus.PUBLISHED:
        after = before
    else:
        after = _advance(
            conn, before, expected, content, EntryStatus.PUBLISHED, change, actor, now, updated_at=updated_at or now
        )
        if send:
            urgency = Urgency.NOTICE if change is Change.CORRECTION else Urgency.EDIT
            _carry(conn, after, Operation.EDIT, urgency, now)
    if source is not None and source != before.source:
        set_source(conn, entry_id, source)
        after = replace(after, source=source)
    commands.settle(conn, actor, token, {"revision": after.revision})
    return after


def set_source(conn: sa.Connection, entry_id: int, source: Source) -> None:
    """Note under which name, and looking how, its source shows an entry now."""
    conn.execute(tables.entry.update().where(_ENTRY.id == entry_id).values(**provenance.columns(source)))


def retract(
    conn: sa.Connection,
    *,
    entry_id: int,
    expected: int,
    reason: str,
    actor: str,
    token: str,
    now: datetime,
    updated_at: datetime | None = None,
    send: bool = True,
) -> Entry:
    """Take an entry back for everybody: what has not gone out yet stops here, every copy out there becomes a notice.

    Raises EditConflict, NotStanding, TokenReused.
    """
    request = codec.digest("retract", entry_id, expected, reason)
    answer = commands.claim(conn, actor, token, request, now)
    if answer is not None:
        return reading.at_revision(conn, entry_id, answer["revision"])
    before = reading.get(conn, entry_id)
    withdrawn = replace(before.content, reason=reason)
    after = _advance(
        conn, before, expected, withdrawn, EntryStatus.RETRACTED, Change.RETRACTION, actor, now, updated_at=updated_at
    )
    sending.end(conn, after.bulletin_id, (Operation.PUBLISH, Operation.EDIT), now)
    if send:
        _carry(conn, after, Operation.RETRACT, Urgency.NOTICE, now)
    recalls.bump(conn)
    commands.settle(conn, actor, token, {"revision": after.revision})
    return after


def undo(conn: sa.Connection, *, entry_id: int, actor: str, now: datetime) -> bool:
    """Take an entry back before anybody got it; False when it is too late or it does not stand any more."""
    entry = reading.get(conn, entry_id)
    its = _BROADCAST.bulletin_id == entry.bulletin_id, _BROADCAST.operation == Operation.PUBLISH
    columns = _BROADCAST.state, _BROADCAST.begun, _BROADCAST.not_before
    # Locked, so that no courier declares its window between our look and our decision.
    for row in conn.execute(sa.select(*columns).where(*its).with_for_update()):
        waits = row.state == tables.OPEN and not row.begun
        if not (waits and row.not_before is not None and row.not_before > now):
            return False
    if entry.status is not EntryStatus.PUBLISHED:
        return False
    try:
        _advance(conn, entry, entry.revision, entry.content, EntryStatus.UNDONE, Change.UNDO, actor, now)
    except (EditConflict, NotStanding):
        # Somebody else was quicker, with this very button or with a correction.
        return False
    sending.end(conn, entry.bulletin_id, (Operation.PUBLISH, Operation.EDIT), now)
    recalls.bump(conn)
    return True


def _advance(
    conn: sa.Connection,
    before: Entry,
    expected: int,
    content: Content,
    status: EntryStatus,
    change: Change,
    actor: str,
    now: datetime,
    *,
    updated_at: datetime | None = None,
) -> Entry:
    values: dict[str, Any] = {"revision": expected + 1, "status": status, "updated_at": updated_at or now}
    mine = _ENTRY.id == before.id, _ENTRY.revision == expected, _ENTRY.status == EntryStatus.PUBLISHED
    if conn.execute(tables.entry.update().where(*mine).values(**values).returning(_ENTRY.id)).first() is None:
        current = reading.get(conn, before.id)
        if current.status is not EntryStatus.PUBLISHED:
            raise NotStanding(current.number, current.status.value)
        raise EditConflict(current.revision)
    row = {"entry_id": before.id, "revision": expected + 1, "content": codec.to_json(content), "status": status}
    conn.execute(tables.entry_revision.insert().values(**row, change=change, by=actor, at=now))
    conn.execute(tables.bulletin.update().where(_BULLETIN.id == before.bulletin_id).values(revision=expected + 1))
    told = {"revision": expected + 1, "number": before.number}
    audit.write(conn, at=now, by=actor, action=change.value, subject="entry", subject_id=before.id, detail=told)
    return replace(before, content=content, **values)


def _carry(conn: sa.Connection, entry: Entry, operation: Operation, urgency: Urgency, now: datetime) -> None:
    sending.change(
        conn,
        bulletin_id=entry.bulletin_id,
        coverage_id=entry.coverage_id,
        operation=operation,
        urgency=urgency,
        now=now,
    )
