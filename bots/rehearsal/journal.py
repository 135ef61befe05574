"""The journal: every call the stage received, one JSON line each, and the list of what no real bot should have done.

A line holds `platform`, `method` (Discord: the HTTP verb), `route` and `query` (Discord), `params`, `files`, `ts`
(seconds, when the call arrived), `status` (0: the caller got no answer) and `account` (which bot called). Tokens never
reach it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

NO_ANSWER = 0
"""The status written when the stage cut the connection or kept silent."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came over the wire, and the status the stage answered with.

    `files` holds the upload fields' names for Telegram and their number for Discord.
    """

    platform: str
    method: str
    ts: float
    status: int
    params: Any = None
    route: str | None = None
    query: Mapping[str, str] | None = None
    files: Sequence[str] | int | None = None
    account: str | None = None

    def line(self) -> str:
        """Return this call as one line of JSON, without what it does not have."""
        filled = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}
        return json.dumps(filled, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something no bot should do to the real platform, even where the platform answers it politely."""

    platform: str
    call: str
    what: str


class Journal:
    """Keeps every call in memory, and in a file where one is named (each line is flushed as it is written)."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, if any; an existing one is begun anew. OSError where it cannot be written."""
        self.calls: list[Call] = []
        self._file: TextIO | None = path.open("w", encoding="utf-8", errors="backslashreplace") if path else None

    def write(self, call: Call) -> None:
        """Add one call."""
        self.calls.append(call)
        if self._file is not None:
            self._file.write(call.line() + "\n")
            self._file.flush()

    def of(self, platform: str, method: str | None = None) -> list[Call]:
        """Return the calls of one platform, oldest first; `method` narrows them."""
        return [call for call in self.calls if call.platform == platform and method in (None, call.method)]

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None
