"""Each benchmark with a handful of readers: that it runs and everybody gets everything. Never how fast."""

from pathlib import Path

import pytest

from core.courier import Terms
from tests.benchmarks import alerts, carrying, lanes, memory, publishing, queue, scale, soak, takeover
from tests.benchmarks.figures import Figure, at_least, at_most, table
from tests.benchmarks.ground import Ground


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder: Path = tmp_path_factory.mktemp("bench") / "stores"
    folder.mkdir()
    return Ground(folder, request.getfixturevalue("postgresql") if request.param == "postgresql" else None)


def test_publish_is_measured_with_few_and_with_many_readers(ground: Ground):
    # Each first send is awaited: it happened, or this would not end.
    assert len(publishing.publishing(ground, few=5, many=20, rounds=3, firsts=2)) == 3


def test_the_engine_carries_and_corrects_everything_it_is_measured_with(ground: Ground):
    # It counts what was sent, edited and remembered by itself.
    assert len(carrying.engine(ground, many=30)) == 5


def test_the_bare_walk_leaves_a_receipt_for_everybody(ground: Ground):
    assert len(carrying.bare_walk(ground, many=30)) == 1


def test_an_alert_is_heard_while_an_entry_is_under_way(ground: Ground):
    assert len(alerts.overtaking(ground, many=200, tries=1, running=0.2)) == 2


def test_every_lane_carries(ground: Ground):
    share, rate = lanes.many_lanes(ground, lanes=3, seconds=0.5)
    assert rate.ours > 0
    assert share.ours > 0


def test_the_second_process_takes_over(ground: Ground):
    # It waits for the second one's first message, and looks that nobody got it twice from an orderly end.
    assert len(takeover.takeover(ground, many=3000, tries=1, terms=Terms(0.5, 0.1))) == 2


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
def test_our_leases_stand_beside_a_queue(ground: Ground):
    took_over, begun_late, told, _, awake = queue.beside_a_queue(
        ground, many=2_000, lanes=4, goes_on=1.0, terms=Terms(1, 0.25)
    )
    assert begun_late.ours == 0
    assert took_over.ours > 0
    assert awake.ours > told.ours > 0


def test_a_hundredth_is_carried_and_reckoned_up(ground: Ground):
    rate, share, stored, cores, *_ = scale.hundredth(ground, many=3_000, seconds=1.0)
    assert min(rate.ours, share.ours, stored.ours) > 0
    assert cores.ours == pytest.approx(share.ours / 100 / rate.ours * scale.WHOLE_RATE)


def test_a_short_soak_keeps_every_promise(tmp_path: Path):
    judge = soak.soak(tmp_path, minutes=0.1, per_hour=1800, seed="test", people=6, channels=3)
    assert judge.broken() == []
    assert len(judge.held) > 1


def test_a_process_is_weighed_while_it_carries(tmp_path: Path):
    # It waits until half of what it may send in that time was sent.
    large, growth = memory.memory(Ground(tmp_path), few=20, many=60, seconds=1.0)
    assert large.ours > abs(growth.ours)


def test_the_table_says_what_was_missed():
    figures = [
        Figure("rate", "SQLite", 9_000, "/s", bound=at_least(12_000)),
        Figure("publish", "SQLite", 3.0, "ms", 2.5, "to 1 k", at_most(1.5, ratio=True)),
    ]
    assert [figure.missed for figure in figures] == [True, False]
    said = table(figures)
    assert "9,000 /s" in said
    assert "MISSED" in said
    assert "1.20 ×" in said
