"""Whether a store may be opened, and the one line to say when not. Nothing is ever repaired by itself."""

import contextlib
import logging
import os
import stat
from pathlib import Path

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Mode
from core.store import schema
from core.store.place import Place
from core.store.schema import Schema

log = logging.getLogger(__name__)

_HEADER = b"SQLite format 3\0"
# Reading the whole file costs about a second for so much; a larger store is checked by `livedesk doctor` at leisure.
_CHECKED_BYTES = 512 * 1024 * 1024

_REFUSED = {
    Schema.EMPTY: "There is no store at {place} yet: run `livedesk db upgrade` to make one.",
    Schema.FOREIGN: "{place} holds tables of another program: name another store in LIVEDESK_STORE__URL.",
    Schema.OLDER: "{place} was made by an older Livedesk: make a backup, then run `livedesk db upgrade`.",
    Schema.NEWER: "{place} was made by a newer Livedesk: update Livedesk, or restore the backup from before.",
}


def prepare_file(place: Place, *, create: bool) -> None:
    """Before anything connects: the file is there, is a SQLite file, and a new one is only ours to read."""
    path = place.path
    if path is None:
        return
    if create and not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreTrouble(f"The store {place} cannot be made ({error.strerror}): choose another place.") from None
    if not path.exists():
        raise StoreTrouble(_REFUSED[Schema.EMPTY].format(place=place))
    _look(path, place)
    line = exposed(place)
    if line:
        log.warning(line)


def exposed(place: Place) -> str | None:
    """The line to say when others on this machine can read the store; None when they cannot."""
    if place.path is None or not place.path.exists():
        return None
    if place.path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"{place} can be read by others on this machine: run `chmod 600 {place}`."
    return None


def check(conn: sa.Connection, place: Place, *, create: bool) -> None:
    """The store is whole and its schema is ours, or with `create` can become so; else StoreTrouble."""
    if place.path is not None and place.path.stat().st_size <= _CHECKED_BYTES:
        found = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise StoreTrouble(_damaged(place))
    usable = (Schema.CURRENT, Schema.EMPTY, Schema.OLDER) if create else (Schema.CURRENT,)
    found_schema = schema.state(conn)
    if found_schema not in usable:
        raise StoreTrouble(_REFUSED[found_schema].format(place=place))


def check_mode(stored: str, place: Place, mode: Mode) -> None:
    """A store keeps to the mode it was first opened in, so that a rehearsal's entries can never reach a real chat."""
    if stored != mode.value:
        raise StoreTrouble(
            f"{place} belongs to {_spoken(stored)}, this is {_spoken(mode.value)}: "
            "name another store in LIVEDESK_STORE__URL."
        )


def _look(path: Path, place: Place) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_HEADER))
    except IsADirectoryError:
        raise StoreTrouble(f"{place} is a folder: name a file in it, for example {place}/livedesk.sqlite.") from None
    except OSError as error:
        raise StoreTrouble(f"{place} cannot be read ({error.strerror}): run Livedesk as its owner.") from None
    if start and start != _HEADER:
        raise StoreTrouble(_damaged(place))


def _damaged(place: Place) -> str:
    return f"{place} is damaged or no Livedesk store: stop Livedesk, put the newest backup in its place."


def _spoken(mode: str) -> str:
    return "a rehearsal" if mode == Mode.REHEARSAL.value else "the real newsroom"
