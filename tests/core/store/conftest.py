import pytest

from core.store import Store
from tests.doubles.clock import Clock
from tests.doubles.desk import Desk


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """A newsroom with one live coverage and an account on each platform."""
    return Desk(store, clock)
