"""The Bot API's wire: the shapes a request may have, tokens, unknown methods and parameters, waiting as a test does."""

import asyncio
import io
import json

import aiohttp
import pytest
import telegram

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import PrivateChat
from bots.rehearsal.telegram_world.messages import SeenMessage

MARKS = [{"type": "bold", "offset": 0, "length": 5}]


@pytest.fixture
async def chat(stage: Stage, bot: BotAccount) -> PrivateChat:
    ann = stage.telegram.add_person("Ann")
    await ann.starts(bot)
    return ann.private_chat(bot)


@pytest.mark.parametrize("shape", ["form", "json", "multipart", "query"])
async def test_a_call_may_come_in_any_of_telegrams_four_shapes(
    stage: Stage, chat: PrivateChat, client: telegram.Bot, shape: str
) -> None:
    values = {"chat_id": str(chat.id), "text": "Storm", "entities": json.dumps(MARKS)}
    parts = aiohttp.FormData(values, default_to_multipart=True)
    bodies = {
        "form": {"data": values},
        "json": {"json": {"chat_id": chat.id, "text": "Storm", "entities": MARKS, "reply_markup": None}},
        "multipart": {"data": parts},
        "query": {"params": values},
    }
    verb = "GET" if shape == "query" else "POST"
    address = f"{client.base_url}/SENDMESSAGE"
    async with aiohttp.ClientSession() as session, session.request(verb, address, **bodies[shape]) as response:
        answer = await response.json()
        assert (response.status, response.content_type) == (200, "application/json")
    assert answer["result"]["entities"] == MARKS
    call = stage.journal.of("telegram", "sendMessage")[0]
    assert (call.params["text"], json.loads(call.params["entities"])) == ("Storm", MARKS)


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_refused(client: telegram.Bot, body: bytes) -> None:
    address, kind = f"{client.base_url}/sendMessage", {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=kind) as response:
        assert (response.status, (await response.json())["ok"]) == (400, False)


@pytest.mark.parametrize(("token", "status"), [("42:wrong", 401), ("99:none", 401), ("nonsense", 404)])
async def test_a_wrong_token_is_refused_as_by_the_real_server(wire, token: str, status: int) -> None:
    answered, body = await wire("getMe", token=token)
    assert answered == status
    assert body == {"ok": False, "error_code": status, "description": {401: "Unauthorized", 404: "Not Found"}[status]}


async def test_a_revoked_token_opens_nothing_any_more(client: telegram.Bot, bot: BotAccount) -> None:
    bot.revoked = True
    with pytest.raises(telegram.error.InvalidToken):
        await client.send_message(1, "Hello")
    assert "STAGE-token" not in repr(bot)


async def test_an_unknown_method_is_not_found_and_noted(wire, stage: Stage) -> None:
    status, body = await wire("sendRichMessage", chat_id=1)
    assert (status, body["description"]) == (404, "Not Found: method not found")
    assert stage.violations[0].call == "sendRichMessage"


async def test_an_unknown_parameter_is_ignored_and_noted(wire, chat: PrivateChat, stage: Stage) -> None:
    status, _ = await wire("sendMessage", chat_id=chat.id, text="Storm", disable_web_page_preview=True)
    assert status == 200
    assert "disable_web_page_preview" in stage.violations[0].what


@pytest.mark.parametrize(
    "values",
    [
        {"entities": "{"},
        {"entities": [5]},
        {"entities": [{"type": "text_mention", "offset": 0, "length": 1}]},
        {"reply_markup": "["},
        {"reply_markup": {"inline_keyboard": [5]}},
        {"reply_markup": {"inline_keyboard": [[5]]}},
        {"reply_parameters": "7"},
        {"reply_parameters": {"message_id": "x"}},
        {"link_preview_options": "true"},
        {"message_thread_id": "x"},
        {"chat_id": "not a chat"},
        {"chat_id": ""},
    ],
)
async def test_nonsense_is_answered_in_telegrams_form_and_never_breaks_the_stage(
    wire, chat: PrivateChat, values: dict
) -> None:
    status, body = await wire("sendMessage", **({"chat_id": chat.id, "text": "Storm"} | values))
    assert status in (200, 400)
    assert body["ok"] is (status == 200)


async def test_a_request_above_fifty_megabytes_is_too_large(client: telegram.Bot) -> None:
    address = f"{client.base_url}/sendPhoto"
    async with aiohttp.ClientSession() as session, session.post(address, data=io.BytesIO(bytes(51 << 20))) as response:
        assert (response.status, (await response.json())["description"]) == (413, "Request Entity Too Large")


async def test_waiting_for_a_message_ends_as_soon_as_it_is_there_or_says_what_is_there_instead(
    chat: PrivateChat, client: telegram.Bot
) -> None:
    waiting = asyncio.create_task(chat.wait_for(lambda message: message.text == "Storm"))
    await client.send_message(chat.id, "Storm")
    assert (await waiting).text == "Storm"
    with pytest.raises(TimeoutError, match="Storm"):
        await chat.wait_for(lambda message: message.text == "Sun", timeout=0.01)


async def test_a_watcher_sees_every_new_and_changed_message(
    stage: Stage, chat: PrivateChat, client: telegram.Bot
) -> None:
    seen: list[SeenMessage] = []
    stage.telegram.watchers.append(seen.append)
    said = await client.send_message(chat.id, "Storm")
    await said.edit_text("Storm, corrected")
    await said.delete()
    assert [(message.text, message.edited, message.deleted) for message in seen] == [
        ("Storm", False, False),
        ("Storm, corrected", True, False),
        ("Storm, corrected", True, True),
    ]


def test_a_malformed_token_or_a_taken_number_makes_no_bot(stage: Stage, bot: BotAccount) -> None:
    with pytest.raises(ValueError, match="NUMBER:SECRET"):
        stage.telegram.add_bot("nonsense", "x_bot", "X")
    with pytest.raises(ValueError, match="42"):
        stage.telegram.add_bot("42:again", "x_bot", "X")


async def test_the_stage_has_no_address_before_it_starts_and_may_be_closed_twice() -> None:
    stage = Stage()
    with pytest.raises(RuntimeError, match="not started"):
        _ = stage.url
    await stage.start()
    assert stage.url.startswith("http://127.0.0.1:")
    await stage.close()
    await stage.close()
