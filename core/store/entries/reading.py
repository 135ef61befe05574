"""Entries as they stand, as they stood, and how they are found again."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.errors import NoSuchEntry
from core.model import Entry, EntryStatus, Revision
from core.store import content, provenance, sending, tables

_ENTRY = tables.entry.c
_REVISION = tables.entry_revision.c
_BULLETIN = tables.bulletin.c

_SELECT = (
    sa.select(tables.entry, _REVISION.content, _BULLETIN.id.label("bulletin_id"))
    .join(tables.entry_revision, sa.and_(_REVISION.entry_id == _ENTRY.id, _REVISION.revision == _ENTRY.revision))
    .join(tables.bulletin, sa.and_(_BULLETIN.entry_id == _ENTRY.id, sa.text("bulletin.kind IN ('entry', 'alert')")))
)


def get(conn: sa.Connection, entry_id: int) -> Entry:
    """An entry we know, as it stands; raises NoSuchEntry."""
    row = conn.execute(_SELECT.where(_ENTRY.id == entry_id)).first()
    if row is None:
        raise NoSuchEntry(entry_id)
    return _noun(row)


def at_revision(conn: sa.Connection, entry_id: int, revision: int) -> Entry:
    """An entry as it stood at one revision."""
    its = _REVISION.entry_id == entry_id, _REVISION.revision == revision
    then = conn.execute(sa.select(tables.entry_revision).where(*its)).one()
    now = get(conn, entry_id)
    if now.revision == revision:
        return now
    said = content.from_json(then.content)
    return replace(now, revision=revision, status=then.status, content=said, updated_at=then.at)


def by_number(conn: sa.Connection, coverage_id: int, number: int) -> Entry | None:
    """The entry that readers know as `#number`, whatever became of it."""
    row = conn.execute(_SELECT.where(_ENTRY.coverage_id == coverage_id, _ENTRY.number == number)).first()
    return None if row is None else _noun(row)


def of_coverage(conn: sa.Connection, coverage_id: int, *, newest: int | None = None) -> tuple[Entry, ...]:
    """A coverage's entries as the stream shows them, oldest first: all, or the newest so many.

    Retracted ones are among them; those taken back before anybody got them are not.
    """
    wanted = _SELECT.where(_ENTRY.coverage_id == coverage_id, _ENTRY.status != EntryStatus.UNDONE)
    wanted = wanted.order_by(_ENTRY.display_at.desc(), _ENTRY.number.desc())
    if newest is not None:
        wanted = wanted.limit(newest)
    return tuple(reversed([_noun(row) for row in conn.execute(wanted)]))


def unsent(conn: sa.Connection, coverage_id: int) -> tuple[Entry, ...]:
    """Standing entries that never went out anywhere, in stream order."""
    went = sa.exists().where(tables.broadcast.c.bulletin_id == _BULLETIN.id)
    wanted = _SELECT.where(_ENTRY.coverage_id == coverage_id, _ENTRY.status == EntryStatus.PUBLISHED, ~went)
    return tuple(_noun(row) for row in conn.execute(wanted.order_by(_ENTRY.display_at, _ENTRY.number)))


def revisions(conn: sa.Connection, entry_id: int) -> tuple[Revision, ...]:
    """Everything an entry ever said, oldest first."""
    wanted = sa.select(tables.entry_revision).where(_REVISION.entry_id == entry_id).order_by(_REVISION.revision)
    return tuple(
        Revision(row.entry_id, row.revision, content.from_json(row.content), row.status, row.change, row.by, row.at)
        for row in conn.execute(wanted)
    )


def find_source(conn: sa.Connection, coverage_id: int, identity: str) -> Entry | None:
    """The entry that was imported under this identity."""
    return _first(conn, _ENTRY.coverage_id == coverage_id, _ENTRY.source_identity == identity)


def find_fingerprint(conn: sa.Connection, coverage_id: int, fingerprint: str) -> Entry | None:
    """The entry whose source last looked like this."""
    return _first(conn, _ENTRY.coverage_id == coverage_id, _ENTRY.source_fingerprint == fingerprint)


def find_anywhere(conn: sa.Connection, system: str, identities: tuple[str, ...]) -> Entry | None:
    """The oldest entry of any coverage that was imported under one of these identities: whose page is this?"""
    return _first(conn, _ENTRY.source_system == system, _ENTRY.source_identity.in_(identities))


def delivered(conn: sa.Connection, entry_id: int) -> bool:
    """Whether any reader may have it already: then a change needs an editor."""
    return sending.began(conn, get(conn, entry_id).bulletin_id)


def _first(conn: sa.Connection, *where: sa.ColumnElement[bool]) -> Entry | None:
    row = conn.execute(_SELECT.where(*where).order_by(_ENTRY.id).limit(1)).first()
    return None if row is None else _noun(row)


def _noun(row: sa.Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        coverage_id=row.coverage_id,
        number=row.number,
        revision=row.revision,
        status=row.status,
        content=content.from_json(row.content),
        mode=row.mode,
        published_at=row.published_at,
        display_at=row.display_at,
        updated_at=row.updated_at,
        bulletin_id=row.bulletin_id,
        source=provenance.noun(row),
    )
