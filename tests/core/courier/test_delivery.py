"""The courier carries what the newsroom publishes: to everybody, in order, once, corrected and retracted everywhere."""

import asyncio
import itertools

import pytest

from core.model import Form, Importance, Level, Operation, Platform
from core.platform import Gone, Lost, Moved, NotSent, Reach, Rejected, Unknown
from core.store import Store, destinations, entries
from tests.doubles.made_up_time import clock, live
from tests.doubles.town import town


def test_everybody_who_follows_gets_an_entry_once_and_a_receipt_for_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            places = [await it.follows(chat) for chat in (11, 12, -13)]

            entry = await it.publishes("Ferry stopped")
            await it.everything_is_carried()

            for place in places:
                assert it.sender.texts(place.address.chat_id) == ["Ferry stopped"]
                (receipt,) = await it.receipts_of(entry, place)
                assert (receipt.part, receipt.revision, receipt.form) == (0, 1, Form.TEXT)
                assert receipt.message_id == it.sender.chats[place.address.chat_id][0].id
            progress = await it.progress_of(entry)
            assert (progress.sent, progress.waiting, progress.finished) == (3, 0, True)

    live(story())


def test_a_reader_who_follows_after_an_entry_does_not_get_it_as_news(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("Before", undo=5)
            await it.follows(12)
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["Before"]
            assert it.sender.texts(12) == []

    live(story())


def test_a_burst_of_entries_reaches_each_place_in_publish_order(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=0.3) as it:
            for chat in (11, 12, -13, -14):
                await it.follows(chat)
            for number in range(8):
                await it.publishes(f"#{number}")
            await it.everything_is_carried()

            for chat in (11, 12, -13, -14):
                assert it.sender.texts(chat) == [f"#{number}" for number in range(8)]

    live(story())


def test_the_parts_of_one_entry_stay_together(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=0.2) as it:
            await it.follows(11)
            await it.publishes("long 1|long 2|long 3")
            await it.publishes("short")
            await it.publishes("alert", alert=True)
            await it.everything_is_carried()

            texts = it.sender.texts(11)
            start = texts.index("long 1")
            assert texts[start : start + 3] == ["long 1", "long 2", "long 3"]

    live(story())


def test_a_private_chat_is_never_sent_more_than_one_message_a_second(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            for number in range(6):
                await it.publishes(f"#{number}")
            await it.everything_is_carried()

            times = [shown.at for shown in it.sender.chats[11]]
            assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))

    live(story())


def test_an_alert_overtakes_the_entries_still_waiting(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 200):
                await it.follows(chat)
            await it.publishes("entry")
            await asyncio.sleep(1)
            before = asyncio.get_running_loop().time()
            await it.publishes("alert", alert=True)
            await it.everything_is_carried()

            alerts = [at for at, verb, _, text in it.sender.calls if text == "alert" and verb == "send"]
            entries = [at for at, verb, _, text in it.sender.calls if text == "entry" and verb == "send"]
            assert len(alerts) == len(entries) == 100
            assert alerts[0] - before <= 0.2
            assert sum(1 for at in entries if alerts[1] < at < alerts[50]) == 0

    live(story())


