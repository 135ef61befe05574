"""Told to leave in the middle of everything, a courier finishes what is on the wire and frees its lanes at once."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.store import tables
from tests.doubles.databases import Databases
from tests.faults import siege
from tests.faults.judge import Judge
from tests.faults.siege import Siege, Town

LIVES, TOWNS = 5, 3


def owners(conn: sa.Connection) -> list[str]:
    """Who holds a lane."""
    lane = tables.lane.c
    return list(conn.execute(sa.select(lane.owner).where(lane.owner.is_not(None))).scalars())


async def relieved(besieged: Siege, town: Town, fate: random.Random) -> None:
    """One life after the other is told to leave while it is at work, and each time its lanes are free at once."""
    for _ in range(LIVES):
        life = await town.begins_life(besieged.nursery, "relieved")
        assert await life.within(life.holds, siege.GIVE_UP)
        for _ in range(3):
            await town.desk.does_something()
        await life.within(life.died, fate.uniform(0, 0.6))
        await town.sends_home(life)
        assert await town.desk.store.read(owners) == []
    await town.recovers(besieged.nursery)


@pytest.mark.timeout(200)
async def test_who_is_told_to_leave_under_load_says_nothing_twice_and_frees_its_lanes_at_once(
    databases: Databases, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    # With the lease's real length: nobody could wait for its end unnoticed.
    terms = {"ttl": 5.0, "margin": 1.25}
    async with siege.begun([databases.migrated() for _ in range(TOWNS)], tmp_path, seed, **terms) as besieged:
        async with asyncio.TaskGroup() as everywhere:
            for town in besieged.towns:
                everywhere.create_task(relieved(besieged, town, random.Random(f"{seed} {town.name}")))
        copies, violations, refused = await besieged.seen()
        figures = [Judge(town, there).judge() for town, there in zip(besieged.towns, copies, strict=True)]
    assert violations == refused == besieged.errors() == []
    assert [sum(one.doubles.values()) for one in figures] == [0] * TOWNS
    told(f"{LIVES * TOWNS} SIGTERMs under load, {sum(one.copies for one in figures)} copies, 0 lost, 0 doubled")
