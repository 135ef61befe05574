"""Reading a body field by field: what is wrong goes into Discord's tree of errors, what is unknown is noted."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from bots.rehearsal.discord_api import refusals

Json = dict[str, Any]
Path = tuple[str | int, ...]


class Form:
    """Collects everything wrong with one body; `finish` refuses it if there was anything."""

    def __init__(self, note: Callable[[str], None]) -> None:
        """`note` takes what Discord would swallow in silence but no bot should send."""
        self.note = note
        self.errors: Json = {}

    def wrong(self, path: Path, code: str, message: str) -> None:
        """Add one error at a place."""
        here = self.errors
        for step in path:
            here = here.setdefault(str(step), {})
        here.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Refuse the body if anything was wrong."""
        if self.errors:
            raise refusals.form(self.errors)

    def known(self, body: Json, names: Collection[str], path: Path = ()) -> None:
        """Note the fields Discord has no name for."""
        for name in body:
            if name not in names:
                self.note("unknown field " + ".".join(str(step) for step in (*path, name)))

    def table(self, value: Any, path: Path) -> Json:
        """Return an object; nothing, and an error, where it is none."""
        if isinstance(value, dict):
            return value
        self.wrong(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return {}

    def listing(self, body: Json, name: str, path: Path, *, most: int, least: int = 0) -> Sequence[Any]:
        """Return a list of a bounded length; a missing one is empty."""
        value = body.get(name)
        if value is None:
            value = []
        if not isinstance(value, list):
            self.wrong((*path, name), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            self.wrong((*path, name), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return value

    def text(self, body: Json, name: str, path: Path, *, most: int, least: int = 0) -> str | None:
        """Return a text without the blanks around it; with `least` it is required."""
        value = body.get(name)
        here = (*path, name)
        if value is None:
            if least:
                self.wrong(here, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if not isinstance(value, str):
            self.wrong(here, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        trimmed = value.strip()
        if len(trimmed) > most or (least and not trimmed):
            self._length(here, len(trimmed), least, most)
        return trimmed

    def _length(self, path: Path, length: int, least: int, most: int) -> None:
        if not length:
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif least:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def whole(self, body: Json, name: str, path: Path, *, least: int, most: int) -> int | None:
        """Return a whole number within bounds, if there is one."""
        value = body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong((*path, name), "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if not least <= value <= most:
            self.wrong((*path, name), "NUMBER_TYPE_MAX", f"int value should be between {least} and {most}.")
        return value

    def one_of(self, body: Json, name: str, path: Path, allowed: Collection[Any]) -> Any:
        """Return a value that must be one of these."""
        value = body.get(name)
        if value not in allowed:
            listed = ", ".join(str(one) for one in sorted(allowed))
            self.wrong((*path, name), "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return value

    def address(self, value: Any, path: Path, schemes: Collection[str] = ("http", "https")) -> str | None:
        """Return a web address of one of these schemes, at most 2048 long."""
        if value is None:
            return None
        scheme = str(value).partition("://")[0]
        if scheme not in schemes or "://" not in str(value):
            listed = ", ".join(f"'{one}'" for one in schemes)
            words = f'Scheme "{scheme}" is not supported. Scheme must be one of ({listed}).'
            self.wrong(path, "URL_TYPE_INVALID_SCHEME", words)
        elif len(str(value)) > 2048:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", "Must be 2048 or fewer in length.")
        elif not str(value).partition("://")[2] or " " in str(value):
            self.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return str(value)
