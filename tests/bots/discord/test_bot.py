"""The life of an account: it logs in, connects, reconnects, and says plainly when it cannot."""

import asyncio
import contextlib
import logging
import threading
from dataclasses import replace
from typing import Any

import discord
import pytest

from bots.discord.bot import DiscordBot
from bots.discord.gateway import AccountRefusedError, Phase
from bots.discord.transport import ElsewhereError, Way
from bots.rehearsal.stage import Stage
from core.courier import AccountGate
from tests.bots.discord.conftest import TOKEN, Ears, Launch, Make, Town, until


async def test_it_asks_for_servers_and_nothing_else(bot: DiscordBot, town: Town) -> None:
    assert town.app.sessions[0].intents == discord.Intents(guilds=True).value
    assert [guild.name for guild in bot.client.guilds] == ["Town server"]


async def test_every_call_passes_the_accounts_gate(make: Make, launch: Launch, town: Town, gate: AccountGate) -> None:
    passed: list[int | None] = []
    enter = gate.enter

    async def counted(chat: int | None = None, weight: int = 1) -> None:
        passed.append(chat)
        await enter(chat, weight)

    gate.enter = counted  # type: ignore[method-assign]
    await launch(make())
    assert passed == [None] * len(town.stage.journal.of("discord"))


async def test_a_wrong_token_is_refused_in_one_line_that_helps(make: Make, launch: Launch, town: Town) -> None:
    bot = make(token="somebody.elses.token")
    with pytest.raises(AccountRefusedError, match="copy it anew from the developer portal"):
        await launch(bot)
    assert bot.standing.phase is Phase.REFUSED


async def test_one_refusal_of_the_token_is_not_the_last_word(make: Make, launch: Launch, town: Town) -> None:
    town.stage.faults.add("unauthorized", platform="discord", method="GET /users/@me")
    bot = await launch(make())
    assert bot.standing.phase is Phase.CONNECTED


async def test_a_revoked_token_ends_this_account_alone(make: Make, launch: Launch, town: Town, stage: Stage) -> None:
    other = stage.discord.add_bot(token="the.other.token", name="Other")
    town.guild.add_bot(other)
    refused, stays = await launch(make()), await launch(make(account="other", token="the.other.token"))
    town.app.revoke_token()
    await until(lambda: refused.standing.phase is Phase.REFUSED)
    assert "token" in refused.standing.why
    assert stays.standing.phase is Phase.CONNECTED


async def test_intents_that_are_not_allowed_are_fatal_and_explained(bot: DiscordBot, town: Town) -> None:
    town.app.disconnect(4014)
    await until(lambda: bot.standing.phase is Phase.REFUSED)
    assert "intents" in bot.standing.why


async def test_a_lost_connection_is_resumed_without_a_new_session(bot: DiscordBot, town: Town) -> None:
    (session,) = town.app.sessions
    for lose in (lambda: town.app.disconnect(1001), town.app.ask_to_reconnect):
        line = session.hear
        lose()
        await until(lambda line=line: session.connected and session.hear is not line)
        await until(lambda: bot.standing.phase is Phase.CONNECTED)
    assert town.app.sessions == [session]
    assert len(town.app.identified) == 1


async def test_a_session_discord_forgot_is_begun_anew(bot: DiscordBot, town: Town) -> None:
    town.app.invalidate_sessions()
    await until(lambda: len(town.app.identified) == 2 and bot.standing.phase is Phase.CONNECTED)


async def test_a_gateway_that_is_down_at_the_start_is_tried_until_it_is_there(
    make: Make, town: Town, stage: Stage
) -> None:
    stage.discord.gateway_down = True
    bot = make()
    running = asyncio.create_task(bot.run())
    await until(lambda: bot.standing.phase is Phase.LOST)
    assert bot.standing.why.startswith("no connection to Discord's gateway")
    assert bot.can_send
    stage.discord.gateway_down = False
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_login_that_fails_is_tried_again(make: Make, launch: Launch, town: Town) -> None:
    town.stage.faults.add("server_error", platform="discord", method="GET *", times=2)
    town.stage.faults.add("html", platform="discord", method="GET *")
    town.stage.faults.add("flood", platform="discord", method="GET *", retry_after=0.01)
    bot = await launch(make())
    assert bot.standing.phase is Phase.CONNECTED


