"""An account whose platform fails: silent, asking, trying, and speaking again."""

import asyncio
import logging

import pytest

from core.courier import AccountGate
from core.courier.pulse import Pulse
from core.courier.readings import CircuitState
from core.model import Form
from core.pacing import TELEGRAM
from core.platform import Copy, Gone, NotSent, Outcome, Reach, Rejected, Sent, Unknown
from tests.doubles.made_up_time import live
from tests.doubles.platform import PlatformDouble, Told

SENT = Sent((Copy(1, Form.TEXT),))
FAILED = Unknown("Telegram answered 500")


def _now() -> float:
    return asyncio.get_running_loop().time()


def pulse(sender: PlatformDouble, wake=lambda: None) -> Pulse:
    return Pulse(sender, 1, wake)


def platform(failing_until: float = 0.0, answer: Outcome | Exception = FAILED) -> PlatformDouble:
    """A platform that answers nothing well before this instant."""
    double = PlatformDouble(AccountGate(TELEGRAM))
    double.whim = lambda verb, chat: Told(answer) if _now() < failing_until else None
    return double


def test_nothing_leaves_while_the_platform_fails_and_it_is_asked_every_five_seconds() -> None:
    async def story() -> None:
        sender = platform(failing_until=60)
        it = pulse(sender)
        it.heard(FAILED)
        assert it.room() == 0
        await asyncio.sleep(59)
        assert (it.room(), it.reading().state) == (0, CircuitState.OPEN)
        assert 11 <= len(sender.pings) <= 13
        await asyncio.sleep(6)
        assert it.room() == 1
        it.heard(SENT)
        it.heard(SENT)
        assert it.room() == 300
        await it.close()

    live(story())


def test_the_lane_is_woken_when_the_platform_answers() -> None:
    async def story() -> None:
        woken = asyncio.Event()
        it = pulse(platform(failing_until=7), woken.set)
        it.heard(FAILED)
        await woken.wait()
        assert it.room() == 1
        await it.close()

    live(story())


@pytest.mark.parametrize("answer", [SENT, Gone("blocked"), Rejected("too long"), NotSent(30, Reach.ACCOUNT, "429")])
def test_a_refusal_is_an_answer_too(answer: Outcome) -> None:
    async def story() -> None:
        it = pulse(platform())
        for _ in range(20):
            it.heard(answer)
        assert it.room() == 300

    live(story())


@pytest.mark.parametrize("answer", [FAILED, NotSent(0, Reach.ACCOUNT, "no connection")])
def test_no_answer_and_no_connection_are_failures(answer: Outcome) -> None:
    async def story() -> None:
        it = pulse(platform(failing_until=1))
        it.heard(answer)
        assert it.room() == 0
        await it.close()

    live(story())


def test_an_outage_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        it = pulse(platform(failing_until=600))
        it.heard(FAILED)
        await asyncio.sleep(610)
        it.heard(FAILED)
        await asyncio.sleep(10)
        it.heard(SENT)
        it.heard(SENT)
        await it.close()

    with caplog.at_level(logging.INFO):
        live(story())
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "fails" in said[0]
    assert "again" in said[1]


def test_a_hiccup_that_is_over_when_it_is_asked_is_not_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        it = pulse(platform())
        it.heard(FAILED)
        await asyncio.sleep(1)
        it.heard(SENT)
        it.heard(SENT)
        await it.close()

    with caplog.at_level(logging.INFO):
        live(story())
    assert caplog.records == []


def test_a_question_that_breaks_silences_nobody() -> None:
    class Broken(PlatformDouble):
        async def ping(self) -> Outcome:
            raise RuntimeError("a mistake of ours")

    async def story() -> None:
        it = pulse(Broken(AccountGate(TELEGRAM)))
        it.heard(FAILED)
        await asyncio.sleep(1)
        assert it.room() == 1
        await it.close()

    live(story())


def test_closing_waits_for_no_next_question() -> None:
    async def story() -> None:
        it = pulse(platform(failing_until=600))
        it.heard(FAILED)
        await asyncio.sleep(12)
        began = _now()
        await it.close()
        assert _now() - began < 0.2
        it.heard(FAILED)

    live(story())
