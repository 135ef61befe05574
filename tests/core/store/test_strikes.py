"""Places that refuse us for a missing right, three times over an hour."""

import pytest

from core.model import Destination, DestinationStatus
from core.store import destinations
from tests.doubles.desk import DISCORD, TELEGRAM, Desk

WHY = "missing right: send messages"


def strikes(desk: Desk, place: Destination) -> bool:
    return desk.store.write_now(destinations.strike, place.id, WHY, desk.clock())


def struck(desk: Desk, account: str = TELEGRAM) -> frozenset[int]:
    return desk.store.read_now(destinations.struck, desk.lanes[account])


def test_the_third_refusal_over_an_hour_pauses_a_place_and_says_which_right_is_missing(desk: Desk) -> None:
    place = desk.reader(1)
    assert not strikes(desk, place)
    desk.clock.passes(minutes=30)
    assert not strikes(desk, place)
    desk.clock.passes(minutes=30)
    assert strikes(desk, place)
    paused = desk.store.read_now(destinations.get, place.id)
    assert (paused.status, paused.paused_because) == (DestinationStatus.PAUSED, WHY)
    assert struck(desk) == frozenset()


def test_many_refusals_within_an_hour_pause_nobody_and_the_first_after_it_does(desk: Desk) -> None:
    place = desk.reader(1)
    assert not any(strikes(desk, place) for _ in range(40))
    desk.clock.passes(minutes=59, seconds=59)
    assert not strikes(desk, place)
    desk.clock.passes(seconds=1)
    assert strikes(desk, place)


def test_a_place_that_took_something_begins_anew(desk: Desk) -> None:
    place, other = desk.reader(1), desk.reader(2)
    for _ in range(2):
        strikes(desk, place)
        strikes(desk, other)
        desk.clock.passes(hours=1)
    assert struck(desk) == {place.id, other.id}
    assert struck(desk, DISCORD) == frozenset()
    desk.store.write_now(destinations.forgive, place.id)
    assert struck(desk) == {other.id}
    assert not strikes(desk, place)


@pytest.mark.parametrize("hours", [-24, -1])
def test_a_clock_that_was_wrong_by_a_day_puts_the_hour_off_by_no_day(desk: Desk, hours: int) -> None:
    place = desk.reader(1)
    strikes(desk, place)
    desk.clock.passes(hours=hours)
    assert not strikes(desk, place)
    desk.clock.passes(hours=1)
    assert strikes(desk, place)


def test_a_place_that_left_meanwhile_is_nobodys_trouble(desk: Desk) -> None:
    assert not desk.store.write_now(destinations.strike, 999, WHY, desk.clock())
