import pytest

from core.store import Store
from tests.doubles.clock import Clock
from tests.doubles.speakers import Office


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    """A newsroom in rehearsal, on each database."""
    return Office(store, clock)
