"""What goes back to whoever spoke: words by key, buttons, a preview. How it looks is the platform's business."""

from dataclasses import dataclass
from enum import StrEnum

from core import locales
from core.locales import Said
from core.model import Bulletin

LONGEST = 1900
"""Characters: below Discord's 2,000, with room for what escaping adds; Telegram takes 4,096."""


class Style(StrEnum):
    """What a button is for, where a platform can show it."""

    PLAIN = "plain"
    GO = "go"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: an `id` of at most 40 characters that comes back as `Press.button`, or an address to open."""

    label: Said
    id: str = ""
    style: Style = Style.PLAIN
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a modal, named as the command's option (or "typed" when it answers a button)."""

    name: str
    label: Said
    value: str = ""
    long: bool = False
    required: bool = True
    max_length: int = 4000


@dataclass(frozen=True, slots=True)
class Ask:
    """A Discord modal. Its fields come back as `Incoming.options` of `command`, `kept` joined, or as `Press.typed`."""

    title: Said
    fields: tuple[Field, ...]
    command: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    """Options given already, to hand in again."""
    button: str = ""
    """Set instead of `command` when the modal confirms a button: hand in `Press(button=…, typed=…)`."""


@dataclass(frozen=True, slots=True)
class Later:
    """Ask `Desk.again(ticket)` in so many seconds and put what it answers in place of this message."""

    seconds: float
    ticket: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message back. An empty tuple of replies means: say nothing."""

    lines: tuple[Said, ...] = ()
    language: str = "en"
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows from top to bottom; at most 5 rows of at most 5."""
    preview: Bulletin | None = None
    """Drawn by the platform's own renderer and sent before the lines, exactly as readers will get it, but silently."""
    replaces: bool = False
    """Whether it takes the place of the message whose button was pressed; else it is a new message."""
    private: bool = True
    """Whether only the caller need see it (Discord: ephemeral). In Telegram it answers where it was said."""
    toast: bool = False
    """Whether a passing word on the pressed button is enough (Telegram `answerCallbackQuery`, Discord ephemeral)."""
    ask: Ask | None = None
    """Discord only: open this modal instead of answering with the lines."""
    later: Later | None = None

    def text(self) -> str:
        """The lines in the reply's language, as plain text without any markup, short enough for both platforms."""
        speak = locales.words(self.language)
        whole = "\n".join(speak.tell(line) for line in self.lines)
        return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Choice:
    """One completion of an option while it is being typed: what people see and what is handed in."""

    label: str
    value: str


NOTHING: tuple[Reply, ...] = ()
"""Say nothing at all."""
