"""The gateway: hello to goodbye, lost connections, sessions that come back, and every way to be thrown out."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

TOKEN = "stage.discord.token"
PROPERTIES = {"os": "linux", "browser": "stage", "device": "stage"}


class Line:
    """A raw gateway connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.sequence = 0

    async def hears(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.socket.receive(), 5)
        assert message.type is aiohttp.WSMsgType.TEXT, (message.type, self.socket.close_code)
        payload = json.loads(message.data)
        self.sequence = payload["s"] or self.sequence
        return payload

    async def hears_event(self, event: str) -> dict[str, Any]:
        while (payload := await self.hears())["t"] != event:
            continue
        return payload["d"]

    async def says(self, opcode: Any, data: Any = None) -> None:
        await self.socket.send_str(json.dumps({"op": opcode, "d": data}))

    async def identifies(self, **changed: Any) -> None:
        await self.says(2, {"token": TOKEN, "intents": 1, "properties": PROPERTIES, **changed})

    async def is_closed_with(self) -> int:
        while (await asyncio.wait_for(self.socket.receive(), 5)).type is aiohttp.WSMsgType.TEXT:
            continue
        return self.socket.close_code


@pytest.fixture
async def dial(village: Any) -> AsyncIterator[Any]:
    async with aiohttp.ClientSession() as session:

        async def connect(query: str = "?v=10&encoding=json") -> Line:
            line = Line(await session.ws_connect(village.stage.url + "/gw" + query))
            hello = await line.hears()
            assert hello["op"] == 10
            return line

        yield connect


async def test_from_hello_to_the_servers(village: Any, dial: Any) -> None:
    line = await dial()
    await line.says(1, None)
    assert (await line.hears())["op"] == 11
    await line.identifies()
    ready = await line.hears_event("READY")
    assert ready["user"]["id"] == str(village.app.id)
    assert ready["guilds"] == [{"id": str(village.guild.id), "unavailable": True}]
    assert ready["resume_gateway_url"] == village.stage.url.replace("http", "ws") + "/gw"
    guild = await line.hears_event("GUILD_CREATE")
    assert [channel["name"] for channel in guild["channels"]] == ["live"]
    assert line.sequence == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": 1 << 15}, 4014),
        ({"intents": 1 << 40}, 4013),
        ({"shard": [3, 2]}, 4010),
        ({"properties": None, "token": 5}, 4004),
        ({"padding": "x" * 4096}, 4002),
    ],
)
async def test_a_bad_identify_is_closed_with_its_code(village: Any, dial: Any, changed: Any, code: int) -> None:
    line = await dial()
    await line.identifies(**changed)
    assert await line.is_closed_with() == code


async def test_other_mistakes_have_their_codes_too(village: Any, dial: Any) -> None:
    line = await dial()
    await line.says(99)
    assert await line.is_closed_with() == 4001
    line = await dial()
    await line.socket.send_str("{")
    assert await line.is_closed_with() == 4002
    line = await dial()
    await line.says(3, {})
    assert await line.is_closed_with() == 4003
    line = await dial()
    await line.identifies()
    await line.identifies()
    assert await line.is_closed_with() == 4005


async def test_an_old_version_of_the_gateway_is_closed(village: Any) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(village.stage.url + "/gw?v=6") as socket:
        assert await Line(socket).is_closed_with() == 4012


async def test_more_than_120_sends_a_minute_are_too_many(village: Any, dial: Any) -> None:
    line = await dial()
    for _ in range(121):
        await line.says(1, None)
    assert await line.is_closed_with() == 4008


async def test_without_heartbeats_the_client_is_taken_for_dead(village: Any, dial: Any) -> None:
    village.stage.discord.heartbeat_interval = -0.5
    assert await (await dial()).is_closed_with() == 4009


async def test_a_privileged_intent_that_was_granted_is_welcome(village: Any, dial: Any) -> None:
    village.app.granted = 1 << 15
    line = await dial()
    await line.identifies(intents=1 | 1 << 9 | 1 << 15)
    await line.hears_event("GUILD_CREATE")
    village.bob.says("hello", channel=village.channel)
    assert (await line.hears_event("MESSAGE_CREATE"))["content"] == "hello"


async def test_two_identifies_within_five_seconds_are_one_too_many(village: Any, dial: Any) -> None:
    village.stage.discord.identify_spacing = 5.0
    first, second = await dial(), await dial()
    await first.identifies()
    await first.hears_event("READY")
    await second.identifies()
    assert await second.hears() == {"op": 9, "d": False, "s": None, "t": None}


async def test_the_thousandth_identify_of_a_day_is_the_last(village: Any, dial: Any, wire: Any) -> None:
    village.app.identified += [village.stage.discord.now()] * 999
    limit = (await wire("GET", "/gateway/bot"))[1]["session_start_limit"]
    assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (1000, 1, 1)
    line = await dial()
    await line.identifies()
    await line.hears_event("READY")
    other = await dial()
    await other.identifies()
    assert await other.is_closed_with() == 4004
    assert (await wire("GET", "/users/@me"))[0] == 401


async def test_what_was_missed_comes_after_a_resume_in_order(village: Any, dial: Any) -> None:
    line = await dial()
    await line.identifies()
    session = (await line.hears_event("READY"))["session_id"]
    await line.hears_event("GUILD_CREATE")
    village.app.disconnect(4000)
    assert await line.is_closed_with() == 4000
    village.guild.add_text_channel("one")
    village.guild.add_text_channel("two")
    again = await dial()
    await again.says(6, {"token": TOKEN, "session_id": session, "seq": line.sequence})
    heard = [
        (payload["t"], payload["s"], payload["d"].get("name")) for payload in [await again.hears() for _ in range(3)]
    ]
    assert heard == [("CHANNEL_CREATE", 3, "one"), ("CHANNEL_CREATE", 4, "two"), ("RESUMED", 5, None)]


