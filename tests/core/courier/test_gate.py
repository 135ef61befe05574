"""One gate per account: the most urgent first, never faster than the platform allows, and nothing inside a pause."""

import asyncio
import bisect
import itertools

import pytest

from core.courier import AccountGate, gate
from core.model import Urgency
from core.pacing import DISCORD, TELEGRAM
from tests.doubles.admission import admitted
from tests.doubles.made_up_time import live


def _now() -> float:
    return asyncio.get_running_loop().time()


def _busiest(stamps: list[float], seconds: float) -> int:
    return max(bisect.bisect_left(stamps, start + seconds) - i for i, start in enumerate(stamps))


async def _calls(account: AccountGate, urgency: Urgency, name: str, left: list[tuple[str, float]]) -> None:
    with gate.speaking(urgency):
        await account.enter()
    left.append((name, _now()))


async def _all_left(account: AccountGate, *asked: tuple[Urgency, str]) -> list[str]:
    left: list[tuple[str, float]] = []
    await asyncio.gather(*(_calls(account, urgency, name, left) for urgency, name in asked))
    return [name for name, _ in left]


def test_the_most_urgent_call_leaves_first_and_equals_leave_as_they_came() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.start_full()
        order = await _all_left(
            account,
            (Urgency.EDIT, "edit"),
            (Urgency.ENTRY, "entry 1"),
            (Urgency.ANSWER, "answer"),
            (Urgency.ENTRY, "entry 2"),
            (Urgency.ALERT, "alert"),
        )
        assert order == ["alert", "answer", "entry 1", "entry 2", "edit"]

    live(story())


@pytest.mark.parametrize(("pace", "count", "seconds"), [(TELEGRAM, 30, 1.10), (DISCORD, 45, 1.0)])
def test_through_the_gate_no_window_is_ever_broken(pace, count, seconds) -> None:
    async def story() -> None:
        account, left = AccountGate(pace), list[tuple[str, float]]()
        for burst in range(3):
            await asyncio.gather(*(_calls(account, Urgency.ENTRY, str(one), left) for one in range(200)))
            await asyncio.sleep(burst * 7)
        stamps = [at for _, at in left]
        assert len(stamps) == 600
        # The loop's own moments between the gate and the call are microseconds.
        assert _busiest(stamps, seconds - 0.001) <= count

    live(story())


def test_an_album_takes_a_slot_for_each_of_its_pictures() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        stamps: list[float] = []
        for weight in itertools.islice(itertools.cycle((10, 1, 4)), 60):
            await account.slot(Urgency.ENTRY, weight)
            stamps += [_now()] * weight
        assert _busiest(stamps, 1.099) <= 30

    live(story())


def test_an_alert_does_not_wait_behind_an_album_that_needs_a_wide_slot() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        for _ in range(27):
            await account.slot(Urgency.ENTRY)
        asked_at = _now()
        album = account.ask(Urgency.ENTRY, 10)
        alert = account.ask(Urgency.ALERT)
        await alert
        assert _now() - asked_at < 0.1
        assert not album.done()
        await album

    live(story())


def test_a_place_in_line_that_was_given_up_uses_nothing() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.start_full()
        given_up = [account.ask(Urgency.ALERT) for _ in range(50)]
        kept = account.ask(Urgency.ENTRY)
        for turn in given_up:
            turn.cancel()
        await kept
        assert _now() < 1.2

    live(story())


def test_a_call_cancelled_while_it_waits_holds_up_nobody() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.start_full()
        left: list[tuple[str, float]] = []
        waiting = asyncio.create_task(_calls(account, Urgency.ALERT, "cancelled", left))
        behind = asyncio.create_task(_calls(account, Urgency.ENTRY, "behind", left))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await behind
        assert [name for name, _ in left] == ["behind"]

    live(story())


def test_a_ticket_lets_one_call_pass_and_the_next_one_waits() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        await account.slot(Urgency.ENTRY)
        account.start_full()
        began = _now()
        with admitted(began):
            await account.enter(11)
            assert _now() - began < 0.01
            await account.enter(12)
            assert _now() - began > 1.0

    live(story())


def test_a_ticket_that_grew_old_on_the_way_counts_no_longer() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.start_full()
        granted = _now()
        await asyncio.sleep(0.5)
        with admitted(granted):
            await account.enter(11)
        assert _now() - granted > 1.0, "a slow store must not let out in one burst what was admitted one by one"

    live(story())


def test_a_call_that_nobody_wants_any_more_is_turned_away_after_its_wait() -> None:
    async def story() -> None:
        account, wanted = AccountGate(TELEGRAM), True

        async def call() -> None:
            gate.speak_as(Urgency.ENTRY, _now(), lambda: wanted)
            await account.enter(11)

        account.pause(30)
        called = asyncio.create_task(call())
        await asyncio.sleep(1)
        wanted = False
        with pytest.raises(gate.NotOurs):
            await called
        assert _now() >= 30

    live(story())


def test_a_call_on_its_way_waits_when_the_platform_refuses_another_one() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        granted = _now()
        account.refused(None, 30)
        with admitted(granted):
            await account.enter(11)
        assert _now() - granted >= 30

        waited_from = _now()
        account.refused(12, 20)
        with admitted(_now()):
            await account.enter(12)
        assert _now() - waited_from >= 20

    live(story())


def test_what_never_left_uses_up_nothing_of_its_chat_unless_something_left_since() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        first = account.take_chat(11)
        account.give_back_chat(11, first)
        assert account.chat_ready_at(11, Urgency.ENTRY) <= _now()

        first = account.take_chat(11)
        account.take_chat(11)
        account.give_back_chat(11, first)
        assert account.chat_ready_at(11, Urgency.ENTRY) > _now() + 1

    live(story())


def test_a_group_that_had_its_seventeen_entries_still_gets_its_alert() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        for _ in range(17):
            account.take_chat(-5)
            await asyncio.sleep(1.1)
        assert account.chat_ready_at(-5, Urgency.ENTRY) > _now() + 30
        assert account.chat_ready_at(-5, Urgency.ALERT) <= _now()

    live(story())


def test_chats_that_have_been_quiet_are_forgotten_and_the_others_are_not() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.refused(-1, 3600)
        for chat in range(1, 40_001):
            account.take_chat(chat)
            if chat % 10_000 == 0:
                await asyncio.sleep(2)
        assert len(account._chats) <= 20_001
        assert account.chat_ready_at(-1, Urgency.ALERT) > _now() + 3000

    live(story())
