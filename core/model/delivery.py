"""What is on its way, and what came back: bulletins and receipts."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from core.model.coverage import Coverage, Entry, EntryStatus, Summary


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
