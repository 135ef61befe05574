"""Bulletins that are not in the store yet, drawn by the platforms' own renderers: exactly what readers will see."""

from dataclasses import replace
from datetime import datetime

from core.model import Bulletin, BulletinKind, Content, Coverage, Entry, EntryStatus, Summary


def of_new(coverage: Coverage, content: Content, number: int, now: datetime, *, alert: bool = False) -> Bulletin:
    """An entry as it will look once published; `number` is the one it will get if nobody is faster."""
    entry = Entry(
        id=0,
        coverage_id=coverage.id,
        number=number,
        revision=1,
        status=EntryStatus.PUBLISHED,
        content=content,
        mode=coverage.mode,
        published_at=now,
        display_at=now,
        updated_at=now,
        bulletin_id=0,
    )
    return Bulletin(0, BulletinKind.ALERT if alert else BulletinKind.ENTRY, 1, coverage, entry=entry)


def of_changed(
    coverage: Coverage, entry: Entry, content: Content, now: datetime, *, retracted: bool = False
) -> Bulletin:
    """An entry readers have, as every copy of it will look."""
    status = EntryStatus.RETRACTED if retracted else entry.status
    after = replace(entry, content=content, status=status, revision=entry.revision + 1, updated_at=now)
    return Bulletin(0, BulletinKind.ENTRY, after.revision, coverage, entry=after)


def of_summary(coverage: Coverage, summary: Summary) -> Bulletin:
    """The standing summary as readers have it."""
    return Bulletin(0, BulletinKind.SUMMARY, summary.revision, coverage, summary=summary)
