"""The journal keeps every call, in the form the checker of the platforms' schemas reads."""

import asyncio
import importlib.util
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import telegram

from bots.rehearsal.journal import Call, Journal
from bots.rehearsal.stage import Stage

CHECKER = Path(__file__).parents[3].parent / "shared" / "specs" / "validate_calls.py"


def test_a_call_is_one_line_that_can_be_read_while_the_stage_runs(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.jsonl")
    journal.write(Call("telegram", "sendMessage", 12.5, 200, {"text": "Über ☂"}, files=[]))
    journal.write(Call("discord", "POST", 13.0, 204, {"type": 5}, route="/interactions/1/x/callback"))
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text("utf-8").splitlines()]
    journal.close()
    assert lines[0] == {
        "platform": "telegram",
        "method": "sendMessage",
        "ts": 12.5,
        "status": 200,
        "params": {"text": "Über ☂"},
        "files": [],
    }
    assert lines[1]["route"] == "/interactions/1/x/callback"


def test_a_lone_surrogate_does_not_break_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.jsonl")
    journal.write(Call("telegram", "sendMessage", 1.0, 400, {"text": "\ud83d"}))
    journal.close()
    assert "d83d" in (tmp_path / "calls.jsonl").read_text("utf-8")


def test_a_journal_without_a_file_remembers_calls_by_platform_and_method() -> None:
    journal = Journal()
    journal.write(Call("telegram", "getMe", 1.0, 200))
    journal.write(Call("telegram", "sendMessage", 2.0, 200))
    journal.write(Call("discord", "GET", 3.0, 200, route="/gateway"))
    assert [call.method for call in journal.of("telegram")] == ["getMe", "sendMessage"]
    assert len(journal.of("telegram", "getMe")) == 1


async def test_refused_calls_are_journaled_with_their_status_and_no_token(
    stage: Stage, client: telegram.Bot, tmp_path: Path
) -> None:
    with pytest.raises(telegram.error.BadRequest):
        await client.send_message(999, "to nobody")
    refused = stage.journal.of("telegram", "sendMessage")[0]
    assert refused.status == 400
    assert refused.params["chat_id"] == "999"
    assert refused.account == "42"
    assert client.token.partition(":")[2] not in (tmp_path / "journal.jsonl").read_text("utf-8")


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker stands beside the project, in ../shared, and is not here")
@pytest.mark.skipif(importlib.util.find_spec("jsonschema") is None, reason="the checker needs jsonschema")
async def test_the_checker_reads_the_journal_and_finds_nothing_in_a_polite_conversation(
    stage: Stage, client: telegram.Bot, tmp_path: Path, draw
) -> None:
    ann = stage.telegram.add_person("Ann")
    chat = ann.private_chat(stage.telegram.bots[42])
    await ann.starts(stage.telegram.bots[42])
    await client.get_updates(timeout=0, allowed_updates=["message", "callback_query", "my_chat_member"])
    await client.set_my_commands([telegram.BotCommand("live", "What is live now")])
    said = await client.send_message(chat.id, "🌊 Storm", entities=[telegram.MessageEntity("bold", 3, 5)])
    await said.edit_text("🌊 Storm, corrected")
    shown = await client.send_photo(chat.id, draw(), caption="The pier")
    await client.send_media_group(chat.id, [telegram.InputMediaPhoto(draw()), telegram.InputMediaPhoto(draw(80))])
    await shown.delete()
    stage.journal.close()
    checker = await asyncio.create_subprocess_exec(
        sys.executable, CHECKER, tmp_path / "journal.jsonl", "--rates", "--warnings-as-errors", stdout=PIPE, stderr=PIPE
    )
    findings, verdict = await checker.communicate()
    assert checker.returncode == 0, findings.decode()
    assert b"0 errors, 0 warnings" in verdict
    assert stage.violations == []
