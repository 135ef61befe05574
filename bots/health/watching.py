"""Looks at the store and the loop from time to time, so that an answer costs nothing and waits for nobody."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from bots.health.judging import View
from bots.health.signs import Signs
from core.errors import StoreTrouble
from core.store import Store, standing
from core.store.standing import Standing

EVERY = 2.0
# A look that takes long is taken less often: a twentieth of one reader's time, but never further apart than this.
_SHARE, _SELDOM = 20, 30.0
_BEAT = 0.25
_BEATS_KEPT = 40
"""Ten seconds: no scrape that comes every ten misses the worst."""


class Watch:
    """One process's watch. It serves a standby as well: `house` is told when there is one."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, every: float = EVERY) -> None:
        """Nothing is looked at before `run`. `every` is in seconds."""
        self.house: Callable[[], Signs] | None = None
        self._store = store
        self._clock = clock
        self._every = every
        self._standing = Standing()
        self._trouble = ""
        self._asked = False
        self._asked_at: float | None = None
        self._ownerless: dict[str, float] = {}
        self._lags: deque[float] = deque(maxlen=_BEATS_KEPT)

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as looks:
            looks.create_task(self._look_at_the_store(), name="health: store")
            looks.create_task(self._feel_the_pulse(), name="health: loop")

    def view(self) -> View:
        """What is known now."""
        now = asyncio.get_running_loop().time()
        return View(
            asked=self._asked,
            silent=0.0 if self._asked_at is None else now - self._asked_at,
            trouble=self._trouble,
            standing=self._standing,
            ownerless=tuple((account, now - since) for account, since in self._ownerless.items()),
            lag=max(self._lags, default=0.0),
            signs=None if self.house is None else self.house(),
        )

    def now(self) -> datetime:
        """The clock the store's moments are compared with."""
        return self._clock()

    async def _look_at_the_store(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._asked_at = begun = loop.time()
            rest = self._every
            try:
                # It may take as long as it takes: there is never a second one beside it, and `view` tells its age.
                found = await self._store.read(standing.look, self._clock())
            except StoreTrouble as trouble:
                self._trouble = str(trouble)
            else:
                self._trouble, self._standing, self._asked = "", found, True
                self._note_owners(begun)
                rest = max(rest, min(_SELDOM, _SHARE * (loop.time() - begun)))
            self._asked_at = None
            await asyncio.sleep(rest)

    def _note_owners(self, now: float) -> None:
        before, self._ownerless = self._ownerless, {}
        for lane in self._standing.lanes:
            if not lane.owned:
                self._ownerless[lane.account] = before.get(lane.account, now)

    async def _feel_the_pulse(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT
            await asyncio.sleep(_BEAT)
            self._lags.append(max(0.0, loop.time() - due))
