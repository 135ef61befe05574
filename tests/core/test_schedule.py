"""The clock's ticks: what has outlived its keeping is forgotten, and a tick that fails harms nobody."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import StoreTrouble
from core.model import Address, Content, Form, Mode, PlaceKind, Platform, Receipt, Rules, Scope
from core.schedule import Clockwork
from core.store import (
    Connection,
    Store,
    accounts,
    commits,
    coverages,
    destinations,
    entries,
    inbox,
    receipts,
    subscriptions,
    tables,
)
from tests.doubles.made_up_time import BEGAN


def receipt_after_publishing(store: Store, chat: int, kind: PlaceKind) -> tuple[int, int]:
    """Somebody got an entry: (bulletin, destination)."""
    store.write_now(accounts.enrol_lanes, [("desk", Platform.TELEGRAM)], BEGAN)
    coverage = store.read_now(coverages.by_slug, "storm") or store.write_now(
        coverages.create,
        slug="storm",
        title="Storm",
        language="en",
        zone="UTC",
        mode=Mode.REHEARSAL,
        now=BEGAN,
        by="ed",
    )
    place = store.write_now(
        destinations.connect,
        account="desk",
        address=Address(Platform.TELEGRAM, chat),
        kind=kind,
        title="",
        language="en",
        now=BEGAN,
    )
    store.write_now(
        subscriptions.follow,
        destination_id=place.id,
        scope=Scope.COVERAGE,
        target_id=coverage.id,
        rules=Rules(),
        now=BEGAN,
    )
    published = store.write_now(
        entries.publish,
        coverage_id=coverage.id,
        content=Content(headline=f"to {chat}"),
        actor="ed",
        token=f"token-{chat}",
        now=BEGAN,
    )
    bulletin_id = published.entry.bulletin_id
    copy = Receipt(bulletin_id, place.id, 0, 77, 1, Form.TEXT, loud=False, language="en", sent_at=BEGAN)
    store.write_now(commits.apply, commits.Batch(at=BEGAN, receipts=(copy,)))
    return bulletin_id, place.id


def test_after_ninety_days_a_private_readers_receipts_are_forgotten_and_a_groups_are_kept(store: Store) -> None:
    private = receipt_after_publishing(store, 11, PlaceKind.PRIVATE)
    group = receipt_after_publishing(store, -13, PlaceKind.GROUP)

    asyncio.run(Clockwork(store, lambda: BEGAN + timedelta(days=91)).keep_house())

    assert store.read_now(receipts.of, *private) == ()
    assert len(store.read_now(receipts.of, *group)) == 1


def test_what_somebody_typed_is_not_kept_longer_than_two_days(store: Store) -> None:
    store.write_now(inbox.take, "desk", [(1, {"text": "hello"}), (2, {"text": "bye"})], BEGAN)

    asyncio.run(Clockwork(store, lambda: BEGAN + timedelta(hours=49)).keep_house())

    assert [number for number, _ in store.read_now(inbox.pending, "desk")] in ([], [2])
    assert store.read_now(inbox.last, "desk") == 2


def test_a_store_in_trouble_only_delays_the_housekeeping(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise StoreTrouble("The disk is full.")

    monkeypatch.setattr(store, "write", refuses)
    with caplog.at_level(logging.WARNING):
        asyncio.run(Clockwork(store, lambda: BEGAN).keep_house())

    assert "housekeeping waits for the store" in caplog.text


def test_the_first_tick_comes_at_once_and_a_stopped_clock_ticks_no_more(store: Store) -> None:
    ticks: list[int] = []

    async def story() -> None:
        clockwork = Clockwork(store, lambda: datetime.now(UTC))
        done = asyncio.Event()

        async def tick() -> bool:
            ticks.append(1)
            done.set()
            return True

        clockwork.keep_house = tick  # type: ignore[method-assign]  # the tick itself is watched
        clockwork.start()
        await asyncio.wait_for(done.wait(), 10)
        clockwork.stop()
        clockwork.stop()

    asyncio.run(story())
    assert ticks == [1]


async def test_a_house_that_leaves_in_the_middle_of_a_tick_logs_no_failure(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clockwork = Clockwork(store, lambda: datetime.now(UTC))
    begun = asyncio.Event()

    class Slow:
        async def write(self, *_: object, **__: object) -> int:
            begun.set()
            await asyncio.sleep(3600)
            return 0

    clockwork._store = Slow()  # type: ignore[assignment]  # a store that is in the middle of something
    with caplog.at_level(logging.WARNING):
        clockwork.start()
        async with asyncio.timeout(10):
            await begun.wait()
        clockwork.stop()
        await asyncio.sleep(0.05)
    assert caplog.records == []


def _housekeepers(store: Store, many: int, at: datetime, kept: list[int]) -> list[Clockwork]:
    made = []
    for number in range(many):
        clockwork = Clockwork(store, lambda: at)

        async def keep(number: int = number) -> bool:
            kept.append(number)
            await asyncio.sleep(0)
            return True

        clockwork.keep_house = keep  # type: ignore[method-assign]  # who does it is watched
        made.append(clockwork)
    return made


def _as_if_later(store: Store, seconds: float) -> None:
    """The database's own clock cannot be put forward: what it has noted is put back instead."""
    column = tables.tick.c.due_at

    def put_back(conn: Connection) -> None:
        for row in conn.execute(tables.tick.select()).all():
            conn.execute(tables.tick.update().values({column: row.due_at - timedelta(seconds=seconds)}))

    store.write_now(put_back)


def test_one_of_many_processes_keeps_house_and_again_an_hour_later(store: Store) -> None:
    kept: list[int] = []

    async def story() -> None:
        many = _housekeepers(store, 5, BEGAN, kept)
        await asyncio.gather(*(one.tick() for one in many))
        assert len(kept) == 1
        _as_if_later(store, 3500)
        await asyncio.gather(*(one.tick() for one in many))
        assert len(kept) == 1
        _as_if_later(store, 200)
        await asyncio.gather(*(one.tick() for one in many))
        assert len(kept) == 2

    asyncio.run(story())


def test_housekeeping_that_was_killed_in_the_middle_is_done_again_by_another_soon(store: Store) -> None:
    kept: list[int] = []
    dying, other = _housekeepers(store, 2, BEGAN, kept)

    async def story() -> None:
        async def is_killed() -> bool:
            return False

        dying.keep_house = is_killed  # type: ignore[method-assign]  # it never says that it is done
        await dying.tick()
        await other.tick()
        assert kept == []
        _as_if_later(store, 700)
        await other.tick()
        assert kept == [1]

    asyncio.run(story())


def test_a_clock_that_was_a_day_ahead_does_not_put_housekeeping_off_by_a_day(store: Store) -> None:
    kept: list[int] = []
    wrong, right = _housekeepers(store, 1, BEGAN + timedelta(days=1), kept) + _housekeepers(store, 1, BEGAN, kept)

    async def story() -> None:
        await wrong.tick()
        _as_if_later(store, -86400)
        await right.tick()

    asyncio.run(story())
    assert kept == [0, 0]
