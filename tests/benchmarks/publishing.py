"""Publish costs the same for a thousand readers and for a million, and the first of them reads it at once."""

import asyncio
import time
from statistics import median

from core.model import Coverage, Operation
from core.pacing import TELEGRAM
from core.store import Store, sending
from tests.benchmarks import couriers, outbox
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import Ground, now, opened, populate, publish
from tests.benchmarks.platforms import Instant


def publishing(
    ground: Ground, few: int = 1_000, many: int = 1_000_000, rounds: int = 300, firsts: int = 30
) -> list[Figure]:
    """Medians of `rounds` with few and many readers in turn; then how long until the first is spoken to."""
    with ground.stores() as made:
        small, large = made.migrated(), made.migrated()
        here, there = populate(small, few), populate(large, many)
        with opened(small) as village, opened(large) as nation:
            times = asyncio.run(_in_turn(village, here, nation, there, rounds))
            first = asyncio.run(_first_sends(nation, there, firsts))
            nation.write_now(outbox.build)
            began = time.perf_counter()
            nation.write_now(outbox.publish, 1, there.id)
            took = time.perf_counter() - began
            carried = asyncio.run(_first_of_outbox(nation))
    kind = ground.kind
    ours = median(times[1]) * 1e3
    return [
        Figure("publish to 1 M", kind, ours, "ms", median(times[0]) * 1e3, "to 1 k", at_most(1.5, ratio=True)),
        Figure("publish to 1 M", kind, ours, "ms", took * 1e3, "outbox"),
        Figure("first send after it, 1 M", kind, first * 1e3, "ms", carried * 1e3, "outbox", at_most(25)),
    ]


async def _in_turn(
    village: Store, here: Coverage, nation: Store, there: Coverage, rounds: int
) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for taken, store, coverage in ((times[0], village, here), (times[1], nation, there)):
            began = time.perf_counter()
            entry = await publish(store, coverage, f"Round {number}")
            taken.append(time.perf_counter() - began)
            # Nobody carries it: the next round finds the store as this one did.
            await store.write(sending.end, entry.bulletin_id, (Operation.PUBLISH,), now())
    return times


async def _first_sends(store: Store, coverage: Coverage, rounds: int) -> float:
    """The median of what lies between an editor's "queued" and the first request."""
    sender, taken = Instant(), []
    async with couriers.at_work(store, [sender], TELEGRAM) as office:
        for number in range(rounds):
            words = f"First {number}"
            entry = await publish(store, coverage, words)
            queued = time.perf_counter()
            office.wake()
            taken.append(await sender.speaks_of(words) - queued)
            await store.write(sending.end, entry.bulletin_id, (Operation.PUBLISH,), now())
            office.wake()
            # The pace allows 30 a second: no round waits for the one before.
            await office.pauses(0.2)
    return median(taken)


async def _first_of_outbox(store: Store) -> float:
    sender = Instant()
    began = time.perf_counter()
    working = asyncio.create_task(outbox.carry(store, sender, "The river is rising"))
    first = await sender.speaks_of("The river is rising")
    working.cancel()
    await asyncio.wait([working])
    return first - began
