"""The journeys look at every journal with the official checker; here it is shown that they would see something."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys import checker
from tests.journeys.morning import Morning

pytestmark = pytest.mark.journey

EMPTY = {"platform": "telegram", "method": "sendMessage", "params": {"chat_id": "5"}, "files": [], "ts": 1.0}


@pytest.fixture(autouse=True)
def _there() -> None:
    if not checker.CHECKER.exists():
        pytest.skip("the checker and its schemas lie beside the project, in ../shared/specs: no journal is checked")


def test_a_call_without_its_text_is_seen(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text(json.dumps(EMPTY) + "\n")
    assert "required parameter missing" in checker.complaints(journal)[0]


def test_too_many_calls_in_a_moment_are_seen(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    said = {**EMPTY, "params": {"chat_id": "5", "text": "News"}}
    journal.write_text("".join(json.dumps({**said, "ts": 1.0 + at / 10}) + "\n" for at in range(4)))
    assert "short bursts tolerated" in checker.complaints(journal)[0]


async def test_the_command_people_use_says_the_same_of_a_whole_journey(followed: Morning, journal: Path) -> None:
    await followed.publishes("Bridge closed")
    await followed.closes()
    command = [sys.executable, str(checker.CHECKER), str(journal), "--rates", "--warnings-as-errors"]
    checked = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout
    assert " 0 errors, 0 warnings" in checked.stderr
