"""The main job as a newcomer types it: `livedesk rehearse --once`, in a process of its own and without a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys import checker

pytestmark = pytest.mark.journey

HERE = Path(__file__).parent
PAGE = HERE / "pages" / "market-day.jsonld"
ROOT = HERE.parents[1]

SPOILT = """
import sys
from bots.__main__ import main
from bots.cli.rehearse import cast
from bots.rehearsal.discord_world.permissions import Permission

usual = cast.assemble

def assemble(stage):
    people = usual(stage)
    channel = people.channel
    channel.revoke(channel.home.bot_role(people.discord_app), Permission.SEND_MESSAGES)
    return people

cast.assemble = assemble
sys.argv[0] = "livedesk"
main()
"""
"""The rehearsal with a channel in which the bot may not write."""


def rehearse(*typed: str, program: tuple[str, ...] = ("-m", "bots")) -> subprocess.CompletedProcess[str]:
    """Type `livedesk rehearse …` into something that is no terminal."""
    command = [sys.executable, *program, "rehearse", *typed]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_a_small_page_goes_to_all_three_places_and_the_journal_is_clean(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    done = rehearse("--once", "--coverage", str(PAGE), "--journal", str(journal), "--speed", "3600")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything arrived" in done.stdout
    for place in ("Ann's private chat (Telegram)", "Harbour neighbours › Live news (Telegram)", "#live-news (Discord)"):
        assert f"{place}: " in done.stdout
    for deed in ("Erin publishes #7", "Erin corrects #4", "Dee publishes #8", "Dee corrects #8", "Dee retracts #1"):
        assert deed in done.stdout
    assert "Traceback" not in done.stderr
    assert journal.stat().st_size
    assert checker.complaints(journal) == []


def test_what_did_not_arrive_is_named_and_the_exit_code_says_so() -> None:
    done = rehearse("--once", "--coverage", str(PAGE), "--speed", "36000", program=("-c", SPOILT))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing: #live-news (Discord): #1 has no receipt" in done.stdout
    assert "missing: #live-news (Discord): the standing summary is missing" in done.stdout
    assert "private chat" not in done.stdout.partition("missing:")[2]
    assert "Traceback" not in done.stderr


def test_a_page_that_is_not_there_is_told_with_the_samples_there_are() -> None:
    done = rehearse("--once", "--coverage", "no-such-page")
    assert done.returncode not in (0, None)
    assert "no-such-page is neither a file nor a sample; samples: election-night, storm" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_page_that_ended_long_ago_is_played_again_even_when_it_has_one_entry(tmp_path: Path) -> None:
    page = json.loads(PAGE.read_text())
    page |= {"creativeWorkStatus": "closed", "coverageEndTime": "2025-05-03T12:30:00+01:00"}
    page["liveBlogUpdate"] = page["liveBlogUpdate"][-1:]
    ended = tmp_path / "ended.jsonld"
    ended.write_text(json.dumps(page))
    done = rehearse("--once", "--coverage", str(ended), "--speed", "3600")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Erin corrects #1" in done.stdout
    assert "Dee retracts #1" in done.stdout


def test_a_page_without_entries_is_refused_in_one_line(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonld"
    empty.write_text(json.dumps(json.loads(PAGE.read_text()) | {"liveBlogUpdate": []}))
    done = rehearse("--once", "--coverage", str(empty))
    assert done.returncode == 1
    assert "empty.jsonld holds no entry, so there is nothing to rehearse" in done.stderr
    assert "Traceback" not in done.stderr
