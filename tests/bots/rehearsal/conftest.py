"""A stage, and the real python-telegram-bot client in front of it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import telegram

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from tests.doubles.pictures import picture

TOKEN = "42:STAGE-token_of-the-rehearsal"
Wire = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


class Clock:
    """Hands out a time that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_795_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _durations_not_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client warns wherever its errors still count in seconds."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stage(tmp_path: Path, clock: Clock) -> AsyncIterator[Stage]:
    async with Stage(journal=tmp_path / "journal.jsonl", clock=clock) as stage:
        yield stage


@pytest.fixture
def bot(stage: Stage) -> BotAccount:
    return stage.telegram.add_bot(TOKEN, "livedesk_bot", "Livedesk")


@pytest.fixture
async def client(stage: Stage, bot: BotAccount) -> AsyncIterator[telegram.Bot]:
    client = telegram.Bot(TOKEN, base_url=f"{stage.url}/bot", base_file_url=f"{stage.url}/file/bot")
    async with client:
        yield client


@pytest.fixture
async def wire(stage: Stage, bot: BotAccount) -> AsyncIterator[Wire]:
    """Call a method without a client library: form values, lists and objects as JSON."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = TOKEN, **values: Any) -> tuple[int, dict[str, Any]]:
            form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
            async with session.post(f"{stage.url}/bot{token}/{method}", data=form) as response:
                return response.status, await response.json()

        yield call


@pytest.fixture
def draw() -> Callable[..., bytes]:
    return picture
