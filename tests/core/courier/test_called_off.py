"""What is called off, refused or cut off at an awkward moment: each of these once went wrong in a made-up history."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from core.courier import merging
from core.courier.items import Item
from core.model import Address, Destination, Operation, PlaceKind, Platform, Urgency
from core.platform import Manner, NotSent, Outcome, Reach, Rejected, Unknown
from core.store import Store, counters, destinations, recalls, sending
from tests.doubles.made_up_time import clock, live
from tests.doubles.platform import Told, Words
from tests.doubles.town import Town, town


async def _held_back(it: Town, chats: range) -> None:
    """The account must wait for more than a minute, so that what is published meanwhile shares messages."""
    for chat in chats:
        await it.follows(chat)
    it.sender.will_answer(None, NotSent(90.0, Reach.ACCOUNT, "429"))
    await it.publishes("first")
    await it.publishes("second")
    await asyncio.sleep(70)


def _acknowledged(it: Town) -> bool:
    seq = it.store.now(counters.stopped)
    return not it.store.now(recalls.waiting_for, seq, clock())


def _holds_back(it: Town, words: str) -> None:
    """The first call that says these words has left the lane when the account has to wait for half a minute."""
    send = it.sender.send

    async def held_back(to: Address, part: Words, manner: Manner) -> Outcome:
        if words in part.text:
            it.sender.send = send
            it.gate.pause(30)
        return await send(to, part, manner)

    it.sender.send = held_back


def _is_slow(it: Town, chat: int) -> None:
    """This chat's next call takes for ever."""
    send = it.sender.send

    async def slow(to: Address, part: Words, manner: Manner) -> Outcome:
        if to.chat_id == chat:
            await asyncio.sleep(3600)
        return await send(to, part, manner)

    it.sender.send = slow


async def _largest(it: Town, place: Destination) -> None:
    await it.store.write(destinations.sized, place.id, 70_000, clock())


