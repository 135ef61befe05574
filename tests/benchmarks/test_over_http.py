"""The benchmarks over HTTP with a handful of readers: that they run, and all get everything. Never how fast."""

from pathlib import Path

import pytest

from tests.benchmarks import far, held_against, over_http
from tests.benchmarks.far import TELEGRAM_TOKEN
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def of(figures: list[Figure], what: str) -> list[float]:
    return [figure.ours for figure in figures if figure.what.endswith(what)]


def test_everybody_is_sent_an_entry_at_the_paid_pace(ground: Ground) -> None:
    # Each run asserts by itself that everything was answered well.
    figures = over_http.paid_pace(ground, seconds=0.03, rivals=())
    assert of(figures, "violations") == [0]
    assert 1 <= of(figures, "in a second")[0] <= 28


def test_everybody_is_sent_an_entry_flat_out(ground: Ground) -> None:
    (figure,) = over_http.flat_out(ground, many=20, rounds=1, rivals=())
    assert figure.ours > 0


def test_everybody_on_both_platforms_is_sent_an_entry_at_the_free_limits(ground: Ground) -> None:
    figures = over_http.free_limits(ground, each=4, rivals=())
    assert of(figures, "429") == [0, 0]
    assert of(figures, "violations") == [0]


@pytest.mark.parametrize("rival", ["ptb_aiohttp", "ptb_stock", "ptb_limited", "aiogram_plain", "aiogram_broadcasting"])
def test_a_rival_speaks_to_the_same_stage(rival: str) -> None:
    if not held_against.there(rival):
        pytest.skip("its libraries are installed by `make bench`")
    with far.stage(readers=3, strict=False) as there:
        did = held_against.offer(rival, there.url, TELEGRAM_TOKEN, there.readers, seconds=30.0, rate=1000.0)
        assert there.report().answered(200) == 3
    assert (did.sent, did.failed) == (3, 0)


def test_discord_py_speaks_to_the_same_stage() -> None:
    with far.stage(channels=3) as there:
        did = held_against.offer("discordpy", there.url, far.DISCORD_TOKEN, there.channels, seconds=30.0)
    assert (did.sent, did.failed) == (3, 0)


def test_a_rival_that_breaks_says_so() -> None:
    with pytest.raises(RuntimeError, match="ptb_aiohttp broke"):
        held_against.offer("ptb_aiohttp", "http://127.0.0.1:9", TELEGRAM_TOKEN, [1], seconds=1.0, rate=10.0)
