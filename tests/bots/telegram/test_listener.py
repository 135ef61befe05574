"""What people do on Telegram reaches the desk as it was, and what the desk says reaches them."""

import asyncio

import pytest
import sqlalchemy as sa

from core.commands.heard import Mark
from core.model import Address, PlaceKind, Platform
from core.store import destinations, tables
from tests.doubles.pictures import picture


@pytest.fixture
async def storm(telegram):
    """A live coverage, and the account listening."""
    coverage = await telegram.office.opens("Storm Ada")
    await telegram.starts()
    return coverage


@pytest.fixture
async def editor(telegram, storm):
    """Somebody enrolled, in their private chat."""
    person = telegram.stage.telegram.add_person("Ed")
    await telegram.enrols(person)
    await person.starts(telegram.account)
    await telegram.idle()
    telegram.heard.clear()
    return person


def carried(telegram):
    return telegram.office.carries()


async def follows(telegram, chat_id, thread=0):
    return await telegram.office.rooms.readership.following("tg", Address(Platform.TELEGRAM, chat_id, thread))


async def test_a_reader_starts_and_follows_with_one_tap(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann")
    await ann.starts(telegram.account)
    chat = ann.private_chat(telegram.account)
    greeting = await chat.wait_for(lambda one: one.labels)
    await ann.presses(greeting, greeting.labels[0])
    await chat.wait_for(lambda one: "Storm Ada" in one.text and one.id > greeting.id)
    assert [one.coverage.slug for one in await follows(telegram, ann.id)] == [storm.slug]


async def test_a_deep_link_follows_at_once(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann")
    await ann.starts(telegram.account, f"c_{storm.slug}")
    await telegram.idle()
    assert await follows(telegram, ann.id)


async def test_a_topic_is_a_place_of_its_own_and_is_answered_there(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    forum = telegram.stage.telegram.add_group("Neighbours", [], [boss], forum=True)
    forum.add_bot(telegram.account, by=boss)
    topic = forum.add_topic("News")
    asked = await boss.says(topic, f"/follow@livedesk_bot {storm.slug}")
    answer = await topic.wait_for(lambda one: one.author is telegram.account)
    assert answer.reply_to == asked.id
    assert await follows(telegram, forum.id, topic.id)
    assert telegram.heard[-1].place.kind is PlaceKind.TOPIC
    await boss.says(forum.general_topic(), f"/follow@livedesk_bot {storm.slug}")
    await telegram.idle()
    assert telegram.heard[-1].place.address == Address(Platform.TELEGRAM, forum.id)


async def test_only_who_runs_a_group_decides_what_it_follows(telegram, storm):
    boss, member = (telegram.stage.telegram.add_person(name) for name in ("Boss", "Member"))
    group = telegram.stage.telegram.add_group("Neighbours", [member], [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    await member.says(group, f"/follow@livedesk_bot {storm.slug}")
    await telegram.idle()
    assert not telegram.heard[-1].place_admin
    assert not await follows(telegram, group.id)
    await boss.says(group, f"/follow@livedesk_bot {storm.slug}")
    await telegram.idle()
    assert telegram.heard[-1].place_admin
    assert await follows(telegram, group.id)


async def test_an_anonymous_admin_proves_who_they_are_by_a_button(telegram, storm):
    boss, member = (telegram.stage.telegram.add_person(name) for name in ("Boss", "Member"))
    group = telegram.stage.telegram.add_group("Neighbours", [member], [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    await boss.says(group, f"/follow@livedesk_bot {storm.slug}", as_anonymous_admin=True)
    await telegram.idle()
    assert telegram.heard[-1].marks == {Mark.ANONYMOUS}
    proof = await group.wait_for(lambda one: one.labels and one.reply_to)
    await member.presses(proof, proof.labels[0])
    assert not await follows(telegram, group.id)
    await boss.presses(proof, proof.labels[0])
    assert await follows(telegram, group.id)


async def test_words_for_others_are_not_heard(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    group = telegram.stage.telegram.add_group("Neighbours", [], [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    group.promote_bot(telegram.account, by=boss)
    await telegram.idle()
    telegram.heard.clear()
    await boss.says(group, "Good morning all")
    await boss.says(group, "/live@other_bot")
    await boss.says(group, "not /live in the middle")
    await boss.sends_photo(group, picture(), "look")
    await telegram.idle()
    assert telegram.heard == []


async def test_what_people_say_among_themselves_never_enters_the_store(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    group = telegram.stage.telegram.add_group("Neighbours", [], [boss], supergroup=True)
    group.promote_bot(telegram.account, by=boss)
    channel = telegram.stage.telegram.add_channel("Club", [boss])
    channel.add_bot(telegram.account, by=boss)

    def rows(conn):
        return conn.execute(sa.text("SELECT count(*) FROM inbox")).scalar()

    await telegram.idle()
    before = await telegram.office.store.read(rows)
    said = await boss.says(group, "My secret")
    await boss.edits(said, "My other secret")
    await boss.says(channel, "Club news")
    await telegram.idle()
    assert await telegram.office.store.read(rows) == before
    await boss.says(group, "/live")
    await telegram.idle()
    assert await telegram.office.store.read(rows) == before + 1


async def test_an_editor_types_sees_it_as_readers_will_and_publishes(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.says(chat, "Bridge closed\nThe river is *rising*.")
    card = await chat.wait_for(lambda one: "Publish" in " ".join(one.labels))
    preview = next(one for one in chat.messages if one.text.startswith("Bridge closed\n\n"))
    assert [one.cut_from(preview.text) for one in preview.entities if one.type in ("bold", "italic")] == [
        "Bridge closed",
        "rising",
    ]
    assert preview.silent
    assert preview.id < card.id
    assert not carried(telegram)
    await editor.presses(card, card.labels[0])
    await telegram.idle()
    assert len(carried(telegram)) == 1
    undo = await chat.wait_for(lambda one: one.id == card.id and one.edited and one.labels)
    await editor.presses(undo, undo.labels[0])
    await telegram.idle()
    assert not carried(telegram)


async def test_a_card_shows_by_itself_what_became_of_the_entry(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.says(chat, "Bridge closed")
    card = await chat.wait_for(lambda one: "Publish" in " ".join(one.labels))
    await editor.presses(card, card.labels[0])
    queued = await chat.wait_for(lambda one: one.id == card.id and one.labels and one.edits > 0)
    board = await chat.wait_for(lambda one: one.id == card.id and one.edits > queued.edits, 20)
    assert board.text != queued.text


async def test_a_picture_with_a_caption_is_a_draft_with_the_picture(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.sends_photo(chat, picture(), "Bridge closed")
    preview = await chat.wait_for(lambda one: one.photo is not None and one.author is telegram.account)
    assert preview.caption.startswith("Bridge closed")
    assert [asset.digest for asset in telegram.heard[0].pictures] == list(telegram.shelf.pictures)


async def test_an_album_is_one_draft_with_every_picture(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.sends_album(chat, [picture(60), picture(61), picture(62)], "Three roads\nAll shut.")
    await chat.wait_for(lambda one: "Publish" in " ".join(one.labels))
    (heard,) = telegram.heard
    assert heard.words == "Three roads\nAll shut."
    assert [asset.width for asset in heard.pictures] == [60, 61, 62]


async def test_two_albums_side_by_side_stay_two(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.sends_album(chat, [picture(61), picture(62)], "One")
    await editor.sends_album(chat, [picture(63), picture(64)], "Two")
    await telegram.idle()
    assert [(one.words, len(one.pictures)) for one in telegram.heard] == [("One", 2), ("Two", 2)]


async def test_a_picture_that_is_lost_on_the_way_is_told(telegram, editor):
    chat = editor.private_chat(telegram.account)
    telegram.stage.faults.add("bad_request", platform="telegram", method="getFile", description="file is too big")
    await editor.sends_photo(chat, picture(), "Bridge closed")
    await chat.wait_for(lambda one: "did not come through" in one.text)
    assert telegram.heard == []


async def test_a_file_that_is_no_picture_is_told(telegram, editor):
    chat = editor.private_chat(telegram.account)
    telegram.stage.faults.add("malformed", platform="telegram", method="download", body=b"<html>not a picture</html>")
    await editor.sends_photo(chat, picture(), "Bridge closed")
    await chat.wait_for(lambda one: "no picture" in one.text)
    assert telegram.heard == []


async def test_a_strangers_picture_is_not_fetched(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann")
    await ann.starts(telegram.account)
    await ann.sends_photo(ann.private_chat(telegram.account), picture(), "Look!")
    await telegram.idle()
    assert telegram.heard[-1].words == "Look!"
    assert not telegram.stage.journal.of("telegram", "getFile")


async def _forwarded(editor, chat, other):
    original = await other.says(other.private_chat(chat.bot), "/post False news")
    await editor.forwards(original, to=chat)


async def _edited(editor, chat, other):
    said = await editor.says(chat, "/live")
    await editor.edits(said, "/post False news")


async def _via_bot(editor, chat, other):
    await editor.says(chat, "/post False news", via_bot=chat.bot)


@pytest.mark.parametrize(
    ("way", "mark"), [(_forwarded, Mark.FORWARDED), (_edited, Mark.EDITED), (_via_bot, Mark.VIA_BOT)]
)
async def test_second_hand_words_in_private_never_publish_by_themselves(telegram, editor, way, mark):
    other = telegram.stage.telegram.add_person("Other")
    await other.starts(telegram.account)
    await way(editor, editor.private_chat(telegram.account), other)
    await telegram.idle()
    (heard,) = [one for one in telegram.heard if one.caller == editor.id and one.command == "post"]
    assert heard.marks == {mark}
    assert not carried(telegram)


async def test_an_editor_in_a_group_publishes_only_under_their_own_name(telegram, editor):
    world = telegram.stage.telegram
    channel = world.add_channel("Club", [editor])
    group = world.add_group("Newsroom", [], [editor], supergroup=True)
    group.add_bot(telegram.account, by=editor)
    group.promote_bot(telegram.account, by=editor)
    for more, mark in (
        ({"as_anonymous_admin": True}, Mark.ANONYMOUS),
        ({"sender_chat": channel}, Mark.AS_CHANNEL),
    ):
        await editor.says(group, "/post@livedesk_bot False news", **more)
        await telegram.idle()
        assert telegram.heard[-1].marks == {mark}
    assert not carried(telegram)
    await editor.says(group, "/post@livedesk_bot True news")
    await telegram.idle()
    assert telegram.heard[-1].marks == frozenset()
    assert len(carried(telegram)) == 1


async def test_a_linked_channels_copy_and_a_channels_command_are_known_for_what_they_are(telegram, editor):
    world = telegram.stage.telegram
    group = world.add_group("Talk", [], [editor], supergroup=True)
    group.add_bot(telegram.account, by=editor)
    group.promote_bot(telegram.account, by=editor)
    channel = world.add_channel("Club", [editor], discussion=group)
    channel.add_bot(telegram.account, by=editor)
    await editor.says(channel, "/post@livedesk_bot False news")
    await telegram.idle()
    marks = {one.place.kind: one.marks for one in telegram.heard if one.command == "post"}
    assert marks[PlaceKind.CHANNEL] == {Mark.AS_CHANNEL}
    assert Mark.AUTO_FORWARDED in marks[PlaceKind.GROUP]
    assert not carried(telegram)


async def test_a_button_that_is_spent_says_so_and_stops_turning(telegram, editor):
    chat = editor.private_chat(telegram.account)
    await editor.says(chat, "Bridge closed")
    card = await chat.wait_for(lambda one: "Publish" in " ".join(one.labels))
    data = card.button(card.labels[0]).data
    await editor.presses(card, card.labels[0])
    press = telegram.stage.telegram.callbacks.press(editor, card, data)
    assert (await press.answered).text


async def test_a_press_is_answered_even_when_its_work_fails(telegram, editor, monkeypatch):
    chat = editor.private_chat(telegram.account)
    await editor.says(chat, "Bridge closed")
    card = await chat.wait_for(lambda one: "Publish" in " ".join(one.labels))

    async def fails(*_):
        raise RuntimeError("no paper")

    monkeypatch.setattr(telegram.office.rooms.enrolment, "who", fails)
    toast = await editor.presses(card, card.labels[0])
    assert toast.text == ""


async def test_whoever_blocks_us_is_paused_and_comes_back_with_everything(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann")
    await ann.starts(telegram.account, f"c_{storm.slug}")
    await telegram.idle()
    here = Address(Platform.TELEGRAM, ann.id)
    await ann.blocks(telegram.account)
    await telegram.idle()
    paused = await telegram.office.store.read(destinations.find, "tg", here)
    assert (paused.status, paused.paused_because) == ("paused", "blocked")
    await ann.unblocks(telegram.account)
    await telegram.idle()
    assert (await telegram.office.store.read(destinations.find, "tg", here)).status == "active"
    assert await follows(telegram, ann.id)


async def test_a_group_that_lets_us_in_is_greeted_and_one_that_throws_us_out_is_paused(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    group = telegram.stage.telegram.add_group("Neighbours", [], [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    greeting = await group.wait_for(lambda one: one.author is telegram.account)
    await boss.presses(greeting, greeting.labels[0])
    assert await follows(telegram, group.id)
    group.remove_bot(telegram.account, by=boss)
    await telegram.idle()
    gone = await telegram.office.store.read(destinations.find, "tg", Address(Platform.TELEGRAM, group.id))
    assert (gone.status, gone.paused_because) == ("paused", "kicked")


async def test_a_channel_that_lets_us_in_is_not_spoken_to(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    channel = telegram.stage.telegram.add_channel("Club", [boss])
    channel.add_bot(telegram.account, by=boss)
    await telegram.idle()
    assert not channel.messages


async def test_a_group_that_becomes_a_supergroup_stays_the_same_place(telegram, storm):
    boss = telegram.stage.telegram.add_person("Boss")
    group = telegram.stage.telegram.add_group("Neighbours", [], [boss])
    group.add_bot(telegram.account, by=boss)
    await boss.says(group, f"/follow@livedesk_bot {storm.slug}")
    await telegram.idle()
    assert await follows(telegram, group.id)
    new = group.upgrade_to_supergroup()
    await telegram.idle()
    assert await follows(telegram, new.id)
    assert not await follows(telegram, group.id)


async def test_our_words_of_a_place_hold_no_name_of_a_reader(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann Private")
    await ann.starts(telegram.account, f"c_{storm.slug}")
    await telegram.idle()
    known = await telegram.office.store.read(destinations.find, "tg", Address(Platform.TELEGRAM, ann.id))
    assert known.title == ""


async def size(telegram, chat_id):
    def ask(conn):
        column = tables.destination.c
        return conn.execute(sa.select(column.size).where(column.chat_id == chat_id)).scalar()

    return await telegram.office.store.read(ask)


async def test_a_group_that_follows_is_counted_once_behind_its_answer(telegram, storm):
    boss, *others = (telegram.stage.telegram.add_person(name) for name in ("Boss", "Ann", "Bo"))
    group = telegram.stage.telegram.add_group("Neighbours", others, [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    await boss.says(group, f"/follow@livedesk_bot {storm.slug}")
    await telegram.idle()
    async with asyncio.timeout(20):
        while await size(telegram, group.id) != 4:  # noqa: ASYNC110  nobody waits for it, so nothing tells
            await asyncio.sleep(0.02)
    await boss.says(group, "/following@livedesk_bot")
    await telegram.idle()
    assert len(telegram.stage.journal.of("telegram", "getChatMemberCount")) == 1


async def test_a_private_chat_is_not_counted(telegram, storm):
    ann = telegram.stage.telegram.add_person("Ann")
    await ann.starts(telegram.account, f"c_{storm.slug}")
    await telegram.idle()
    assert await follows(telegram, ann.id)
    assert await size(telegram, ann.id) == 0


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("never", {}),
        ("bad_request", {"description": "chat not found"}),
        ("malformed", {"body": b'{"ok":true,"result":"many"}'}),
    ],
)
async def test_a_group_that_cannot_be_counted_is_answered_and_asked_about_again(telegram, storm, fault, arguments):
    boss = telegram.stage.telegram.add_person("Boss")
    group = telegram.stage.telegram.add_group("Neighbours", [], [boss], supergroup=True)
    group.add_bot(telegram.account, by=boss)
    telegram.stage.faults.add(fault, platform="telegram", method="getChatMemberCount", times=1, **arguments)
    asked = await boss.says(group, f"/follow@livedesk_bot {storm.slug}")
    await group.wait_for(lambda one: one.author is telegram.account and one.reply_to == asked.id)
    assert await follows(telegram, group.id)
    assert await size(telegram, group.id) == 0
    async with asyncio.timeout(20):
        while await size(telegram, group.id) != 2:
            await boss.says(group, "/following@livedesk_bot")
            await telegram.idle()
            await asyncio.sleep(0.2)
