"""What Discord takes into a channel, and what it refuses: lengths, files, nonces, permissions, pins."""

import io
from typing import Any

import aiohttp
import discord
import pytest

from bots.rehearsal.discord_world.permissions import Permission

NOBODY = discord.AllowedMentions.none()


def where(village: Any) -> str:
    return f"/channels/{village.channel.id}/messages"


def button(**changed: Any) -> list[dict[str, Any]]:
    return [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changed}]}]


def first_code(tree: dict[str, Any]) -> str:
    while "_errors" not in tree:
        tree = next(iter(tree.values()))
    return tree["_errors"][0]["code"]


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ({"content": "x" * 2001}, ["content"], "BASE_TYPE_MAX_LENGTH"),
        ({"content": 7}, ["content"], "STRING_TYPE_CONVERT"),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, ["embeds", "0", "description"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, ["embeds", "0", "footer", "text"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, ["embeds", "0", "author", "name"], "BASE_TYPE_MAX_LENGTH"),
        (
            {"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]},
            ["embeds", "0", "fields"],
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"embeds": [{"fields": [{"name": " ", "value": "b"}]}]},
            ["embeds", "0", "fields", "0", "name"],
            "BASE_TYPE_REQUIRED",
        ),
        ({"embeds": [{"title": "t", "url": "ftp://x"}]}, ["embeds", "0", "url"], "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"color": 5}]}, ["embeds", "0", "description"], "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "t"}] * 11}, ["embeds"], "BASE_TYPE_BAD_LENGTH"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, ["embeds", "0"], "MAX_EMBED_SIZE_EXCEEDED"),
        ({"content": "x", "nonce": "n" * 26}, ["nonce"], "NONCE_TYPE_TOO_LONG"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            ["allowed_mentions"],
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "x", "components": button(label="x" * 81)}, ["components"], "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "components": button(custom_id="x" * 101)}, ["components"], "BASE_TYPE_BAD_LENGTH"),
        ({"content": "x", "components": button() * 2}, ["components"], "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"content": "x", "components": [{"type": 10, "content": "text"}]}, ["components", "0"], "BASE_TYPE_CHOICES"),
        (
            {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]},
            ["flags"],
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        ({"content": "x", "message_reference": {"message_id": "5"}}, ["message_reference"], "REPLIES_UNKNOWN_MESSAGE"),
    ],
)
async def test_what_is_too_long_or_badly_formed_is_named_in_the_tree_of_errors(
    village: Any, wire: Any, body: dict[str, Any], place: list[str], code: str
) -> None:
    status, answer = await wire("POST", where(village), json=body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    tree = answer["errors"]
    for step in place:
        tree = tree[step]
    assert first_code(tree) == code
    assert village.channel.messages == []


async def test_exactly_the_limits_are_accepted(village: Any, wire: Any) -> None:
    embed = {"title": "t" * 256, "description": "d" * 4096, "footer": {"text": "f" * 1648}}
    status, _ = await wire("POST", where(village), json={"content": "é" * 2000, "embeds": [embed]})
    assert status == 200


async def test_an_empty_message_is_refused_and_blanks_are_empty(village: Any, wire: Any) -> None:
    for body in ({}, {"content": " \n "}, {"content": None, "embeds": []}):
        status, answer = await wire("POST", where(village), json=body)
        assert (status, answer["code"]) == (400, 50006)


async def test_a_message_may_not_be_emptied_by_an_edit(village: Any, wire: Any) -> None:
    _, sent = await wire("POST", where(village), json={"content": "Entry"})
    status, answer = await wire("PATCH", f"{where(village)}/{sent['id']}", json={"content": ""})
    assert (status, answer["code"]) == (400, 50006)
    assert village.channel.messages[0].content == "Entry"


async def test_an_edit_keeps_what_it_does_not_name(village: Any, wire: Any) -> None:
    _, sent = await wire("POST", where(village), json={"content": "Entry", "embeds": [{"title": "t"}]})
    await wire("PATCH", f"{where(village)}/{sent['id']}", json={"content": "Entry, corrected"})
    (seen,) = village.channel.messages
    assert (seen.content, seen.embeds[0].title, seen.edits) == ("Entry, corrected", "t", 1)


async def test_broken_json_and_fields_discord_does_not_know_are_caught(village: Any, wire: Any) -> None:
    status, answer = await wire("POST", where(village), data=b"{", headers={"Content-Type": "application/json"})
    assert (status, answer["code"]) == (400, 50109)
    await wire(
        "POST", where(village), json={"content": "x", "parse_mode": "HTML", "embeds": [{"titel": "x", "title": "y"}]}
    )
    assert [one.what for one in village.stage.violations] == [
        "unknown field parse_mode",
        "unknown field embeds.0.titel",
    ]


async def test_the_same_nonce_within_two_minutes_is_the_same_message(
    village: Any, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"content": "Entry", "nonce": "e1", "enforce_nonce": True}
    _, first = await wire("POST", where(village), json=body)
    _, again = await wire("POST", where(village), json={**body, "content": "Entry, retried"})
    assert again["id"] == first["id"]
    assert len(village.channel.messages) == 1
    now = village.stage.discord.now()
    monkeypatch.setattr(village.stage.discord, "now", lambda: now + 121)
    _, later = await wire("POST", where(village), json=body)
    assert later["id"] != first["id"]


async def test_a_nonce_used_for_another_channel_swallows_the_message_and_is_reported(village: Any, wire: Any) -> None:
    other = village.guild.add_text_channel("other")
    body = {"content": "Entry", "nonce": "e1", "enforce_nonce": True}
    await wire("POST", where(village), json=body)
    _, answer = await wire("POST", f"/channels/{other.id}/messages", json=body)
    assert answer["channel_id"] == str(village.channel.id)
    assert "another channel" in village.stage.violations[0].what


async def test_files_are_kept_and_can_be_fetched(village: Any, rest: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    sent = await channel.send("look", file=discord.File(io.BytesIO(b"roof"), "a roof.txt", description="A roof"))
    (file,) = village.channel.messages[0].attachments
    assert (file.filename, file.description, file.size) == ("a_roof.txt", "A roof", 4)
    assert await sent.attachments[0].read() == b"roof"
    await sent.edit(attachments=[discord.File(io.BytesIO(b"new"), "b.txt")])
    assert [one.filename for one in village.channel.messages[0].attachments] == ["b.txt"]


async def test_a_picture_shown_in_an_embed_is_not_listed_twice(village: Any, rest: Any) -> None:
    embed = discord.Embed(title="Storm").set_image(url="attachment://roof.png")
    channel = rest.get_partial_messageable(village.channel.id)
    await channel.send(embed=embed, file=discord.File(io.BytesIO(b"\x89PNG"), "roof.png"))
    (seen,) = village.channel.messages
    assert seen.attachments == ()
    async with aiohttp.ClientSession() as session, session.get(seen.embeds[0].image) as answer:
        assert await answer.read() == b"\x89PNG"


async def test_a_picture_that_was_not_sent_along_is_reported(village: Any, wire: Any) -> None:
    await wire("POST", where(village), json={"embeds": [{"title": "x", "image": {"url": "attachment://gone.png"}}]})
    assert "gone.png" in village.stage.violations[0].what


async def test_a_file_of_more_than_ten_mebibytes_is_refused(village: Any, rest: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(file=discord.File(io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), "big.bin"))
    assert (refused.value.status, refused.value.code) == (413, 40005)


@pytest.mark.parametrize(
    ("taken", "body", "code"),
    [
        (Permission.VIEW_CHANNEL, {"content": "x"}, 50001),
        (Permission.SEND_MESSAGES, {"content": "x"}, 50013),
        (Permission.EMBED_LINKS, {"embeds": [{"title": "x"}]}, 50013),
    ],
)
async def test_without_the_permission_nothing_is_sent(
    village: Any, wire: Any, taken: Permission, body: dict[str, Any], code: int
) -> None:
    village.channel.revoke(village.guild.bot_role(village.app), taken)
    status, answer = await wire("POST", where(village), json=body)
    assert (status, answer["code"]) == (403, code)
    assert village.stage.discord.invalid_requests == 1
    village.channel.restore(village.guild.bot_role(village.app))
    assert (await wire("POST", where(village), json=body))[0] == 200


async def test_without_the_permission_no_file_is_sent(village: Any, rest: Any) -> None:
    village.channel.revoke(village.app, Permission.ATTACH_FILES)
    channel = rest.get_partial_messageable(village.channel.id)
    with pytest.raises(discord.Forbidden):
        await channel.send(file=discord.File(io.BytesIO(b"x"), "a.txt"))


async def test_only_ones_own_messages_can_be_changed_but_a_moderator_deletes_any(village: Any, rest: Any) -> None:
    said = village.bob.says("hello", channel=village.channel)
    theirs = rest.get_partial_messageable(village.channel.id).get_partial_message(said.id)
    with pytest.raises(discord.Forbidden) as refused:
        await theirs.edit(content="mine now")
    assert refused.value.code == 50005
    await theirs.delete()
    assert village.channel.messages == []
    with pytest.raises(discord.NotFound) as gone:
        await theirs.delete()
    assert gone.value.code == 10008


async def test_the_content_of_others_is_hidden_without_the_intent_for_it(village: Any, rest: Any) -> None:
    village.bob.says("between us", channel=village.channel)
    village.bob.says(f"{village.app.mention} hello", channel=village.channel)
    channel = rest.get_partial_messageable(village.channel.id)
    assert [message.content async for message in channel.history(oldest_first=True)] == [
        "",
        f"{village.app.mention} hello",
    ]


async def test_mentions_ring_only_whom_they_may(village: Any, wire: Any) -> None:
    role = village.guild.add_role("storm watch")
    text = f"@everyone {village.bob.mention} {role.mention}"
    await wire("POST", where(village), json={"content": text, "allowed_mentions": {"parse": []}})
    await wire("POST", where(village), json={"content": text, "allowed_mentions": {"roles": [str(role.id)]}})
    await wire("POST", where(village), json={"content": text})
    assert [message.pings for message in village.channel.messages] == [
        (),
        ("@storm watch",),
        ("@everyone", "@storm watch", "@bob"),
    ]


async def test_pins_by_the_new_route_and_the_old_one(village: Any, rest: Any, wire: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    card = await channel.send("what we know")
    await card.pin()
    assert village.channel.messages[0].pinned
    assert [message.id async for message in channel.pins()] == [card.id]
    notice = village.channel.history[-1]
    assert (notice.by_discord, notice.reference, len(village.channel.messages)) == (True, card.id, 1)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.get_partial_message(notice.id).edit(content="x")
    assert refused.value.code == 50021
    await channel.get_partial_message(notice.id).delete()
    assert (await wire("GET", f"/channels/{village.channel.id}/pins"))[1][0]["id"] == str(card.id)
    assert (await wire("DELETE", f"/channels/{village.channel.id}/pins/{card.id}"))[0] == 204
    assert not village.channel.messages[0].pinned
    village.channel.revoke(village.app, Permission.PIN_MESSAGES)
    with pytest.raises(discord.Forbidden):
        await card.pin()


async def test_a_published_message_is_published_once_and_changed_three_times_an_hour(village: Any, wire: Any) -> None:
    news = village.guild.add_announcement_channel("news")
    _, sent = await wire("POST", f"/channels/{news.id}/messages", json={"content": "Entry"})
    there = f"/channels/{news.id}/messages/{sent['id']}"
    assert (await wire("POST", f"{there}/crosspost"))[0] == 200
    assert news.messages[0].published
    assert (await wire("POST", f"{there}/crosspost"))[1]["code"] == 40033
    statuses = [(await wire("PATCH", there, json={"content": f"v{n}"}))[0] for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert (await wire("POST", f"{where(village)}/1/crosspost"))[1]["code"] == 50024


async def test_many_messages_are_deleted_at_once(village: Any, rest: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    ids = [(await channel.send(f"m{n}")).id for n in range(3)]
    await rest.http.delete_messages(village.channel.id, ids[:2])
    assert [message.content for message in village.channel.messages] == ["m2"]
    with pytest.raises(discord.HTTPException) as refused:
        await rest.http.delete_messages(village.channel.id, ids[2:])
    assert refused.value.code == 50016


async def test_a_reply_points_at_what_it_answers(village: Any, rest: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    first = await channel.send("Entry 4")
    notice = await channel.send("Correction", reference=first, mention_author=False)
    assert village.channel.messages[1].reference == first.id
    assert notice.reference.message_id == first.id
    village.channel.revoke(village.app, Permission.READ_MESSAGE_HISTORY)
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send("Correction", reference=first)
    assert refused.value.code == 160002


async def test_a_reader_who_takes_no_messages_from_bots_gets_none(village: Any, rest: Any) -> None:
    person = await rest.fetch_user(village.bob.id)
    await person.send("hello")
    village.bob.closed_to_bots = True
    with pytest.raises(discord.Forbidden) as closed:
        await person.send("hello again")
    assert closed.value.code == 50007
    village.bob.closed_to_bots = False
    village.guild.remove(village.bob)
    with pytest.raises(discord.Forbidden) as stranger:
        await person.send("still there?")
    assert stranger.value.code == 50278


async def test_laid_out_components_are_read_as_text(village: Any, wire: Any) -> None:
    parts = [{"type": 17, "components": [{"type": 10, "content": "Entry 1"}, {"type": 14}, *button()]}]
    status, _ = await wire("POST", where(village), json={"flags": 1 << 15, "components": parts})
    assert status == 200
    (seen,) = village.channel.messages
    assert seen.text == "Entry 1"
    assert [one.label for one in seen.components] == ["Go"]


async def test_messages_of_a_deleted_channel_are_unknown(village: Any, wire: Any) -> None:
    village.channel.delete()
    status, answer = await wire("POST", where(village), json={"content": "x"})
    assert (status, answer["code"]) == (404, 10003)
