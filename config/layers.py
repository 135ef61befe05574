"""Where a setting can come from, and which place wins: environment over secret files over the settings file.

Values stay untyped here; `settings.py` gives them meaning. Every value remembers its origin, so that a mistake can be
shown where it was made.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

PREFIX = "LIVEDESK_"
# Say where settings are; they are none themselves.
SIGNPOSTS = ("LIVEDESK_CONFIG", "LIVEDESK_SECRETS")
# A secret given in a stronger place replaces the other way of giving it in a weaker one.
_RIVALS: dict[str | int, str] = {"token": "token_file", "token_file": "token"}

KeyPath = tuple[str | int, ...]


class SettingsTrouble(Exception):
    """Settings cannot be used. One line for each mistake, each with where it is and what to do; never a value."""

    def __init__(self, *lines: str) -> None:
        """Keep the lines; `str()` joins them."""
        super().__init__("\n".join(lines))
        self.lines = lines


class Layer(IntEnum):
    """The places a value can come from, the strongest last."""

    FILE = 1
    SECRETS = 2
    ENVIRONMENT = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was given, in words a person finds it by."""

    layer: Layer
    words: str


@dataclass(slots=True)
class Gathered:
    """All layers laid over each other."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[KeyPath, Origin] = field(default_factory=dict)

    def origin(self, path: KeyPath) -> str:
        """Where the value at this path, or the nearest thing around it, was given."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]].words
        return "settings"

    def lay(self, path: KeyPath, value: Any, origin: Origin) -> None:
        """Put one value over whatever a weaker layer said."""
        here: Any = self.values
        for step, following in pairwise(path):
            here = _enter(here, step, [] if isinstance(following, int) else {}, origin)
        _enter(here, path[-1], value, origin)
        here[path[-1]] = value
        rival = self.origins.get((*path[:-1], _RIVALS.get(path[-1], "")))
        if rival and rival.layer < origin.layer:
            here.pop(_RIVALS[path[-1]], None)
        self.origins[path] = origin


def _enter(here: Any, step: str | int, otherwise: Any, origin: Origin) -> Any:
    """The value at `step` inside `here`, made when it is missing. Raises SettingsTrouble when it cannot be there."""
    if isinstance(here, dict) and isinstance(step, str):
        return here.setdefault(step, otherwise)
    if isinstance(here, list) and isinstance(step, int):
        if step == len(here):
            here.append(otherwise)
        if step < len(here):
            return here[step]
        raise SettingsTrouble(f"{origin.words}: number {step} leaves a gap; the next free number is {len(here)}")
    raise SettingsTrouble(f"{origin.words}: there is no such place in the settings")


def gather(file: Path | None, environ: Mapping[str, str]) -> Gathered:
    """Read every layer, the weakest first. Raises SettingsTrouble for a file that cannot be read or is not TOML."""
    gathered = Gathered()
    if file is not None:
        _lay_file(gathered, file)
    for name, value, origin in (*_secret_files(environ), *_variables(environ)):
        gathered.lay(_path_of(name), value, origin)
    return gathered


def _lay_file(gathered: Gathered, file: Path) -> None:
    text = _text_of(file)
    try:
        gathered.values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        what, line = (found[1], f":{found[2]}") if found else (str(error), "")
        raise SettingsTrouble(f"{file}{line}: not TOML: {what}") from None
    lines = _line_numbers(text)
    for path in _paths(gathered.values):
        number = lines.get(path)
        gathered.origins[path] = Origin(Layer.FILE, f"{file}:{number}" if number else str(file))


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsTrouble(
            f"{file}: there is no such settings file; give one with --config or LIVEDESK_CONFIG"
        ) from None
    except UnicodeDecodeError:
        raise SettingsTrouble(f"{file}: not TOML: not UTF-8 text") from None
    except OSError as error:
        raise SettingsTrouble(f"{file}: cannot be read: {error.strerror}") from None


def _secret_files(environ: Mapping[str, str]) -> Iterator[tuple[str, str, Origin]]:
    """Files named like our variables, in LIVEDESK_SECRETS or where systemd puts credentials."""
    folder = environ.get("LIVEDESK_SECRETS") or environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return
    if not Path(folder).is_dir():
        raise SettingsTrouble(f"{folder}: there is no such folder of secrets; set LIVEDESK_SECRETS to the right one")
    for file in sorted(Path(folder).iterdir()):
        if file.name.upper().startswith(PREFIX) and file.is_file():
            yield file.name, _text_of(file).strip(), Origin(Layer.SECRETS, str(file))


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str, Origin]]:
    for name, value in sorted(environ.items()):
        # An empty variable is how many launchers say "not given".
        if name.upper().startswith(PREFIX) and name not in SIGNPOSTS and value:
            yield name, value, Origin(Layer.ENVIRONMENT, name)


def _path_of(name: str) -> KeyPath:
    """LIVEDESK_ACCOUNTS__0__TOKEN → ("accounts", 0, "token")."""
    steps = name[len(PREFIX) :].lower().split("__")
    return tuple(int(step) if step.isdigit() else step for step in steps)


def _paths(value: Any, at: KeyPath = ()) -> Iterator[KeyPath]:
    inner: Iterator[tuple[str | int, Any]]
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    else:
        return
    for step, below in inner:
        yield (*at, step)
        yield from _paths(below, (*at, step))


def _line_numbers(text: str) -> dict[KeyPath, int]:
    """Where tables and their plain keys stand. A hint for messages: odd spellings are simply not found."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line):
            name = header[2]
            table = tuple(name.split("."))
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                table = (*table, counts[name])
            found.setdefault(table, number)
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            found.setdefault((*table, key[1]), number)
    return found
