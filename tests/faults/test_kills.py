"""`kill -9` at any moment, a thousand times: nothing saved is lost, and little is said twice.

A courier in a process of its own speaks over real HTTP to the stage and writes into a real store; it is killed at
random moments and at the named ones of core/crashpoint.py, and the next life takes over. Meanwhile the desk goes on. In
the end the judge reads what every reader saw. `LIVEDESK_KILLS` is how many kills each store gets; `LIVEDESK_SEED`
repeats a run's schedule.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doubles import chances
from tests.doubles.databases import Databases
from tests.faults import siege
from tests.faults.judge import Figures, Judge

KILLS = chances.asked("KILLS", 500)
CHUNKS = 5
TOWNS = 3
"""Side by side: while one waits for a lease the others live."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_whoever_is_killed_nothing_is_lost_and_little_is_said_twice(
    chunk: int, databases: Databases, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    kills = KILLS // CHUNKS + (chunk < KILLS % CHUNKS)
    stores = [databases.migrated() for _ in range(TOWNS)]
    async with siege.begun(stores, tmp_path, f"{seed}/{chunk}") as besieged:
        began = time.monotonic()
        await besieged.goes_on(kills)
        seconds = time.monotonic() - began
        copies, violations, refused = await besieged.seen()
        figures = [Judge(town, there).judge() for town, there in zip(besieged.towns, copies, strict=True)]
    assert violations == []
    assert refused == []
    assert sum(one.kills for one in figures) == kills
    assert besieged.errors() == []
    told(_line(figures, kills, seconds))


def _line(figures: list[Figures], kills: int, seconds: float) -> str:
    doubles = sum(sum(one.doubles.values()) for one in figures)
    copies = sum(one.copies for one in figures)
    commit = max(one.slowest_commit for one in figures)
    return (
        f"{kills} kills in {seconds:.0f} s ({kills / seconds:.1f}/s), {copies} copies, 0 lost, {doubles} doubled on "
        f"Telegram ({doubles / max(1, kills):.2f} a kill), 0 on Discord; slowest commit {commit * 1000:.0f} ms"
    )
