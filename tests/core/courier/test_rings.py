"""The entries of one coverage go round together: what is new starts at once, nobody gets two out of order."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import Form, Mode
from core.platform import NotSent, Reach
from core.store import Store, broadcasts, coverages, destinations
from tests.doubles.made_up_time import clock, live
from tests.doubles.town import Town, town

FLOOD = NotSent(90.0, Reach.ACCOUNT, "Too Many Requests")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """SQLite alone: what differs between the stores is tested with them, and these stories are long."""
    opened = Store.open(f"sqlite:///{tmp_path}/ring.sqlite", mode=Mode.REHEARSAL, create=True)
    yield opened
    opened.close()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _sent(it: Town, text: str) -> list[tuple[float, int]]:
    """When an entry left, and for whom, in order."""
    return [(at, chat) for at, verb, chat, said in it.sender.calls if verb == "send" and said == text]


async def _followers(it: Town, many: int) -> range:
    chats = range(100, 100 + many)
    for chat in chats:
        await it.follows(chat)
    return chats


def test_an_entry_published_while_another_goes_round_starts_at_once(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followers(it, 200)
            await it.publishes("first")
            await asyncio.sleep(3)
            began = _now()
            await it.publishes("second")
            await it.everything_is_carried()

            assert _sent(it, "second")[0][0] - began < 2
            # It joined in the middle, went on to the end, and came round to those before.
            joined = _sent(it, "second")[0][1]
            assert chats[0] < joined
            assert [chat for _, chat in _sent(it, "second")][-1] < joined
            for chat in chats:
                assert it.sender.texts(chat) == ["first", "second"]

    live(story())


def test_five_entries_one_after_the_other_reach_everybody_in_order(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followers(it, 70)
            for number in range(5):
                await it.publishes(f"#{number}")
                await asyncio.sleep(1.7)
            await it.everything_is_carried()
            for chat in chats:
                assert it.sender.texts(chat) == [f"#{number}" for number in range(5)]
            calls = len(it.sender.calls)
            assert calls == 5 * 70

    live(story())


@pytest.mark.parametrize("seconds", [0.5, 2, 4, 5.5, 7, 9])
def test_a_kill_while_two_go_round_loses_nobody_and_repeats_only_what_was_on_the_wire(
    store: Store, seconds: float
) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followers(it, 110)
            first = await it.publishes("first")
            await asyncio.sleep(2)
            second = await it.publishes("second")
            await asyncio.sleep(seconds)
            doomed = await it.crashes()
            await it.begins()
            await it.everything_is_carried()

            for chat in chats:
                copies = it.sender.texts(chat)
                assert list(dict.fromkeys(copies)) == ["first", "second"]
                assert len(copies) == 2 or chat in doomed
            for entry in (first, second):
                progress = await it.progress_of(entry)
                assert (progress.sent, progress.finished) == (110, True)

    live(story())


def test_whoever_joins_between_two_entries_gets_only_the_second(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followers(it, 120)
            await it.publishes("first")
            await asyncio.sleep(2)
            await it.follows(999)
            await it.publishes("second")
            await it.everything_is_carried()
            assert it.sender.texts(999) == ["second"]
            assert it.sender.texts(100) == ["first", "second"]

    live(story())


def test_an_entry_inside_its_undo_window_holds_those_behind_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("first", undo=5)
            await it.publishes("second")
            await asyncio.sleep(4)
            assert it.sender.texts(11) == []
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["first", "second"]

    live(story())


def test_the_largest_places_are_tried_first(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followers(it, 90)
            big, bigger = chats[70], chats[80]
            for chat, size in ((big, 5_000), (bigger, 90_000)):
                await it.store.write(destinations.sized, (await it.place(chat)).id, size)
            entry = await it.publishes("news")
            await it.everything_is_carried()
            order = [chat for _, chat in _sent(it, "news")]
            assert order[:3] == [bigger, big, chats[0]]
            assert sorted(order) == list(chats)
            assert (await it.progress_of(entry)).sent == 90

    live(story())


def test_a_kill_in_the_head_start_sends_the_largest_nothing_twice(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followers(it, 90)
            await it.store.write(destinations.sized, (await it.place(chats[80])).id, 90_000)
            entry = await it.publishes("news")
            await asyncio.sleep(1)
            assert it.sender.texts(chats[80]) == ["news"]
            doomed = await it.crashes()
            await it.begins()
            await it.everything_is_carried()
            for chat in chats:
                assert it.sender.texts(chat) == ["news"] or chat in doomed
            assert (await it.progress_of(entry)).sent == 90

    live(story())


# ---- whoever lags gets what is owed in one message


async def _held_back(it: Town, many: int) -> list[int]:
    """Everybody is owed two entries, and the account may not speak for longer than anybody should wait."""
    chats = list(await _followers(it, many))
    it.sender.will_answer(None, FLOOD)
    return chats


def test_what_lags_behind_goes_out_in_one_message(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _held_back(it, 40)
            first = await it.publishes("first")
            await asyncio.sleep(30)
            second = await it.publishes("second")
            await it.everything_is_carried()

            for chat in chats[5:]:
                assert it.sender.texts(chat) == ["first + second"]
                place = await it.place(chat)
                (of_first,), (of_second,) = await it.receipts_of(first, place), await it.receipts_of(second, place)
                assert of_first.form is of_second.form is Form.MERGED
                assert of_first.message_id == of_second.message_id == it.sender.chats[chat][0].id
            for entry in (first, second):
                assert (await it.progress_of(entry)).sent == 40

    live(story())


def test_what_is_no_entry_goes_by_itself_however_late_and_keeps_its_turn(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _held_back(it, 40)
            await it.publishes("first")
            await asyncio.sleep(30)
            points = ("What we know",)
            await it.store.write(coverages.set_summary, it.coverage.id, points, by="editor-key", now=clock())
            it.courier.wake()
            await asyncio.sleep(5)
            await it.publishes("second")
            await it.publishes("third")
            await it.everything_is_carried()

            for chat in chats[5:]:
                assert it.sender.texts(chat) in (
                    ["first", "What we know", "second + third"],
                    ["first", "What we know", "second", "third"],
                )

    live(story())


def test_a_correction_and_a_retraction_reach_what_shares_a_message(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _held_back(it, 20)
            first = await it.publishes("first")
            await asyncio.sleep(30)
            second = await it.publishes("second")
            await it.everything_is_carried()

            await it.corrects(first, "first, put right")
            await it.everything_is_carried()
            assert it.sender.texts(chats[15]) == ["first, put right + second"]

            await it.retracts(second, "wrong town")
            await it.everything_is_carried()
            (text,) = it.sender.texts(chats[15])
            assert text.startswith("first, put right + ")
            assert "second" not in text
            # Both at once is one message too, and says both.
            assert len(it.sender.chats[chats[15]]) == 1

    live(story())


def test_a_group_that_gets_more_than_it_may_take_gets_the_rest_together(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-7)
            for number in range(40):
                await it.publishes(f"#{number}")
            await it.everything_is_carried()
            texts = it.sender.texts(-7)
            said = [one for text in texts for one in text.split(" + ")]
            assert said == [f"#{number}" for number in range(40)]
            # 17 a minute at most; what was owed for longer than a minute went out ten in one.
            assert len(texts) < 25

    live(story())


def test_a_kill_after_a_shared_message_sends_none_of_it_again(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _held_back(it, 60)
            await it.publishes("first")
            await asyncio.sleep(30)
            await it.publishes("second")
            await it.until(lambda: it.sender.texts(chats[20]) != [], give_up=200)
            await asyncio.sleep(0.3)
            doomed = await it.crashes()
            await it.begins()
            await it.everything_is_carried()
            for chat in chats[5:]:
                said = [one for text in it.sender.texts(chat) for one in text.split(" + ")]
                assert said == ["first", "second"] or (chat in doomed and set(said) == {"first", "second"})

    live(story())


def test_a_retraction_takes_an_entry_out_of_the_message_it_was_to_share(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _held_back(it, 30)
            await it.publishes("first")
            await asyncio.sleep(30)
            second = await it.publishes("second")
            await it.publishes("third")
            await asyncio.sleep(5)
            await it.retracts(second, "wrong")
            await it.everything_is_carried()
            for chat in chats[5:]:
                assert it.sender.texts(chat) == ["first + third"]
            assert await it.store.read(broadcasts.unfinished) == 0

    live(story())
