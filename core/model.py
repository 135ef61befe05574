"""The nouns of the newsroom, frozen. The words are those of docs/words.md; every instant is an aware UTC datetime."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from core.blocks import Block


class Platform(StrEnum):
    """A chat platform Livedesk speaks to."""

    TELEGRAM = "telegram"
    DISCORD = "discord"


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
    """When Livedesk published it."""
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


class PlaceKind(StrEnum):
    """What sort of place a destination is: it decides how long its receipts live and how fast we may talk."""

    PRIVATE = "private"
    GROUP = "group"
    TOPIC = "topic"
    CHANNEL = "channel"
    THREAD = "thread"
    FORUM = "forum"


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a chat app: the chat (Discord: the channel or thread) and a Telegram topic, else 0."""

    platform: Platform
    chat_id: int
    thread_id: int = 0


class DestinationStatus(StrEnum):
    """A paused destination keeps every setting; only its own `/stop` or `/forgetme` removes anything."""

    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that can receive, on the account that reaches it."""

    id: int
    account: str
    address: Address
    kind: PlaceKind
    title: str
    language: str
    status: DestinationStatus = DestinationStatus.ACTIVE
    paused_because: str = ""


class Scope(StrEnum):
    """What a subscription points at, the most specific last."""

    NEWSROOM = "newsroom"
    SERIES = "series"
    COVERAGE = "coverage"


class Level(StrEnum):
    """How many entries a subscription wants."""

    ALL = "all"
    KEY = "key"
    BREAKING = "breaking"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a subscription asks for. More rules join here as they are built; `core/rules.py` alone reads them."""

    entries: Level = Level.ALL


@dataclass(frozen=True, slots=True)
class Subscription:
    """A destination's wish to receive the newsroom (`target_id` 0), a series or one coverage."""

    id: int
    destination_id: int
    scope: Scope
    target_id: int
    rules: Rules
    joined_seq: int


class Role(StrEnum):
    """What an enrolled person may do, the most powerful last."""

    EDITOR = "editor"
    LEAD = "lead"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody enrolled. `key` is random and all the audit keeps; erasing deletes its mapping to accounts."""

    key: str
    name: str
    role: Role


class BulletinKind(StrEnum):
    """Anything Livedesk pushes."""

    ENTRY = "entry"
    ALERT = "alert"
    SUMMARY = "summary"
    NOTICE = "notice"
    ANSWER = "answer"


class Operation(StrEnum):
    """What a broadcast does with a bulletin."""

    PUBLISH = "publish"
    EDIT = "edit"
    RETRACT = "retract"


class Urgency(IntEnum):
    """Broadcast classes, strict: a smaller number goes first (design §4)."""

    ALERT = 0
    DESK_ANSWER = 1
    NOTICE = 2
    ANSWER = 3
    ENTRY = 4
    EDIT = 5
    SUMMARY = 6
    CARD = 7
    BACKFILL = 8


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Something to be carried: what renderers draw. Exactly one of `entry`, `summary` and `words` is set."""

    id: int
    kind: BulletinKind
    revision: int
    coverage: Coverage
    entry: Entry | None = None
    summary: Summary | None = None
    words: str = ""
    """An answer's text, already in the destination's language."""

    @property
    def retracted(self) -> bool:
        """Whether every copy must become a notice."""
        return self.entry is not None and self.entry.status is EntryStatus.RETRACTED

    @property
    def loud(self) -> bool:
        """Whether it rings: only alerts do."""
        return self.kind is BulletinKind.ALERT


class Form(StrEnum):
    """How a part was sent, which decides the method that edits it."""

    TEXT = "text"
    PHOTO = "photo"
    ALBUM = "album"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform gave back for one part: without it nothing can be corrected."""

    bulletin_id: int
    destination_id: int
    part: int
    message_id: int
    revision: int
    form: Form
    loud: bool
    language: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored picture: content-addressed by the sha256 of its bytes."""

    digest: str
    media_type: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a publish reaches and by when, told before sending."""

    destinations: dict[Platform, int] = field(default_factory=dict)
    seconds: dict[Platform, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Destinations on all platforms."""
        return sum(self.destinations.values())
