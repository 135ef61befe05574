"""A refusal pauses what it is about and nothing else; who does not say what it is about is understood with care."""

import asyncio

from core.courier import AccountGate
from core.model import Urgency
from core.pacing import DISCORD, TELEGRAM
from tests.doubles.made_up_time import live


def test_a_chat_that_is_asked_to_wait_waits_alone() -> None:
    async def story() -> None:
        gate = AccountGate(TELEGRAM)
        now = asyncio.get_running_loop().time()

        gate.refused(11, 30)

        assert gate.chat_ready_at(11, Urgency.ENTRY) >= now + 30
        assert gate.chat_ready_at(12, Urgency.ENTRY) == 0
        assert gate.paused_for() == 0

    live(story())


def test_two_chats_refused_within_a_second_mean_the_whole_bot_on_telegram_which_does_not_say() -> None:
    async def story() -> None:
        gate = AccountGate(TELEGRAM)

        gate.refused(11, 30)
        gate.refused(12, 20)

        assert 19 < gate.paused_for() <= 20

    live(story())


def test_two_chats_refused_far_apart_are_two_chats() -> None:
    async def story() -> None:
        gate = AccountGate(TELEGRAM)

        gate.refused(11, 30)
        await asyncio.sleep(1.5)
        gate.refused(12, 20)

        assert gate.paused_for() == 0

    live(story())


def test_discord_says_what_a_refusal_is_about_and_is_believed() -> None:
    async def story() -> None:
        gate = AccountGate(DISCORD)

        gate.refused(11, 30)
        gate.refused(12, 20)
        assert gate.paused_for() == 0

        gate.refused(None, 5)
        assert 4 < gate.paused_for() <= 5

    live(story())
