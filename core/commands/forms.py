"""The one table of commands. Telegram derives its `/name` menus from it, Discord its `/live …` and `/desk …` trees.

Descriptions are words: `command.<name>` and `option.<option>` in `core/locales`, at most 100 characters each (Discord's
limit for commands and options; Telegram allows 256 for a command).
"""

import difflib
from dataclasses import dataclass
from enum import StrEnum

from core.model import Platform


class Speaker(StrEnum):
    """Who may say it. The platforms' own permissions only hide a command; the desk checks each time (TH6)."""

    ANYONE = "anyone"
    MANAGER = "manager"
    """Anyone in private; elsewhere only who manages the place."""
    EDITOR = "editor"
    """Only somebody enrolled by numeric id."""


class Kind(StrEnum):
    """What an option holds."""

    COVERAGE = "coverage"
    """A coverage's slug; Discord completes it."""
    ENTRY = "entry"
    """A public number, `17` or `slug#17`; Discord completes it."""
    CHOICE = "choice"
    WORD = "word"
    LINE = "line"
    """The rest of a line."""
    TEXT = "text"
    """Everything that is left, several lines. Discord asks for it in a modal when it is not given."""
    PICTURE = "picture"
    """A Discord attachment; on Telegram pictures come with the message."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a command takes. Telegram reads them in order; a `labelled` one stands on a line "Name: value"."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    """What a CHOICE may be; its words are `choice.<value>`."""
    labelled: bool = False

    @property
    def key(self) -> str:
        """The key of its description."""
        return f"option.{self.name}"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that may be said. `telegram` and `discord` are what is typed after the slash; None: not there."""

    name: str
    speaker: Speaker
    telegram: str | None
    discord: str | None
    options: tuple[Option, ...] = ()
    listed: bool = True
    """Whether Telegram's menu shows it."""

    @property
    def key(self) -> str:
        """The key of its description."""
        return f"command.{self.name}"

    def typed(self, platform: Platform) -> str | None:
        """What is typed after the slash on a platform."""
        return self.telegram if platform is Platform.TELEGRAM else self.discord


_COVERAGE = Option("coverage", Kind.COVERAGE)
_LEVEL = Option("level", Kind.CHOICE, choices=("all", "key", "breaking"))
_PICTURE = Option("picture", Kind.PICTURE)
_ALT = Option("alt", Kind.LINE, labelled=True)

COMMANDS: tuple[Command, ...] = (
    Command("start", Speaker.ANYONE, "start", None, (Option("payload", Kind.WORD),)),
    Command("live", Speaker.ANYONE, "live", "live now"),
    Command("follow", Speaker.MANAGER, "follow", "live follow", (_COVERAGE, _LEVEL)),
    Command("following", Speaker.ANYONE, "following", "live following"),
    Command("stop", Speaker.MANAGER, "stop", "live stop", (_COVERAGE,)),
    Command("help", Speaker.ANYONE, "help", "live help"),
    Command("join", Speaker.ANYONE, "join", "desk join", (Option("code", Kind.WORD, required=True),), listed=False),
    Command(
        "coverage.new",
        Speaker.EDITOR,
        "coverage new",
        "desk coverage-new",
        (
            Option("title", Kind.LINE, required=True),
            Option("about", Kind.LINE, labelled=True),
            Option("zone", Kind.WORD, labelled=True),
            Option("language", Kind.WORD, labelled=True),
            Option("slug", Kind.WORD, labelled=True),
            Option("status", Kind.CHOICE, choices=("live", "planned"), labelled=True),
        ),
    ),
    Command("coverage.open", Speaker.EDITOR, "coverage open", "desk coverage-open", (_COVERAGE,)),
    Command("coverage.close", Speaker.EDITOR, "coverage close", "desk coverage-close", (_COVERAGE,)),
    Command("coverage.use", Speaker.EDITOR, "coverage use", "desk coverage-use", (_COVERAGE,)),
    Command("coverage.list", Speaker.EDITOR, "coverage list", "desk coverage-list"),
    Command(
        "post",
        Speaker.EDITOR,
        "post",
        "desk post",
        (
            Option("text", Kind.TEXT, required=True),
            Option("importance", Kind.CHOICE, choices=("normal", "key"), labelled=True),
            _PICTURE,
            _ALT,
            _COVERAGE,
        ),
    ),
    Command("alert", Speaker.EDITOR, "alert", "desk alert", (Option("text", Kind.TEXT, required=True), _COVERAGE)),
    Command(
        "correct",
        Speaker.EDITOR,
        "correct",
        "desk correct",
        (
            Option("entry", Kind.ENTRY, required=True),
            Option("text", Kind.TEXT, required=True),
            Option("note", Kind.LINE, labelled=True),
        ),
    ),
    Command(
        "retract",
        Speaker.EDITOR,
        "retract",
        "desk retract",
        (Option("entry", Kind.ENTRY, required=True), Option("reason", Kind.TEXT, required=True)),
    ),
    Command("summary", Speaker.EDITOR, "summary", "desk summary", (Option("points", Kind.TEXT), _COVERAGE)),
    Command(
        "proposals",
        Speaker.EDITOR,
        "proposals",
        "desk proposals",
        (Option("entry", Kind.ENTRY), Option("note", Kind.LINE, labelled=True), _COVERAGE),
    ),
)


def named(name: str) -> Command:
    """The command of that name in the table."""
    return next(command for command in COMMANDS if command.name == name)


def find(platform: Platform, typed: str) -> Command | None:
    """The command typed as `typed` on a platform: "coverage new", "desk coverage-new"; None when there is none."""
    wanted = typed.strip().lower()
    return next((command for command in COMMANDS if command.typed(platform) == wanted), None)


def nearest(platform: Platform, typed: str) -> str:
    """The command that looks most like what was typed; "help" when none does."""
    every = [words for command in COMMANDS if (words := command.typed(platform))]
    return next(iter(difflib.get_close_matches(typed.lower(), every, n=1)), "help")


def menu(speaker: Speaker) -> tuple[tuple[str, str], ...]:
    """Telegram's menu for a kind of speaker: the first word of each command, once, with its description's key.

    Readers' menus hold what anyone may say; an editor's own chat shows everything.
    """
    rows: dict[str, str] = {}
    for command in COMMANDS:
        seen = command.listed and (command.speaker is not Speaker.EDITOR or speaker is Speaker.EDITOR)
        if command.telegram and seen:
            word, _, more = command.telegram.partition(" ")
            rows.setdefault(word, f"command.{word}" if more else command.key)
    return tuple(rows.items())
