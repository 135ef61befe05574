"""Bulletins to draw and send, built by hand."""

from datetime import UTC, datetime
from typing import Any

from core import blocks
from core.blocks import Block, Paragraph
from core.model import (
    Bulletin,
    BulletinKind,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Mode,
    Summary,
)

AT = datetime(2026, 1, 15, 14, 5, tzinfo=UTC)
COVERAGE = Coverage(
    id=1,
    slug="storm",
    title="Storm Ada",
    standfirst="",
    language="en",
    zone="Europe/London",
    status=CoverageStatus.LIVE,
    mode=Mode.REHEARSAL,
    created_at=AT,
    url="https://news.example/storm",
)


def entry(content: Content, **more: Any) -> Entry:
    given = {
        "id": 7,
        "coverage_id": 1,
        "number": 17,
        "revision": 1,
        "status": EntryStatus.PUBLISHED,
        "content": content,
        "mode": Mode.REHEARSAL,
        "published_at": AT,
        "display_at": AT,
        "updated_at": AT,
        "bulletin_id": 70,
    }
    return Entry(**{**given, **more})


def bulletin(content: Content | None = None, kind: BulletinKind = BulletinKind.ENTRY, **more: Any) -> Bulletin:
    one = entry(content or told("The river is rising."), **more)
    return Bulletin(70, kind, one.revision, COVERAGE, entry=one)


def told(*body: Block | str, headline: str = "Bridge closed", **more: Any) -> Content:
    """Content whose strings are paragraphs."""
    made = tuple(Paragraph(blocks.text(one)) if isinstance(one, str) else one for one in body)
    return Content(headline, made, **more)


def summary(*points: str) -> Bulletin:
    return Bulletin(71, BulletinKind.SUMMARY, 1, COVERAGE, summary=Summary(1, 1, points, AT))
