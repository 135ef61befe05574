"""An account lives while its lane is held here and the lease runs: taken, lost, lapsed, refused, in any order."""

import asyncio
import logging

import pytest

from bots.lives import Life
from core.courier import AccountGate
from core.model import Platform
from core.pacing import TELEGRAM


class Voice:
    account = "berlin"
    platform = Platform.TELEGRAM


class Diary:
    """An account that writes down what happens to it."""

    trouble = ""
    phase = ""

    def __init__(self) -> None:
        self.sender = Voice()
        self.lines: list[str] = []
        self.ends: asyncio.Event = asyncio.Event()
        self.mistake: Exception | None = None

    async def open(self) -> None:
        self.lines.append("opens")

    async def hear(self) -> None:
        self.lines.append("hears")
        try:
            await self.ends.wait()
        finally:
            # Whoever is being answered is answered before the account falls silent.
            await asyncio.sleep(0)
            self.lines.append("hushes")
        if self.mistake is not None:
            raise self.mistake

    async def close(self) -> None:
        self.lines.append("closes")


class Lease:
    def __init__(self) -> None:
        self.runs = True

    def __call__(self) -> bool:
        return self.runs


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def lease() -> Lease:
    return Lease()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def life(diary: Diary, lease: Lease, told: list[str]) -> Life:
    gate = AccountGate(TELEGRAM)
    gate.permit(lease)
    return Life(diary, gate, lambda: told.append("over"))  # type: ignore[arg-type]  # a sender that need not speak


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_it_lives_each_time_the_lane_is_ours(life: Life, diary: Diary, told: list[str]) -> None:
    for _ in range(3):
        await life.begin()
        await turns()
        await life.end()
    assert diary.lines == ["opens", "hears", "hushes", "closes"] * 3
    assert told == []


async def test_being_told_twice_changes_nothing(life: Life, diary: Diary) -> None:
    await life.begin()
    await life.begin()
    await turns()
    await life.end()
    await life.end()
    assert diary.lines == ["opens", "hears", "hushes", "closes"]


async def test_while_the_lease_lapses_nobody_is_heard_and_what_is_on_the_wire_is_left_alone(
    life: Life, diary: Diary, lease: Lease, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await life.begin()
    await turns()
    assert not life.changed
    lease.runs = False
    assert life.changed
    await life.follow()
    assert diary.lines == ["opens", "hears", "hushes"]
    assert not life.changed
    lease.runs = True
    await life.follow()
    await turns()
    assert diary.lines == ["opens", "hears", "hushes", "hears"]
    await life.end()
    assert diary.lines[-2:] == ["hushes", "closes"]
    assert [line.split(":")[0] for line in caplog.messages] == ["the lease has run out", "the lease runs again"]


async def test_a_lane_lost_during_a_lapse_is_closed_and_not_heard_again(life: Life, diary: Diary, lease: Lease) -> None:
    await life.begin()
    await turns()
    lease.runs = False
    await life.follow()
    await life.end()
    lease.runs = True
    assert not life.changed
    await life.follow()
    assert diary.lines == ["opens", "hears", "hushes", "closes"]


async def test_who_is_refused_for_good_asks_no_more_and_is_not_begun_again(
    life: Life, diary: Diary, told: list[str]
) -> None:
    await life.begin()
    await turns()
    diary.ends.set()
    await turns()
    assert life.spent
    assert told == ["over"]
    assert not life.changed
    await life.end()
    await life.begin()
    assert diary.lines == ["opens", "hears", "hushes", "closes"]


async def test_a_mistake_of_ours_is_kept_for_the_house(life: Life, diary: Diary, told: list[str]) -> None:
    diary.mistake = RuntimeError("oops")
    await life.begin()
    await turns()
    diary.ends.set()
    await turns()
    assert life.failure is diary.mistake
    assert told == ["over"]
    await life.end()