def test_only_alerts_ring(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("entry")
            await it.publishes("alert", alert=True)
            await it.everything_is_carried()

            assert {shown.text: shown.silent for shown in it.sender.chats[11]} == {"entry": True, "alert": False}

    live(story())


def test_a_reader_who_wants_key_entries_gets_no_others_and_the_count_says_why(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11, level=Level.KEY)
            normal = await it.publishes("normal")
            await it.publishes("key", importance=Importance.KEY)
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["key"]
            assert (await it.progress_of(normal)).skipped == 1

    live(story())


def test_nothing_leaves_inside_the_undo_window_and_an_undone_entry_never_does(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            first = await it.publishes("kept", undo=5)
            second = await it.publishes("taken back", undo=5)
            await asyncio.sleep(4)
            assert it.sender.texts(11) == []

            assert await it.store.write(entries.undo, entry_id=second.id, actor="editor-key", now=clock())
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["kept"]
            assert (await it.receipts_of(first, await it.place(11)))[0].revision == 1

    live(story())


def test_a_correction_reaches_every_copy(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12, -13):
                await it.follows(chat)
            entry = await it.publishes("Ferry stoped")
            await it.everything_is_carried()
            revised = await it.corrects(entry, "Ferry stopped")
            await it.everything_is_carried()

            for chat in (11, 12, -13):
                assert it.sender.texts(chat) == ["Ferry stopped"]
                assert it.sender.chats[chat][0].history == ["Ferry stoped"]
            (receipt,) = await it.receipts_of(revised, await it.place(11))
            assert receipt.revision == 2
            assert (await it.progress_of(entry, Operation.EDIT)).sent == 3

    live(story())


def test_a_correction_made_while_the_original_goes_out_still_reaches_everybody(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=0.5) as it:
            for chat in range(100, 160):
                await it.follows(chat)
            entry = await it.publishes("wrong")
            await asyncio.sleep(0.9)
            await it.corrects(entry, "right")
            await it.everything_is_carried()

            assert all(it.sender.texts(chat) == ["right"] for chat in range(100, 160))
            edited = sum(1 for _, verb, _, _ in it.sender.calls if verb == "edit")
            assert 0 < edited < 60, "who had not got it yet gets it right the first time"

    live(story())


def test_ten_corrections_in_a_hurry_become_the_last_one(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("v1")
            await it.everything_is_carried()
            for version in range(2, 12):
                entry = await it.corrects(entry, f"v{version}")
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["v11"]
            assert sum(1 for _, verb, _, _ in it.sender.calls if verb == "edit") <= 3

    live(story())


def test_a_correction_that_needs_more_room_adds_a_part_and_one_that_needs_less_takes_it_away(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(11)
            entry = await it.publishes("one|two")
            await it.everything_is_carried()
            longer = await it.corrects(entry, "one|two|three")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["one", "two", "three"]

            await it.corrects(longer, "only")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["only"]
            assert len(await it.receipts_of(entry, place)) == 1

    live(story())


def test_a_retraction_stops_the_rest_and_turns_every_copy_into_a_notice(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 200):
                await it.follows(chat)
            entry = await it.publishes("mistaken")
            await asyncio.sleep(1.5)
            await it.retracts(entry, "Sent in error")
            reached = {chat for chat, shown in it.sender.chats.items() if shown}
            await it.everything_is_carried()

            after = {chat for chat, shown in it.sender.chats.items() if shown}
            assert len(after - reached) <= 2, "at most what was on the wire already"
            assert all(it.sender.texts(chat) == ["withdrawn: Sent in error"] for chat in after)
            assert len(after) < 100

    live(story())


def test_where_a_copy_cannot_be_changed_the_retraction_answers_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("mistaken")
            await it.everything_is_carried()
            it.sender.will_answer(11, Lost("message can't be edited"))
            await it.retracts(entry, "Wrong town")
            await it.everything_is_carried()

            copy, notice = it.sender.chats[11]
            assert notice.text == "withdrawn: Wrong town"
            assert notice.reply_to == copy.id

    live(story())


def test_a_blocked_reader_is_paused_not_deleted(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(11)
            await it.follows(12)
            it.sender.will_answer(11, Gone("bot was blocked by the user"))
            await it.publishes("first")
            await it.everything_is_carried()
            await it.publishes("second")
            await it.everything_is_carried()

            paused = await it.store.read(destinations.get, place.id)
            assert paused.status == "paused"
            assert paused.paused_because == "bot was blocked by the user"
            assert it.sender.texts(12) == ["first", "second"]
            assert sum(1 for _, _, chat, _ in it.sender.calls if chat == 11) == 1

    live(story())


def test_a_chat_asked_to_wait_waits_and_nobody_else_does(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12, 13):
                await it.follows(chat)
            it.sender.will_answer(12, NotSent(30, Reach.DESTINATION, "429"))
            await it.publishes("news")
            await it.everything_is_carried()

            at = {chat: it.sender.chats[chat][0].at for chat in (11, 12, 13)}
            assert at[12] - at[11] >= 30
            assert at[13] - at[11] < 2

    live(story())


def test_a_later_entry_never_overtakes_one_that_waits_in_the_same_place(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, NotSent(20, Reach.DESTINATION, "429"))
            await it.publishes("first")
            await asyncio.sleep(2)
            await it.publishes("second")
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["first", "second"]

    live(story())


def test_a_dead_platform_pauses_the_lane_writes_no_waiting_rows_and_goes_on_by_itself(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12, 13):
                await it.follows(chat)
            it.sender.will_answer(None, *[NotSent(0, Reach.ACCOUNT, "no connection") for _ in range(4)])
            entry = await it.publishes("news")
            await asyncio.sleep(0.6)
            assert (await it.progress_of(entry)).waiting == 0
            await it.everything_is_carried()

            assert [it.sender.texts(chat) for chat in (11, 12, 13)] == [["news"]] * 3

    live(story())


def test_after_an_unknown_answer_telegram_is_asked_once_more_and_both_copies_are_accounted_for(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(11)
            it.sender.will_answer(11, Unknown("read timeout"), after_effect=True)
            entry = await it.publishes("news")
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["news", "news"]
            (receipt,) = await it.receipts_of(entry, place)
            assert receipt.message_id == it.sender.chats[11][1].id

    live(story())


def test_after_an_unknown_answer_discord_shows_no_double(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            place = await it.follows(11)
            it.sender.will_answer(11, Unknown("broken answer"), after_effect=True)
            entry = await it.publishes("news")
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["news"]
            assert (await it.receipts_of(entry, place))[0].message_id == it.sender.chats[11][0].id

    live(story())


def test_a_group_that_moved_gets_its_entry_under_its_new_address(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            it.sender.will_answer(-13, Moved(-100200))
            await it.publishes("first")
            await it.everything_is_carried()
            await it.publishes("second")
            await it.everything_is_carried()

            assert it.sender.texts(-100200) == ["first", "second"]
            assert (await it.store.read(destinations.get, place.id)).address.chat_id == -100200

    live(story())


@pytest.mark.parametrize("trouble", [Rejected("can't be"), RuntimeError("a mistake of ours in drawing")])
def test_an_entry_a_platform_refuses_affects_only_itself(store: Store, trouble: Rejected | RuntimeError) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, trouble)
            poison = await it.publishes("poison")
            await it.publishes("good")
            await it.everything_is_carried()

            assert it.sender.texts(11) == ["good"]
            assert (await it.progress_of(poison)).failed == 1

    live(story())


def test_stopping_waits_for_what_is_on_the_wire_and_a_new_start_sends_nothing_twice(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=0.8) as it:
            for chat in range(100, 150):
                await it.follows(chat)
            await it.publishes("news")
            await asyncio.sleep(1.0)
            first = it.sender
        assert not first.on_the_wire
        reached = {chat for chat, shown in first.chats.items() if shown}
        assert 0 < len(reached) < 50

        async with town(store, sender=first) as again:
            await again.everything_is_carried()
            assert all(again.sender.texts(chat) == ["news"] for chat in range(100, 150))

    live(story())
