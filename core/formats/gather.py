"""A coverage as the newsroom holds it, gathered into the Page that is written out."""

from collections.abc import Sequence

from core.formats import page
from core.model import Coverage, Entry, EntryStatus, Source, Summary

SYSTEM = "livedesk"
"""What `Source.system` says of a coverage or an entry written here, not imported."""


def page_of(coverage: Coverage, summary: Summary | None, entries: Sequence[Entry]) -> page.Page:
    """The page of a coverage: its entries at their newest revision, oldest first; what was undone nobody ever saw."""
    base = coverage.url or f"urn:livedesk:coverage:{coverage.slug}"
    mark = page.fingerprint(coverage.created_at, coverage.title)
    shown = sorted(
        (entry for entry in entries if entry.status is not EntryStatus.UNDONE),
        key=lambda entry: (entry.display_at, entry.number),
    )
    return page.Page(
        title=coverage.title,
        source=coverage.source or Source(SYSTEM, f"{base}#liveblog", mark),
        entries=tuple(_entry(entry, base) for entry in shown),
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


def _entry(entry: Entry, base: str) -> page.PageEntry:
    mark = page.fingerprint(entry.display_at, entry.content.headline, page.body_text(entry.content.blocks))
    return page.PageEntry(
        content=entry.content,
        display_at=entry.display_at,
        source=entry.source or Source(SYSTEM, f"{base}#entry-{entry.number}", mark),
        updated_at=entry.updated_at if entry.revision > 1 else None,
        # An imported entry was first published by somebody else, at a time we do not know.
        first_published=None if entry.source else entry.published_at,
        number=entry.number,
        revision=entry.revision,
        status=entry.status,
    )
