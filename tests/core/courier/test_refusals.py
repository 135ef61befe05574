"""What platforms refuse: an entry that nobody can take, places that lack a right, chats that are gone or moved."""

import asyncio
import logging

import pytest

from core.errors import StoreTrouble
from core.model import Address, Content, DestinationStatus, Entry, Operation, Platform
from core.platform import Forbidden, Gone, Moved, NotSent, Outcome, Reach, Rejected, Unknown
from core.store import Store, broadcasts, destinations, drafts
from core.store.drafts import DraftStatus, Intent
from tests.doubles.made_up_time import clock, live
from tests.doubles.platform import Told
from tests.doubles.town import EDITOR, Town, town

POISON = Rejected("message is too long")
NO_RIGHT = Forbidden("send messages")
DESK = 77


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _followed_by(it: Town, many: int) -> range:
    chats = range(100, 100 + many)
    for chat in chats:
        await it.follows(chat)
    return chats


async def _works_at(it: Town, chat: int) -> None:
    """The editor has sent something in the coverage from this chat."""
    place = Address(it.sender.platform, chat)
    given = {"person_key": EDITOR, "account": it.sender.account, "address": place, "intent": Intent.ENTRY}
    given |= {"coverage_id": it.coverage.id, "content": Content(headline="news"), "now": clock()}
    draft = await it.store.write(drafts.create, **given)
    await it.store.write(drafts.settle, draft.id, DraftStatus.SENT, now=clock())


def _refuses(it: Town, words: str, answer: Outcome | Exception = POISON, chats: range | None = None) -> None:
    """The platform refuses whatever says these words, in these readers' chats or in all of them."""
    send = it.sender.send

    async def refusing(to, part, manner):
        if words in part.text and to.chat_id in (chats or range(100, 400)):
            it.sender.will_answer(to.chat_id, answer)
        return await send(to, part, manner)

    it.sender.send = refusing


def _said(it: Town, words: str) -> list[float]:
    return [at for at, _, _, text in it.sender.calls if words in text]


async def _ends(it: Town, entry: Entry, operation: Operation = Operation.PUBLISH) -> tuple[int, int, int]:
    """Sent, failed, and spared because it was stopped."""
    progress = await it.progress_of(entry, operation)
    return progress.sent, progress.failed, await it.store.read(broadcasts.spared, entry.bulletin_id)


# ---- poison


def test_an_entry_nobody_can_take_is_stopped_and_the_next_one_leaves_at_once(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 200)
            _refuses(it, "poison")
            poisoned = await it.publishes("poison")
            good = await it.publishes("good")
            await it.everything_is_carried()
            assert 5 <= len(_said(it, "poison")) < 30
            assert min(_said(it, "good")) - max(_said(it, "poison")) < 1
            assert all(it.sender.texts(chat) == ["good"] for chat in chats)
            sent, failed, spared = await _ends(it, poisoned)
            assert (sent, failed + spared) == (0, 200)
            assert await _ends(it, good) == (200, 0, 0)

    live(story())


def test_its_editor_is_told_why_where_they_published(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 20)
            await _works_at(it, DESK)
            _refuses(it, "poison")
            await it.publishes("poison")
            await it.everything_is_carried()
            (told,) = it.sender.texts(DESK)
            assert told.startswith("Telegram refuses #1 “poison” wherever it was tried")
            assert "Telegram says: “message is too long”" in told

    live(story())


def test_when_nobody_knows_its_editor_the_log_says_so(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 20)
            _refuses(it, "poison")
            await it.publishes("poison")
            await it.everything_is_carried()

    with caplog.at_level(logging.WARNING):
        live(story())
    (stopped,) = [record for record in caplog.records if record.message.startswith("stopped")]
    assert (stopped.__dict__["editor_told"], stopped.__dict__["why"]) == (False, "message is too long")


