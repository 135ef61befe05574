"""Many accounts in one process, each at its own pace."""

import asyncio
import time

from core.model import Coverage
from core.pacing import Pace, Window
from core.store import Store
from tests.benchmarks import couriers
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.ground import Ground, opened, populate, publish
from tests.benchmarks.platforms import Instant

_EACH = 30
_PACE = Pace(Window(_EACH, 1.0), (Window(1, 1.05),), (Window(1, 1.05),))
_SLOW = (0.05, 0.15)
_WARM_UP = 30.0


def many_lanes(ground: Ground, lanes: int = 100, seconds: float = 10.0) -> list[Figure]:
    """What of a core it takes to keep every lane at its rate, before HTTP."""
    with ground.stores() as made:
        url = made.migrated()
        names = [f"desk-{number}" for number in range(lanes)]
        coverage = populate(url, int(lanes * _EACH * (seconds + 6)), lanes=names)
        with opened(url) as store:
            rate, share = asyncio.run(_carry(store, coverage, names, seconds))
    asked = lanes * _EACH
    return [
        Figure(f"{lanes} lanes × {_EACH}/s: share of a core", ground.kind, share * 100, "%", bound=at_most(60)),
        Figure(
            f"{lanes} lanes × {_EACH}/s: carried", ground.kind, rate, "/s", asked, "asked", at_least(0.97, ratio=True)
        ),
    ]


async def _carry(store: Store, coverage: Coverage, names: list[str], seconds: float) -> tuple[float, float]:
    senders = [Instant(name, latency=_SLOW) for name in names]
    async with couriers.at_work(store, senders, _PACE) as office:
        await publish(store, coverage, "The river is rising")
        office.wake()
        # The first pages of all lanes come at once; what is asked for is the long run.
        deadline = time.perf_counter() + _WARM_UP
        while min(one.sent for one in senders) < min(_EACH, _EACH * seconds / 2) and time.perf_counter() < deadline:
            await office.pauses(0.1)
        began, cpu, sent = time.perf_counter(), time.process_time(), sum(one.sent for one in senders)
        await office.pauses(seconds)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        carried = sum(one.sent for one in senders) - sent
    return carried / took, used / took
