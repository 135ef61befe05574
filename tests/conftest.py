"""What every test may ask for: a clock of its own, and a store on each database it must work on."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.model import Mode
from core.store import Store
from tests.doubles import chances
from tests.doubles import databases as real
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases


def pytest_configure() -> None:
    """Draw this run's seed before there are other test processes: they inherit it."""
    chances.draw()


def pytest_report_header() -> str:
    """Say which seed repeats this run."""
    return f"LIVEDESK_SEED={chances.seed()}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests had to tell of their figures."""
    lines = [
        f"{report.nodeid.rpartition('/')[2]}: {line}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, line in report.user_properties
        if name == "told"
    ]
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(lines)))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> str:
    """What this test draws its chances from; its own in each run, unless LIVEDESK_SEED says which."""
    return f"{chances.seed()} {request.node.name}"


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Tell a line of figures, printed when all tests have run."""
    return lambda line: record_property("told", line)


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
