"""One test for each way in which a night on call could begin. Most of these once went wrong."""

import asyncio

import pytest

from core.model import Importance, Level, Platform, Urgency
from core.platform import Gone, Lost, Moved, NotSent, Reach, Rejected, Unknown
from core.store import Store, broadcasts, coverages, destinations, entries, waiting
from tests.doubles.made_up_time import clock, live
from tests.doubles.platform import Told
from tests.doubles.town import Town, town

FLOOD, NO_LINE = NotSent(20, Reach.DESTINATION, "429"), NotSent(0, Reach.ACCOUNT, "no connection")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _shown(it: Town, chat: int, many: int = 1) -> None:
    """Wait until a chat shows so many messages."""
    await it.until(lambda: len(it.sender.texts(chat)) >= many)


# ---- words that changed before they left


def test_a_correction_inside_the_undo_window_means_nobody_reads_the_old_words(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 140):
                await it.follows(chat)
            entry = await it.publishes("wrong", undo=5)
            await asyncio.sleep(4.9)
            await it.corrects(entry, "right")
            await it.everything_is_carried()
            assert {text for _, _, _, text in it.sender.calls} == {"right"}
            assert len(it.sender.calls) == 40

    live(story())


def test_a_correction_of_an_entry_that_waits_its_turn_means_nobody_reads_the_old_words(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 160):
                await it.follows(chat)
            await it.publishes("first")
            second = await it.publishes("wrong")
            await asyncio.sleep(0.5)
            await it.corrects(second, "right")
            await it.everything_is_carried()
            assert not [call for call in it.sender.calls if call[3] == "wrong"]

    live(story())


def test_a_correction_that_makes_an_entry_more_important_reaches_who_wants_important_ones(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11, level=Level.KEY)
            entry = await it.publishes("news", undo=5)
            await asyncio.sleep(2)
            await it.corrects(entry, "big news", importance=Importance.KEY)
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["big news"]

    live(story())


