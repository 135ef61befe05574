"""What came back is remembered together, in the end always, and while it cannot be nothing more is sent."""

import asyncio

import pytest

from core.courier.committer import Committer
from core.errors import StoreTrouble
from core.model import Entry, Form, Operation, Receipt, Urgency
from core.store import Store, broadcasts, commits, receipts, waiting
from tests.doubles.made_up_time import BEGAN, clock, live
from tests.doubles.town import Town, town

DOWN = StoreTrouble("the disk is full", passing=True)


def _copy(part: int = 0, revision: int = 1, message: int = 77) -> Receipt:
    return Receipt(5, 6, part, message, revision, Form.TEXT, loud=False, language="en", sent_at=BEGAN)


async def _stored(it: Town) -> tuple[Receipt, ...]:
    found: tuple[Receipt, ...] = await it.store.read(receipts.of, 5, 6)
    return found


async def _publishes_to_many(it: Town) -> Entry:
    for chat in range(100, 160):
        await it.follows(chat)
    entry = await it.publishes("news")
    await asyncio.sleep(0.8)
    return entry


def test_when_the_store_fails_sending_stops_nothing_is_lost_and_it_goes_on_by_itself(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            entry = await _publishes_to_many(it)
            it.store.trouble = DOWN
            await asyncio.sleep(0.2)
            sent = len(it.sender.calls)
            assert 0 < sent < 60
            await asyncio.sleep(60)
            assert len(it.sender.calls) == sent, "what cannot be remembered is not sent"

            it.store.trouble = None
            await it.everything_is_carried()
            assert [it.sender.texts(chat) for chat in range(100, 160)] == [["news"]] * 60
            progress = await it.progress_of(entry)
            assert (progress.sent, progress.finished) == (60, True)
            assert len({one.message_id for chat in range(100, 160) for one in await _receipts(it, entry, chat)}) == 60

    live(story())


async def _receipts(it: Town, entry: Entry, chat: int) -> tuple[Receipt, ...]:
    return await it.receipts_of(entry, await it.place(chat))


def test_what_others_published_while_the_store_was_away_goes_out_when_it_is_back(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.store.trouble = DOWN
            await it.publishes_elsewhere("news")
            await asyncio.sleep(30)
            assert it.sender.texts(11) == []
            it.store.trouble = None
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["news"]

    live(story())


def test_a_mistake_of_ours_ends_the_courier_loudly_and_not_before_the_wire_is_empty(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=3) as it:
            await it.follows(11)
            await it.publishes("news")
            await asyncio.sleep(0.5)
            it.store.trouble = RuntimeError("no such column")
            await asyncio.sleep(10)
            assert not it.at_work
            assert it.sender.texts(11) == ["news"]
            with pytest.raises(RuntimeError, match="no such column"):
                await it.ends()
            it.forgets_its_courier()
            assert not it.sender.on_the_wire

    live(story())


def test_a_store_that_fails_in_the_middle_of_a_bulletin_costs_no_part_and_doubles_none(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            entry = await it.publishes("one|two|three")
            await it.until(lambda: bool(it.sender.texts(-13)))
            it.store.trouble = DOWN
            await asyncio.sleep(20)
            await asyncio.sleep(0)
            it.store.trouble = None
            await it.everything_is_carried()
            assert it.sender.texts(-13) == ["one", "two", "three"]
            assert len(await _receipts(it, entry, -13)) == 3

    live(story())


def test_stopping_while_a_receipt_is_being_written_loses_it_not(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.store.seconds = lambda: 0.5
            entry = await it.publishes("news")
            await it.until(lambda: bool(it.sender.texts(11)))
            await asyncio.sleep(0.2)
            await it.ends()
            it.store.seconds = lambda: 0.0
            assert len(await _receipts(it, entry, 11)) == 1
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["news"]

    live(story())


def test_what_comes_back_while_the_last_batch_is_being_written_is_written_too(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            writing = asyncio.create_task(committer.run())
            it.store.seconds = lambda: 0.5
            committer.keep(_copy(0))
            await asyncio.sleep(0.3)
            committer.keep(_copy(1))
            committer.close()
            await writing
            assert [copy.part for copy in await _stored(it)] == [0, 1]

    live(story())


def test_a_process_that_must_end_while_the_store_takes_nothing_does_end_and_says_so(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("news")
            await it.until(lambda: bool(it.sender.texts(11)))
            it.store.trouble = DOWN
            began = asyncio.get_running_loop().time()
            with pytest.raises(StoreTrouble):
                await it.ends()
            assert asyncio.get_running_loop().time() - began < 15
            it.store.trouble = None
            it.forgets_its_courier()

    live(story())


def test_settled_means_that_everything_handed_in_before_is_stored(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            writing = asyncio.create_task(committer.run())
            it.store.seconds = lambda: 0.3
            committer.keep(_copy(0))
            await asyncio.sleep(0.1)
            committer.keep(_copy(1))
            await committer.settled()
            assert [copy.part for copy in await _stored(it)] == [0, 1]
            committer.close()
            await writing

    live(story())


def test_who_waits_for_the_last_receipts_is_told_when_they_will_never_be_stored(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            writing = asyncio.create_task(committer.run())
            await asyncio.sleep(0)
            committer.close()
            await writing
            with pytest.raises(StoreTrouble):
                await committer.settled()

    live(story())


def test_copies_not_written_yet_are_known_already(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            await it.store.write(commits.apply, commits.Batch(at=clock(), receipts=(_copy(0), _copy(1))))
            committer.keep(_copy(0, revision=2))
            committer.forget(_copy(1))
            committer.keep(_copy(2))
            found = await committer.copies(5, 6)
            assert [(copy.part, copy.revision) for copy in found] == [(0, 2), (2, 1)]
            assert await committer.copies(5, 7) == ()

    live(story())


def test_a_part_taken_away_and_sent_again_at_once_is_remembered(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            await it.store.write(commits.apply, commits.Batch(at=clock(), receipts=(_copy(0), _copy(1))))
            committer.forget(_copy(1))
            committer.keep(_copy(1, revision=2, message=78))
            writing = asyncio.create_task(committer.run())
            await committer.settled()
            committer.close()
            await writing
            assert [copy.message_id for copy in await _stored(it)] == [77, 78]

    live(story())


def test_counting_late_for_a_walk_never_takes_its_cursor_back(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("news")
            await it.everything_is_carried()
            await it.ends()
            before = await it.store.read(broadcasts.get, 1)
            assert before.lap > 0
            late = commits.WalkMark(broadcast_id=1, cursor=0, unknown=1)
            await it.store.write(commits.apply, commits.Batch(at=clock(), walks=(late,)))
            after = await it.store.read(broadcasts.get, 1)
            assert (after.lap, after.cursor) == (before.lap, before.cursor)
            await it.begins()

    live(story())


def test_a_wait_that_began_and_ended_within_one_batch_leaves_nothing_behind(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            committer = Committer(it.store, clock)  # type: ignore[arg-type]  # stands in
            now = clock()
            committer.owes(commits.Park(0, 1, 6, 5, 1, Operation.PUBLISH, Urgency.ENTRY, now, 0, "paced"))
            committer.owes_no_more(1, (6, 5, Operation.PUBLISH))
            writing = asyncio.create_task(committer.run())
            await committer.settled()
            committer.close()
            await writing
            assert await it.store.read(waiting.of_lane, 1) == ()

    live(story())
