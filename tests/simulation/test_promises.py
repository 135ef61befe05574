"""Thousands of made-up histories, new ones in each run: whatever happens, the promises are kept (P1-P5, P7, P8)."""

import random

import pytest

from tests.doubles import chances
from tests.simulation.history import happens, told

HISTORIES = 2_000
AT_ONCE = 25


def seeds(chunk: int) -> list[int]:
    """The histories of one chunk; one alone when this run was asked to tell that one again."""
    alone = chances.asked("HISTORY", -1)
    if alone >= 0:
        return [alone] if chunk == 0 else []
    fate = random.Random(f"{chances.seed()} {chunk}")
    return [fate.randrange(10**9) for _ in range(min(AT_ONCE, chances.asked("HISTORIES", HISTORIES)))]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunk", range(HISTORIES // AT_ONCE))
def test_whatever_happens_the_promises_are_kept(chunk: int) -> None:
    for seed in seeds(chunk):
        happens(seed)


def test_a_seed_tells_the_same_history_again() -> None:
    for seed in (4711, 4713, 4716):
        assert told(seed) == told(seed)
    assert told(4711) != told(4713)


@pytest.mark.parametrize("seed", [1118, 1317, 2019, 2035, 2453, 10350, 510375, 535529572, 701781, 22000519])
def test_what_was_broken_once_is_kept(seed: int) -> None:
    happens(seed)
