"""What every test may ask for: a clock of its own, and a store on each database it must work on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import Mode
from core.store import Store
from tests.doubles import databases as real
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases


@pytest.fixture
def clock() -> Clock:
    """A clock that goes when it is told to."""
    return Clock()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgresql(shared_folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    with real.postgresql(shared_folder) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process keeps its SQLite stores."""
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(scope="session")
def shelf() -> list[str]:
    """Emptied PostgreSQL stores, to be used again."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, sqlite_folder: Path, shelf: list[str]) -> Iterator[Databases]:
    """Databases of one kind; a test that asks for them runs once for each kind."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    made = Databases(server, sqlite_folder, shelf)
    yield made
    made.close()


@pytest.fixture
def store_url(databases: Databases) -> str:
    """The address of a fresh store, for tests that open it themselves or several times."""
    return databases.store()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store in rehearsal mode, once on SQLite and once on PostgreSQL."""
    opened = Store.open(store_url, mode=Mode.REHEARSAL)
    yield opened
    opened.close()
