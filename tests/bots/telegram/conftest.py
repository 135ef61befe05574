"""Bulletins to draw and send, built by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import blocks
from core.model import (
    Bulletin,
    BulletinKind,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Mode,
)

NOON = datetime(2026, 3, 7, 14, 7, tzinfo=UTC)


def coverage(**more):
    given = {
        "id": 1,
        "slug": "storm",
        "title": "Storm Ada",
        "standfirst": "",
        "language": "en",
        "zone": "Europe/London",
        "status": CoverageStatus.LIVE,
        "mode": Mode.REHEARSAL,
        "created_at": NOON,
    }
    return Coverage(**{**given, **more})


def entry(content, **more):
    given = {
        "id": 7,
        "coverage_id": 1,
        "number": 17,
        "revision": 1,
        "status": EntryStatus.PUBLISHED,
        "content": content,
        "mode": Mode.REHEARSAL,
        "published_at": NOON,
        "display_at": NOON,
        "updated_at": NOON,
        "bulletin_id": 70,
    }
    return Entry(**{**given, **more})


def bulletin(content=None, kind=BulletinKind.ENTRY, **more):
    content = content or Content("Bridge closed", (blocks.Paragraph(blocks.text("The river is rising.")),))
    one = entry(content)
    return Bulletin(70, kind, one.revision, coverage(), entry=replace(one, **more))


@pytest.fixture(name="bulletin")
def _bulletin():
    """Build an entry's bulletin from a content and fields of the entry."""
    return bulletin
