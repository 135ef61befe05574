"""A process frozen for longer than its lease goes on and does not know that it is over: it starts no request."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.databases import Databases
from tests.faults import siege
from tests.faults.judge import Judge
from tests.faults.siege import Siege, Town

FREEZES = 3
_LEFT_BEHIND = 0.05
"""Seconds in which a request that had passed the gate when its process was frozen may still leave it."""


async def at_work(besieged: Siege, town: Town, fate: random.Random, stage: str) -> Any:
    """A life in the middle of its work, which speaks to the stage at this address."""
    life = await town.begins_life(besieged.nursery, "frozen", stage=stage)
    assert await life.within(life.holds, siege.GIVE_UP)
    for _ in range(4):
        await town.desk.publishes()
    await life.within(life.died, fate.uniform(0.05, 0.3))
    return life


@pytest.mark.timeout(200)
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
async def test_a_frozen_process_that_goes_on_starts_no_request_while_another_has_its_lanes(
    databases: Databases, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    left_behind = 0
    async with siege.begun([databases.migrated()], tmp_path, seed) as besieged:
        (town,), fate = besieged.towns, random.Random(seed)
        for _ in range(FREEZES):
            door = await besieged.theatre.asks(do="witness")
            frozen = await at_work(besieged, town, fate, door["url"])
            await town.freezes(frozen)
            heir = await town.begins_life(besieged.nursery, "heir")
            assert await heir.within(heir.holds, siege.GIVE_UP)
            for _ in range(4):
                await town.desk.publishes()
            thawed_at = await town.thaws(frozen)
            for _ in range(4):
                await town.desk.does_something()
            await town.desk.is_carried(siege.GIVE_UP)
            noted = (await besieged.theatre.asks(do="noted", door=door["door"]))["at"]
            assert noted, "it was not at work"
            # Once the heir shares with it again, an account by its new lease is its own.
            again_at = min((at for at in frozen.took_at if at > thawed_at), default=math.inf)
            late = [at - thawed_at for at in noted if thawed_at < at < again_at]
            assert [seconds for seconds in late if seconds > _LEFT_BEHIND] == []
            left_behind += len(late)
            await town.is_ended(frozen)
            await town.sends_home(heir)
        # What had passed the gate in the very moment it was frozen is on the wire: that is a rare moment.
        assert left_behind <= 1
        await town.recovers(besieged.nursery)
        copies, violations, refused = await besieged.seen()
        figures = Judge(town, copies[0]).judge()
    # The server ends the transaction of whoever falls silent in the middle of it.
    assert violations == refused == besieged.errors("the store takes nothing") == []
    told(
        f"{FREEZES} freezes, {figures.copies} copies, {sum(figures.doubles.values())} doubled, {left_behind} left late"
    )


@pytest.mark.timeout(200)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
async def test_on_sqlite_a_frozen_process_keeps_its_store_and_goes_on(
    databases: Databases, tmp_path: Path, seed: str
) -> None:
    async with siege.begun([databases.migrated()], tmp_path, seed) as besieged:
        (town,), fate = besieged.towns, random.Random(seed)
        frozen = await at_work(besieged, town, fate, town.orders.stage)
        await town.freezes(frozen)
        second = await town.begins_life(besieged.nursery, "stands by")
        # Longer than the lease: on one machine the lock decides, not the time.
        assert not await second.within(second.holds, 3 * town.orders.ttl)
        await town.thaws(frozen)
        frozen.killed_at = 0.0
        for _ in range(4):
            await town.desk.does_something()
        await town.desk.is_carried(siege.GIVE_UP)
        assert not second.holds.is_set()
        await town.sends_home(frozen)
        assert await second.within(second.holds, siege.GIVE_UP)
        await town.desk.publishes()
        await town.desk.is_carried(siege.GIVE_UP)
        await town.sends_home(second)
        copies, violations, refused = await besieged.seen()
        figures = Judge(town, copies[0]).judge()
    assert violations == refused == besieged.errors() == []
    assert sum(figures.doubles.values()) == 0
