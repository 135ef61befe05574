"""What the newsroom says: coverages, their entries and every revision of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from core.blocks import Block


class CoverageStatus(StrEnum):
    """Where a coverage is in its life."""

    PLANNED = "planned"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Kind(StrEnum):
    """What sort of entry it is."""

    UPDATE = "update"
    ANALYSIS = "analysis"
    RECAP = "recap"
    EXPLAINER = "explainer"
    QUOTE = "quote"
    VIDEO = "video"
    GRAPHIC = "graphic"


class Importance(IntEnum):
    """How much an entry matters: one ordered field. Pinning is a separate thing."""

    NORMAL = 0
    KEY = 1
    BREAKING = 2


class EntryStatus(StrEnum):
    """Where an entry is in its life. `UNDONE` was taken back inside the undo window: nobody got it."""

    PUBLISHED = "published"
    RETRACTED = "retracted"
    UNDONE = "undone"


class Change(StrEnum):
    """Why a revision was made."""

    FIRST = "first"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    IMPORT = "import"
    UNDO = "undo"


class Mode(StrEnum):
    """Stamped on everything at creation, so that a rehearsal can never reach a real chat (promise P11)."""

    LIVE = "live"
    REHEARSAL = "rehearsal"


class ContributorKind(StrEnum):
    """The shapes in which a page names who contributed."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who an entry is by: a person with a role or a desk and place, or an organisation."""

    name: str
    kind: ContributorKind = ContributorKind.PERSON
    role: str = ""
    desk: str = ""
    place: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One visible correction: what readers are told changed, and when."""

    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision of an entry says. Immutable: a change makes a new revision."""

    headline: str = ""
    blocks: tuple[Block, ...] = ()
    kind: Kind = Kind.UPDATE
    kicker: str = ""
    importance: Importance = Importance.NORMAL
    contributors: tuple[Contributor, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    pinned: bool = False
    url: str | None = None
    """The entry's page on the newsroom's own site, when it has one."""
    corrections: tuple[Correction, ...] = ()
    reason: str = ""
    """Why it was retracted, in words for readers; empty while it stands."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an imported entry or coverage came from. `fingerprint` finds it again on the next import."""

    system: str
    identity: str
    fingerprint: str
    position: int | None = None
    label: str = ""
    """The clock as the source wrote it, e.g. "Greenwich Mean Time"."""


@dataclass(frozen=True, slots=True)
class Series:
    """A running story over many coverages."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One running live page."""

    id: int
    slug: str
    title: str
    standfirst: str
    language: str
    zone: str
    """IANA time zone; every clock readers see is in it."""
    status: CoverageStatus
    mode: Mode
    created_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    url: str | None = None
    publisher: str = ""
    series_id: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A coverage's standing summary: what we know, versioned."""

    coverage_id: int
    revision: int
    points: tuple[str, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry at one revision. `number` is public, counts per coverage and is never reused."""

    id: int
    coverage_id: int
    number: int
    revision: int
    status: EntryStatus
    content: Content
    mode: Mode
    published_at: datetime
    """When it was first published: here, or, for an imported entry, by its source."""
    display_at: datetime
    """The clock readers see and that sorts the stream; for an imported entry the source's own."""
    updated_at: datetime
    bulletin_id: int
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable revision of an entry: what it said, who changed it and why."""

    entry_id: int
    revision: int
    content: Content
    status: EntryStatus
    change: Change
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change an import suggests to an entry readers already have. An editor decides."""

    id: int
    entry_id: int
    number: int
    content: Content
    at: datetime


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored picture: content-addressed by the sha256 of its bytes."""

    digest: str
    media_type: str
    size: int
    width: int
    height: int
