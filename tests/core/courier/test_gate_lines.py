"""Answers to one chat keep their distance as they leave, whatever kept them waiting."""

import asyncio
import itertools

from core.courier import AccountGate
from core.pacing import TELEGRAM
from tests.doubles.made_up_time import live

CHAT = 5


async def _leaves(gate: AccountGate, departures: list[float]) -> None:
    await gate.enter(CHAT)
    departures.append(asyncio.get_running_loop().time())


def test_after_a_start_or_a_pause_answers_to_one_chat_do_not_come_in_a_bunch() -> None:
    for seconds in (0.0, 30.0):

        async def story(seconds: float = seconds) -> list[float]:
            gate, departures = AccountGate(TELEGRAM), list[float]()
            gate.start_full()
            if seconds:
                gate.pause(seconds)
            await asyncio.gather(*(_leaves(gate, departures) for _ in range(5)))
            return departures

        departures = live(story())
        assert len(departures) == 5
        assert all(after - before >= 1.0 for before, after in itertools.pairwise(departures))


def test_while_everybody_asks_at_once_answers_to_many_chats_do_not_wait_twice() -> None:
    async def story() -> float:
        gate = AccountGate(TELEGRAM)
        await asyncio.gather(*(gate.enter(chat) for chat in range(1, 271)))
        return asyncio.get_running_loop().time()

    assert live(story()) <= 10.5
