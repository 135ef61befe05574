"""An entry begins: its number, its first revision, its broadcasts, in one transaction and once for each token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import CoverageNotOpen, NoSuchCoverage
from core.model import BulletinKind, Change, Content, CoverageStatus, Entry, EntryStatus, Importance, Source, Urgency
from core.store import audit, commands, provenance, sending, tables
from core.store import content as codec
from core.store.entries import reading

_COVERAGE = tables.coverage.c
_BULLETIN = tables.bulletin.c


@dataclass(frozen=True, slots=True)
class Published:
    """The entry, and whether this was only the answer to a token that came again."""

    entry: Entry
    replayed: bool


def publish(
    conn: sa.Connection,
    *,
    coverage_id: int,
    content: Content,
    actor: str,
    token: str,
    now: datetime,
    first_published: datetime | None = None,
    display_at: datetime | None = None,
    updated_at: datetime | None = None,
    number: int | None = None,
    revision: int = 1,
    not_before: datetime | None = None,
    alert: bool = False,
    source: Source | None = None,
    send: bool = True,
) -> Published:
    """Publish an entry, or only store it (`send=False`: imports). One token makes one entry, however often it comes.

    An imported entry keeps its own times, its `revision` and, when no earlier entry has reached it, its `number`.
    `not_before` leaves time to undo. The cost is the same for any audience. Raises CoverageNotOpen (if sent),
    TokenReused, NoSuchCoverage.
    """
    request = codec.digest("publish", coverage_id, codec.to_json(content), alert, source.identity if source else None)
    answer = commands.claim(conn, actor, token, request, now)
    if answer is not None:
        return Published(reading.at_revision(conn, answer["entry"], answer["revision"]), replayed=True)
    coverage = _take_number(conn, coverage_id, number or 1)
    if send and coverage.status is not CoverageStatus.LIVE:
        raise CoverageNotOpen(coverage.slug, coverage.status.value)
    shown_at = display_at or now
    past = {"published_at": first_published or now, "display_at": shown_at, "updated_at": updated_at or shown_at}
    entry = _write(conn, coverage, content, source, actor, now, {**past, "revision": revision}, alert=alert)
    if send:
        _send(conn, entry, now, not_before, alert=alert)
    told = {"coverage": coverage_id, "number": entry.number, "alert": alert, "sent": send}
    audit.write(conn, at=now, by=actor, action="publish", subject="entry", subject_id=entry.id, detail=told)
    commands.settle(conn, actor, token, {"entry": entry.id, "revision": entry.revision})
    return Published(entry, replayed=False)


def send_stored(conn: sa.Connection, entry_id: int, now: datetime, not_before: datetime | None = None) -> bool:
    """Publish an entry that was only stored; False when it went out before or does not stand.

    Raises CoverageNotOpen.
    """
    entry = reading.get(conn, entry_id)
    coverage = conn.execute(
        sa.select(_COVERAGE.slug, _COVERAGE.status).where(_COVERAGE.id == entry.coverage_id).with_for_update()
    ).one()
    if coverage.status is not CoverageStatus.LIVE:
        raise CoverageNotOpen(coverage.slug, coverage.status.value)
    if entry.status is not EntryStatus.PUBLISHED or sending.exist(conn, entry.bulletin_id):
        return False
    kind = conn.execute(sa.select(_BULLETIN.kind).where(_BULLETIN.id == entry.bulletin_id)).scalar_one()
    _send(conn, entry, now, not_before, alert=kind is BulletinKind.ALERT)
    return True


def _take_number(conn: sa.Connection, coverage_id: int, at_least: int) -> sa.Row[Any]:
    # Taken under the row's lock and in the entry's own transaction: no gap when it fails, never twice.
    number = sa.case((_COVERAGE.next_number > at_least, _COVERAGE.next_number), else_=at_least)
    taken = tables.coverage.update().where(_COVERAGE.id == coverage_id).values(next_number=number + 1)
    row = conn.execute(
        taken.returning(_COVERAGE.id, _COVERAGE.next_number, _COVERAGE.status, _COVERAGE.slug, _COVERAGE.mode)
    ).first()
    if row is None:
        raise NoSuchCoverage(coverage_id)
    return row


def _write(
    conn: sa.Connection,
    coverage: sa.Row[Any],
    content: Content,
    source: Source | None,
    by: str,
    now: datetime,
    past: dict[str, Any],
    *,
    alert: bool,
) -> Entry:
    """The rows of a new entry: itself, its first revision and its bulletin."""
    values: dict[str, Any] = {
        "coverage_id": coverage.id,
        "number": coverage.next_number - 1,
        "status": EntryStatus.PUBLISHED,
        "mode": coverage.mode,
        **past,
    }
    entry_id = _insert(conn, tables.entry, values | provenance.columns(source))
    its = {"entry_id": entry_id, "revision": past["revision"]}
    said = {"content": codec.to_json(content), "change": Change.FIRST, "by": by, "at": now}
    conn.execute(tables.entry_revision.insert().values(**its, **said, status=EntryStatus.PUBLISHED))
    bulletin = {"kind": BulletinKind.ALERT if alert else BulletinKind.ENTRY, "coverage_id": coverage.id, "words": ""}
    bulletin |= {**its, "mode": coverage.mode, "created_at": now, "kept": 2}
    bulletin_id = _insert(conn, tables.bulletin, bulletin)
    return Entry(id=entry_id, content=content, bulletin_id=bulletin_id, source=source, **values)


def _insert(conn: sa.Connection, table: sa.Table, values: dict[str, Any]) -> int:
    return int(conn.execute(table.insert().values(**values).returning(table.c.id)).scalar_one())


def _send(conn: sa.Connection, entry: Entry, now: datetime, not_before: datetime | None, *, alert: bool) -> None:
    sending.publish(
        conn,
        bulletin_id=entry.bulletin_id,
        coverage_id=entry.coverage_id,
        urgency=Urgency.ALERT if alert else Urgency.ENTRY,
        # An alert is for everybody who wants anything, whatever its words are marked as.
        importance=Importance.BREAKING if alert else entry.content.importance,
        lifetime=sending.ALERT_LIFETIME if alert else sending.ENTRY_LIFETIME,
        now=now,
        not_before=not_before,
    )
