"""The clock only ticks. What is due, and whether it was done, is in the store; a late or doubled tick harms nobody."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core import crashpoint
from core.errors import StoreTrouble
from core.store import Store, buttons, commands, drafts, inbox, receipts, ticks

log = logging.getLogger(__name__)

_HOUSEKEEPING = "housekeeping"
# Seconds. A process that dies in the middle is not missed for longer than the second.
_EVERY, _WITHIN = 3600.0, 600.0
# Each of many processes asks so often whether it is due.
_LOOK_MINUTES = 5
_DRAFTS_KEPT = timedelta(days=7)


class Clockwork:
    """Ticks for one process of many: one of them forgets what has outlived its keeping."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Nothing ticks before `start`."""
        self._store = store
        self._clock = clock
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick in the running loop; the first look at what is due is now."""
        # Without misfire_grace_time=None APScheduler drops a tick that comes a second late (its default, 3.11).
        self._scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True}, timezone="UTC")
        self._scheduler.add_job(
            self.tick, "interval", minutes=_LOOK_MINUTES, next_run_time=self._clock(), id=_HOUSEKEEPING
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def tick(self) -> None:
        """Keep house if it is due and no other process does."""
        try:
            ours = await self._store.write(ticks.begin, _HOUSEKEEPING, self._clock(), within=_WITHIN, every=_EVERY)
            if ours and await self.keep_house():
                await self._store.write(ticks.done, _HOUSEKEEPING, self._clock(), every=_EVERY)
        except StoreTrouble as trouble:
            log.warning("housekeeping waits for the store", extra={"why": str(trouble)})
        except asyncio.CancelledError:
            # The house leaves in the middle of a tick. The rest is the next one's; APScheduler would log a failure.
            return

    async def keep_house(self) -> bool:
        """Forget what has outlived its keeping, in small transactions, so that no alert waits for it.

        Whether all of it was done.
        """
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
            return False
        if any(forgotten.values()):
            log.info("housekeeping", extra={"forgotten": forgotten})
        return True
