"""Three machines share one newsroom over PostgreSQL: one is killed, one frozen, one cut off, the database restarted.

Each is a network namespace of its own; whoever may not make one sees why it was skipped. What was told to be saved
reaches everybody, in order, and only what was on its way when a machine failed may come twice on Telegram.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest

from core.errors import StoreTrouble
from core.model import Mode, Platform
from core.store import Store, leases
from tests.doubles import databases as real
from tests.doubles.databases import Databases
from tests.faults import machines, siege
from tests.faults.desk import ACCOUNTS
from tests.faults.house import environment
from tests.faults.judge import Judge
from tests.faults.life import DISCORD, TELEGRAM, now
from tests.faults.machines import Machine
from tests.faults.siege import Town
from tests.faults.test_stores import restart

_GIVE_UP = 60.0
# What a machine sends before it notices that nothing is remembered: a second of Telegram's pace, and the wire.
_MOST_AT_ONCE = 27 * 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL of this test's own, which forgets nothing it has confirmed when it is killed."""
    if reason := machines.missing():
        pytest.skip(reason)
    with real.postgresql(tmp_path) as address:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET synchronous_commit = on")
            admin.execute("SELECT pg_reload_conf()")
        yield address


class OfMachines(Judge):
    """Knows that whoever is frozen or cut off notices later than whoever is killed."""

    def _doubles_are_explained(self) -> None:
        for (chat, number), copies in self._seen.items():
            account = next(one.account for one in self._desk.readers if one.chat == chat)
            again = len(copies) - 1
            assert not again or ACCOUNTS[account] is not Platform.DISCORD, f"P3: s{number} twice: {copies}"
            self.figures.doubles[account] += again


class Newsroom:
    """Three houses on three machines, and who holds what."""

    def __init__(self, town: Town, crew: list[Machine], environments: list[dict[str, str]], log: Path) -> None:
        self.town = town
        self.crew = crew
        self._environments = environments
        self._log = log

    async def starts(self, machine: Machine) -> None:
        await machine.starts(self._environments[self.crew.index(machine)], self._log)

    async def holder(self, account: str, other_than: Machine | None = None) -> Machine:
        """Whose account it is; waited for until it is somebody else's if told so."""
        async with asyncio.timeout(_GIVE_UP):
            while True:
                found = await self._holder(account)
                if found is not None and found is not other_than:
                    return found
                await asyncio.sleep(0.1)

    async def _holder(self, account: str) -> Machine | None:
        for one in await self.town.desk.store.read(leases.standing, now()):
            if one.account == account and one.owned and not one.owner.startswith("nobody"):
                pid = int(one.owner.split(":")[1])
                return next((each for each in self.crew if each.process and _of(each.process.pid, pid)), None)
        return None


def _of(parent: int, pid: int) -> bool:
    """Whether a process is this machine's: `ip netns exec` becomes what it starts."""
    try:
        return os.getpgid(pid) == parent
    except ProcessLookupError:
        return False


async def _news(town: Town, over: asyncio.Event) -> None:
    while not over.is_set():
        try:
            await town.desk.does_something()
        except StoreTrouble:
            # An editor who is told that nothing was saved has not published.
            continue
        # A group takes seventeen a minute: more would only wait there.
        await asyncio.sleep(3)


@pytest.mark.timeout(300)
async def test_machines_that_fail_one_after_the_other_lose_nothing(
    server: str, tmp_path: Path, seed: str, told: Callable[[str], None]
) -> None:
    url = Databases(server, tmp_path, []).empty()
    Store.open(url, mode=Mode.LIVE, create=True).close()
    log = tmp_path / "machines.log"
    async with siege.begun([url], tmp_path, seed, houses=True, ttl=5.0) as besieged, AsyncExitStack() as stack:
        (town,) = besieged.towns
        crew = [await stack.enter_async_context(Machine(number)) for number in (1, 2, 3)]
        where = psycopg.conninfo.conninfo_to_dict(url)
        port = int(town.orders.stage.rpartition(":")[2])
        for machine in crew:
            await machine.plugs_in(port, f"{where['host']}/.s.PGSQL.{where.get('port', 5432)}")
        stores = [machine.store(str(where["dbname"])) for machine in crew]
        newsroom = Newsroom(town, crew, [environment(store, town.orders.tokens) for store in stores], log)
        try:
            await _live_through(newsroom, tmp_path)
        except BaseException:
            sys.stderr.write(log.read_text()[-20_000:])
            raise
        (copies,), violations, refused = await besieged.seen()
        figures = OfMachines(town, copies).judge()
    # Who is frozen or cut off still hangs on the line when the next one asks for updates.
    refused = [call for call in refused if '"getUpdates"' not in call]
    assert violations == refused == []
    doubles = sum(figures.doubles.values())
    assert doubles <= 3 * _MOST_AT_ONCE
    told(
        f"3 machines, killed, frozen, cut off, PostgreSQL restarted: {figures.copies} copies, 0 lost, {doubles} doubled"
    )


async def _live_through(newsroom: Newsroom, folder: Path) -> None:
    over = asyncio.Event()
    for machine in newsroom.crew:
        await newsroom.starts(machine)
    await newsroom.holder(TELEGRAM)
    await newsroom.holder(DISCORD)
    editing = asyncio.create_task(_news(newsroom.town, over))
    try:
        killed = await newsroom.holder(TELEGRAM)
        killed.gets(signal.SIGKILL)
        await newsroom.holder(TELEGRAM, other_than=killed)
        await newsroom.starts(killed)

        frozen = await newsroom.holder(DISCORD)
        frozen.gets(signal.SIGSTOP)
        await newsroom.holder(DISCORD, other_than=frozen)
        frozen.gets(signal.SIGCONT)

        alone = await newsroom.holder(TELEGRAM)
        alone.is_cut_off()
        await newsroom.holder(TELEGRAM, other_than=alone)
        await asyncio.sleep(1)
        alone.is_back()

        await asyncio.to_thread(restart, folder)
        await asyncio.sleep(2)
    finally:
        over.set()
        await editing
    await newsroom.town.desk.is_carried(_GIVE_UP)
    for machine in newsroom.crew:
        machine.gets(signal.SIGTERM)
    for machine in newsroom.crew:
        assert machine.process is not None
        async with asyncio.timeout(_GIVE_UP):
            assert await machine.process.wait() == 0
