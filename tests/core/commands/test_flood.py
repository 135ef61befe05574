"""Who asks too much is slowed down, and nobody pays for it but them (TH26)."""

from datetime import UTC, datetime, timedelta

from core.commands.flood import Answer, Flood
from core.commands.heard import Place
from core.model import Address, PlaceKind, Platform

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PRIVATE = Place("tg", Address(Platform.TELEGRAM, 1), PlaceKind.PRIVATE)
GROUP = Place("tg", Address(Platform.TELEGRAM, -1), PlaceKind.GROUP)


def asks(flood: Flood, caller: int, place: Place = PRIVATE, at: float = 0, *, enrolled: bool = False) -> Answer:
    return flood.ask(caller, place, NOON + timedelta(seconds=at), enrolled=enrolled)


def test_five_in_ten_seconds_and_then_one_reminder_a_minute() -> None:
    flood = Flood()
    assert [asks(flood, 1) for _ in range(7)] == [Answer.GO] * 5 + [Answer.SLOW_DOWN, Answer.SILENCE]
    assert asks(flood, 1, at=2) is Answer.GO
    assert asks(flood, 1, at=2) is Answer.SILENCE
    assert [asks(flood, 1, at=60) for _ in range(6)][-1] is Answer.SLOW_DOWN


def test_one_reader_does_not_slow_another_down() -> None:
    flood = Flood()
    for _ in range(9):
        asks(flood, 1)
    assert asks(flood, 2) is Answer.GO


def test_a_whole_group_shares_twenty() -> None:
    flood = Flood()
    answers = [asks(flood, caller, GROUP) for caller in range(22)]
    assert answers == [Answer.GO] * 20 + [Answer.SLOW_DOWN, Answer.SILENCE]


def test_an_editor_is_not_slowed_down_by_a_groups_flood() -> None:
    flood = Flood()
    for caller in range(50):
        asks(flood, caller, GROUP)
    assert [asks(flood, 99, GROUP, enrolled=True) for _ in range(30)] == [Answer.GO] * 30
    assert asks(flood, 99, GROUP, enrolled=True) is Answer.SLOW_DOWN


def test_a_clock_that_jumps_back_locks_nobody_out() -> None:
    flood = Flood()
    for _ in range(5):
        asks(flood, 1, at=1000)
    assert asks(flood, 1, at=0) is Answer.SLOW_DOWN
    assert asks(flood, 1, at=10) is Answer.GO
