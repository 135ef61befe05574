"""Faults by name: each happens as asked for, as often as asked for, and only where it was asked for."""

import asyncio
import time

import aiohttp
import pytest
import telegram

from bots.rehearsal.faults import KINDS, Faults, UnknownFaultError
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.chats import Chat


@pytest.fixture
async def chat(stage: Stage, client: telegram.Bot) -> Chat:
    ann = stage.telegram.add_person("Ann")
    await ann.starts(stage.telegram.bots[client.id])
    return ann.private_chat(stage.telegram.bots[client.id])


def test_an_unknown_fault_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(UnknownFaultError, match="server_error"):
        Faults().add("explode", platform="telegram")


def test_an_argument_a_fault_does_not_take_is_refused_and_a_necessary_one_is_asked_for() -> None:
    with pytest.raises(UnknownFaultError, match="takes seconds"):
        Faults().add("late", platform="telegram", minutes=3)
    with pytest.raises(UnknownFaultError, match="missing"):
        Faults().add("flood", platform="telegram")


def test_a_fault_waits_for_its_own_platform_method_and_chat_and_is_used_up() -> None:
    faults = Faults()
    faults.add("never", platform="telegram", method="send*", chat=-100, times=2)
    assert faults.take("discord", "sendMessage", -100) is None
    assert faults.take("telegram", "editMessageText", -100) is None
    assert faults.take("telegram", "sendMessage", 7) is None
    assert faults.take("telegram", "sendMessage", "-100") is not None
    assert faults.take("telegram", "sendPhoto", -100) is not None
    assert faults.take("telegram", "sendMessage", -100) is None


def test_a_fault_without_an_end_stays_until_the_faults_are_cleared() -> None:
    faults = Faults()
    faults.add("html", platform="telegram", times=None)
    assert all(faults.take("telegram", "getMe") for _ in range(50))
    faults.clear()
    assert faults.take("telegram", "getMe") is None


def test_every_fault_says_what_it_means() -> None:
    assert all(kind.meaning for kind in KINDS.values())


async def test_a_late_answer_comes_after_the_message_stands_in_the_chat(
    stage: Stage, client: telegram.Bot, chat: Chat
) -> None:
    stage.faults.add("late", platform="telegram", method="sendMessage", seconds=30)
    with pytest.raises(telegram.error.TimedOut):
        await client.send_message(chat.id, "Slow news", read_timeout=0.3)
    assert [message.text for message in chat.messages][-1] == "Slow news"
    assert stage.journal.of("telegram", "sendMessage")[0].status == 200


@pytest.mark.parametrize(("name", "arrives"), [("drop_after_effect", True), ("drop_before_effect", False)])
async def test_a_cut_connection_leaves_the_effect_or_not_as_its_name_says(
    stage: Stage, client: telegram.Bot, chat: Chat, name: str, arrives: bool
) -> None:
    stage.faults.add(name, platform="telegram", method="sendMessage")
    with pytest.raises(telegram.error.NetworkError):
        await client.send_message(chat.id, "Lost words")
    assert ("Lost words" in [message.text for message in chat.messages]) is arrives
    assert stage.journal.of("telegram", "sendMessage")[0].status == 0
    assert (await client.send_message(chat.id, "Next words")).text == "Next words"


@pytest.mark.parametrize("name", ["malformed", "html"])
async def test_a_broken_answer_reaches_the_client_as_an_error_not_a_crash(
    stage: Stage, client: telegram.Bot, chat: Chat, name: str
) -> None:
    stage.faults.add(name, platform="telegram", method="sendMessage")
    with pytest.raises(telegram.error.TelegramError):
        await client.send_message(chat.id, "Garbled")


async def test_any_bytes_can_be_the_broken_answer(stage: Stage, client: telegram.Bot) -> None:
    stage.faults.add("malformed", platform="telegram", method="getMe", body=b'{"ok":false}')
    async with aiohttp.ClientSession() as session, session.get(f"{client.base_url}/getMe") as response:
        assert (response.status, await response.read()) == (200, b'{"ok":false}')


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_does_nothing_and_is_a_network_error(
    stage: Stage, client: telegram.Bot, chat: Chat, status: int
) -> None:
    stage.faults.add("server_error", platform="telegram", method="sendMessage", status=status)
    with pytest.raises(telegram.error.NetworkError):
        await client.send_message(chat.id, "Nowhere")
    assert "Nowhere" not in [message.text for message in chat.messages]
    assert stage.journal.of("telegram", "sendMessage")[0].status == status


