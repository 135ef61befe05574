"""Coverages: opened under a slug of their own, changed, listed."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from core.errors import NoSuchCoverage, SlugTaken
from core.model import Coverage, CoverageStatus, Mode, Source
from core.store import audiences, audit, provenance, sql, tables

_COVERAGE = tables.coverage.c


class Amendments(TypedDict, total=False):
    """What an import or an editor may change of a coverage."""

    title: str
    standfirst: str
    language: str
    zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    url: str | None
    publisher: str
    series_id: int | None
    source: Source


def create(
    conn: sa.Connection,
    *,
    slug: str,
    title: str,
    standfirst: str = "",
    language: str,
    zone: str,
    mode: Mode,
    now: datetime,
    by: str,
    status: CoverageStatus = CoverageStatus.LIVE,
    series_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    url: str | None = None,
    publisher: str = "",
    source: Source | None = None,
) -> Coverage:
    """Open a coverage; its entries count from 1. Raises SlugTaken."""
    said: dict[str, Any] = {"title": title, "standfirst": standfirst, "language": language, "zone": zone, "url": url}
    said |= {"publisher": publisher, "starts_at": starts_at, "ends_at": ends_at, "series_id": series_id}
    given = {**said, **provenance.columns(source), "status": status, "mode": mode, "created_at": now}
    new = sql.insert(conn, tables.coverage).values(slug=slug, next_number=1, **given)
    row = conn.execute(new.on_conflict_do_nothing(index_elements=["slug"]).returning(*_COVERAGE)).first()
    if row is None:
        raise SlugTaken(slug)
    audit.write(conn, at=now, by=by, action="create", subject="coverage", subject_id=row.id, detail={"slug": slug})
    return noun(row)


def by_slug(conn: sa.Connection, slug: str) -> Coverage | None:
    """The coverage of that slug."""
    row = conn.execute(sa.select(tables.coverage).where(_COVERAGE.slug == slug)).first()
    return None if row is None else noun(row)


def get(conn: sa.Connection, coverage_id: int) -> Coverage:
    """A coverage we know; raises NoSuchCoverage."""
    row = conn.execute(sa.select(tables.coverage).where(_COVERAGE.id == coverage_id)).first()
    if row is None:
        raise NoSuchCoverage(coverage_id)
    return noun(row)


def listed(conn: sa.Connection, *, statuses: tuple[CoverageStatus, ...] | None = None) -> tuple[Coverage, ...]:
    """Coverages, newest first: all, or those in one of the statuses."""
    wanted = sa.select(tables.coverage).order_by(_COVERAGE.created_at.desc(), _COVERAGE.id.desc())
    if statuses is not None:
        wanted = wanted.where(_COVERAGE.status.in_(statuses))
    return tuple(noun(row) for row in conn.execute(wanted))


def next_number(conn: sa.Connection, coverage_id: int) -> int:
    """The number its next entry gets, if nobody is quicker."""
    found = conn.execute(sa.select(_COVERAGE.next_number).where(_COVERAGE.id == coverage_id)).scalar()
    if found is None:
        raise NoSuchCoverage(coverage_id)
    return int(found)


def find_source(conn: sa.Connection, system: str, identity: str) -> Coverage | None:
    """The coverage that was imported from this page."""
    here = _COVERAGE.source_system == system, _COVERAGE.source_identity == identity
    row = conn.execute(sa.select(tables.coverage).where(*here).order_by(_COVERAGE.id)).first()
    return None if row is None else noun(row)


def set_status(conn: sa.Connection, coverage_id: int, status: CoverageStatus, *, by: str, now: datetime) -> Coverage:
    """Move a coverage in its life. Opening notes its start, closing its end; opening again forgets the end."""
    before = get(conn, coverage_id)
    if before.status is status:
        return before
    values: dict[str, Any] = {"status": status}
    if status is CoverageStatus.LIVE:
        values |= {"starts_at": before.starts_at or now, "ends_at": None}
    if status is CoverageStatus.CLOSED:
        values["ends_at"] = before.ends_at or now
    detail = {"from": before.status.value, "to": status.value}
    audit.write(conn, at=now, by=by, action="status", subject="coverage", subject_id=coverage_id, detail=detail)
    return _update(conn, coverage_id, values)


def amend(conn: sa.Connection, coverage_id: int, *, by: str, now: datetime, **fields: Unpack[Amendments]) -> Coverage:
    """Change what a coverage says about itself. Its start never moves later (some pages move theirs each visit)."""
    before = get(conn, coverage_id)
    wanted: dict[str, Any] = dict(fields)
    starts_at = fields.get("starts_at")
    if before.starts_at is not None and (starts_at is None or starts_at > before.starts_at):
        wanted.pop("starts_at", None)
    changed = {name: value for name, value in wanted.items() if value != getattr(before, name)}
    if not changed:
        return before
    told = {"fields": sorted(changed)}
    audit.write(conn, at=now, by=by, action="amend", subject="coverage", subject_id=coverage_id, detail=told)
    source = changed.pop("source", None)
    return _update(conn, coverage_id, changed | (provenance.columns(source) if source else {}))


def noun(row: sa.Row[Any]) -> Coverage:
    """A coverage from its row."""
    return Coverage(
        id=row.id,
        slug=row.slug,
        title=row.title,
        standfirst=row.standfirst,
        language=row.language,
        zone=row.zone,
        status=row.status,
        mode=row.mode,
        created_at=row.created_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        url=row.url,
        publisher=row.publisher,
        series_id=row.series_id,
        source=provenance.noun(row),
    )


def _update(conn: sa.Connection, coverage_id: int, values: dict[str, Any]) -> Coverage:
    changed = tables.coverage.update().where(_COVERAGE.id == coverage_id).values(**values)
    after = noun(conn.execute(changed.returning(*_COVERAGE)).one())
    if "series_id" in values:
        audiences.recount(conn, coverage_id)
    return after
