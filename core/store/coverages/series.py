"""Running stories over many coverages."""

from datetime import datetime

import sqlalchemy as sa

from core.errors import SlugTaken
from core.model import Series
from core.store import audit, sql, tables

_SERIES = tables.series.c


def create_series(conn: sa.Connection, *, slug: str, title: str, by: str, now: datetime) -> Series:
    """Begin a series. Raises SlugTaken."""
    new = sql.insert(conn, tables.series).values(slug=slug, title=title, created_at=now)
    row = conn.execute(new.on_conflict_do_nothing(index_elements=["slug"]).returning(_SERIES.id)).first()
    if row is None:
        raise SlugTaken(slug)
    audit.write(conn, at=now, by=by, action="create", subject="series", subject_id=row.id, detail={"slug": slug})
    return Series(row.id, slug, title)


def series_by_slug(conn: sa.Connection, slug: str) -> Series | None:
    """The series of that slug."""
    row = conn.execute(sa.select(tables.series).where(_SERIES.slug == slug)).first()
    return None if row is None else Series(row.id, row.slug, row.title)


def get_series(conn: sa.Connection, series_id: int) -> Series:
    """A series we know; LookupError when there is none."""
    row = conn.execute(sa.select(tables.series).where(_SERIES.id == series_id)).first()
    if row is None:
        raise LookupError(f"no series {series_id}")
    return Series(row.id, row.slug, row.title)


def listed_series(conn: sa.Connection) -> tuple[Series, ...]:
    """Every series, newest first."""
    rows = conn.execute(sa.select(tables.series).order_by(_SERIES.id.desc()))
    return tuple(Series(row.id, row.slug, row.title) for row in rows)
