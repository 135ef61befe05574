"""A coverage as a page that leaves the house: everything that was ever public about it, corrections included."""

from core.formats import page
from core.formats.page import Page, PageEntry
from core.model import Coverage, Entry, EntryStatus, Source
from core.newsroom import identities
from core.store import Connection, coverages, entries


def read(conn: Connection, coverage_id: int) -> Page:
    """The page of a coverage. What was taken back inside the undo window was never public and is not on it."""
    coverage = coverages.get(conn, coverage_id)
    summary = coverages.summary(conn, coverage_id)
    public = (entry for entry in entries.of_coverage(conn, coverage_id) if entry.status is not EntryStatus.UNDONE)
    return Page(
        title=coverage.title,
        source=coverage.source or _own(coverage),
        entries=tuple(_entry(coverage, entry) for entry in public),
        standfirst=coverage.standfirst,
        language=coverage.language,
        zone=coverage.zone,
        starts_at=coverage.starts_at,
        ends_at=coverage.ends_at,
        status=coverage.status,
        url=coverage.url,
        publisher=coverage.publisher,
        summary=summary.points if summary else (),
        summary_as_of=summary.as_of if summary else None,
    )


def _entry(coverage: Coverage, entry: Entry) -> PageEntry:
    return PageEntry(
        content=entry.content,
        display_at=entry.display_at,
        source=entry.source or _own_source(coverage, entry),
        updated_at=entry.updated_at if entry.updated_at != entry.display_at else None,
        first_published=entry.published_at,
        number=entry.number,
        revision=entry.revision,
        status=entry.status,
    )


def _own(coverage: Coverage) -> Source:
    name = identities.of_coverage(coverage)
    return Source(identities.SYSTEM, name, name)


def _own_source(coverage: Coverage, entry: Entry) -> Source:
    body = page.body_text(entry.content.blocks)
    mark = page.fingerprint(entry.display_at, entry.content.headline, body)
    return Source(identities.SYSTEM, identities.of_entry(coverage, entry.number), mark)
