"""One `livedesk run` on a SQLite store at a time: the second stands by until the first one ends.

On PostgreSQL any number of them share the lanes by their leases, and there is nothing to hold.
"""

import asyncio
import fcntl
import logging
import os
import time
from pathlib import Path
from types import TracebackType

from core.errors import StoreTrouble
from core.store.place import Place

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.1


class Hold:
    """An flock beside the store's file, which ends with the process however it ends. Enter it, with or without `async`.

    Who enters while another process holds it says so once and waits. Raises StoreTrouble when the lock cannot be made.
    """

    def __init__(self, place: Place) -> None:
        """Nothing is held yet."""
        self._place = place
        self._handle: int | None = None
        self._lock = None if place.path is None else Path(f"{place.path}.lock")

    @property
    def alone(self) -> bool:
        """Whether no other process can be at work on the store now."""
        return self._handle is not None

    def take(self) -> bool:
        """Hold it unless another process does."""
        if self._lock is None or self._handle is not None:
            return True
        handle = self._open(self._lock)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle
        return True

    def release(self) -> None:
        """Hold it no more."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> None:
        """Wait for it."""
        if not self.take():
            self._say()
            while not self.take():
                time.sleep(_LOOK_EVERY)
            log.warning("the other livedesk run has ended: this one goes on")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let it go."""
        self.release()

    async def __aenter__(self) -> None:
        """Wait for it while the loop goes on."""
        if not self.take():
            self._say()
            while not self.take():  # noqa: ASYNC110 -- a lock of the system's tells nobody
                await asyncio.sleep(_LOOK_EVERY)
            log.warning("the other livedesk run has ended: this one goes on")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let it go."""
        self.release()

    def _open(self, lock: Path) -> int:
        try:
            return os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreTrouble(f"{lock} cannot be written ({error.strerror}): give this user the right to.") from None

    def _say(self) -> None:
        who = "" if self._lock is None else self._lock.read_text(errors="replace").strip()
        log.warning(
            "standing by: another livedesk run%s is at work on %s, this one takes over as soon as that one ends",
            f" (process {who})" if who else "",
            self._place,
        )
