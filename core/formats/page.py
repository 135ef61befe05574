"""A live page outside the store: what every format reads into and writes from, and what could not be placed.

Nothing here knows a file, a store or a clock. Every instant is an aware UTC datetime.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core import blocks
from core.model import Content, CoverageStatus, EntryStatus, Source


class NotAPage(Exception):
    """The bytes cannot be read as a live page. Its text is one line for the operator that says what to do."""


class UnknownZone(NotAPage):
    """A clock on the page cannot be turned into an instant before somebody names its zone."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something dropped, guessed or left unsure by an import. `entry` is empty when it concerns the whole page."""

    entry: str
    """The entry as a person finds it on the page: clock and headline."""
    field: str
    what: str

    def __str__(self) -> str:
        """One line of the loss report."""
        place = self.entry or "page"
        return f"{place}: {self.field}: {self.what}"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One entry of a page, at its newest revision."""

    content: Content
    display_at: datetime
    """The clock the page shows; it sorts the stream."""
    source: Source
    updated_at: datetime | None = None
    """The last change the page admits to; None when it names none or never changed."""
    first_published: datetime | None = None
    number: int | None = None
    """Livedesk's own public number. A position on a foreign page is `source.position`, never this."""
    revision: int = 1
    status: EntryStatus = EntryStatus.PUBLISHED
    timed: bool = True
    """False when the page's clock for this entry cannot be trusted: import in page order, never notify by it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One live page. `entries` are oldest first, whatever order the file had.

    `source.identity` is the page's own address or id when it has one. A saved text has none: its identity then comes
    from its oldest entry, so an importer that does not find it should look for a coverage that holds one of the
    entries' identities before it opens a new one.
    """

    title: str
    source: Source
    entries: tuple[PageEntry, ...] = ()
    standfirst: str = ""
    language: str = ""
    """BCP 47; empty when the page does not say."""
    zone: str = "UTC"
    """IANA zone of the clocks readers see."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """Only for a coverage that is closed or archived; a foreign page's end is reported, never believed."""
    status: CoverageStatus = CoverageStatus.LIVE
    url: str | None = None
    publisher: str = ""
    summary: tuple[str, ...] = ()
    summary_as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading: the page and an honest list of what is not in it as the source had it."""

    page: Page
    losses: tuple[Loss, ...] = ()


_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})


def fingerprint(at: datetime, headline: str, body: str = "") -> str:
    """What finds an entry again when its source has no ids: its minute and its headline.

    A headline keeps its fingerprint when only spaces, quote styles, dashes or capitals change. Without a headline the
    first words of the body stand in. A rewritten headline gives a new fingerprint on purpose: two entries can share a
    minute, and merging the wrong two would overwrite what readers have.
    """
    words = headline or body[:80]
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", words).translate(_QUOTES)).strip().casefold()
    return hashlib.sha256(f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}|{folded}".encode(errors="replace")).hexdigest()[:32]


def distinct(entries: Iterable[PageEntry]) -> tuple[PageEntry, ...]:
    """Entries that share an identity told apart, counted from the oldest so that new ones on top change nothing."""
    seen: Counter[str] = Counter()
    told_apart = []
    for entry in entries:
        identity = entry.source.identity
        seen[identity] += 1
        source = entry.source if seen[identity] == 1 else replace(entry.source, identity=f"{identity}:{seen[identity]}")
        told_apart.append(replace(entry, source=source))
    return tuple(told_apart)


def place(at: datetime | None, headline: str, clock: str = "") -> str:
    """How a loss report names an entry: its clock and the start of its headline."""
    shown = clock or (f"{at:%H:%M}" if at else "no clock")
    return f"{shown} {headline if len(headline) <= 60 else headline[:59] + '…'}".strip()


def body_text(given: Iterable[blocks.Block]) -> str:
    """An entry's words as plain text, paragraphs parted by blank lines; media have none here."""
    return "\n\n".join(words for words in map(_block_text, given) if words)


def _block_text(block: blocks.Block) -> str:
    match block:
        case blocks.Paragraph() | blocks.Subheading() | blocks.Quote():
            return blocks.plain(block.text)
        case blocks.Bullets():
            marks = (
                (f"{number}." for number in range(1, len(block.points) + 1))
                if block.ordered
                else ("•" for _ in block.points)
            )
            return "\n".join(f"{mark} {blocks.plain(point)}" for mark, point in zip(marks, block.points, strict=True))
        case blocks.Link():
            return f"{block.text}: {block.url}" if block.url else block.text
        case blocks.Image() | blocks.Video() | blocks.Embed():
            return ""
