"""What a platform's listener hands in: something said, or a button pressed. Ids are numbers, never names (TH1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Address, Asset, PlaceKind, Platform


class Mark(StrEnum):
    """Why what we heard may not be the caller's own present wish: each one bars privileged commands (TH3-TH5).

    A listener sets every mark that applies; `core/commands/gate.py` alone decides what follows from them.
    """

    FORWARDED = "forwarded"
    """The caller passed on somebody's words (Telegram `forward_origin`)."""
    EDITED = "edited"
    """An old message was changed (Telegram `edited_message`)."""
    VIA_BOT = "via_bot"
    """An inline bot wrote it (Telegram `via_bot`)."""
    ANONYMOUS = "anonymous"
    """A group's admin hiding behind the group: all of them share one user id (Telegram 1087968824)."""
    AS_CHANNEL = "as_channel"
    """Sent in the name of a chat (Telegram `sender_chat`, user id 136817688)."""
    AUTO_FORWARDED = "auto_forwarded"
    """A linked channel's entry arriving in its group (Telegram `is_automatic_forward`, user id 777000)."""
    FROM_BOT = "from_bot"
    """A bot speaks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was said."""

    account: str
    """Our own account that heard it (`[[accounts]]`)."""
    address: Address
    kind: PlaceKind
    title: str = ""
    """The chat's title for groups and servers; empty in private, where it would be a person's name."""
    bot: str = ""
    """Our own name there, for links people can pass on (Telegram: the username without @); empty when unknown."""

    @property
    def platform(self) -> Platform:
        """The platform it is on."""
        return self.address.platform

    @property
    def private(self) -> bool:
        """Whether only the caller and we are there."""
        return self.kind is PlaceKind.PRIVATE


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something said: a command, or words and pictures without one."""

    place: Place
    token: str
    """The platform's own identity of what was said, the same at every redelivery: what makes publishing idempotent."""
    caller: int
    """Who speaks, by the platform's numeric id."""
    language: str = "en"
    """The caller's interface language as the platform tells it (BCP 47); "en" when it does not."""
    command: str = ""
    """What was typed after the slash, without our name: "post". Discord: the whole path, "desk post". Empty: none."""
    words: str = ""
    """Everything after a Telegram command, or the text or caption of a message without one. Empty on Discord."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Discord's named options, and the fields of a modal, by their names in `core/commands/forms.py`."""
    pictures: tuple[Asset, ...] = ()
    """Pictures that came with it, checked and already kept in the store."""
    reply_to: int | None = None
    """The message id it answers."""
    marks: frozenset[Mark] = frozenset()
    place_admin: bool = False
    """Whether the caller may manage this place, as the platform itself says right now."""
    edits: str = ""
    """The token of what was said before, when this is the same message changed."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed. Telegram tells the real person even when an anonymous admin presses."""

    place: Place
    token: str
    caller: int
    button: str
    """The `Button.id` we gave out."""
    language: str = "en"
    typed: str = ""
    """What a modal opened by this button (`Ask.button`) brought back."""
    place_admin: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """Discord's autocomplete: somebody is typing an option's value."""

    place: Place
    caller: int
    command: str
    """The whole path, "desk correct"."""
    option: str
    typed: str
    language: str = "en"
    options: Mapping[str, str] = field(default_factory=dict)
    """What the other options hold so far."""
