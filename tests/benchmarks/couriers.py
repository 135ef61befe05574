"""A courier at work for as long as a benchmark needs it."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from bots.cli import run
from core.courier import AccountGate, Courier
from core.pacing import Pace
from core.platform import Sender
from core.store import Store, broadcasts
from tests.benchmarks.platforms import WIDE_OPEN, clock

_GIVE_UP = 1800.0


@dataclass(frozen=True)
class Office:
    """A courier, the task it runs in, and the store it carries from."""

    store: Store
    courier: Courier
    task: "asyncio.Task[None]"

    def wake(self) -> None:
        """Something was committed."""
        self.courier.wake()

    async def everything_is_carried(self, looking_every: float = 0.02) -> None:
        """Wait until nothing is owed to anybody any more, every receipt stored."""
        deadline = time.perf_counter() + _GIVE_UP
        while await self.store.read(broadcasts.unfinished):
            await self.pauses(looking_every)
            assert time.perf_counter() < deadline, "something is never carried"

    async def pauses(self, seconds: float) -> None:
        """Let it work for so long; what ends it early is raised."""
        await asyncio.wait([self.task], timeout=seconds)
        if self.task.done():
            self.task.result()
            raise AssertionError("the courier ended by itself")


@contextmanager
def settled() -> Iterator[None]:
    """What the process that carries does before it begins; here others come after it."""
    thresholds = gc.get_threshold()
    run.settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


@asynccontextmanager
async def at_work(
    store: Store,
    senders: Sequence[Sender],
    pace: Pace = WIDE_OPEN,
    gates: Mapping[str, AccountGate] | None = None,
) -> AsyncIterator[Office]:
    """Until the block ends; what is on the wire then is waited for. `gates`: those that the senders pass already."""
    gates = gates or {sender.account: AccountGate(pace) for sender in senders}
    courier = Courier(store, senders, gates, clock=clock)
    with settled():
        office = Office(store, courier, asyncio.create_task(courier.run()))
        try:
            # A new owner of an account counts the second before as full.
            await office.pauses(pace.overall.seconds + 0.2)
            yield office
        finally:
            await courier.stop()
            await asyncio.wait([office.task])
    office.task.result()
