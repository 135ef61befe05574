"""A wall clock that jumps by a day while things are carried: nothing is lost, nothing waits for yesterday."""

import asyncio
import logging

import pytest

from core.courier import landing
from core.courier.wall import Wall
from core.model import Platform
from core.platform import NotSent, Reach, Unknown
from core.store import Store
from tests.doubles.made_up_time import clock, clock_is_set, live
from tests.doubles.platform import Told
from tests.doubles.town import Town, town

DAYS = pytest.mark.parametrize("days", [1, -1])


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _followed_by(it: Town, many: int) -> range:
    chats = range(100, 100 + many)
    for chat in chats:
        await it.follows(chat)
    return chats


@DAYS
def test_a_fan_out_under_way_goes_on_as_if_nothing_had_happened(store: Store, days: int) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 60)
            entry = await it.publishes("news")
            await it.until(lambda: len(it.sender.calls) > 20)
            clock_is_set(days=days)
            alert = await it.publishes("alert", alert=True)
            began = _now()
            await it.everything_is_carried(give_up=60)
            assert _now() - began < 10
            assert all(sorted(it.sender.texts(chat)) == ["alert", "news"] for chat in chats)
            assert [(await it.progress_of(one)).sent for one in (entry, alert)] == [60, 60]

    live(story())


@DAYS
def test_an_undo_window_is_as_long_as_it_was_meant_to_be(store: Store, days: int) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            opens = _now() + 20
            await it.publishes("news", undo=20)
            await asyncio.sleep(3)
            clock_is_set(days=days)
            await it.everything_is_carried(give_up=60)
            (shown,) = it.sender.chats[11]
            assert opens <= shown.at < opens + 1.5

    live(story())


@DAYS
def test_what_waits_for_its_chat_waits_no_longer_and_no_shorter(store: Store, days: int) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, NotSent(40, Reach.DESTINATION, "429"))
            await it.publishes("news")
            await it.until(lambda: len(it.sender.refusals) == 1)
            _, until, _ = it.sender.refusals[0]
            clock_is_set(days=days)
            await it.everything_is_carried(give_up=100)
            (shown,) = it.sender.chats[11]
            assert until <= shown.at < until + 1.5

    live(story())


def test_its_lifetime_still_ends(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.whim = lambda verb, chat: Told(NotSent(0, Reach.ACCOUNT, "no line"))
            entry = await it.publishes("news")
            await asyncio.sleep(600)
            clock_is_set(days=-1)
            await asyncio.sleep(2 * 3600 - 650)
            assert not (await it.progress_of(entry)).finished
            await asyncio.sleep(60)
            it.sender.whim = lambda verb, chat: None
            await asyncio.sleep(20)
            assert it.sender.texts(11) == []
            assert (await it.progress_of(entry)).skipped == 1

    live(story())


def test_a_wait_noted_by_yesterdays_clock_is_not_waited_for_a_day_by_the_next_process(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "_BELIEVED", 200.0)

    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.follows(12)
            it.sender.will_answer(11, NotSent(20, Reach.DESTINATION, "429"))
            it.sender.will_answer(12, NotSent(90, Reach.ACCOUNT, "429"))
            await it.publishes("news")
            await it.until(lambda: len(it.sender.refusals) == 2)
            await it.ends()
            clock_is_set(days=-1)
            await it.begins()
            began = _now()
            await it.everything_is_carried(give_up=500)
            assert _now() - began < 210
            assert (it.sender.texts(11), it.sender.texts(12)) == (["news"], ["news"])

    live(story())


@DAYS
def test_discord_is_still_asked_again_by_the_same_nonce(store: Store, days: int) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD, latency=4) as it:
            await it.follows(11)
            it.sender.will_answer(11, Unknown("broken"), Unknown("broken"), after_effect=True)
            entry = await it.publishes("news")
            await it.until(lambda: len(it.sender.calls) == 2)
            clock_is_set(days=days)
            await it.everything_is_carried(give_up=100)
            assert it.sender.texts(11) == ["news"]
            assert (await it.progress_of(entry)).sent == 1

    live(story())


def test_that_the_clock_was_set_is_said_once(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await asyncio.sleep(10)
            clock_is_set(days=1)
            await it.publishes("news")
            await it.everything_is_carried()

    with caplog.at_level(logging.WARNING):
        live(story())
    said = [record for record in caplog.records if "clock was set" in record.message]
    assert [record.__dict__["seconds"] for record in said] == [pytest.approx(86_400, abs=1)]


def test_a_clock_that_is_only_kept_right_is_no_news() -> None:
    async def story() -> None:
        heard = []
        wall = Wall(clock, _now, heard.append)
        for _ in range(100):
            clock_is_set(seconds=0.5)
            await asyncio.sleep(30)
            wall()
        assert heard == []

    live(story())
