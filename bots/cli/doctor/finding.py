"""One line of the doctor's report."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was found; a warning or failure says the fix in the same words."""

    level: Level
    subject: str
    words: str
