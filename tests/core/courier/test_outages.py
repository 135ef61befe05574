"""Nights on which something bigger than a chat fails: sending stops or slows, says why once, and goes on by itself."""

import asyncio
import logging

import pytest
import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Platform
from core.platform import NotSent, Outcome, Reach, Sent, Unknown
from core.store import Store, waiting
from tests.doubles.made_up_time import live
from tests.doubles.platform import Told
from tests.doubles.town import Town, town

FAILS = Unknown("Telegram answered 500")
NO_LINE = NotSent(0, Reach.ACCOUNT, "no connection")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _followed_by(it: Town, many: int) -> range:
    chats = range(100, 100 + many)
    for chat in chats:
        await it.follows(chat)
    return chats


def _fails(it: Town, seconds: float, answer: Outcome = FAILS, but: tuple[str, ...] = ()) -> float:
    """Every call is answered like this for so long, but those of these kinds; returns when that ends."""
    end = _now() + seconds
    it.sender.whim = lambda verb, chat: Told(answer) if _now() < end and verb not in but else None
    return end


def _tries(it: Town) -> int:
    return len([call for call in it.sender.calls if call[1] == "send"])


def _said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return len([record for record in caplog.records if words in record.message])


@pytest.mark.parametrize("platform", Platform)
def test_a_platform_that_answers_everything_with_500_spends_hardly_anybodys_second_try(
    store: Store, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with town(store, platform=platform) as it:
            chats = await _followed_by(it, 100)
            await asyncio.sleep(1)
            end = _fails(it, 1200)
            early = await it.publishes("early")
            await asyncio.sleep(900)
            assert _tries(it) <= 6
            assert len(await it.store.read(waiting.of_lane, 1)) <= 6, "only who was tried waits"
            late = await it.publishes("late")
            await asyncio.sleep(200)
            alert = await it.publishes("alert", alert=True)
            await it.everything_is_carried()
            assert _now() - end < 5 + 3 * 100 / 27 + 10
            assert 200 <= len(it.sender.pings) <= 240
            for entry in (early, late, alert):
                progress = await it.progress_of(entry)
                assert (progress.sent, progress.unknown) == (100, 0)
            assert all(next(text for text in it.sender.texts(chat) if text != "alert") != "late" for chat in chats)

    with caplog.at_level(logging.WARNING):
        live(story())
    assert (_said(caplog, "the platform fails"), _said(caplog, "the platform answers again")) == (1, 1)


def test_after_an_outage_the_alert_goes_first(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 50)
            end = _fails(it, 300)
            await it.publishes("entry")
            await asyncio.sleep(100)
            await it.publishes("alert", alert=True)
            await asyncio.sleep(150)
            await it.everything_is_carried()
            after = [text for at, _, _, text in it.sender.calls if at > end]
            assert after[:50] == ["alert"] * 50

    live(story())


def test_nobody_loses_an_alert_to_two_seconds_of_500(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            end = _fails(it, 2)
            alert = await it.publishes("alert", alert=True)
            await it.everything_is_carried()
            (shown,) = it.sender.chats[-13]
            assert end <= shown.at < end + 5.5
            assert (await it.progress_of(alert)).sent == 1
            assert _tries(it) == 2

    live(story())


def test_a_platform_that_fails_only_at_sending_is_tried_once_in_five_seconds(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 300)
            await asyncio.sleep(1)
            _fails(it, 200, but=("ping",))
            entry = await it.publishes("news")
            await asyncio.sleep(200)
            assert _tries(it) <= 200 / 5 + 6
            await it.everything_is_carried()
            progress = await it.progress_of(entry)
            assert progress.sent + progress.unknown == 300
            assert progress.unknown <= 200 / 5 / 2 + 2

    live(story())


def test_a_single_chat_that_never_answers_stops_nobody_else(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 100)
            it.sender.whim = lambda verb, chat: Told(FAILS) if chat == 150 else None
            began = _now()
            for number in range(3):
                await it.publishes(f"#{number}")
            await it.everything_is_carried()
            assert _now() - began < 300 / 27 + 15
            assert all(len(it.sender.texts(chat)) == 3 for chat in range(100, 200) if chat != 150)

    live(story())


def test_a_long_time_without_a_line_is_said_once_and_costs_next_to_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 50)
            end = _fails(it, 900, NO_LINE)
            entry = await it.publishes("news")
            await asyncio.sleep(900)
            assert _tries(it) < 60
            assert await it.store.read(waiting.of_lane, 1) == ()
            await it.everything_is_carried()
            assert _now() - end < 15
            assert (await it.progress_of(entry)).sent == 50

    with caplog.at_level(logging.WARNING):
        live(story())
    assert (_said(caplog, "the platform fails"), _said(caplog, "the platform answers again")) == (1, 1)


def test_stopping_in_the_middle_of_an_outage_waits_for_nothing(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 50)
            end = _fails(it, 120)
            entry = await it.publishes("news")
            await asyncio.sleep(63)
            began = _now()
            await it.ends()
            assert _now() - began < 1
            await it.begins()
            await it.everything_is_carried()
            assert _now() - end < 30
            progress = await it.progress_of(entry)
            assert progress.sent + progress.unknown == 50
            assert progress.unknown <= 3, "whoever was tried before and after the restart"

    live(story())


def test_after_six_hours_nothing_stale_is_sent_as_new_and_nothing_old_rings(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 20)
            it.sender.will_answer(100, NotSent(600, Reach.DESTINATION, "429"))
            it.sender.will_answer(101, FAILS)
            old = [await it.publishes("parked")]
            await asyncio.sleep(0.1)
            end = _fails(it, 6 * 3600)
            old += [await it.publishes("old alert", alert=True), await it.publishes("old entry")]
            await asyncio.sleep(30)
            await it.crashes()
            await asyncio.sleep(5.5 * 3600)
            await it.begins()
            recent = [await it.publishes("late alert", alert=True, minutes_ago=8), await it.publishes("recent entry")]
            old.append(await it.publishes("an hour old", alert=True, minutes_ago=45))
            await asyncio.sleep(end - _now() - 60)
            recent.append(await it.publishes("fresh alert", alert=True))
            await it.everything_is_carried()
            shown = [one for chat in range(100, 120) for one in it.sender.chats[chat] if one.at > end]
            expected = {("late alert", True), ("recent entry", True), ("fresh alert", False)}
            assert {(one.text, one.silent) for one in shown} == expected
            for entry in recent:
                progress = await it.progress_of(entry)
                assert progress.sent >= 18, "but for whoever was tried in vain twice"
            for entry in (*old, *recent):
                progress = await it.progress_of(entry)
                assert progress.finished
                assert progress.sent + progress.skipped + progress.failed + progress.unknown == 20

    live(story())


# ---- the store


def test_a_database_that_goes_away_for_a_minute_stops_sending_and_doubles_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 300)
            entry = await it.publishes("news")
            await it.until(lambda: _tries(it) > 60)
            it.store.trouble = StoreTrouble("The database does not answer.")
            await asyncio.sleep(2)
            tried = _tries(it)
            await asyncio.sleep(58)
            assert _tries(it) == tried, "nothing that is sent could be remembered"
            it.store.trouble = None
            back = _now()
            await it.everything_is_carried()
            assert _now() - back < (300 - tried) / 27 + 5
            assert all(it.sender.texts(chat) == ["news"] for chat in chats)
            assert (await it.progress_of(entry)).sent == 300

    with caplog.at_level(logging.WARNING):
        live(story())
    assert _said(caplog, "the store takes nothing") == 1
    assert _said(caplog, "the store is back") == 1


