"""One `livedesk run` on a store at a time, so that one account has one sender."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.store import trouble
from core.store.engines import Engines
from core.store.place import Place

# Beside the key in schema.py; any number no other program on this database uses.
_ADVISORY_LOCK = 0x6C697665_72756E21


@contextmanager
def of(place: Place, engines: Engines) -> Iterator[None]:
    """Hold the store: an flock beside the file, an advisory lock in PostgreSQL. Both end with the process."""
    with _file(place, Path(f"{place.path}.lock")) if place.path is not None else _session(place, engines):
        yield


@contextmanager
def _file(place: Place, lock: Path) -> Iterator[None]:
    try:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreTrouble(f"{lock} cannot be written ({error.strerror}): give this user the right to.") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreTrouble(_held(place, os.pread(handle, 20, 0).decode(errors="replace").strip())) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def _session(place: Place, engines: Engines) -> Iterator[None]:
    # A connection of its own: the lock lives as long as its session.
    engine = sa.create_engine(
        engines.writer.url,
        poolclass=sa.pool.NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"application_name": "livedesk-hold"},
    )
    with trouble.watched(place):
        conn = engine.connect()
    with conn:
        if not conn.execute(sa.select(sa.func.pg_try_advisory_lock(_ADVISORY_LOCK))).scalar():
            raise StoreTrouble(_held(place, ""))
        yield


def _held(place: Place, process: str) -> str:
    who = f" (process {process})" if process else ""
    return f"{place} is in use by another livedesk run{who}: stop that one first, or leave it running and close this."
