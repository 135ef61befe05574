"""A whole `livedesk run` is killed twenty times, at the platforms' own pace and with the lease's real length.

Half of it on SQLite, half on PostgreSQL. Its editor speaks to it on Telegram meanwhile, and another process publishes.
`LIVEDESK_HOUSES` is how many are killed.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.model import Mode
from core.store import Store
from tests.doubles import chances
from tests.doubles.databases import Databases
from tests.faults import siege
from tests.faults.judge import Judge

HOUSES = chances.asked("HOUSES", 20)
TOWNS = 3


@pytest.mark.timeout(400)
async def test_a_house_that_is_killed_is_as_good_as_one_that_restarts(
    databases: Databases, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    stores = [databases.empty() for _ in range(TOWNS)]
    for url in stores:
        Store.open(url, mode=Mode.LIVE, create=True).close()
    async with siege.begun(stores, tmp_path, seed, houses=True) as besieged:
        began = time.monotonic()
        await besieged.goes_on(HOUSES // 2)
        seconds = time.monotonic() - began
        copies, violations, refused = await besieged.seen()
        figures = [Judge(town, there).judge() for town, there in zip(besieged.towns, copies, strict=True)]
    assert violations == []
    assert refused == []
    assert besieged.errors() == []
    doubles = sum(sum(one.doubles.values()) for one in figures)
    told(
        f"{HOUSES // 2} houses killed in {seconds:.0f} s, {sum(one.copies for one in figures)} copies, 0 lost, "
        f"{doubles} doubled on Telegram, 0 on Discord"
    )
