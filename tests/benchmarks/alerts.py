"""An alert goes before a fan-out that is running already."""

import asyncio
import time
from statistics import median

from core.model import Coverage, Operation
from core.pacing import TELEGRAM, Pace, Window
from core.store import Store, sending
from tests.benchmarks import couriers
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import Ground, now, opened, populate, publish
from tests.benchmarks.platforms import Instant

# Telegram's paid broadcasts: 1000 in any 1.05 s (design §4).
PAID = Pace(Window(1000, 1.05), (Window(1, 1.05),), (Window(1, 1.05), Window(20, 60.5)), crowd_reserve=3)
_SLOW = (0.05, 0.1)


def overtaking(ground: Ground, many: int = 1_000_000, tries: int = 5, running: float = 2.0) -> list[Figure]:
    """From the editor's command to the first request, while everybody else's entry is under way."""
    figures = []
    with ground.stores() as made:
        url = made.migrated()
        coverage = populate(url, many)
        for name, pace in (("30/s", TELEGRAM), ("1000/s", PAID)):
            with opened(url) as store:
                taken = asyncio.run(_overtake(store, coverage, pace, tries, running))
            what = f"alert overtakes 1 M at {name}, slowest of {tries}"
            figures.append(
                Figure(what, ground.kind, max(taken) * 1e3, "ms", median(taken) * 1e3, "median", at_most(150))
            )
    return figures


async def _overtake(store: Store, coverage: Coverage, pace: Pace, tries: int, running: float) -> list[float]:
    sender, taken = Instant(latency=_SLOW), []
    async with couriers.at_work(store, [sender], pace) as office:
        entry = await publish(store, coverage, "The river is rising")
        office.wake()
        await office.pauses(running)
        for number in range(tries):
            words = f"Leave now {number}"
            began = time.perf_counter()
            alert = await publish(store, coverage, words, alert=True)
            office.wake()
            taken.append(await sender.speaks_of(words) - began)
            await office.pauses(running / 4)
            await store.write(sending.end, alert.bulletin_id, (Operation.PUBLISH,), now())
            office.wake()
            await office.pauses(running / 4)
        await store.write(sending.end, entry.bulletin_id, (Operation.PUBLISH,), now())
        office.wake()
    return taken
