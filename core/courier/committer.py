"""One committer per process: the receipts, marks and parkings of all lanes in one transaction every few milliseconds.

Committing what has come back, at once and together, bounds the doubles a kill can make to what is on the wire, and
costs a handful of commits a second however many lanes there are.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import StoreTrouble
from core.model import Receipt
from core.store import Store, commits

log = logging.getLogger(__name__)

LINGER = 0.02
_RETRY = (0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class Pending:
    """What the next transaction will hold, and what to do once it is safe."""

    receipts: list[Receipt] = field(default_factory=list)
    removed: list[tuple[int, int, int]] = field(default_factory=list)
    park: list[commits.Park] = field(default_factory=list)
    unpark: list[commits.Unpark] = field(default_factory=list)
    paused: list[tuple[int, str]] = field(default_factory=list)


class Committer:
    """Collects what the lanes have to remember and writes it together."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, linger: float = LINGER) -> None:
        """`linger` is how long a first result waits for company, in seconds."""
        self._store = store
        self._clock = clock
        self._linger = linger
        self._pending = Pending()
        self._marks: list[Callable[[], tuple[commits.WalkMark, ...]]] = []
        self._work = asyncio.Event()
        self._written = asyncio.Event()
        self._begun = 0
        self._done = 0
        self.stuck = ""
        """Why the store takes nothing just now, empty when it does: lanes start no request meanwhile."""

    def join(self, marks: Callable[[], tuple[commits.WalkMark, ...]]) -> None:
        """A lane hands in how it tells where its walks stand at the moment of writing."""
        self._marks.append(marks)

    @property
    def pending(self) -> Pending:
        """What is being gathered; call `touch` after adding to it."""
        return self._pending

    def keep(self, receipt: Receipt) -> None:
        """Remember a copy."""
        self._pending.receipts.append(receipt)
        self._work.set()

    def touch(self) -> None:
        """There is something to write."""
        self._work.set()

    async def settled(self) -> None:
        """Wait until everything handed in so far is safe."""
        # A transaction already under way does not hold what came after it was put together: wait for the next.
        target = self._begun + 1
        self._work.set()
        while self._done < target:
            self._written.clear()
            await self._written.wait()

    async def run(self) -> None:
        """Write until cancelled, then write what is left."""
        try:
            while True:
                await self._work.wait()
                await asyncio.sleep(self._linger)
                await self._flush()
        except asyncio.CancelledError:
            await self._flush()
            raise

    async def _flush(self) -> None:
        self._work.clear()
        self._begun += 1
        pending, self._pending = self._pending, Pending()
        # The marks are read after the results they count are in `pending`, with nothing awaited in between.
        walks = tuple(mark for marks in self._marks for mark in marks())
        batch = commits.Batch(
            at=self._clock(),
            receipts=tuple(pending.receipts),
            removed=tuple(pending.removed),
            walks=walks,
            park=tuple(pending.park),
            unpark=tuple(pending.unpark),
            paused=tuple(pending.paused),
        )
        tries = 0
        while True:
            try:
                await self._store.write(commits.apply, batch)
                break
            except StoreTrouble as trouble:
                if not self.stuck:
                    log.exception("the store takes nothing, sending stops")
                self.stuck = str(trouble)
                await asyncio.sleep(_RETRY[min(tries, len(_RETRY) - 1)])
                tries += 1
        if self.stuck:
            log.warning("the store is back, sending goes on")
            self.stuck = ""
        self._done = self._begun
        self._written.set()
