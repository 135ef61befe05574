"""One thing asked of the desk, with all that is known about who asks; and the words it is answered in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import markup
from core.commands import forms
from core.commands.given import Given
from core.commands.heard import Incoming, Place
from core.commands.reply import Button, Reply
from core.errors import NotEnrolled
from core.locales import Said
from core.model import Person, Platform
from core.readership import Spot

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A command on its way to whoever does it."""

    incoming: Incoming
    given: Given
    person: Person | None
    drafting: bool = False
    """The gate lets it open something to confirm, but not act by itself."""

    @property
    def place(self) -> Place:
        """Where it was said."""
        return self.incoming.place

    @property
    def editor(self) -> Person:
        """Who is enrolled. Raises NotEnrolled, should the gate ever have been walked around."""
        return _enrolled(self.person, self.incoming.caller)

    def reply(self, *lines: Said, buttons: Rows = (), **more: Any) -> Reply:
        """An answer in the caller's language."""
        return Reply(lines, self.incoming.language, buttons, **more)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button pressed, and what it stood for in the store."""

    place: Place
    token: str
    caller: int
    language: str
    place_admin: bool
    person: Person | None
    button: str
    payload: Mapping[str, Any]
    typed: str = ""

    @property
    def editor(self) -> Person:
        """Who is enrolled. Raises NotEnrolled, should somebody else's button ever have come this far."""
        return _enrolled(self.person, self.caller)

    def reply(self, *lines: Said, buttons: Rows = (), replaces: bool = True, **more: Any) -> Reply:
        """An answer in the caller's language, by default in place of the message with the button."""
        return Reply(lines, self.language, buttons, replaces=replaces, **more)

    def toast(self, *lines: Said) -> Reply:
        """A passing word; the message with the button stays as it is."""
        return Reply(lines, self.language, toast=True)


def spot(place: Place, language: str, by: int | None = None) -> Spot:
    """The place as readership knows places; `by` whom it speaks."""
    return Spot(place.account, place.address, place.kind, markup.clean_line(place.title), language, by)


def spoken(platform: Platform, name: str, **options: str) -> str:
    """How a command of the table is typed on a platform, as it may be copied."""
    typed = forms.named(name).typed(platform)
    values = options.values() if platform is Platform.TELEGRAM else (f"{key}:{one}" for key, one in options.items())
    return " ".join((f"/{typed}", *values))


def short(words: str, limit: int = 40) -> str:
    """Words that fit a button or a line."""
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def _enrolled(person: Person | None, caller: int) -> Person:
    if person is None:
        raise NotEnrolled(caller)
    return person
