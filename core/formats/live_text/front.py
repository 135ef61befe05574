"""What stands before the first entry of a saved live page: its standing summary, sometimes a title and an address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_POINT = re.compile(r"[•‣◦▪*-]\s+(?P<words>\S.*)")
_ADDRESS = re.compile(r"https?://\S+")
_NAMES = ("summary", "key points")


@dataclass(frozen=True, slots=True)
class Front:
    """The coverage's own words. `rest` could not be placed."""

    title: str = ""
    url: str | None = None
    points: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def read(lines: Sequence[str]) -> Front:
    """Title, address and summary. A page with one key point shows it as a paragraph, not as a bullet: both count."""
    words = [line.strip() for line in lines if line.strip()]
    at = next((index for index, line in enumerate(words) if line.casefold() in _NAMES), None)
    if at is not None:
        above, below = words[:at], words[at + 1 :]
    else:
        above = [line for line in words if not _POINT.fullmatch(line)]
        below = [line for line in words if _POINT.fullmatch(line)]
    url = next((line for line in above if _ADDRESS.fullmatch(line)), None)
    plain = [line for line in above if line != url]
    points = tuple(found["words"] if (found := _POINT.fullmatch(line)) else line for line in below)
    return Front(plain[0] if plain else "", url, points, tuple(plain[1:]))
