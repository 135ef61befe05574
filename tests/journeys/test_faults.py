"""What can go wrong between us and the platforms, and what readers and editors get all the same."""

from functools import partial

import pytest

from bots import app
from bots.discord.bot import DiscordBot
from bots.telegram.bot import Rhythm, TelegramAccount
from core.model import DestinationStatus
from tests.journeys.morning import DISCORD, GIVE_UP, TELEGRAM, Morning, label, picture, until

pytestmark = pytest.mark.journey

POST = "POST /channels/*/messages"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a tenth of what the bots usually wait before they look again whether something is still wrong."""
    rhythm = Rhythm(retry=0.1, longest_retry=1.0, conflict=0.2, confirm=0.3)
    monkeypatch.setattr(app, "TelegramAccount", partial(TelegramAccount, rhythm=rhythm))
    monkeypatch.setattr(app, "DiscordBot", partial(DiscordBot, unit=0.1))


async def test_a_chat_that_must_wait_waits_alone(followed: Morning) -> None:
    fault = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
    followed.stage.faults.add("flood", **fault, retry_after=4, scope="chat")
    await followed.tells("/post Bridge closed")
    await until(lambda: followed.readings("Bridge closed")[1:] == [1, 1])
    assert followed.readings("Bridge closed") == [0, 1, 1]
    await followed.everybody_reads("Bridge closed")


async def test_while_discord_refuses_the_whole_bot_telegram_goes_on(followed: Morning) -> None:
    followed.stage.faults.add("flood", platform="discord", method=POST, retry_after=4, scope="bot")
    await followed.tells("/post Bridge closed")
    await until(lambda: followed.readings("Bridge closed")[:2] == [1, 1])
    assert followed.readings("Bridge closed") == [1, 1, 0]
    await followed.everybody_reads("Bridge closed")
    assert followed.stage.discord.invalid_requests == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_storm_of_server_errors_delays_and_loses_nothing(followed: Morning, status: int) -> None:
    for platform, method in (("telegram", "sendMessage"), ("discord", POST)):
        place = {"chat": followed.ann.id} if platform == "telegram" else {}
        followed.stage.faults.add("server_error", platform=platform, method=method, status=status, **place)
    await followed.tells("/post Bridge closed")
    await followed.everybody_reads("Bridge closed")


@pytest.mark.parametrize("name", ["drop_after_effect", "malformed"])
async def test_an_answer_that_never_comes_makes_at_most_one_double_on_telegram_and_none_on_discord(
    followed: Morning, name: str
) -> None:
    effect = {"effect": True} if name == "malformed" else {}
    followed.stage.faults.add(name, platform="telegram", method="sendMessage", chat=followed.ann.id, **effect)
    followed.stage.faults.add(name, platform="discord", method=POST, **effect)
    await followed.tells("/post Bridge closed")
    await followed.is_carried()
    assert followed.readings("Bridge closed") == [2, 1, 1]
    entry = await followed.newsroom.entry(followed.coverage, 1)
    progress = await followed.newsroom.progress(entry)
    assert {account: (one.sent, one.unknown) for account, one in progress.items()} == {
        TELEGRAM: (2, 0),
        DISCORD: (1, 0),
    }
    await followed.tells("/retract 1 Not so.")
    await followed.is_carried()
    assert followed.readings("Not so.") == [1, 1, 1]


@pytest.mark.parametrize("name", ["drop_before_effect", "html"])
async def test_a_call_that_did_nothing_is_made_once_more(followed: Morning, name: str) -> None:
    followed.stage.faults.add(name, platform="telegram", method="sendMessage", chat=followed.ann.id)
    followed.stage.faults.add(name, platform="discord", method=POST)
    await followed.tells("/post Bridge closed")
    await followed.everybody_reads("Bridge closed")


async def test_a_page_in_place_of_an_answer_does_not_stop_us_listening(followed: Morning) -> None:
    for status in (404, 401, 502):
        followed.stage.faults.add("server_error", platform="telegram", method="getUpdates", status=status)
    await followed.tells("/post Bridge closed")
    await followed.everybody_reads("Bridge closed")
    assert followed.house.troubles() == {}


async def test_a_revoked_telegram_token_stops_that_bot_only_and_says_so(followed: Morning, expected: set[str]) -> None:
    expected.add("Telegram refuses the token")
    followed.troubled = frozenset({TELEGRAM})
    followed.cast.telegram_bot.revoked = True
    # Whatever ends the long poll that is under way.
    await followed.cast.reader.says(followed.ann, "/live")
    await until(lambda: TELEGRAM in followed.house.troubles())
    assert "Get a new one from @BotFather" in followed.house.troubles()[TELEGRAM]
    answer = await followed.dee_uses("desk post", text="Bridge closed")
    assert "Queued #1" in answer.text
    await until(lambda: followed.readings("Bridge closed") == [0, 0, 1])

    # The owner gets a new token of the same bot: what was owed arrives.
    await followed.closes()
    followed.troubled, followed.cast.telegram_bot.revoked = frozenset(), False
    await followed.opens()
    await followed.everybody_reads("Bridge closed")


async def test_a_revoked_discord_token_stops_that_bot_only_and_says_so(followed: Morning, expected: set[str]) -> None:
    expected.add("put a new one into the settings")
    followed.troubled = frozenset({DISCORD})
    followed.cast.discord_app.revoke_token()
    await until(lambda: DISCORD in followed.house.troubles())
    await followed.tells("/post Bridge closed")
    await until(lambda: followed.readings("Bridge closed") == [1, 1, 0])

    await followed.closes()
    followed.troubled, followed.cast.discord_app.token_revoked = frozenset(), False
    await followed.opens()
    await followed.everybody_reads("Bridge closed")


async def test_one_conflict_is_borne_and_three_in_a_row_mean_somebody_has_our_token(
    followed: Morning, expected: set[str]
) -> None:
    faults, conflict = followed.stage.faults, {"platform": "telegram", "method": "getUpdates"}
    faults.add("conflict", **conflict)
    await followed.tells("/post Bridge closed")
    await followed.everybody_reads("Bridge closed")

    expected.add("Another program polls Telegram")
    followed.troubled = frozenset({TELEGRAM})
    faults.add("conflict", **conflict, times=None)
    await followed.cast.reader.says(followed.ann, "/live")
    await until(lambda: TELEGRAM in followed.house.troubles())
    assert "Stop it, or give it a token of its own." in followed.house.troubles()[TELEGRAM]


async def test_a_gateway_that_asks_us_to_come_back_loses_no_command(followed: Morning) -> None:
    app_ = followed.cast.discord_app
    app_.ask_to_reconnect()
    assert "Storm Ada" in (await followed.mo("live following")).text
    app_.disconnect(1001)
    assert "Storm Ada" in (await followed.mo("live following")).text
    app_.invalidate_sessions()
    await until(lambda: app_.connected)
    assert "Queued #1" in (await followed.dee_uses("desk post", text="Bridge closed")).text
    await followed.everybody_reads("Bridge closed")


async def test_while_the_gateway_is_away_entries_go_out_all_the_same(followed: Morning) -> None:
    discord = followed.stage.discord
    discord.gateway_down = True
    followed.cast.discord_app.disconnect(1006)
    await followed.tells("/post Bridge closed")
    await followed.everybody_reads("Bridge closed")
    assert not followed.cast.discord_app.connected
    discord.gateway_down = False
    await until(lambda: followed.cast.discord_app.connected)
    assert "Storm Ada" in (await followed.mo("live now")).text


async def test_looks_that_telegram_refuses_are_left_out_and_the_words_arrive(followed: Morning) -> None:
    words = "Bad Request: can't parse entities: Unexpected entity"
    refused = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
    followed.stage.faults.add("bad_request", **refused, description=words)
    await followed.publishes("Bridge closed")
    await followed.everybody_reads("Bridge closed")
    assert followed.ann.messages[-1].entities == ()
    assert followed.cast.topic.messages[-1].entities != ()


async def test_a_picture_that_is_refused_leaves_its_words(followed: Morning) -> None:
    erin = followed.cast.telegram_editor
    card = await followed.answer(
        followed.desk,
        await erin.sends_photo(followed.desk, picture(), "The harbour now"),
        lambda seen: label("button.entry") in seen.labels,
    )
    words = "Bad Request: IMAGE_PROCESS_FAILED"
    refused = {"platform": "telegram", "method": "sendPhoto", "chat": followed.ann.id}
    followed.stage.faults.add("bad_request", **refused, description=words)
    followed.stage.faults.add("bad_request", platform="discord", method=POST, description="Bad file", code=50046)
    await followed.erin_presses(card, "button.entry")
    await followed.everybody_reads("The harbour now")
    assert [line.pictures for line in followed.lines("The harbour now")] == [0, 1, 0]


async def test_an_entry_a_platform_will_not_have_affects_only_itself(followed: Morning) -> None:
    words = "Bad Request: STRANGE_CONTENT"
    refused = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
    followed.stage.faults.add("bad_request", **refused, description=words)
    card = await followed.tells("/post Bridge closed")
    await followed.desk.wait_for(
        lambda seen: seen.id == card.id and "1 place could not be reached." in seen.text, GIVE_UP
    )
    assert followed.readings("Bridge closed") == [0, 1, 1]
    await followed.publishes("Ferry stopped")
    assert followed.readings("Ferry stopped") == [1, 1, 1]


async def test_a_channel_that_takes_our_right_away_is_paused_and_the_others_go_on(followed: Morning) -> None:
    from bots.rehearsal.discord_world.permissions import Permission

    channel = followed.cast.channel
    channel.revoke(channel.home.bot_role(followed.cast.discord_app), Permission.SEND_MESSAGES)
    await followed.publishes("Bridge closed")
    assert followed.readings("Bridge closed") == [1, 1, 0]
    # A right may be given back within the hour: only the third refusal over an hour pauses a place.
    await followed.becomes(DestinationStatus.ACTIVE, DISCORD, channel.id)
    await followed.was_refused_since_long(DISCORD, channel.id, times=1)
    await followed.publishes("Bridge open again")
    await followed.becomes(DestinationStatus.PAUSED, DISCORD, channel.id)
    paused = await followed.place(DISCORD, channel.id)
    assert paused is not None
    assert "Send Messages" in paused.paused_because