async def test_a_session_that_is_unknown_or_ahead_is_not_resumed(village: Any, dial: Any) -> None:
    line = await dial()
    await line.says(6, {"token": TOKEN, "session_id": "gone", "seq": 1})
    assert (await line.hears())["op"] == 9
    await line.identifies()
    session = (await line.hears_event("READY"))["session_id"]
    other = await dial()
    await other.says(6, {"token": TOKEN, "session_id": session, "seq": 77})
    assert await other.is_closed_with() == 4007


async def test_who_says_goodbye_cannot_resume(village: Any, dial: Any) -> None:
    line = await dial()
    await line.identifies()
    session = (await line.hears_event("READY"))["session_id"]
    await line.socket.close(code=1000)
    other = await dial()
    await other.says(6, {"token": TOKEN, "session_id": session, "seq": 1})
    assert (await other.hears())["op"] == 9


async def test_each_shard_hears_of_its_own_servers(village: Any, dial: Any) -> None:
    number = (village.guild.id >> 22) % 2
    line = await dial()
    await line.identifies(shard=[1 - number, 2])
    assert (await line.hears_event("READY"))["guilds"] == []
    line = await dial()
    await line.identifies(shard=[number, 2])
    assert len((await line.hears_event("READY"))["guilds"]) == 1


async def test_frames_may_be_squeezed(village: Any, dial: Any) -> None:
    village.stage.discord.compress_gateway = True
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(village.stage.url + "/gw?v=10&compress=zlib-stream") as socket,
    ):
        hello = zlib.decompressobj().decompress((await socket.receive()).data)
        assert json.loads(hello)["op"] == 10


async def test_the_real_client_resumes_and_hears_commands_given_meanwhile(
    village: Any, launch: Any, make_desk: Any
) -> None:
    desk = make_desk()

    @desk.tree.command(name="ping", description="Answer")
    async def ping(asked: discord.Interaction) -> None:
        await asked.response.send_message("pong", ephemeral=True)

    await launch(desk)
    await desk.tree.sync()
    village.app.ask_to_reconnect()
    await desk.until_heard("RESUMED")
    assert (await village.bob.uses("ping", channel=village.channel)).text == "pong"
    assert len(village.app.identified) == 1
    village.app.disconnect(1001)
    asking = asyncio.create_task(village.bob.uses("ping", channel=village.channel))
    assert (await asking).text == "pong"
    assert len(village.app.identified) == 1


async def test_the_real_client_identifies_anew_after_an_invalid_session(
    village: Any, launch: Any, make_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await launch(make_desk())

    async def at_once(*_: Any, **__: Any) -> None:
        return None

    monkeypatch.setattr(desk, "before_identify_hook", at_once)
    village.app.invalidate_sessions()
    await desk.until_heard("READY", times=2)
    assert len(village.app.identified) == 2


async def test_a_kick_and_an_outage_are_told_apart(village: Any, launch: Any, make_desk: Any) -> None:
    desk = await launch(make_desk())
    seen: asyncio.Queue[str] = asyncio.Queue()

    @desk.event
    async def on_guild_remove(guild: discord.Guild) -> None:
        seen.put_nowait(f"removed from {guild.name}")

    @desk.event
    async def on_guild_unavailable(guild: discord.Guild) -> None:
        seen.put_nowait(f"{guild.name} is out")

    @desk.event
    async def on_guild_available(guild: discord.Guild) -> None:
        seen.put_nowait(f"{guild.name} is back")

    village.guild.outage()
    assert await asyncio.wait_for(seen.get(), 5) == "Village server is out"
    village.guild.recover()
    assert await asyncio.wait_for(seen.get(), 5) == "Village server is back"
    village.guild.remove(village.app)
    assert await asyncio.wait_for(seen.get(), 5) == "removed from Village server"
    with pytest.raises(discord.Forbidden) as refused:
        await desk.get_partial_messageable(village.channel.id).send("still here?")
    assert refused.value.code == 50001


async def test_a_wrong_token_and_a_forbidden_intent_end_the_real_client(
    village: Any, launch: Any, make_desk: Any, wire: Any
) -> None:
    village.app.token_revoked = True
    with pytest.raises(discord.LoginFailure):
        await launch(make_desk())
    village.app.token_revoked = False
    greedy = make_desk()
    greedy._connection._intents = discord.Intents(guilds=True, message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await launch(greedy)


async def test_two_clients_with_one_token_both_hear_a_command_and_one_is_refused(
    village: Any, launch: Any, make_desk: Any
) -> None:
    outcomes: asyncio.Queue[int] = asyncio.Queue()

    def twin() -> Any:
        desk = make_desk()

        @desk.tree.command(name="ping", description="Answer")
        async def ping(asked: discord.Interaction) -> None:
            try:
                await asked.response.send_message("pong")
                outcomes.put_nowait(200)
            except discord.HTTPException as refused:
                outcomes.put_nowait(refused.code)

        return desk

    first = await launch(twin())
    await launch(twin())
    await first.tree.sync()
    await village.bob.uses("ping", channel=village.channel)
    assert sorted([await asyncio.wait_for(outcomes.get(), 5) for _ in range(2)]) == [200, 40060]


async def test_a_closed_gateway_turns_clients_away(village: Any) -> None:
    village.stage.discord.gateway_down = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(village.stage.url + "/gw")
    assert refused.value.status == 503