async def test_a_flood_pauses_its_chat_and_a_call_inside_the_pause_is_a_violation(
    stage: Stage, client: telegram.Bot, chat: Chat, clock
) -> None:
    other = stage.telegram.add_person("Bea")
    await other.starts(stage.telegram.bots[client.id])
    stage.faults.add("flood", platform="telegram", chat=chat.id, retry_after=7)
    with pytest.raises(telegram.error.RetryAfter, match="0:00:07"):
        await client.send_message(chat.id, "Too fast")
    await client.send_message(other.id, "To somebody else")
    assert stage.violations == []
    clock.seconds += 3
    with pytest.raises(telegram.error.RetryAfter, match="0:00:04"):
        await client.send_message(chat.id, "Impatient")
    assert "inside retry_after" in stage.violations[0].what
    clock.seconds += 4.01
    assert (await client.send_message(chat.id, "Patient")).text == "Patient"


async def test_a_flood_of_the_whole_bot_pauses_every_chat(
    stage: Stage, client: telegram.Bot, chat: Chat, clock
) -> None:
    other = stage.telegram.add_person("Bea")
    await other.starts(stage.telegram.bots[client.id])
    stage.faults.add("flood", platform="telegram", retry_after=7, scope="bot")
    with pytest.raises(telegram.error.RetryAfter):
        await client.send_message(chat.id, "Too fast")
    clock.seconds += 1
    with pytest.raises(telegram.error.RetryAfter):
        await client.send_message(other.id, "To somebody else")


async def test_a_flood_without_json_is_a_plain_429(stage: Stage, client: telegram.Bot, chat: Chat) -> None:
    stage.faults.add("flood_html", platform="telegram", method="sendMessage")
    with pytest.raises(telegram.error.TelegramError):
        await client.send_message(chat.id, "Rain")
    assert stage.journal.of("telegram", "sendMessage")[0].status == 429


async def test_refusals_are_worded_as_asked(stage: Stage, client: telegram.Bot, chat: Chat) -> None:
    add = stage.faults.add
    add("forbidden", platform="telegram", description="user is deactivated")
    add("bad_request", platform="telegram", description="CHAT_WRITE_FORBIDDEN")
    add("unauthorized", platform="telegram")
    add("migrate", platform="telegram", to=-1001234)
    with pytest.raises(telegram.error.Forbidden, match="user is deactivated"):
        await client.send_message(chat.id, "1")
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)CHAT_WRITE_FORBIDDEN"):
        await client.send_message(chat.id, "2")
    with pytest.raises(telegram.error.InvalidToken):
        await client.send_message(chat.id, "3")
    with pytest.raises(telegram.error.ChatMigrated) as moved:
        await client.send_message(chat.id, "4")
    assert moved.value.new_chat_id == -1001234


async def test_a_trickling_answer_is_whole_in_the_end(stage: Stage, client: telegram.Bot) -> None:
    stage.faults.add("trickle", platform="telegram", method="getMe", seconds=0.0001)
    async with aiohttp.ClientSession() as session, session.get(f"{client.base_url}/getMe") as response:
        assert (await response.json())["result"]["id"] == 42


async def test_closing_the_stage_ends_whatever_still_waits(stage: Stage, client: telegram.Bot, chat: Chat) -> None:
    stage.faults.add("never", platform="telegram", method="sendMessage")
    stage.faults.add("late", platform="telegram", method="sendPhoto", seconds=600)
    async with aiohttp.ClientSession() as session:
        address = {"chat_id": str(chat.id), "text": "Into the void"}
        never = asyncio.ensure_future(session.post(f"{client.base_url}/sendMessage", data=address))
        late = asyncio.ensure_future(session.post(f"{client.base_url}/sendPhoto", data=address))
        poll = asyncio.ensure_future(
            session.post(f"{client.base_url}/getUpdates", data={"timeout": "50", "offset": "-1"})
        )
        await chat.wait_for(lambda message: message.text == "Into the void")
        await asyncio.wait({never, late, poll}, timeout=0.2)
        begun = time.monotonic()
        await stage.close()
        outcomes = await asyncio.gather(never, late, poll, return_exceptions=True)
        assert time.monotonic() - begun < 30
        assert isinstance(outcomes[0], aiohttp.ClientError)
        for outcome in outcomes:
            if isinstance(outcome, aiohttp.ClientResponse):
                outcome.release()
