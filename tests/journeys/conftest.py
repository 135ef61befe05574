"""What every journey may ask for: a newsroom's morning on the stage, on SQLite or on both databases.

Whatever happens in a journey, it ends in good order: the house leaves by itself, nothing was logged as an error, the
stage saw nothing a real platform would not take, and the journal passes the official schemas.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.doubles.databases import Databases
from tests.journeys import checker, morning
from tests.journeys.morning import Morning


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
def expected() -> set[str]:
    """What a journey brings about on purpose: pieces of log lines and of violations that are no fault then."""
    return set()


@pytest.fixture
def good_order(journal: Path, expected: set[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Look at what a journey left behind."""
    yield
    logged = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert [line for line in logged if not any(piece in line for piece in expected)] == []
    told = checker.complaints(journal)
    assert [line for line in told if not any(piece in line for piece in expected)] == []


@pytest.fixture
async def town(sqlite_folder: Path, journal: Path, expected: set[str], good_order: None) -> AsyncIterator[Morning]:
    """A morning on SQLite; nobody follows yet."""
    databases = Databases(None, sqlite_folder, [])
    async for one in _morning(databases.store(), journal, expected):
        yield one


@pytest.fixture
async def followed(town: Morning) -> Morning:
    """The same, with a private chat, a group's topic and a Discord channel that follow the storm."""
    await town.everybody_follows()
    return town


@pytest.fixture
async def followed_on_both(
    store_url: str, journal: Path, expected: set[str], good_order: None
) -> AsyncIterator[Morning]:
    """The same once on SQLite and once on PostgreSQL."""
    async for one in _morning(store_url, journal, expected):
        await one.everybody_follows()
        yield one


async def _morning(url: str, journal: Path, expected: set[str], **habits: float) -> AsyncIterator[Morning]:
    async with morning.begun(url, journal, **habits) as one:
        yield one
    seen = [f"{each.platform} {each.call}: {each.what}" for each in one.stage.violations]
    assert [each for each in seen if not any(piece in each for piece in expected)] == []
