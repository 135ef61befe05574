"""A coverage's standing summary: versioned, and one bulletin that changes with it."""

from datetime import datetime

import sqlalchemy as sa

from core.model import BulletinKind, Coverage, CoverageStatus, Importance, Operation, Summary, Urgency
from core.store import audit, sending, tables
from core.store.coverages import pages

_SUMMARY = tables.summary_revision.c
_BULLETIN = tables.bulletin.c


def summary(conn: sa.Connection, coverage_id: int) -> Summary | None:
    """What we know now; None when nobody wrote any."""
    return _newest(conn, _SUMMARY.coverage_id == coverage_id)


def last_summary_by(conn: sa.Connection, coverage_id: int, by: str) -> Summary | None:
    """The newest summary that one of us wrote, whatever stands now: what an import said last time."""
    return _newest(conn, _SUMMARY.coverage_id == coverage_id, _SUMMARY.by == by)


def set_summary(
    conn: sa.Connection,
    coverage_id: int,
    points: tuple[str, ...],
    *,
    by: str,
    now: datetime,
    as_of: datetime | None = None,
    send: bool = True,
) -> tuple[Summary, int | None]:
    """Write what we know now: a new revision and its bulletin's id; unchanged points change nothing and give None.

    `send` carries it out: published while the coverage is live if it never was, else the copies out there are edited.
    """
    coverage = _locked(conn, coverage_id)
    before = summary(conn, coverage_id)
    if before is not None and before.points == tuple(points):
        return before, None
    after = Summary(coverage_id, before.revision + 1 if before else 1, tuple(points), as_of or now)
    conn.execute(
        tables.summary_revision.insert().values(
            coverage_id=coverage_id, revision=after.revision, points=list(points), as_of=after.as_of, by=by, at=now
        )
    )
    bulletin_id = _bulletin(conn, coverage, after.revision, now)
    told = {"revision": after.revision}
    audit.write(conn, at=now, by=by, action="summary", subject="coverage", subject_id=coverage_id, detail=told)
    if send:
        _carry(conn, coverage_id, bulletin_id, now)
    return after, bulletin_id


def send_summary(conn: sa.Connection, coverage_id: int, now: datetime, not_before: datetime | None = None) -> bool:
    """Publish a summary that was only stored; False when there is none, it went out before, or nothing is live.

    It goes with the entries' urgency, so that readers get both in the order in which they were published.
    """
    live = pages.get(conn, coverage_id).status is CoverageStatus.LIVE
    bulletin_id = summary_bulletin(conn, coverage_id)
    if not live or bulletin_id is None or sending.exist(conn, bulletin_id):
        return False
    sending.publish(
        conn,
        bulletin_id=bulletin_id,
        coverage_id=coverage_id,
        urgency=Urgency.ENTRY,
        importance=Importance.BREAKING,
        lifetime=sending.SUMMARY_LIFETIME,
        now=now,
        not_before=not_before,
    )
    return True


def summary_bulletin(conn: sa.Connection, coverage_id: int) -> int | None:
    """The bulletin of a coverage's summary."""
    its = _BULLETIN.coverage_id == coverage_id, sa.text("kind = 'summary'")
    return conn.execute(sa.select(_BULLETIN.id).where(*its)).scalar()


def _locked(conn: sa.Connection, coverage_id: int) -> Coverage:
    # Two editors writing at once take turns, so that each revision gets its own number.
    conn.execute(sa.select(tables.coverage.c.id).where(tables.coverage.c.id == coverage_id).with_for_update())
    return pages.get(conn, coverage_id)


def _bulletin(conn: sa.Connection, coverage: Coverage, revision: int, now: datetime) -> int:
    bulletin_id = summary_bulletin(conn, coverage.id)
    if bulletin_id is not None:
        conn.execute(tables.bulletin.update().where(_BULLETIN.id == bulletin_id).values(revision=revision))
        return bulletin_id
    new = tables.bulletin.insert().values(
        kind=BulletinKind.SUMMARY,
        coverage_id=coverage.id,
        revision=revision,
        words="",
        mode=coverage.mode,
        created_at=now,
        kept=2,
    )
    return int(conn.execute(new.returning(_BULLETIN.id)).scalar_one())


def _carry(conn: sa.Connection, coverage_id: int, bulletin_id: int, now: datetime) -> None:
    # Whoever joined late may have been shown it alone before it went to all: that copy needs the edit too.
    if sending.began(conn, bulletin_id) or sending.exist(conn, bulletin_id):
        edit, behind = Operation.EDIT, Urgency.EDIT
        sending.change(conn, bulletin_id=bulletin_id, coverage_id=coverage_id, operation=edit, urgency=behind, now=now)
    send_summary(conn, coverage_id, now)


def _newest(conn: sa.Connection, *where: sa.ColumnElement[bool]) -> Summary | None:
    wanted = sa.select(tables.summary_revision).where(*where).order_by(_SUMMARY.revision.desc()).limit(1)
    row = conn.execute(wanted).first()
    return None if row is None else Summary(row.coverage_id, row.revision, tuple(row.points), row.as_of)
