"""Telling other processes that something was committed: LISTEN and NOTIFY on PostgreSQL, nothing on SQLite.

A wake carries no news: who hears it looks into the store. So one that is lost costs a poll's time, and nothing else.
"""

import logging
import select
import socket
import threading
from collections.abc import Callable

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from core.store import engines

log = logging.getLogger(__name__)

Lanes = frozenset[int]
"""The lanes a bell rang for; `EVERY` when it was for all."""
EVERY: Lanes = frozenset()

_CHANNEL = "livedesk"
_AGAIN_AFTER = 1.0
_GOODBYE = 1.0


def ring(conn: sa.Connection, lane_id: int | None = None) -> None:
    """Wake whoever carries this lane once the transaction is in; without one, everybody."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_notify(_CHANNEL, "" if lane_id is None else str(lane_id))))


class Listening:
    """Calls back whenever somebody rings, from a thread of its own, with a connection of its own."""

    def __init__(self, address: str, callback: Callable[[Lanes], object]) -> None:
        """`address` as libpq reads it, empty where nobody ever rings. After each new connection it calls back too."""
        self._address = address
        self._callback = callback
        self._closed = threading.Event()
        self._ours, self._theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, name="store-listener", daemon=True)
        if address:
            self._thread.start()

    def close(self) -> None:
        """Listen no more. May be called twice."""
        self._closed.set()
        if self._thread.is_alive():
            self._ours.send(b"!")
            # It may be in the middle of connecting to a server that does not answer: it ends by itself then.
            self._thread.join(_GOODBYE)
        if not self._thread.is_alive():
            self._ours.close()
            self._theirs.close()

    def _listen(self) -> None:
        quiet = False
        while not self._closed.is_set():
            try:
                address = make_conninfo(self._address, connect_timeout=engines.CONNECT_SECONDS, **engines.KEEPALIVE)
                with psycopg.connect(address, autocommit=True) as conn:
                    conn.execute(f"LISTEN {_CHANNEL}")
                    quiet = False
                    self._callback(EVERY)
                    self._hear(conn)
            except psycopg.Error as error:
                if not quiet:
                    log.warning("not listening to the store, looking by the clock", extra={"why": type(error).__name__})
                quiet = True
                self._closed.wait(_AGAIN_AFTER)

    def _hear(self, conn: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._closed.is_set():
            select.select([conn.fileno(), self._theirs.fileno()], [], [])
            rung = {note.payload for note in conn.notifies(timeout=0)}
            if rung:
                self._callback(frozenset(map(int, rung)) if all(one.isdigit() for one in rung) else EVERY)