async def test_being_removed_from_a_server_is_told_with_all_its_channels(
    make: Make, launch: Launch, town: Town
) -> None:
    ears = Ears()
    await launch(make(hears=ears))
    thread = town.guild.add_thread(town.channel, "storm")
    await asyncio.sleep(0.1)
    town.guild.remove(town.app)
    await until(lambda: bool(ears.left))
    assert ears.left == [([town.channel.id, thread.id], "kicked")]


async def test_an_outage_of_a_server_is_not_a_farewell(make: Make, launch: Launch, town: Town) -> None:
    ears = Ears()
    bot = await launch(make(hears=ears))
    town.guild.outage()
    await until(lambda: bot.client.guilds[0].unavailable)
    town.guild.recover()
    await until(lambda: not bot.client.guilds[0].unavailable)
    assert ears.left == []


async def test_deleted_channels_and_threads_are_told(make: Make, launch: Launch, town: Town) -> None:
    ears = Ears()
    bot = await launch(make(hears=ears))
    thread = town.guild.add_thread(town.channel, "storm")
    other = town.guild.add_text_channel("other")
    await until(lambda: bot.client.get_channel(other.id) is not None)
    thread.delete()
    other.delete()
    await until(lambda: len(ears.left) == 2)
    assert ears.left == [([thread.id], "deleted"), ([other.id], "deleted")]


async def test_stopping_leaves_nothing_behind(make: Make, launch: Launch, town: Town) -> None:
    bot = make()
    running = asyncio.create_task(bot.run())
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await until(lambda: not town.app.connected)
    assert bot.client.is_closed()


async def test_a_rehearsal_connects_to_nothing_but_its_stage(make: Make, town: Town, stage: Stage) -> None:
    foreign = Way("https://discord.com/api/v10", stage.discord.gateway_address, sealed=True)
    bot = make(way=replace(foreign, api=f"{stage.url}/api/v10"))
    await bot.client.login(TOKEN)
    for address in ("https://discord.com/api/v10/users/@me", stage.url.replace("127.0.0.1", "127.0.0.2")):
        with pytest.raises(ElsewhereError):
            await bot.client.http.get_from_cdn(address)
    with pytest.raises(ElsewhereError):
        await bot.client.http.ws_connect("wss://gateway.discord.gg/")
    await bot.client.close()


async def test_the_token_is_in_no_log_no_error_and_no_repr(
    make: Make, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town.stage.faults.add("server_error", platform="discord", method="GET *")
    town.stage.faults.add("drop_after_effect", platform="discord", method="GET *")
    bot = make()
    running = asyncio.create_task(bot.run())
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    town.app.revoke_token()
    with pytest.raises(AccountRefusedError) as refused:
        await running
    told: list[Any] = [bot, bot.client, bot.client.http, bot.sender, bot._gateway, refused.value, bot.standing]
    ours = [record.getMessage() + str(record.__dict__) for record in caplog.records if record.name.startswith("bots")]
    assert all(TOKEN not in repr(one) + str(one) for one in told)
    assert all(TOKEN not in line for line in ours)
    assert all(TOKEN not in record.getMessage() for record in caplog.records if record.levelno >= logging.INFO)


async def test_a_frame_nobody_can_read_does_not_end_the_account(bot: DiscordBot, town: Town) -> None:
    (session,) = town.app.sessions
    assert session.hear is not None
    session.hear('{"op": 0, "t": "GUILD_CREATE", "s": 9, "d": {}}')
    session.hear('{"op": ')
    await until(lambda: len(town.app.identified) == 2 and bot.standing.phase is Phase.CONNECTED)


@pytest.mark.parametrize("turns", [1, 5, 20, 60, 120, 200, 300])
async def test_stopping_at_any_moment_of_the_start_leaves_no_thread_behind(make: Make, town: Town, turns: int) -> None:
    running = asyncio.create_task(make().run())
    for _ in range(turns):
        await asyncio.sleep(0.0002)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(running, 10)
    await until(lambda: not any(thread.name.startswith("keep-alive") for thread in threading.enumerate()))
