"""Threads and forums: opening, archiving, locking, and what may still be said in them."""

from typing import Any

import discord
import pytest

from bots.rehearsal.discord_world.permissions import BOT, Permission


def messages_of(place: Any) -> str:
    return f"/channels/{place.id}/messages"


async def test_a_thread_from_a_message_has_the_messages_id_and_opens_once(village: Any, wire: Any) -> None:
    _, sent = await wire("POST", messages_of(village.channel), json={"content": "Storm"})
    path = f"{messages_of(village.channel)}/{sent['id']}/threads"
    status, thread = await wire("POST", path, json={"name": "storm", "auto_archive_duration": 1440})
    assert (status, thread["id"], thread["type"]) == (201, sent["id"], 11)
    assert (await wire("POST", path, json={"name": "storm"}))[1]["code"] == 160004
    assert (await wire("POST", f"/channels/{thread['id']}/messages", json={"content": "in it"}))[0] == 200


async def test_a_thread_needs_a_name_and_a_duration_discord_knows(village: Any, wire: Any) -> None:
    path = f"/channels/{village.channel.id}/threads"
    status, answer = await wire("POST", path, json={"name": "", "type": 11, "auto_archive_duration": 5})
    assert (status, list(answer["errors"])) == (400, ["auto_archive_duration"])
    status, answer = await wire("POST", path, json={"name": "x" * 101, "type": 11})
    assert (status, list(answer["errors"])) == (400, ["name"])


async def test_a_forum_entry_comes_with_its_first_message(village: Any, launch: Any, make_desk: Any) -> None:
    forum = village.guild.add_forum("coverages", tags=["storm"])
    desk = await launch(make_desk())
    opened = await desk.get_channel(forum.id).create_thread(name="The storm", content="What we know")
    assert opened.message.content == "What we know"
    thread = village.stage.discord.channel(opened.thread.id)
    assert [message.content for message in thread.messages] == ["What we know"]


async def test_a_forum_takes_no_plain_messages_and_may_want_a_tag(village: Any, wire: Any) -> None:
    forum = village.guild.add_forum("coverages", tags=["storm"], requires_tag=True)
    assert (await wire("POST", messages_of(forum), json={"content": "x"}))[1]["code"] == 50008
    body: dict[str, Any] = {"name": "n", "message": {"content": "x"}}
    assert (await wire("POST", f"/channels/{forum.id}/threads", json=body))[1]["code"] == 40067
    body["applied_tags"] = [forum.tags[0]["id"]]
    assert (await wire("POST", f"/channels/{forum.id}/threads", json=body))[0] == 201


async def test_a_message_wakes_an_archived_thread_but_an_edit_does_not(village: Any, wire: Any) -> None:
    thread = village.guild.add_thread(village.channel, "storm")
    _, sent = await wire("POST", messages_of(thread), json={"content": "one"})
    thread.archive()
    status, answer = await wire("PATCH", f"{messages_of(thread)}/{sent['id']}", json={"content": "two"})
    assert (status, answer["code"]) == (400, 50083)
    assert (await wire("POST", messages_of(thread), json={"content": "three"}))[0] == 200
    assert not thread.thread.archived
    assert (await wire("PATCH", f"{messages_of(thread)}/{sent['id']}", json={"content": "two"}))[0] == 200


async def test_a_locked_thread_is_for_those_who_manage_threads(village: Any, wire: Any) -> None:
    thread = village.guild.add_thread(village.channel, "storm")
    thread.archive(lock=True)
    village.guild.set_permissions(village.guild.bot_role(village.app), BOT & ~Permission.MANAGE_THREADS)
    status, answer = await wire("POST", messages_of(thread), json={"content": "x"})
    assert (status, answer["code"]) == (403, 160005)
    assert (await wire("PATCH", f"/channels/{thread.id}", json={"archived": False}))[1]["code"] == 160005
    village.guild.set_permissions(village.guild.bot_role(village.app), BOT)
    assert (await wire("PATCH", f"/channels/{thread.id}", json={"archived": False, "locked": False}))[0] == 200
    assert (await wire("POST", messages_of(thread), json={"content": "x"}))[0] == 200


async def test_the_bot_hears_of_threads_and_lists_the_active_ones(village: Any, launch: Any, make_desk: Any) -> None:
    desk = await launch(make_desk())
    thread = village.guild.add_thread(village.channel, "storm")
    await desk.until_heard("THREAD_CREATE")
    assert desk.get_guild(village.guild.id).get_thread(thread.id).name == "storm"
    assert [one.id for one in await desk.get_guild(village.guild.id).active_threads()] == [thread.id]
    thread.archive()
    await desk.until_heard("THREAD_UPDATE")
    assert [one.id async for one in desk.get_channel(village.channel.id).archived_threads()] == [thread.id]
    village.channel.delete()
    await desk.until_heard("CHANNEL_DELETE")
    assert desk.get_channel(village.channel.id) is None


async def test_a_private_thread_is_seen_by_its_members(village: Any, wire: Any) -> None:
    village.guild.set_permissions(village.guild.bot_role(village.app), BOT & ~Permission.MANAGE_THREADS)
    thread = village.guild.add_thread(village.channel, "desk only", private=True)
    assert (await wire("POST", messages_of(thread), json={"content": "x"}))[1]["code"] == 50001
    thread.thread.members.add(village.app)
    assert (await wire("POST", messages_of(thread), json={"content": "x"}))[0] == 200


async def test_a_bot_joins_leaves_and_unarchives_a_thread(village: Any, launch: Any, make_desk: Any) -> None:
    thread = village.guild.add_thread(village.channel, "storm")
    desk = await launch(make_desk())
    theirs = desk.get_channel(thread.id)
    await theirs.join()
    assert village.app in thread.thread.members
    await theirs.leave()
    assert village.app not in thread.thread.members
    await theirs.edit(archived=True)
    assert thread.thread.archived
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.join()
    assert refused.value.code == 50083