def test_undoing_an_entry_releases_those_behind_it_at_once(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            undone = await it.publishes("undone", undo=30)
            await it.publishes("behind")
            await asyncio.sleep(3)
            assert it.sender.texts(11) == []
            began = _now()
            await it.undoes(undone)
            await _shown(it, 11)
            assert it.sender.texts(11) == ["behind"]
            assert _now() - began < 0.2

    live(story())


def test_a_retraction_by_another_process_stops_a_running_fan_out_within_a_second(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 400):
                await it.follows(chat)
            entry = await it.publishes("mistaken")
            await asyncio.sleep(2)
            now, given = clock(), {"entry_id": entry.id, "expected": 1, "reason": "wrong", "actor": "elsewhere"}
            await it.store.write(entries.retract, **given, token="elsewhere", now=now)
            await asyncio.sleep(1.2)
            reached = sum(bool(it.sender.texts(chat)) for chat in range(100, 400))
            await it.everything_is_carried()
            assert sum(bool(it.sender.texts(chat)) for chat in range(100, 400)) == reached < 150

    live(story())


# ---- order and completeness


def test_an_entry_the_account_could_not_send_still_leaves_before_the_next_one(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=1.0) as it:
            await it.follows(11)
            it.sender.will_answer(11, NO_LINE)
            await it.publishes("first")
            await asyncio.sleep(0.5)
            await it.publishes("second")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["first", "second"]

    live(story())


def test_when_the_account_fails_between_two_parts_not_even_an_alert_comes_in_between(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.publishes("one|two")
            await _shown(it, 11)
            it.sender.will_answer(11, NO_LINE)
            await asyncio.sleep(1.2)
            await it.publishes("alert", alert=True)
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["one", "two", "alert"]

    live(story())


def test_half_an_entry_is_finished_first_after_a_restart(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            entry = await it.publishes("one|two|three")
            await _shown(it, -13)
            began = _now()
            await it.ends()
            assert _now() - began < 0.5, "a stop does not wait for the pace of a group"
            assert it.sender.texts(-13) == ["one"]
            await it.publishes("alert", alert=True)
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(-13) == ["one", "two", "three", "alert"]
            assert (await it.progress_of(entry)).sent == 1

    live(story())


def test_those_who_could_not_be_sent_to_are_not_left_out_after_a_kill(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = range(100, 125)
            for chat in chats:
                await it.follows(chat)
            # Everybody but the last fails, and the last one's receipt is stored after that.
            it.sender.latency = lambda: 1.5 if len(it.sender.calls) == 25 else 1.2
            it.sender.whim = lambda verb, chat: Told(NO_LINE) if chat < 124 else None
            entry = await it.publishes("news")
            await it.until(lambda: len(it.sender.calls) == 25)
            await asyncio.sleep(1.7)
            await it.crashes()
            it.sender.whim = lambda verb, chat: None
            await it.begins()
            await it.everything_is_carried()
            assert [it.sender.texts(chat) for chat in chats] == [["news"]] * 25
            assert (await it.progress_of(entry)).sent == 25

    live(story())


@pytest.mark.parametrize("after", [0.3, 0.8, 1.5, 2.5])
def test_whoever_was_counted_before_a_kill_is_not_counted_again(store: Store, after: float) -> None:
    async def story() -> None:
        async with town(store, latency=0.4) as it:
            for chat in range(100, 160):
                await it.follows(chat, level=Level.KEY if chat % 3 == 0 else Level.ALL)
            it.sender.whim = lambda verb, chat: Told(Rejected("poison")) if chat % 5 == 0 else None
            entry = await it.publishes("news")
            await asyncio.sleep(after)
            doomed = await it.crashes()
            await it.begins()
            await it.everything_is_carried()
            progress = await it.progress_of(entry)
            assert progress.sent + progress.failed + progress.skipped + progress.unknown == 60
            assert progress.skipped == 20
            doubles = sum(len(it.sender.texts(chat)) > 1 for chat in range(100, 160))
            assert doubles <= len(doomed)

    live(story())


def test_after_a_kill_those_who_have_it_cost_no_time_at_the_gate(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 350):
                await it.follows(chat)
            it.sender.latency = lambda: 8.0 if len(it.sender.calls) == 1 else 0.05
            await it.publishes("news")
            await asyncio.sleep(7)
            await it.crashes()
            await it.begins()
            began, sent_before = _now(), len(it.sender.calls)
            await it.everything_is_carried()
            left = len(it.sender.calls) - sent_before
            assert left < 70
            assert _now() - began < left / 27 + 1

    live(story())


# ---- edits and the copies they change


def test_an_edit_that_waits_behind_the_rest_of_its_original_sends_no_part_twice(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("a|b|c")
            await _shown(it, 11)
            it.sender.will_answer(11, FLOOD)
            await asyncio.sleep(1.2)
            await it.corrects(entry, "A|B|C")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["A", "B", "C"]
            assert len(it.sender.chats[11]) == 3

    live(story())


def test_a_kill_between_the_parts_of_an_edit_leaves_no_part_behind(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("a")
            await it.everything_is_carried()
            await asyncio.sleep(2)
            await it.corrects(entry, "A|B")
            await it.until(lambda: it.sender.texts(11) == ["A"])
            await asyncio.sleep(0.3)
            await it.crashes()
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["A", "B"]

    live(story())


def test_a_copy_a_reader_deleted_is_not_replaced_and_the_others_say_their_own_words(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("a|b|c")
            await it.everything_is_carried()
            it.sender.chats[11][1].deleted = True
            entry = await it.corrects(entry, "A|B|C")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["A", "C"]
            await it.corrects(entry, "AA|BB|CC")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["AA", "CC"]

    live(story())


def test_the_notice_of_a_retraction_that_cannot_edit_is_not_forgotten_when_the_chat_must_wait(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("mistaken")
            await it.everything_is_carried()
            it.sender.chats[11][0].deleted = True
            it.sender.will_answer(11, Lost("cannot be edited"), FLOOD)
            await it.retracts(entry, "wrong")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["withdrawn: wrong"]

    live(story())


def test_a_retraction_never_answers_the_same_copy_twice(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("a|b|c")
            await it.everything_is_carried()
            for copy in it.sender.chats[11]:
                copy.deleted = True
            await it.retracts(entry, "wrong")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["withdrawn: wrong"]

    live(story())


def test_a_new_part_that_an_edit_sends_is_tried_no_oftener_than_any_other_message(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            entry = await it.publishes("a")
            await it.everything_is_carried()
            unsure = Told(Unknown("timeout"), after_effect=True)
            it.sender.whim = lambda verb, chat: unsure if verb == "send" else None
            await it.corrects(entry, "A|B")
            await it.everything_is_carried(give_up=200_000)
            assert it.sender.texts(11) == ["A", "B", "B"]

    live(story())


def test_what_discord_repeats_for_a_nonce_is_brought_to_the_newest_words(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD, latency=2) as it:
            await it.follows(11)
            it.sender.will_answer(11, Unknown("broken answer"), after_effect=True)
            entry = await it.publishes("wrong")
            await _shown(it, 11)
            await it.corrects(entry, "right")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["right"]
            assert len(it.sender.chats[11]) == 1

    live(story())


def test_what_discord_repeats_after_a_kill_is_brought_to_the_newest_words_too(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD, latency=2) as it:
            await it.follows(11)
            entry = await it.publishes("wrong")
            await _shown(it, 11)
            await it.corrects(entry, "right")
            await it.crashes()
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["right"]
            assert len(it.sender.chats[11]) == 1

    live(story())


def test_a_correction_of_what_a_paused_place_has_is_over_and_blocks_nothing(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12):
                await it.follows(chat)
            entry = await it.publishes("old")
            await it.everything_is_carried()
            place = await it.place(11)
            await it.store.write(destinations.pause, place.id, "kicked", clock())
            await it.corrects(entry, "new")
            await it.everything_is_carried()
            assert (it.sender.texts(11), it.sender.texts(12)) == (["old"], ["new"])

    live(story())


# ---- chats that move


def test_a_group_that_moves_into_one_we_know_gets_its_entry_once(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            old, new = await it.follows(-13), await it.follows(-100)
            it.sender.whim = lambda verb, chat: Told(Moved(-100)) if chat == -13 else None
            for number in range(3):
                await it.publishes(f"#{number}")
            await it.everything_is_carried()
            assert it.sender.texts(-100) == ["#0", "#1", "#2"]
            assert await it.store.read(destinations.some, [old.id]) == {}
            assert await it.store.read(destinations.some, [new.id])

    live(story())


def test_the_copies_a_moved_group_left_behind_are_never_mistaken_for_its_new_ones(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            entry = await it.publishes("one|two")
            await _shown(it, -13)
            it.sender.whim = lambda verb, chat: Told(Moved(-100)) if chat == -13 else None
            await it.everything_is_carried()
            assert (it.sender.texts(-13), it.sender.texts(-100)) == (["one"], ["two"])
            await it.corrects(entry, "ONE|TWO")
            await it.everything_is_carried()
            assert (it.sender.texts(-13), it.sender.texts(-100)) == (["one"], ["TWO"])

    live(story())


def test_a_chat_that_moves_in_circles_is_given_up(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            it.sender.whim = lambda verb, chat: Told(Moved(-14 if chat == -13 else -13))
            entry = await it.publishes("news")
            await it.everything_is_carried()
            assert (await it.progress_of(entry)).failed == 1
            assert len(it.sender.calls) <= 7

    live(story())


# ---- waiting


def test_a_reader_who_left_gets_nothing_of_what_waited_for_them(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, FLOOD)
            entry = await it.publishes("news")
            await asyncio.sleep(5)
            await it.unfollows(11)
            await it.everything_is_carried()
            assert it.sender.texts(11) == []
            assert (await it.progress_of(entry)).skipped == 1

    live(story())


def test_a_blocked_reader_is_asked_once_whatever_else_waited_for_them(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, FLOOD, Gone("blocked"))
            published = [await it.publishes(f"#{number}") for number in range(4)]
            await it.everything_is_carried()
            assert len(it.sender.calls) == 2
            assert [(await it.progress_of(entry)).failed for entry in published] == [1, 1, 1, 1]

    live(story())


def test_a_wait_the_platform_asked_for_outlives_a_restart(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.follows(12)
            it.sender.will_answer(11, NotSent(60, Reach.DESTINATION, "429"))
            await it.publishes("first")
            await asyncio.sleep(1)
            refused_at = it.sender.refusals[0][0]
            await it.crashes()
            await it.begins()
            await it.publishes("alert", alert=True)
            await it.everything_is_carried()
            assert it.sender.chats[12][-1].at < refused_at + 10
            assert it.sender.chats[11][0].at >= refused_at + 60

    live(story())


def test_a_wait_asked_of_the_whole_account_outlives_a_restart(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, NotSent(90, Reach.ACCOUNT, "429"))
            await it.publishes("news")
            await asyncio.sleep(1)
            refused_at = it.sender.refusals[0][0]
            await it.ends()
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.chats[11][0].at >= refused_at + 90

    live(story())


def test_stopping_does_not_wait_for_the_end_of_a_long_pause(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 140):
                await it.follows(chat)
            await it.publishes("news")
            await asyncio.sleep(0.4)
            it.gate.pause(3600)
            await asyncio.sleep(0.1)
            began = _now()
            await it.ends()
            assert _now() - began < 1

    live(story())


def test_a_long_pause_costs_next_to_nothing(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, FLOOD)
            await it.publishes("waits")
            await asyncio.sleep(1)
            it.gate.pause(300)
            looks = 0
            read = it.store.read

            async def counted(*args, **more):
                nonlocal looks
                looks += 1
                return await read(*args, **more)

            it.store.read = counted
            await asyncio.sleep(100)
            assert looks <= 250

    live(story())


def test_a_quarter_of_an_hour_without_a_line_is_over_soon_after_it_ends(
    store: Store,
) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 150):
                await it.follows(chat)
            end = _now() + 900
            it.sender.whim = lambda verb, chat: Told(NO_LINE) if _now() < end else None
            await it.publishes("news")
            await asyncio.sleep(900)
            waits = await it.store.read(waiting.of_lane, 1)
            assert waits == ()
            tried = len(it.sender.calls)
            assert tried < 250
            await it.everything_is_carried()
            assert _now() - end < 35
            assert all(it.sender.texts(chat) == ["news"] for chat in range(100, 150))

    live(story())


def test_an_outage_longer_than_its_lifetime_ends_an_entry_unsent_and_an_old_alert_rings_no_more(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            await it.follows(12)
            late = await it.publishes("late alert", alert=True, minutes_ago=20)
            stale = await it.publishes("stale alert", alert=True, minutes_ago=61)
            entry = await it.publishes("stale", minutes_ago=121)
            fresh = await it.publishes("alert", alert=True, minutes_ago=14)
            await it.everything_is_carried()
            assert {one.text: one.silent for one in it.sender.chats[11]} == {"late alert": True, "alert": False}
            assert [(await it.progress_of(one)).skipped for one in (late, fresh, entry, stale)] == [0, 0, 2, 2]

    live(story())


# ---- taking turns


def test_an_alert_leaves_at_once_while_slow_answers_hold_everything_else(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=30) as it:
            for chat in range(100, 500):
                await it.follows(chat)
            await it.publishes("entry")
            await asyncio.sleep(20)
            began = _now()
            await it.publishes("alert", alert=True)
            await asyncio.sleep(1)
            alerts = [at for at, _, _, text in it.sender.calls if text == "alert"]
            assert alerts
            assert alerts[0] - began < 0.2

    live(story())


def test_an_alert_is_not_held_up_by_the_place_in_line_an_entry_asked_for(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            storm = [it.gate.ask(Urgency.ANSWER) for _ in range(200)]
            await it.publishes("entry")
            await asyncio.sleep(0.5)
            began = _now()
            await it.publishes("alert", alert=True)
            await _shown(it, 11)
            assert it.sender.texts(11) == ["alert"]
            assert _now() - began < 0.5
            await asyncio.gather(*storm)

    live(story())


def test_two_coverages_take_turns(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            other = await it.store.write(
                coverages.create,
                slug="vote",
                title="Vote",
                language="en",
                zone="UTC",
                mode=it.coverage.mode,
                now=clock(),
                by="editor-key",
            )
            storm = it.coverage
            for chat in range(100, 150):
                await it.follows(chat)
            it.coverage = other
            for chat in range(200, 250):
                await it.follows(chat)
            await it.publishes("vote")
            it.coverage = storm
            await it.publishes("storm")
            await it.everything_is_carried()
            order = [text for _, _, _, text in it.sender.calls][10:90]
            assert 35 <= order.count("vote") <= 45
            assert all(set(order[at : at + 6]) == {"vote", "storm"} for at in range(74))

    live(story())


def test_after_many_broadcasts_the_courier_remembers_none_of_them(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12):
                await it.follows(chat)
            for number in range(30):
                entry = await it.publishes(f"#{number}")
                await it.corrects(entry, f"#{number}!")
            await it.everything_is_carried()
            await asyncio.sleep(3)
            keeper = it.courier._keeper
            assert keeper is not None
            (lane,) = keeper.lanes
            assert not lane._rounds._walks
            assert not lane._rounds._lists
            assert not lane._rounds._rings
            assert not lane._bulletins._bulletins
            assert len(lane._parking) == 0
            assert not lane._busy
            assert not lane._tasks

    live(story())


def test_a_new_owner_assumes_that_the_last_second_was_full(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 200):
                await it.follows(chat)
            await it.publishes("news")
            await asyncio.sleep(2)
            await it.crashes()
            ended = _now()
            await it.begins()
            await it.everything_is_carried()
            stamps = [at for at, *_ in it.sender.calls]
            assert min(at for at in stamps if at > ended) - ended >= 1.1

    live(story())


def test_the_standing_summary_shown_to_one_reader_is_not_sent_to_them_again(store: Store) -> None:
    async def story() -> None:
        async with town(store, latency=0.5) as it:
            place = await it.follows(11)
            await it.store.write(
                coverages.set_summary, it.coverage.id, ("What we know",), by="editor-key", now=clock(), send=False
            )
            shown = {"destination_id": place.id, "coverage_id": it.coverage.id, "now": clock()}
            await it.store.write(broadcasts.show_summary, **shown)
            await it.store.write(coverages.send_summary, it.coverage.id, clock())
            it.courier.wake()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["What we know"]

    live(story())
