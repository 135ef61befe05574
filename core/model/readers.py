"""Who hears it: places in chat apps, what they wish to receive, and how many they are."""

from dataclasses import dataclass, field
from enum import StrEnum


class Platform(StrEnum):
    """A chat platform Livedesk speaks to."""

    TELEGRAM = "telegram"
    DISCORD = "discord"


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


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a publish reaches and by when, told before sending."""

    destinations: dict[Platform, int] = field(default_factory=dict)
    seconds: dict[Platform, float] = field(default_factory=dict)
    """From its leaving until the last place has it."""
    ahead: int = 0
    """Messages under way that leave first."""

    @property
    def total(self) -> int:
        """Destinations on all platforms."""
        return sum(self.destinations.values())