def test_a_disk_that_fills_up_in_mid_fan_out_stops_sending_until_there_is_room(tmp_path, caplog) -> None:
    from core.model import Mode

    opened = Store.open(f"sqlite:///{tmp_path / 'town.sqlite'}", mode=Mode.REHEARSAL, create=True)

    async def story() -> None:
        async with town(opened) as it:
            chats = await _followed_by(it, 600)
            entry = await it.publishes("news")
            await it.until(lambda: _tries(it) > 60)
            pages = it.store._store.write_now(_pages, "page_count")
            it.store._store.write_now(_room, pages)
            await asyncio.sleep(60)
            tried = _tries(it)
            assert tried < 600
            await asyncio.sleep(60)
            assert _tries(it) == tried
            it.store._store.write_now(_room, 1_000_000)
            await it.everything_is_carried()
            assert all(it.sender.texts(chat) == ["news"] for chat in chats)
            assert (await it.progress_of(entry)).sent == 600

    try:
        with caplog.at_level(logging.WARNING):
            live(story())
    finally:
        opened.close()
    assert any("full" in str(record.exc_info) for record in caplog.records if "the store takes" in record.message)
    assert _said(caplog, "the store is back") == 1


def _pages(conn: sa.Connection, what: str) -> int:
    return int(conn.exec_driver_sql(f"PRAGMA {what}").scalar_one())


def _room(conn: sa.Connection, pages: int) -> None:
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_refusal_is_an_answer_and_opens_no_circuit(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 60)
            it.sender.whim = lambda verb, chat: Told(NotSent(3, Reach.DESTINATION, "429")) if chat % 2 else None
            await it.publishes("news")
            await asyncio.sleep(5)
            assert it.sender.pings == []
            it.sender.whim = lambda verb, chat: None
            await it.everything_is_carried()
            assert isinstance(await it.sender.ping(), Sent)

    live(story())
