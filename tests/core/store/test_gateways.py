"""What a gateway connection leaves behind: the session for the next owner, and the budget no crash loop gets round."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.store import Store, gateways, tables
from core.store.gateways import Session
from tests.doubles.clock import Clock

Introduces = Callable[[], datetime | None]


@pytest.fixture
def introduces(store: Store, clock: Clock) -> Introduces:
    return lambda: store.write_now(gateways.identify, "oslo", clock())


def test_whoever_comes_next_takes_up_the_session_where_it_was_left(store: Store, clock: Clock) -> None:
    assert store.read_now(gateways.session, "oslo") is None
    for sequence in (None, 7, 41):
        left = Session("abc", sequence, "wss://gateway.example", clock())
        store.write_now(gateways.keep, "oslo", left)
        assert store.read_now(gateways.session, "oslo") == left
    assert store.read_now(gateways.session, "bergen") is None


def test_a_session_that_was_ended_is_not_tried_again(store: Store, clock: Clock) -> None:
    for account in ("oslo", "bergen"):
        store.write_now(gateways.keep, account, Session("abc", 7, "wss://gateway.example", clock()))
    store.write_now(gateways.forget, "oslo")
    assert store.read_now(gateways.session, "oslo") is None
    assert store.read_now(gateways.session, "bergen") is not None


def test_two_introductions_keep_five_seconds_apart(introduces: Introduces, clock: Clock) -> None:
    assert introduces() is None
    assert introduces() == clock() + timedelta(seconds=5)
    clock.passes(seconds=5)
    assert introduces() is None


def test_a_crash_loop_gets_twenty_introductions_an_hour(introduces: Introduces, clock: Clock) -> None:
    first = clock()
    for _ in range(20):
        assert introduces() is None
        clock.passes(seconds=10)
    assert introduces() == first + timedelta(hours=1)
    clock.passes(minutes=57)
    assert introduces() is None
    assert introduces() is not None


def test_a_bad_day_ends_at_eight_hundred_introductions(store: Store, introduces: Introduces, clock: Clock) -> None:
    first = clock()
    rows = [{"account": "oslo", "at": first + timedelta(seconds=at)} for at in range(800)]
    store.write_now(lambda conn: conn.execute(tables.login.insert(), rows).close())
    clock.passes(hours=20)
    assert introduces() == first + timedelta(hours=24)
    clock.passes(hours=4)
    assert introduces() is None


def test_looking_at_the_budget_spends_nothing(store: Store, introduces: Introduces, clock: Clock) -> None:
    for _ in range(3):
        assert store.read_now(gateways.next_identify, "oslo", clock()) is None
    assert introduces() is None
    assert store.read_now(gateways.next_identify, "oslo", clock()) is not None


def test_one_accounts_introductions_are_not_anothers(store: Store, introduces: Introduces, clock: Clock) -> None:
    assert introduces() is None
    assert store.write_now(gateways.identify, "bergen", clock()) is None


def test_introductions_of_yesterday_are_forgotten(store: Store, introduces: Introduces, clock: Clock) -> None:
    introduces()
    clock.passes(hours=25)
    introduces()
    assert _logins(store) == [clock()]


def test_a_clock_that_was_set_back_lets_nobody_introduce_itself_twice_at_once(
    introduces: Introduces, clock: Clock
) -> None:
    introduces()
    clock.passes(minutes=-10)
    assert introduces() is not None


def _logins(store: Store) -> list[datetime]:
    return store.read_now(lambda conn: list(conn.execute(tables.login.select()).scalars(tables.login.c.at)))
