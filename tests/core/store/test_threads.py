import asyncio
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, house, tables
from core.store.threads import Crew


def test_who_is_urgent_goes_first_and_the_others_keep_their_turn() -> None:
    crew, done, gate = Crew("test", 1), [], threading.Event()
    crew.submit(lambda: gate.wait(20))
    for name in ("first", "second"):
        crew.submit(lambda n=name: done.append(n))
    crew.submit(lambda: done.append("alert"), urgent=True)
    gate.set()
    crew.close()
    assert done == ["alert", "first", "second"]


def test_an_error_reaches_whoever_waits_and_nobody_else() -> None:
    crew = Crew("test", 1)
    broken = crew.submit(lambda: 1 / 0)
    assert crew.submit(lambda: 7).result(20) == 7
    with pytest.raises(ZeroDivisionError):
        broken.result(20)
    crew.close()


def test_work_nobody_waits_for_any_more_is_not_begun() -> None:
    crew, done, gate = Crew("test", 1), [], threading.Event()
    crew.submit(lambda: gate.wait(20))
    dropped = crew.submit(lambda: done.append("dropped"))
    assert dropped.cancel()
    gate.set()
    crew.close()
    assert done == []


def test_a_closed_store_takes_no_work(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/s.sqlite", mode=Mode.REHEARSAL, create=True)
    store.close()
    store.close()
    with pytest.raises(StoreTrouble, match="closed"):
        store.read_now(house.read, "mode")


async def test_units_of_work_leave_the_loop_free(store: Store) -> None:
    gate = threading.Event()
    slow = asyncio.create_task(store.write(lambda _: gate.wait(20)))
    assert await store.read(house.read, "mode") == "rehearsal"
    gate.set()
    assert await slow


async def test_a_unit_once_begun_is_carried_through(store: Store) -> None:
    began, gate = threading.Event(), threading.Event()

    def work(conn: sa.Connection) -> None:
        began.set()
        gate.wait(20)
        conn.execute(tables.house.insert().values(name="done", value="yes"))

    task = asyncio.create_task(store.write(work))
    await asyncio.to_thread(began.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await store.write(house.write, "after", "it")
    for _ in range(200):
        if await store.read(house.read, "done"):
            break
        await asyncio.sleep(0.05)
    assert await store.read(house.read, "done") == "yes"


async def test_an_alert_jumps_the_queue(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/s.sqlite", mode=Mode.REHEARSAL, create=True)
    gate, done = threading.Event(), []
    slow = asyncio.create_task(store.write(lambda _: gate.wait(20)))
    entry = asyncio.create_task(store.write(lambda _: done.append("entry")))
    await asyncio.sleep(0)
    alert = asyncio.create_task(store.write_urgent(lambda _: done.append("alert")))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(slow, entry, alert)
    assert done == ["alert", "entry"]
    store.close()
