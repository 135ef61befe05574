"""The store: what must survive. SQLite in one file by default, PostgreSQL by one setting; SQL lives here alone.

A unit of work is a function of this room that takes a connection first: `await store.write(entries.publish, …)`. It
runs in one transaction and one thread hop, and whatever it does is there afterwards, or none of it is.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.model import Mode
from core.store import audiences, engines, house, opening, place, schema, trouble
from core.store.engines import Engines
from core.store.hold import Hold
from core.store.place import Place
from core.store.threads import Crew
from core.store.wakes import Lanes, Listening

__all__ = ["Connection", "Store"]

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 8
# Seconds, at most: apart from each other, the two do not meet again.
_STEP_ASIDE = 0.1


class Store:
    """An open store. Every method may raise StoreTrouble: one line for the operator that says what to do."""

    def __init__(self, where: Place, under: Engines) -> None:
        """Use `Store.open`."""
        self._place = where
        self._engines = under
        self._writers = Crew("store-writer", under.writers)
        self._readers = Crew("store-reader", under.readers)
        self._hold = Hold(where)

    @classmethod
    def open(cls, url: str, *, mode: Mode, create: bool = False) -> "Store":
        """Open the store at `url`. `create` makes it, or brings an older one up to date; without it both are refused.

        So is a store that is damaged, newer than we are, or was first opened in another mode.
        """
        where = place.find(url)
        opening.prepare_file(where, create=create)
        under = engines.build(where)
        try:
            with trouble.watched(where):
                _prove(where, under, mode, create=create)
        except BaseException:
            under.close()
            raise
        return cls(where, under)

    @property
    def where(self) -> str:
        """How a person finds it; never holds a password."""
        return str(self._place)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a unit of work that changes something. Once begun it is carried through, cancelled or not."""
        return await asyncio.wrap_future(self._writers.submit(lambda: self._change(fn, *args, **kwargs)))

    async def write_urgent(
        self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`write` that goes before every unit of work still queued: alerts."""
        return await asyncio.wrap_future(self._writers.submit(lambda: self._change(fn, *args, **kwargs), urgent=True))

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a unit of work that changes nothing; it sees one moment of the store and never waits for a writer."""
        return await asyncio.wrap_future(self._readers.submit(lambda: self._look(fn, *args, **kwargs)))

    def write_now(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for code without an event loop."""
        return self._writers.submit(lambda: self._change(fn, *args, **kwargs)).result()

    def read_now(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for code without an event loop."""
        return self._readers.submit(lambda: self._look(fn, *args, **kwargs)).result()

    def hold(self) -> Hold:
        """Be the only `livedesk run` on a SQLite store while inside; waits for another one to end and says so.

        On PostgreSQL there is nothing to wait for: leases share the lanes among all processes.
        """
        return self._hold

    @property
    def alone(self) -> bool:
        """Whether the store is held, so that whoever else has a lease on it must be dead."""
        return self._hold.alone

    def listen(self, callback: Callable[[Lanes], object]) -> Listening:
        """Have `callback` called, from another thread, when a process rings (`wakes.ring`); close what it returns.

        SQLite cannot ring: there the one process at work tells itself.
        """
        address = "" if self._place.path is not None else self._place.libpq
        return Listening(address, callback)

    def close(self) -> None:
        """Finish what is queued and close every connection."""
        self._writers.close()
        self._readers.close()
        self._engines.close()

    def _change(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with trouble.watched(self._place):
            for left in reversed(range(_TRIES)):
                try:
                    with self._engines.writer.begin() as conn, audiences.gathered(conn):
                        return fn(conn, *args, **kwargs)
                except SQLAlchemyError as error:
                    # Two transactions in each other's way: a unit of work is pure SQL, so it simply has another go.
                    if not (left and trouble.again(error)):
                        raise
                    time.sleep(random.uniform(0, _STEP_ASIDE))
            raise AssertionError("the last try returns or raises")

    def _look(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with trouble.watched(self._place), self._engines.reader.begin() as conn:
            return fn(conn, *args, **kwargs)


def _prove(where: Place, under: Engines, mode: Mode, *, create: bool) -> None:
    with under.reader.begin() as conn:
        opening.check(conn, where, create=create)
    if create:
        schema.upgrade(under.writer)
    with under.reader.begin() as conn:
        stored = house.read(conn, "mode")
    if stored is None:
        with under.writer.begin() as conn:
            stored = house.stamp(conn, "mode", mode.value)
    opening.check_mode(stored, where, mode)