def test_a_desk_with_a_single_channel_is_told_as_well(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(100)
            await _works_at(it, DESK)
            _refuses(it, "poison")
            await it.publishes("poison")
            await it.everything_is_carried()
            assert len(it.sender.texts(DESK)) == 1

    live(story())


def test_a_mistake_of_ours_in_one_entry_stops_that_entry_alone(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 100)
            await _works_at(it, DESK)
            _refuses(it, "poison", ValueError("a mistake of ours"))
            await it.publishes("poison")
            await it.publishes("good")
            await it.everything_is_carried()
            assert len(_said(it, "poison")) < 30
            assert all(it.sender.texts(chat) == ["good"] for chat in chats)
            assert "The mistake is ours (ValueError)" in it.sender.texts(DESK)[0]

    live(story())


def test_what_one_reader_has_taken_is_not_stopped_however_many_refuse_it_after(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 60)
            _refuses(it, "news", chats=range(101, 140))
            entry = await it.publishes("news")
            await it.everything_is_carried()
            assert [chat for chat in chats if it.sender.texts(chat)] == [100, *range(140, 160)]
            assert await _ends(it, entry) == (21, 39, 0)

    live(story())


def test_who_waited_for_a_stopped_entry_waits_no_longer(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 60)
            it.sender.will_answer(100, NotSent(600, Reach.DESTINATION, "429"))
            _refuses(it, "poison", chats=range(101, 160))
            began = _now()
            entry = await it.publishes("poison")
            await it.everything_is_carried()
            assert _now() - began < 10
            sent, failed, spared = await _ends(it, entry)
            assert (sent, failed + spared) == (0, 60)

    live(story())


def test_a_correction_nobody_can_take_is_stopped_and_the_old_words_stand(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            chats = await _followed_by(it, 60)
            await _works_at(it, DESK)
            entry = await it.publishes("news")
            await it.everything_is_carried()
            it.sender.whim = lambda verb, chat: Told(POISON) if verb == "edit" else None
            await it.corrects(entry, "poison")
            await it.everything_is_carried()
            assert all(it.sender.texts(chat) == ["news"] for chat in chats)
            assert "refuses the correction of #1 “poison”" in it.sender.texts(DESK)[0]
            sent, failed, spared = await _ends(it, entry, Operation.EDIT)
            assert (sent, failed + spared) == (0, 60)

    live(story())


def test_a_retraction_is_tried_everywhere_whoever_refuses_it(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 30)
            entry = await it.publishes("mistaken")
            await it.everything_is_carried()
            it.sender.whim = lambda verb, chat: Told(POISON) if verb == "edit" and chat < 120 else None
            await it.retracts(entry, "wrong")
            await it.everything_is_carried()
            reached = [chat for chat in range(100, 130) if it.sender.texts(chat) == ["withdrawn: wrong"]]
            assert reached == list(range(120, 130))

    live(story())


def test_a_restart_does_not_begin_a_stopped_entry_again(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 60)
            _refuses(it, "poison")
            await it.publishes("poison")
            await it.everything_is_carried()
            tried = len(it.sender.calls)
            await it.crashes()
            await it.begins()
            await asyncio.sleep(5)
            assert len(it.sender.calls) == tried

    live(story())


def test_a_store_in_trouble_at_the_fifth_refusal_only_puts_the_stop_off(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await _followed_by(it, 300)
            _refuses(it, "poison")
            write, calls = it.store.write, []

            async def troubled(work, /, *args, **more):
                if work.__name__ == "_stop":
                    calls.append(work)
                    if len(calls) <= 7:
                        raise StoreTrouble("The disk is full.")
                return await write(work, *args, **more)

            it.store.write = troubled
            entry = await it.publishes("poison")
            await it.everything_is_carried()
            assert len(_said(it, "poison")) < 40
            sent, failed, spared = await _ends(it, entry)
            assert (sent, failed + spared) == (0, 300)

    live(story())


# ---- a missing right


def test_a_missing_right_costs_one_entry_and_the_place_is_tried_again_with_the_next(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            it.sender.will_answer(-13, NO_RIGHT)
            lost = await it.publishes("lost")
            await it.everything_is_carried()
            await it.publishes("next")
            await it.everything_is_carried()
            assert it.sender.texts(-13) == ["next"]
            assert (await it.progress_of(lost)).failed == 1
            assert await it.store.read(destinations.struck, 1) == frozenset(), "it took something"
            assert (await it.store.read(destinations.get, place.id)).status is DestinationStatus.ACTIVE

    live(story())


def test_the_third_refusal_over_an_hour_pauses_a_place_and_names_the_right(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            await it.follows(14)
            it.sender.whim = lambda verb, chat: Told(NO_RIGHT) if chat == -13 else None
            for number in range(5):
                await it.publishes(f"#{number}")
                await asyncio.sleep(1800)
            paused = await it.store.read(destinations.get, place.id)
            assert (paused.status, paused.paused_because) == (
                DestinationStatus.PAUSED,
                "missing right: send messages",
            )
            assert len([call for call in it.sender.calls if call[2] == -13]) == 3
            assert len(it.sender.texts(14)) == 5

    with caplog.at_level(logging.WARNING):
        live(story())
    assert [one.__dict__["missing"] for one in caplog.records if "right" in one.message] == ["send messages"]


def test_whoever_set_a_place_up_is_told_which_right_it_lacks(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            await it.store.write(destinations.minded, place.id, 14)
            it.sender.whim = lambda verb, chat: Told(NO_RIGHT) if chat == -13 else None
            for number in range(5):
                await it.publishes(f"#{number}")
                await asyncio.sleep(1800)
            (told,) = it.sender.texts(14)
            assert "send messages" in told
            assert "/follow" in told

    live(story())


def test_refusals_are_remembered_across_a_restart_and_forgiven_by_the_next_success(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            it.sender.will_answer(-13, NO_RIGHT)
            await it.publishes("lost")
            await it.everything_is_carried()
            await it.ends()
            await it.begins()
            assert await it.store.read(destinations.struck, 1) == {place.id}
            await it.publishes("next")
            await it.everything_is_carried()
            assert await it.store.read(destinations.struck, 1) == frozenset()

    live(story())


def test_what_else_waits_for_a_place_that_lacks_a_right_is_still_tried(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            it.sender.will_answer(-13, NotSent(20, Reach.DESTINATION, "429"), NO_RIGHT)
            first = await it.publishes("first", alert=True)
            await it.publishes("second")
            await it.everything_is_carried()
            assert it.sender.texts(-13) == ["second"]
            assert (await it.progress_of(first)).failed == 1

    live(story())


@pytest.mark.parametrize("why", ["blocked", "deactivated", "not found"])
def test_a_chat_that_is_gone_is_paused_at_once(store: Store, why: str) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(11)
            it.sender.will_answer(11, Gone(why))
            entry = await it.publishes("news")
            await it.publishes("more")
            await it.everything_is_carried()
            assert len(it.sender.calls) == 1
            paused = await it.store.read(destinations.get, place.id)
            assert (paused.status, paused.paused_because) == (DestinationStatus.PAUSED, why)
            assert (await it.progress_of(entry)).failed == 1

    live(story())


# ---- moves


def test_a_group_that_moves_twice_gets_its_entry_in_its_last_home(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(-13)
            homes = {-13: -1300, -1300: -9900}
            it.sender.whim = lambda verb, chat: Told(Moved(homes[chat])) if chat in homes else None
            entry = await it.publishes("news")
            await it.everything_is_carried()
            assert {chat: it.sender.texts(chat) for chat in (-13, -1300, -9900)} == {
                -13: [],
                -1300: [],
                -9900: ["news"],
            }
            assert (await it.store.read(destinations.get, place.id)).address.chat_id == -9900
            assert (await it.progress_of(entry)).sent == 1
            await it.publishes("more")
            await it.everything_is_carried()
            assert it.sender.texts(-9900) == ["news", "more"]

    live(story())


def test_everything_that_waits_moves_along_and_keeps_its_order(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(-13)
            it.sender.will_answer(-13, NotSent(20, Reach.DESTINATION, "429"), Moved(-1300))
            for number in range(3):
                await it.publishes(f"#{number}")
                await asyncio.sleep(1)
            await it.everything_is_carried()
            assert it.sender.texts(-1300) == ["#0", "#1", "#2"]

    live(story())


# ---- answers that may have been lost


@pytest.mark.parametrize("urgency", [1, 3])
def test_an_answer_that_may_be_there_is_not_given_twice(store: Store, urgency: int) -> None:
    async def story() -> None:
        async with town(store) as it:
            place = await it.follows(11)
            it.sender.will_answer(11, Unknown("timeout"), after_effect=True)
            given = {"destination_id": place.id, "coverage_id": it.coverage.id, "now": clock()}
            await it.store.write(broadcasts.answer, words="Published.", urgency=urgency, **given)
            it.courier.wake()
            await it.everything_is_carried()
            assert it.sender.texts(11) == ["Published."]

    live(story())


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("alert", [True, False])
def test_an_entry_or_alert_is_tried_once_more_and_the_possible_double_is_counted(
    store: Store, platform: Platform, alert: bool
) -> None:
    async def story() -> None:
        async with town(store, platform=platform) as it:
            await it.follows(11)
            it.sender.will_answer(11, Unknown("timeout"), after_effect=True)
            await it.publishes("news", alert=alert)
            await it.everything_is_carried()
            twice = platform is Platform.TELEGRAM
            assert it.sender.texts(11) == ["news"] * (1 + twice)
            ((_, ends),) = it.courier.reading().ends
            assert sum(one.maybe_twice for one in ends) == twice

    live(story())
