"""The one port: what a chat platform must do for us, and the outcomes it may give.

A platform's `sender` translates whatever happened into one of these outcomes; the courier alone decides what follows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.model import Address, Bulletin, Form, Platform


class Reach(StrEnum):
    """How far a refusal reaches: one destination, or the whole account."""

    DESTINATION = "destination"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Copy:
    """One platform message of ours."""

    message_id: int
    form: Form


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. An edit that changed nothing counts as sent. An album gives several copies."""

    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nobody can have seen it: no connection, or the platform asked us to wait `retry_after` seconds."""

    retry_after: float
    reach: Reach
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left and no usable answer came: it may or may not be there. The only source of doubles."""

    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat lives on under another id (a group became a supergroup)."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The destination no longer takes anything from us: blocked, kicked, deleted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """We are there but lack a right."""

    missing: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform refuses this very part, here and everywhere (too long, not a picture)."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The copy to edit or remove is not there any more, or cannot be changed any more."""

    why: str


Outcome = Sent | NotSent | Unknown | Moved | Gone | Forbidden | Rejected | Lost


@dataclass(frozen=True, slots=True)
class Part:
    """One call's worth of a drawn bulletin. Platforms subclass it with what they send."""

    form: Form
    weight: int = field(default=1, kw_only=True)
    """How many platform messages it becomes: what pacing counts and how many copies come back."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to send a part."""

    silent: bool
    nonce: str
    """At most 25 characters, the same for every attempt at one part: Discord returns the first message for it."""
    reply_to: int | None = None


MERGED_LIMIT = 10
"""Bulletins that go into one merged part: more of them nobody reads on a phone."""


class Sender(Protocol):
    """One account's road out. Implementations never raise for what a platform or a network can do."""

    platform: Platform
    account: str

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        """Draw a bulletin (pure). `kept` are the forms of the copies it must fit into when it edits, one a message."""
        ...

    def merge(self, bulletins: tuple[Bulletin, ...], language: str) -> Part:
        """Draw up to MERGED_LIMIT entries of one coverage, in publish order, as one part of Form.MERGED (pure).

        It always fits one message: for a destination that could not get them one by one. Sent silently; edited like
        any other part by what the same bulletins have become. Raises ValueError for what is not such entries.
        """
        ...

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        """Send one part."""
        ...

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        """Make the copies of one part say what `part` says; never pings anyone."""
        ...

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        """Delete one copy."""
        ...

    async def ping(self) -> Outcome:
        """Ask the platform something that nobody sees: `Sent(())` when it answers as it should."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a token is: the bot's id on its platform and its name there."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """The platform does not know this token, or not any more."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The platform could not be asked; `why` never holds an address with a token in it."""

    why: str


TokenCheck = Callable[[str], Awaitable[Identity | Stranger | Unreachable]]
"""Ask a platform whose a token is. Never raises for what a platform or a network can do."""
