"""Pacing: nobody is flooded, nobody waits longer than needed, and a refusal holds only what it is about."""

import bisect
import itertools
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pacing import DISCORD, TELEGRAM, Limiter, Window


def busiest(stamps: list[float], seconds: float) -> int:
    """The most stamps in any half-open window of so many seconds."""
    return max((bisect.bisect_left(stamps, start + seconds) - i for i, start in enumerate(stamps)), default=0)


def run_flat_out(limiter: Limiter, calls: int, *, start: float = 100.0, weight: int = 1) -> list[float]:
    now, stamps = start, []
    for _ in range(calls):
        now = limiter.ready_at(now, weight)
        limiter.take(now, weight)
        stamps += [now] * weight
    return stamps


def test_a_busy_account_never_shows_the_platform_more_than_its_window_allows() -> None:
    stamps = run_flat_out(Limiter(TELEGRAM.overall, smooth=True), 500)

    assert busiest(stamps, 1.10 - 1e-9) <= 30


def test_a_busy_account_uses_nearly_all_it_is_allowed() -> None:
    stamps = run_flat_out(Limiter(TELEGRAM.overall, smooth=True), 600)

    assert len(stamps) / (stamps[-1] - stamps[0]) >= 0.99 * 30 / 1.10


def test_after_an_idle_minute_nothing_leaves_in_one_burst() -> None:
    limiter = Limiter(TELEGRAM.overall, smooth=True)
    run_flat_out(limiter, 60)

    stamps = run_flat_out(limiter, 30, start=1000.0)

    assert busiest(stamps, 0.2) <= 9


def test_a_reader_in_a_private_chat_gets_at_most_one_message_a_second() -> None:
    stamps = run_flat_out(Limiter(*TELEGRAM.of_chat(7)), 10)

    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(stamps))


def test_a_group_gets_at_most_twenty_messages_a_minute_and_entries_leave_three_for_answers() -> None:
    limiter = Limiter(*TELEGRAM.of_chat(-100))
    now, stamps = 0.0, []
    for _ in range(40):
        now = limiter.ready_at(now, keep=TELEGRAM.crowd_reserve)
        limiter.take(now)
        stamps.append(now)

    assert busiest(stamps, 60.0) == 17


def test_a_group_that_took_all_its_entries_still_gets_its_answers_at_once() -> None:
    limiter = Limiter(*TELEGRAM.of_chat(-100))
    for second in range(17):
        limiter.take(second * 1.05)

    assert limiter.ready_at(20.0, keep=TELEGRAM.crowd_reserve) > 60.0
    assert limiter.ready_at(20.0) == 20.0


def test_a_discord_place_never_uses_the_last_of_its_five_tokens() -> None:
    stamps = run_flat_out(Limiter(*DISCORD.of_chat(7)), 20)

    assert busiest(stamps, 5.0) <= 4


def test_an_album_counts_as_many_messages_as_it_has_pictures() -> None:
    limiter = Limiter(*TELEGRAM.of_chat(7))
    limiter.take(0.0, weight=4)

    assert limiter.ready_at(0.0) >= 4.0


def test_what_the_platform_asked_us_to_wait_is_waited_and_not_a_moment_more() -> None:
    limiter = Limiter(Window(30, 1.1))
    limiter.pause(17.0)

    assert limiter.ready_at(3.0) == 17.0
    assert limiter.ready_at(18.0) == 18.0


def test_a_new_owner_assumes_that_everything_was_used_up() -> None:
    limiter = Limiter(TELEGRAM.overall, smooth=True)
    limiter.fill(50.0)

    assert limiter.ready_at(50.0) == pytest.approx(51.10)


def test_a_chat_that_has_been_quiet_may_be_forgotten() -> None:
    limiter = Limiter(*TELEGRAM.of_chat(-5))
    limiter.take(0.0)

    assert not limiter.idle(30.0)
    assert limiter.idle(61.0)


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), min_size=1, max_size=120),
    st.sampled_from([Window(30, 1.10), Window(5, 2.0), Window(1, 1.05)]),
    st.booleans(),
)
def test_no_pattern_of_asking_breaks_a_window(asked: list[tuple[float, int]], window: Window, smooth: bool) -> None:
    limiter, now, stamps = Limiter(window, smooth=smooth), 10.0, []
    for pause, weight in asked:
        fits = min(weight, window.count)
        now = limiter.ready_at(now + pause, fits)
        limiter.take(now, fits)
        stamps += [now] * fits

    assert busiest(stamps, window.seconds - 1e-6) <= window.count


def waking(limiter: Limiter, until: float, late: Callable[[], float]) -> tuple[list[float], int]:
    """When messages leave for whoever always has one more and a timer that is late, and how often it wakes up."""
    now, left, woken = 0.0, [], 0
    while now < until:
        woken += 1
        while limiter.ready_at(now) <= now:
            limiter.take(now)
            left.append(now)
        now = limiter.ready_at(now) + late()
    return left, woken


def test_a_thousand_a_second_leave_a_few_together_at_the_full_rate() -> None:
    lateness = random.Random(7)
    left, woken = waking(Limiter(Window(1000, 1.05), smooth=True), 20.0, lambda: lateness.uniform(0.0, 0.002))
    assert woken <= len(left) / 3
    assert len(left) / 20.0 >= 0.98 * 1000 / 1.05
    assert busiest(left, 1.05) <= 1000


@pytest.mark.parametrize("window", [TELEGRAM.overall, DISCORD.overall])
def test_at_the_free_limits_no_more_than_two_leave_together(window: Window) -> None:
    left, _ = waking(Limiter(window, smooth=True), 20.0, lambda: 0.0)
    assert max(Counter(left).values()) <= 2
