"""Cutting the saved text of a live page into its front and its entries, by the ordinals at the margin and the clocks.

The grammar is that of a rendered page whose hidden words became visible, with no space before "published":
`N. Headlinepublished at HH:MM Zone D Month YYYY`. An ordinal is a position, not an identity: a new entry on top shifts
them all.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import datetime

# Greedy on the left: a headline may itself say "published at"; the last one with a whole clock behind it counts.
_CLOCK = re.compile(
    r"(?P<headline>.*)published at (?P<clock>\d{1,2}:\d{2})(?: (?P<zone>[A-Za-z(+][A-Za-z /()+:0-9-]*?))?"
    r" (?P<day>\d{1,2}) (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})",
    re.IGNORECASE,
)
# Entries stand at indent 2, everything inside one at indent 4, so a sentence that begins "12." is no ordinal.
_ORDINAL = re.compile(r"(?P<indent>[ \t\u00a0]{0,3})(?P<number>\d{1,5})\.(?:\s+(?P<rest>.*)|$)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KICKER_REACH = 3
"""How many non-blank lines below a kicker its headline may stand."""
_LONGEST = 1_000
"""Characters. A longer line is no headline; looking for a clock in megabytes of one line would take for ever."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock phrase of an entry. `wall` is None when the figures are no time (25:61, 31 February)."""

    headline: str
    written: str
    wall: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an entry without its indent. `fresh`: a blank line stands before it. `margin`: it had no indent."""

    text: str
    fresh: bool
    margin: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry as it stands on the page. `clock` is None when none was found: then nobody can say when it was."""

    ordinal: int
    kicker: str
    clock: Clock | None
    lines: tuple[Line, ...]


def cut(text: str) -> tuple[tuple[str, ...], tuple[Sheet, ...]]:
    """The lines before the first entry, and the entries in page order."""
    lines = text.split("\n")
    starts: list[tuple[int, int]] = []
    for index in range(len(lines)):
        number = _starts_entry(lines, index, starts[-1][1] if starts else 0)
        if number is not None:
            starts.append((index, number))
    bounds = [*starts, (len(lines), 0)]
    sheets = tuple(_sheet(number, lines[at:end]) for (at, number), (end, _) in itertools.pairwise(bounds))
    return tuple(lines[: bounds[0][0]]), sheets


def _starts_entry(lines: list[str], index: int, previous: int) -> int | None:
    """The ordinal when this line begins an entry: a clock is close by, or it is indented and next in the count."""
    found = _ORDINAL.match(lines[index])
    if found is None:
        return None
    number = int(found["number"])
    if _phrase(found["rest"] or "") or _header(lines, index + 1) is not None:
        return number
    return number if previous and number == previous + 1 and found["indent"] else None


def _phrase(line: str) -> re.Match[str] | None:
    return _CLOCK.fullmatch(line.strip()) if len(line) <= _LONGEST else None


def _header(lines: list[str], start: int) -> int | None:
    """Where the clock line is, from `start` on, within a kicker's reach and before the next ordinal."""
    seen = 0
    for index in range(start, len(lines)):
        if _ORDINAL.match(lines[index]) or seen == _KICKER_REACH:
            return None
        if _phrase(lines[index]):
            return index
        seen += bool(lines[index].strip())
    return None


def _sheet(ordinal: int, lines: list[str]) -> Sheet:
    found = _ORDINAL.match(lines[0])
    first = (found["rest"] or "").strip() if found else ""
    at = 0 if _phrase(first) else _header(lines, 1)
    clock = None if at is None else _phrase(lines[at] if at else first)
    if at is None or clock is None:
        return Sheet(ordinal, first, None, _body(lines[1:]))
    above = [first, *(line.strip() for line in lines[1:at])] if at else []
    kicker = " ".join(part for part in above if part)
    return Sheet(ordinal, kicker, _clock(clock), _body(lines[at + 1 :]))


def _clock(found: re.Match[str]) -> Clock:
    written = found[0][len(found["headline"]) + len("published at ") :]
    return Clock(found["headline"].strip(), written, _wall(found), (found["zone"] or "").strip())


def _wall(found: re.Match[str]) -> datetime | None:
    month = found["month"][:3].casefold()
    hour, minute = found["clock"].split(":")
    if month not in _MONTHS:
        return None
    try:
        return datetime(int(found["year"]), _MONTHS.index(month) + 1, int(found["day"]), int(hour), int(minute))  # noqa: DTZ001 - the zone is a label, joined by whoever knows what it means
    except ValueError:
        return None


def _body(lines: list[str]) -> tuple[Line, ...]:
    kept: list[Line] = []
    blank = True
    deep = any(line.startswith("    ") for line in lines)
    for line in lines:
        words = line.strip()
        if words:
            kept.append(Line(words, blank, deep and not line[:1].isspace()))
        blank = not words
    return tuple(kept)
