"""The clock only ticks. What is due, and whether it was done, is in the store; a late or doubled tick harms nobody."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core import crashpoint
from core.errors import StoreTrouble
from core.store import Store, buttons, commands, drafts, inbox, receipts

log = logging.getLogger(__name__)

_HOUSEKEEPING_MINUTES = 60
_DRAFTS_KEPT = timedelta(days=7)


class Clockwork:
    """Ticks for one process: forgets what has outlived its keeping."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Nothing ticks before `start`."""
        self._store = store
        self._clock = clock
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick in the running loop; the first housekeeping is now."""
        # Without misfire_grace_time=None APScheduler drops a tick that comes a second late (its default, 3.11).
        self._scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True}, timezone="UTC")
        self._scheduler.add_job(
            self.keep_house, "interval", minutes=_HOUSEKEEPING_MINUTES, next_run_time=self._clock(), id="housekeeping"
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def keep_house(self) -> None:
        """Forget what has outlived its keeping, in small transactions, so that no alert waits for it."""
        now = self._clock()
        try:
            forgotten = {
                "updates": await self._store.write(inbox.prune, now),
                "tokens": await self._store.write(commands.prune, now),
                "buttons": await self._store.write(buttons.prune, now),
                "drafts": await self._store.write(drafts.prune, now - _DRAFTS_KEPT),
                "receipts": 0,
            }
            crashpoint.here("in_tick")
            while bite := await self._store.write(receipts.prune, now):
                forgotten["receipts"] += bite
        except StoreTrouble as trouble:
            log.warning("housekeeping waits for the store", extra={"why": str(trouble)})
            return
        except asyncio.CancelledError:
            # The house leaves in the middle of a tick. The rest is the next one's; APScheduler would log a failure.
            return
        if any(forgotten.values()):
            log.info("housekeeping", extra={"forgotten": forgotten})
