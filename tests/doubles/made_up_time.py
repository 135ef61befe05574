"""A loop whose time is made up: waiting costs nothing, instants are exact. Real threads are still waited for."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from core.store import Store

T = TypeVar("T")

BEGAN = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # the class is chosen by the system
    """Instead of sleeping, tells the loop that the time has passed, unless a thread has still to answer."""

    loop: "MadeUpLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        while not events and self.loop.threads and (timeout is None or timeout > 0):
            events = super().select(0.2)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise RuntimeError("everybody waits and nobody will ever wake")
        self.loop.now += max(0.0, timeout)
        return []


class MadeUpLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps from event to event."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = 0.0
        self.threads = 0
        super().__init__(selector)

    def time(self) -> float:
        # Two looks at a clock never show the same instant.
        self.now += 1e-6
        return self.now

    def clock(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now)


class Counted:
    """A store whose threads the made-up time waits for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, *args: Any, **more: Any) -> Any:
        return await self._wait(self._store.read(*args, **more))

    async def write(self, *args: Any, **more: Any) -> Any:
        return await self._wait(self._store.write(*args, **more))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def _wait(self, answer: Coroutine[Any, Any, T]) -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MadeUpLoop)
        loop.threads += 1
        try:
            return await answer
        finally:
            loop.threads -= 1


def live(story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end in made-up time."""
    with asyncio.Runner(loop_factory=MadeUpLoop) as runner:
        return runner.run(story)


def clock() -> datetime:
    """The instant of the running loop's made-up time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MadeUpLoop)
    return loop.clock()
