"""What a database's error means to an operator: one line that says what to do, whichever database it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import StoreTrouble
from core.store.place import Place

_Line = tuple[str, bool]

_FULL: _Line = ("The disk that holds {place} is full: nothing was saved. Free some space and try again.", True)
_BUSY: _Line = (
    "Another process keeps {place} locked: nothing was saved. Stop it (a backup, a database browser) or try again.",
    True,
)
_READ_ONLY: _Line = (
    "{place} cannot be written: give this user the right to write the file and its folder (chmod u+w).",
    False,
)
_CANNOT_OPEN: _Line = (
    "{place} cannot be opened: check that its folder exists and that this user may read and write there.",
    False,
)
_DAMAGED: _Line = (
    "{place} is damaged or no Livedesk store: nothing was changed. Stop Livedesk, put the newest backup in its place.",
    False,
)
_DISK: _Line = (
    "The disk that holds {place} reports an error: nothing was saved. Check the disk, then try again.",
    True,
)

# SQLite's primary result codes, https://sqlite.org/rescode.html
_SQLITE: dict[int, _Line] = {
    3: _CANNOT_OPEN,  # PERM
    5: _BUSY,  # BUSY
    6: _BUSY,  # LOCKED
    8: _READ_ONLY,  # READONLY
    10: _DISK,  # IOERR
    11: _DAMAGED,  # CORRUPT
    13: _FULL,  # FULL
    14: _CANNOT_OPEN,  # CANTOPEN
    15: _BUSY,  # PROTOCOL: lost a race to open the WAL
    23: _CANNOT_OPEN,  # AUTH
    26: _DAMAGED,  # NOTADB
}

_AWAY: _Line = (
    "{place} does not answer: nothing was saved. Start PostgreSQL, or correct the address in LIVEDESK_STORE__URL.",
    True,
)
_NOT_LET_IN: _Line = ("{place} refuses the user or password given in LIVEDESK_STORE__URL: correct them.", False)
_NO_DATABASE: _Line = ("{place} does not exist: create it (createdb), or correct LIVEDESK_STORE__URL.", False)
_STANDBY: _Line = ("{place} is read-only (a standby?): point LIVEDESK_STORE__URL at the primary.", False)
_NO_RIGHT: _Line = ("{place} lacks a right for our user: make that user the owner of the database.", False)
_CROWDED: _Line = ("{place} takes no more connections: nothing was saved. Raise max_connections or try again.", True)

# PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest prefix wins.
_POSTGRESQL: dict[str, _Line] = {
    "08": _AWAY,
    "25006": _STANDBY,
    "25P03": _AWAY,  # we were frozen in the middle of it
    "28": _NOT_LET_IN,
    "3D": _NO_DATABASE,
    "40": _BUSY,
    "42501": _NO_RIGHT,
    "53": _CROWDED,
    "53100": _FULL,
    "55P03": _BUSY,
    "57014": _BUSY,
    "57P": _AWAY,
    "58": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}

# While connecting, libpq hands over words but no code.
_CONNECTING: tuple[tuple[str, _Line], ...] = (
    ("password authentication failed", _NOT_LET_IN),
    ("no password supplied", _NOT_LET_IN),
    ("no pg_hba.conf entry", _NOT_LET_IN),
    ('role "', _NOT_LET_IN),
    ('database "', _NO_DATABASE),
    ("too many", _CROWDED),
    ("remaining connection slots", _CROWDED),
)


@contextmanager
def watched(place: Place) -> Iterator[None]:
    """What a database has against the work inside comes out as StoreTrouble; our own mistakes as they are."""
    try:
        yield
    except SQLAlchemyError as error:
        trouble = told(error, place)
        if trouble is None:
            raise
        raise trouble from error


def told(error: SQLAlchemyError, place: Place) -> StoreTrouble | None:
    """The line for a database's error; None when it is our own mistake (a broken constraint, wrong SQL)."""
    if isinstance(error, PoolTimeoutError):
        line: _Line | None = _BUSY
    elif isinstance(error, DBAPIError):
        line = (_of_sqlite if place.path is not None else _of_postgresql)(error)
    else:
        line = None
    if line is None:
        return None
    return StoreTrouble(line[0].format(place=place), passing=line[1])


def again(error: SQLAlchemyError) -> bool:
    """Whether two transactions got in each other's way, so that the same one simply has another go."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in ("40001", "40P01")


def _of_sqlite(error: DBAPIError) -> _Line | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else _SQLITE.get(code & 0xFF)


def _of_postgresql(error: DBAPIError) -> _Line | None:
    state = getattr(error.orig, "sqlstate", None)
    if state:
        known = [prefix for prefix in _POSTGRESQL if state.startswith(prefix)]
        return _POSTGRESQL[max(known, key=len)] if known else None
    words = str(error.orig)
    if "FATAL" in words:
        said = words.partition("FATAL")[2]
        return next((line for word, line in _CONNECTING if word in said), _AWAY)
    # No code and no answer: the connection was never made, or broke.
    return _AWAY if error.connection_invalidated or _is_operational(error) else None


def _is_operational(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError")
