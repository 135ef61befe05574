import asyncio
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, coverages

HOLDER = (
    "import sys\n"
    "from core.model import Mode\n"
    "from core.store import Store\n"
    "store = Store.open(sys.argv[1], mode=Mode.REHEARSAL)\n"
    "with store.hold():\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/s.sqlite"
    Store.open(address, mode=Mode.REHEARSAL, create=True).close()
    return address


def test_a_second_run_stands_by_says_so_once_and_goes_on_when_the_first_ends(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (Store.open(url, mode=Mode.REHEARSAL) for _ in range(2))
    inside = threading.Event()

    def runs() -> None:
        with second.hold():
            inside.set()

    with caplog.at_level(logging.WARNING, "core.store.hold"):
        with first.hold():
            assert first.alone
            waiting = threading.Thread(target=runs)
            waiting.start()
            assert not inside.wait(0.5)
            assert not second.alone
            # Others may still import, export and look.
            assert second.read_now(coverages.listed) == ()
        assert inside.wait(30)
        waiting.join()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert f"standing by: another livedesk run (process {os.getpid()}) is at work on {first.where}" in said[0]
    assert "this one goes on" in said[1]
    assert not first.alone
    first.close()
    second.close()


def test_who_stands_by_may_be_told_to_end_and_its_loop_goes_on_meanwhile(url: str) -> None:
    first, second = (Store.open(url, mode=Mode.REHEARSAL) for _ in range(2))

    async def story() -> None:
        async def runs() -> None:
            async with second.hold():
                raise AssertionError("it is held by another")

        standby = asyncio.create_task(runs())
        await asyncio.sleep(0.3)
        assert not standby.done()
        standby.cancel()
        with pytest.raises(asyncio.CancelledError):
            await standby

    with first.hold():
        asyncio.run(story())
    with second.hold():
        assert second.alone
    first.close()
    second.close()


def test_a_run_that_was_killed_holds_nothing(url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    store = Store.open(url, mode=Mode.REHEARSAL)
    assert not store.hold().take()
    holder.kill()
    holder.communicate(timeout=30)
    assert store.hold().take()
    assert store.alone
    store.hold().release()
    store.close()


def test_on_postgresql_nobody_waits_for_anybody_leases_share_the_lanes(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one process at work at a time")
    first, second = (Store.open(store_url, mode=Mode.REHEARSAL) for _ in range(2))
    with first.hold(), second.hold():
        assert not first.alone
        assert not second.alone
    first.close()
    second.close()


def test_a_lock_that_cannot_be_written_is_named(url: str, tmp_path: Path) -> None:
    store = Store.open(url, mode=Mode.REHEARSAL)
    (tmp_path / "s.sqlite.lock").mkdir()
    with pytest.raises(StoreTrouble, match=r"s\.sqlite\.lock cannot be written"), store.hold():
        pass
    store.close()
