"""Webhooks: made by a bot, used with nothing but their token."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from bots.rehearsal.discord_world.permissions import Permission


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def made_in(wire: Any, channel: Any) -> dict[str, Any]:
    status, hook = await wire("POST", f"/channels/{channel.id}/webhooks", json={"name": "Live"})
    assert status == 200
    return hook


async def test_a_webhook_speaks_under_its_own_name(village: Any, wire: Any, session: Any) -> None:
    hook = await made_in(wire, village.channel)
    speaks = discord.Webhook.partial(int(hook["id"]), hook["token"], session=session)
    sent = await speaks.send("Entry 1", username="The storm", wait=True)
    assert [(one.author, one.content) for one in village.channel.messages] == [("The storm", "Entry 1")]
    await sent.edit(content="Entry 1, corrected")
    assert village.channel.messages[0].content == "Entry 1, corrected"
    assert (await speaks.fetch_message(sent.id)).content == "Entry 1, corrected"
    await sent.delete()
    assert village.channel.messages == []
    await speaks.send("Entry 2")
    assert [one.author for one in village.channel.messages] == ["Live"]


async def test_a_webhook_of_a_forum_opens_a_thread_or_names_one(village: Any, wire: Any, session: Any) -> None:
    forum = village.guild.add_forum("coverages")
    hook = await made_in(wire, forum)
    speaks = discord.Webhook.partial(int(hook["id"]), hook["token"], session=session)
    with pytest.raises(discord.HTTPException) as refused:
        await speaks.send("x", wait=True)
    assert refused.value.code == 220001
    sent = await speaks.send("What we know", thread_name="The storm", wait=True)
    thread = village.stage.discord.channel(sent.channel.id)
    await speaks.send("Entry 1", thread=discord.Object(thread.id), wait=True)
    assert [one.content for one in thread.messages] == ["What we know", "Entry 1"]
    assert thread.name == "The storm"


async def test_a_wrong_token_and_a_deleted_webhook_are_told_apart(village: Any, wire: Any) -> None:
    hook = await made_in(wire, village.channel)
    status, answer = await wire("POST", f"/webhooks/{hook['id']}/wrong", json={"content": "x"})
    assert (status, answer["code"]) == (401, 50027)
    assert (await wire("DELETE", f"/webhooks/{hook['id']}"))[0] == 204
    status, answer = await wire("POST", f"/webhooks/{hook['id']}/{hook['token']}", json={"content": "x"})
    assert (status, answer["code"]) == (404, 10015)


async def test_making_a_webhook_takes_the_permission_for_it(village: Any, wire: Any) -> None:
    village.channel.revoke(village.app, Permission.MANAGE_WEBHOOKS)
    assert (await wire("POST", f"/channels/{village.channel.id}/webhooks", json={"name": "Live"}))[1]["code"] == 50013


async def test_webhooks_of_one_channel_share_thirty_a_minute_that_no_header_tells_of(
    village: Any, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = [await made_in(wire, village.channel) for _ in range(7)]
    statuses = []
    for hook in hooks:
        for _ in range(5):
            answer, _ = await wire("POST", f"/webhooks/{hook['id']}/{hook['token']}", json={"content": "x"}, full=True)
            statuses.append(answer.status)
    assert statuses == [204] * 30 + [429] * 5
    assert answer.headers["X-RateLimit-Scope"] == "shared"
    assert village.stage.discord.invalid_requests == 0


async def test_tokens_of_webhooks_never_reach_the_journal(village: Any, wire: Any, tmp_path: Any) -> None:
    hook = await made_in(wire, village.channel)
    await wire("POST", f"/webhooks/{hook['id']}/{hook['token']}", json={"content": "x", "odd": 1})
    assert hook["token"] not in (tmp_path / "journal.jsonl").read_text()
    assert hook["token"] not in str(village.stage.violations)