def test_what_the_gate_holds_back_never_leaves_once_its_retraction_was_acknowledged(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            _holds_back(it, "a mistake")
            entry = await it.publishes("a mistake")
            await it.until(lambda: it.gate.paused_for() > 0)
            await it.retracts(entry, "wrong town")
            await it.until(lambda: _acknowledged(it))
            assert it.gate.paused_for() > 0
            await asyncio.sleep(60)
            assert it.sender.calls == []

    live(story())


def test_of_a_shared_message_that_waits_only_what_was_retracted_is_left_out(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(None, NotSent(90.0, Reach.ACCOUNT, "429"))
            first = await it.publishes("first")
            await it.publishes("second")
            await it.publishes("third")
            await asyncio.sleep(88)
            _holds_back(it, "first + ")
            await asyncio.sleep(5)
            assert it.gate.paused_for() > 0
            await it.retracts(first, "wrong town")
            await it.everything_is_carried()
            assert " + ".join(it.sender.texts(11)) == "second + third"

    live(story())


def test_what_is_retracted_while_its_shared_message_is_on_the_wire_is_changed_in_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            it.sender.latency = 1.0
            await _held_back(it, range(100, 104))
            third = await it.publishes("third")
            await it.until(lambda: any("third" in text for _, _, _, text in it.sender.calls), give_up=300)
            await it.retracts(third, "wrong town")
            await it.everything_is_carried()
            for chat in range(100, 104):
                shown = " + ".join(it.sender.texts(chat))
                assert "third" not in shown
                assert "second" in shown

    live(story())


def test_a_retraction_is_not_lost_behind_a_correction_that_had_nothing_left_to_say(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _held_back(it, range(100, 101))
            third = await it.publishes("third")
            fourth = await it.publishes("fourth")
            await it.everything_is_carried()
            assert len(it.sender.texts(100)) == 1
            # Two corrections wait for the chat: redrawn for the first, the message says the second's words already.
            it.sender.will_answer(100, NotSent(5.0, Reach.DESTINATION, "429"))
            it.sender.latency = 1.0
            third = await it.corrects(third, "third, better")
            await asyncio.sleep(2)
            await it.corrects(fourth, "fourth, better")
            await it.until(lambda: "fourth, better" in it.sender.calls[-1][3])
            await it.retracts(third, "wrong town")
            await it.everything_is_carried()
            assert it.sender.texts(100) == ["first + second + withdrawn: wrong town + fourth, better"]

    live(story())


def test_the_largest_place_gets_nothing_twice_when_somebody_else_goes_on(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 200):
                await it.follows(chat)
            await _largest(it, await it.place(150))
            await it.publishes("first")
            await it.until(lambda: len(it.sender.calls) >= 40)
            await asyncio.sleep(0.3)
            await it.ends()
            await it.publishes("second")
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(150) == ["first", "second"]
            assert all(it.sender.texts(chat) == ["first", "second"] for chat in range(100, 200))

    live(story())


def test_after_a_kill_nobody_gets_what_they_could_not_take_behind_what_came_after_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(100, 140):
                await it.follows(chat)
            # Nothing behind somebody who has not answered is counted yet.
            send = it.sender.send
            _is_slow(it, 100)
            it.sender.will_answer(105, Rejected("can't parse"))
            await it.publishes("first")
            await asyncio.sleep(3)
            await it.publishes("second")
            await it.until(lambda: it.sender.texts(105) == ["second"])
            await asyncio.sleep(0.5)
            await it.crashes()
            it.sender.send = send
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(105) == ["second"]
            assert it.sender.texts(120) == ["first", "second"]

    live(story())


def test_on_discord_a_part_that_a_correction_took_away_comes_back_with_the_next_one(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            await it.follows(11)
            entry = await it.publishes("head|tail")
            await it.everything_is_carried()
            entry = await it.corrects(entry, "head alone")
            await it.everything_is_carried()
            await it.corrects(entry, "new head|new tail")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["new head", "new tail"]

    live(story())


def test_on_discord_a_part_whose_receipt_was_lost_is_there_once_and_says_the_newest_words(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            await it.follows(11)
            entry = await it.publishes("head")
            await it.everything_is_carried()
            it.sender.whim = lambda verb, _: Told(Unknown("timeout"), after_effect=True) if verb == "send" else None
            entry = await it.corrects(entry, "new head|tail")
            await it.until(lambda: it.sender.texts(11) == ["new head", "tail"])
            it.sender.whim = lambda *_: None
            await it.crashes()
            await it.begins()
            await it.corrects(entry, "newest head|newest tail")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["newest head", "newest tail"]

    live(story())


def test_on_discord_every_part_that_was_there_before_a_kill_says_the_newest_words(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            await it.follows(11)
            entry = await it.publishes("head|tail")
            await it.until(lambda: bool(it.sender.calls))
            it.store.hangs()
            await it.until(lambda: it.sender.texts(11) == ["head", "tail"])
            store_of_editors = it.store
            await it.crashes()
            it.store = store_of_editors.reborn()
            await it.corrects(entry, "new head|new tail")
            await it.begins()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["new head", "new tail"]

    live(story())


def test_on_discord_a_shared_message_that_was_there_all_along_says_the_newest_words(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            await it.follows(11)
            it.sender.will_answer(None, NotSent(90.0, Reach.ACCOUNT, "429"))
            await it.publishes("first")
            second = await it.publishes("second")
            await asyncio.sleep(80)
            it.sender.will_answer(11, Unknown("timeout"), after_effect=True)
            await it.until(lambda: it.sender.texts(11) == ["first + second"])
            await it.corrects(second, "second, put right")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["first + second, put right"]
            assert len(it.sender.chats[11]) == 1

    live(story())


def _waiting(number: int, **more: Any) -> Item:
    place = Destination(1, "desk", Address(Platform.TELEGRAM, 11), PlaceKind.PRIVATE, "", "en")
    expires = datetime(2026, 11, 22, tzinfo=UTC) + sending.ENTRY_LIFETIME
    return Item(place, number, number, Operation.PUBLISH, Urgency.ENTRY, expires, **more)


def test_nothing_shares_a_message_past_an_entry_that_must_go_by_itself() -> None:
    first, tried, third = _waiting(1), _waiting(2, attempts=1), _waiting(3)
    shelf = {one: SimpleNamespace(entry=one, coverage=SimpleNamespace(id=1)) for one in (1, 2, 3)}
    later = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=5)
    assert merging.companions(first, [first, tried, third], shelf, later) == ()
    tried.attempts = 0
    assert merging.companions(first, [first, tried, third], shelf, later) == (tried, third)
    shelf[2].entry = None
    assert merging.companions(first, [first, tried, third], shelf, later) == ()
    assert merging.companions(tried, [tried, third], shelf, later) == ()


def test_on_discord_what_had_to_wait_before_is_tried_again_after_an_answer_that_never_came(store: Store) -> None:
    async def story() -> None:
        async with town(store, platform=Platform.DISCORD) as it:
            await it.follows(11)
            it.sender.will_answer(11, NotSent(170.0, Reach.DESTINATION, "429"), Unknown("timeout"))
            await it.publishes("news")
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["news"]

    live(story())
