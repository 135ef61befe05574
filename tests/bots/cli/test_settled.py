"""A process that carries does not look for garbage where there is none."""

import gc
from collections.abc import Iterator

import pytest

from bots.cli import run


@pytest.fixture
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("_as_before")
def test_what_is_there_when_it_begins_is_left_alone():
    class Ring:
        pass

    before, there = Ring(), Ring()
    before.there, there.before = there, before
    run.settle()
    assert gc.get_freeze_count() > 0
    assert not any(one is before for one in gc.get_objects())
    # Garbage that comes later is still found.
    later = Ring()
    later.itself = later
    del later
    assert gc.collect() > 0
