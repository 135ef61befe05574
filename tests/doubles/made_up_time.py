"""A loop whose time is made up: waiting costs nothing, instants are exact."""

import asyncio
import itertools
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from core.errors import StoreTrouble
from core.store import Store

T = TypeVar("T")

BEGAN = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # the class is chosen by the system
    """Instead of sleeping, tells the loop that the time has passed."""

    loop: "MadeUpLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise RuntimeError("everybody waits and nobody will ever wake")
        # To the nanosecond: the last bits of a sum tell in which steps it was made, and a history would turn on them.
        self.loop.now = round(self.loop.now + max(0.0, timeout), 9)
        return []


class _Task(asyncio.Task):  # type: ignore[type-arg]  # whatever it returns
    """A set of tasks is gone through by their hash: by when they were born, not by where they lie in memory."""

    def __init__(self, number: int, coro: Coroutine[Any, Any, Any], **more: Any) -> None:
        self.number = number
        super().__init__(coro, **more)

    def __hash__(self) -> int:
        return self.number


class MadeUpLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps from event to event."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = 0.0
        self.set_by = timedelta()
        """By how much somebody has set the wall clock."""
        super().__init__(selector)
        born = itertools.count(1)
        self.set_task_factory(lambda loop, coro, **more: _Task(next(born), coro, loop=loop, **more))

    def time(self) -> float:
        # Two looks at a clock never show the same instant.
        self.now = round(self.now + 1e-6, 9)
        return self.now

    def clock(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now) + self.set_by


class _Deaf:
    def close(self) -> None:
        pass


class MadeUpStore:
    """A real store whose answers take made-up time, so that a story goes the same way each time it is told.

    It can die as a process does, and be in trouble.
    """

    def __init__(self, store: Store, seconds: Callable[[], float] = lambda: 0.0) -> None:
        """`seconds` is how long the way there takes, and the way back."""
        self.seconds = seconds
        self.trouble: Exception | None = None
        self.alone = True
        """Whoever was at work on it before is dead, and what it held is taken over at once."""
        self.loses = 0
        """Of so many changes one is made, and nobody hears so."""
        self._changes = 0
        self._reachable: asyncio.Event | None = None
        self._store = store
        self._dead = False

    async def read(self, /, *args: Any, **more: Any) -> Any:
        return await self._ask(self._store.read_now, *args, **more)

    async def write(self, /, *args: Any, **more: Any) -> Any:
        answer = await self._ask(self._store.write_now, *args, **more)
        self._changes += 1
        if self.loses and self._changes % self.loses == 0:
            raise StoreTrouble("it was done, but nobody heard so", passing=True)
        return answer

    def now(self, /, *args: Any, **more: Any) -> Any:
        """What is in the store, whatever trouble it is in."""
        return self._store.read_now(*args, **more)

    def die(self) -> None:
        """Whoever asks from now on never gets an answer: it is not there any more either."""
        self._dead = True

    def hangs(self) -> None:
        """From now on nobody who asks hears anything, until it `answers`."""
        self._reachable = asyncio.Event()

    def answers(self) -> None:
        """Whoever asked gets the answer now."""
        if self._reachable is not None:
            self._reachable.set()
            self._reachable = None

    def reborn(self) -> "MadeUpStore":
        """The same store for another process."""
        born = MadeUpStore(self._store, self.seconds)
        born.alone = self.alone
        return born

    def listen(self, _callback: Callable[..., object]) -> "_Deaf":
        """Nobody rings in made-up time."""
        return _Deaf()

    async def _ask(self, do: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
        await asyncio.sleep(self.seconds())
        self._still_there()
        if self.trouble is not None:
            raise self.trouble
        if self._reachable is not None:
            await self._reachable.wait()
        answer = do(*args, **more)
        await asyncio.sleep(self.seconds())
        self._still_there()
        return answer

    def _still_there(self) -> None:
        if self._dead:
            raise asyncio.CancelledError


def live(story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end in made-up time."""
    with asyncio.Runner(loop_factory=MadeUpLoop) as runner:
        return runner.run(story)


def clock_is_set(**by: float) -> None:
    """Somebody sets the wall clock (`days=1`); no time passes by it."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MadeUpLoop)
    loop.set_by += timedelta(**by)


def clock() -> datetime:
    """The instant of the running loop's made-up time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MadeUpLoop)
    return loop.clock()
