"""An account always has somebody to carry it, and never two: whatever befalls the processes that would like to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path

import pytest

from core.courier import lane
from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, broadcasts, tables
from tests.doubles.machines import Machine, Process, World, carried, newsroom, now, publish, really, until
from tests.doubles.made_up_time import clock, live

ACCOUNTS = tuple(f"desk-{number}" for number in range(10))
READERS = 90
TTL, MARGIN = 5.0, 1.25


@pytest.fixture
def one_file(tmp_path: Path) -> Iterator[Store]:
    """A store for made-up time: leases on SQLite go by the clock that is handed in."""
    opened = Store.open(f"sqlite:///{tmp_path}/s.sqlite", mode=Mode.REHEARSAL, create=True)
    yield opened
    opened.close()


def never_two(world: World) -> None:
    """Once somebody has spoken by a fence, nobody speaks by an older one; and nobody without one."""
    for account in {one[1] for one in world.requests}:
        fences = [fence for _, name, fence, _ in sorted(world.requests) if name == account]
        assert fences
        assert fences[0] > 0
        assert all(before <= after for before, after in pairwise(fences))


def everybody_has_it(world: World, account: str = "desk", most: int = 1) -> None:
    """Each reader once; up to `most` times who had one on its way when a process was cut off."""
    copies = [world.copies(account, chat) for chat in range(1, READERS + 1)]
    assert min(copies) == 1
    assert max(copies) <= most


def cursor(store: Store) -> tuple[int, int]:
    row = store.read_now(broadcasts.get, 1)
    return row.lap, row.cursor


def test_who_is_cut_off_stops_before_the_next_one_starts_and_changes_nothing_when_it_is_back(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        old, new = (Process(one_file, world, ["desk"], name) for name in ("old", "new"))
        old.starts()
        await until(lambda: old.held == ("desk",))
        new.starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("old") > 20)
        cut_at = now()
        old.store.hangs()
        await until(lambda: new.held == ("desk",))
        assert now() - cut_at < TTL + 1
        assert max(at for at, *_, who in world.requests if who == "old") <= cut_at + TTL - MARGIN
        await until(lambda: carried(one_file))
        seen, spoken = cursor(one_file), world.by("old")
        old.store.answers()
        await until(lambda: old.held == ())
        await asyncio.sleep(10)
        assert (cursor(one_file), world.by("old")) == (seen, spoken)
        assert old.watched == [("desk", True), ("desk", False)]
        assert new.watched == [("desk", True)]
        never_two(world)
        everybody_has_it(world, most=2)
        await asyncio.gather(old.stops(), new.stops())
        assert one_file.read_now(broadcasts.progress, 1)["desk"].sent == READERS

    live(story())


def test_who_was_frozen_and_goes_on_starts_no_request_before_it_knows_whose_the_account_is(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        old = Process(one_file, world, ["desk"], "old").starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("old") > 20)
        # It does not know it yet, but it slept for a minute, and another process took the account over.
        old.ahead += 60
        until_then = clock() + timedelta(seconds=9)
        taken = tables.lane.update().values(owner="another", fence=tables.lane.c.fence + 1, lease_until=until_then)
        one_file.write_now(lambda conn: conn.execute(taken))
        spoken, seen = world.by("old"), cursor(one_file)
        await asyncio.sleep(8)
        assert (world.by("old"), cursor(one_file), old.held) == (spoken, seen, ())
        await old.stops()

    live(story())


def test_who_was_frozen_and_missed_by_nobody_goes_on_by_the_same_fence(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        old = Process(one_file, world, ["desk"], "old").starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("old") > 20)
        old.ahead += 60
        await until(lambda: carried(one_file))
        assert {fence for *_, fence, _ in world.requests} == {1}
        everybody_has_it(world)
        await old.stops()

    live(story())


def test_while_the_database_is_away_for_a_minute_sending_rests_and_goes_on_by_the_same_fence(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        only = Process(one_file, world, ["desk"], "only").starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("only") > 20)
        only.store.trouble = StoreTrouble("the database is away", passing=True)
        away_at = now()
        await asyncio.sleep(60)
        assert max(at for at, *_ in world.requests) <= away_at + TTL - MARGIN
        only.store.trouble = None
        await until(lambda: carried(one_file))
        assert {fence for *_, fence, _ in world.requests} == {1}
        everybody_has_it(world)
        await only.stops()

    live(story())


def test_told_to_stop_it_hands_over_within_a_second_of_the_last_answer_and_nobody_gets_anything_twice(
    one_file: Store,
) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        old = Process(one_file, world, ["desk"], "old").starts()
        await until(lambda: old.held == ("desk",))
        new = Process(one_file, world, ["desk"], "new").starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("old") > 20)
        await old.stops()
        last = max(at for at, *_ in world.requests)
        await until(lambda: carried(one_file))
        assert world.by("new") > 20
        first = min(at for at, *_, who in world.requests if who == "new")
        # An answer takes 0.1 s, until others look for what is free may take half of one.
        assert first - (last + 0.1) < 0.6
        everybody_has_it(world)
        never_two(world)
        await new.stops()

    live(story())


def test_a_clock_that_was_set_back_keeps_no_account_with_the_dead_and_takes_none_from_the_living(
    one_file: Store,
) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["dead", "living"], 1, clock())
        a_day = datetime(2100, 1, 1, tzinfo=UTC)
        dead = tables.lane.update().where(tables.lane.c.account == "dead").values(owner="gone", lease_until=a_day)
        owner = tables.process.insert().values(
            owner="gone", host="h", pid=7, started_at=clock(), seen_until=a_day, batch=0
        )
        living = Process(one_file, world, ["living", "dead"], "living").starts()
        await until(lambda: len(living.held) == 2)
        await living.stops()
        one_file.write_now(lambda conn: conn.execute(dead))
        one_file.write_now(lambda conn: conn.execute(owner))
        first, started_at = Process(one_file, world, ["living", "dead"], "first").starts(), now()
        await until(lambda: first.held == ("living",))
        one_file.write_now(lambda conn: conn.execute(tables.lane.update().values(lease_until=a_day)))
        await until(lambda: set(first.held) == {"living", "dead"})
        assert 2 * TTL <= now() - started_at <= 3 * TTL
        assert first.watched == [("living", True), ("dead", True)]
        await first.stops()

    live(story())


@pytest.mark.parametrize("owners", [1, 2, 3, 4])
def test_however_many_processes_there_are_they_share_ten_accounts_fairly(one_file: Store, owners: int) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ACCOUNTS, 1, clock())
        processes = []
        for number in range(owners):
            # One after the other: the first has everything, and gives most of it away again.
            processes.append(Process(one_file, world, ACCOUNTS, f"p{number}").starts())
            await asyncio.sleep(1)
        share = ceil(len(ACCOUNTS) / owners)
        await until(
            lambda: sum(len(one.held) for one in processes) == 10 and max(len(one.held) for one in processes) <= share
        )
        settled = [one.held for one in processes]
        await asyncio.sleep(60)
        assert [one.held for one in processes] == settled
        publish(one_file, "news", clock())
        await until(lambda: carried(one_file))
        assert all(world.copies(account, 1) == 1 for account in ACCOUNTS)
        never_two(world)
        # What one leaves behind is carried by the others at once.
        first, *others = processes
        await first.stops()
        if others:
            await until(lambda: sum(len(one.held) for one in others) == 10, give_up=1)
        for one in others:
            await one.stops()

    live(story())


def test_a_process_that_holds_nothing_says_so_once_and_takes_over_when_it_must(
    one_file: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], 1, clock())
        first = Process(one_file, world, ["desk"], "first").starts()
        await until(lambda: first.held == ("desk",))
        second = Process(one_file, world, ["desk"], "second").starts()
        await asyncio.sleep(60)
        assert [record.getMessage() for record in caplog.records if "standing by" in record.getMessage()] == [
            "standing by: every account is held by first"
        ]
        first.store.hangs()
        await until(lambda: second.held == ("desk",), give_up=TTL + 1)
        first.store.answers()
        await asyncio.gather(first.stops(), second.stops())

    live(story())


def test_a_batch_whose_answer_was_lost_is_not_counted_twice(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], READERS, clock())
        only = Process(one_file, world, ["desk"], "only").starts()
        publish(one_file, "news", clock())
        await until(lambda: world.by("only") > 0)
        only.store.loses = 3
        await until(lambda: carried(one_file))
        only.store.loses = 0
        everybody_has_it(world)
        await only.stops()
        assert one_file.read_now(broadcasts.progress, 1)["desk"].sent == READERS

    live(story())


@contextmanager
def real(url: str, world: World, *names: str) -> Iterator[list[Machine]]:
    """Processes that all end, whatever happens to them."""
    started = [Machine(url, world, ["desk"], name) for name in names]
    try:
        yield started
    finally:
        for one in started:
            one.ends()


def test_in_real_time_who_froze_is_replaced_and_speaks_no_more_when_it_goes_on(store: Store, store_url: str) -> None:
    world = World()
    newsroom(store, ["desk"], READERS, datetime.now(UTC))
    with real(store_url, world, "old", "new") as (old, new):
        old.starts()
        really(lambda: old.courier.held() == ("desk",))
        publish(store, "news", datetime.now(UTC))
        really(lambda: world.by("old") > 10)
        old.freezes()
        new.starts()
        really(lambda: world.by("new") > 5)
        old.goes_on()
        really(lambda: carried(store))
        never_two(world)
        everybody_has_it(world, most=2)
        assert store.read_now(broadcasts.progress, 1)["desk"].sent == READERS


def test_in_real_time_who_is_told_to_stop_hands_over_and_nobody_gets_anything_twice(
    store: Store, store_url: str
) -> None:
    world = World()
    newsroom(store, ["desk"], READERS, datetime.now(UTC))
    with real(store_url, world, "old", "new") as (old, new):
        old.starts()
        really(lambda: old.courier.held() == ("desk",))
        new.starts()
        publish(store, "news", datetime.now(UTC))
        really(lambda: world.by("old") > 10)
        old.ends()
        really(lambda: carried(store))
        assert world.by("new") > 0
        never_two(world)
        everybody_has_it(world)


def test_an_entry_published_in_another_process_goes_out_without_anybody_looking_by_the_clock(
    store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one process at work, which tells itself")
    # By the clock it would look once in an hour.
    monkeypatch.setattr(lane, "_POLL", 3600.0)
    world = World()
    newsroom(store, ["desk"], 1, datetime.now(UTC))
    with real(store_url, world, "only") as (only,):
        only.starts()
        really(lambda: only.courier.held() == ("desk",))
        for number in range(3):
            publish(store, f"news {number}", datetime.now(UTC))
            really(lambda: carried(store))
        assert world.by("only") == 3


def test_nothing_is_said_on_an_account_before_it_is_ours(one_file: Store) -> None:
    async def story() -> None:
        world = World()
        newsroom(one_file, ["desk"], 1, clock())
        until_then = clock() + timedelta(seconds=9)
        held = tables.lane.update().values(owner="another", lease_until=until_then)
        one_file.write_now(lambda conn: conn.execute(held))
        waits = Process(one_file, world, ["desk"], "waits").starts()
        publish(one_file, "news", clock())
        await asyncio.sleep(8)
        assert world.requests == []
        assert waits.watched == []
        await waits.stops()

    live(story())
