"""Calls that Discord refuses are counted, and nothing more is sent long before it bans the whole address."""

import logging

import pytest

from bots.discord.invalid import Budget, InvalidRequests
from bots.rehearsal.discord_world.permissions import Permission
from core.platform import NotSent, Reach, Sent
from tests.bots.discord.conftest import Ears, Launch, Make, Town, address
from tests.bots.discord.test_sender import publish

SMALL = Budget(warn=2, stop=4, room=3)


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def invalid(elapsed: Elapsed) -> InvalidRequests:
    return InvalidRequests(SMALL, elapsed=elapsed)


def test_only_what_discord_counts_is_counted(invalid: InvalidRequests) -> None:
    for status in (200, 204, 400, 500, 502):
        invalid.note(status)
    invalid.note(429, "shared")
    assert invalid.count == 0
    for status, scope in ((401, ""), (403, ""), (404, ""), (429, "user"), (429, "global")):
        invalid.note(status, scope)
    assert invalid.count == 5


def test_it_is_said_once_at_each_mark_and_again_only_after_it_was_well(
    invalid: InvalidRequests, elapsed: Elapsed, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(8):
        invalid.note(403)
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "ERROR"]
    assert "View Channel and Send Messages" in told[0][1]
    assert "What to do" in told[1][1]
    elapsed.seconds += 700
    assert invalid.hold() == 0
    for _ in range(4):
        invalid.note(403)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "WARNING", "WARNING", "ERROR"]


def test_it_goes_on_when_the_window_has_room_and_not_before(invalid: InvalidRequests, elapsed: Elapsed) -> None:
    for _ in range(4):
        invalid.note(403)
        elapsed.seconds += 100
    assert elapsed.seconds == 1400
    # Room for one is there when the first two have left the window.
    assert invalid.hold() == pytest.approx(1100 + 601 - 1400)
    elapsed.seconds += invalid.hold() - 2
    assert invalid.hold() > 0
    elapsed.seconds += 2
    assert invalid.hold() == 0
    invalid.note(403)
    assert invalid.hold() == 0


def test_thousands_are_counted_in_little_room(elapsed: Elapsed) -> None:
    invalid = InvalidRequests(elapsed=elapsed)
    for _ in range(20_000):
        invalid.note(404)
        elapsed.seconds += 0.02
    assert invalid.count == 20_000
    assert len(invalid._seconds) <= 601
    elapsed.seconds += 601
    assert (invalid.count, invalid.hold()) == (0, 0)


async def test_all_sending_stops_before_the_ban_and_the_hold_is_long_enough_to_be_stored(
    make: Make, launch: Launch, town: Town, invalid: InvalidRequests, elapsed: Elapsed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    other = town.stage.discord.add_bot(token="the.other.token", name="Other")
    town.guild.add_bot(other)
    bot = await launch(make(invalid=invalid))
    beside = await launch(make(account="other", token="the.other.token", hears=Ears(), invalid=invalid))
    closed = town.guild.add_text_channel("closed")
    closed.overwrite(town.guild.everyone, deny=Permission.VIEW_CHANNEL)
    closed.overwrite(town.app, deny=Permission.VIEW_CHANNEL)
    for _ in range(4):
        assert not isinstance(await publish(bot, address(closed), "Bridge closed"), NotSent)
    calls = len(town.stage.journal.of("discord"))
    for one in (bot, beside):
        held = await publish(one, town.here, "Ferry stopped")
        assert isinstance(held, NotSent)
        assert held.reach is Reach.ACCOUNT
        assert 5 < held.retry_after <= 601
    assert len(town.stage.journal.of("discord")) == calls
    assert sum("nothing more is sent to it" in line for line in caplog.messages) == 1
    elapsed.seconds += held.retry_after
    assert isinstance(await publish(bot, town.here, "Ferry stopped"), Sent)
