"""How a bot hears of what people do: polling, privacy mode, and every way a message can come in disguise."""

import asyncio

import pytest
import telegram
from telegram.error import Conflict

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.groups import Group
from bots.rehearsal.telegram_world.people import Person


@pytest.fixture
def ann(stage: Stage) -> Person:
    return stage.telegram.add_person("Ann", username="ann", language="de")


@pytest.fixture
def bob(stage: Stage) -> Person:
    return stage.telegram.add_person("Bob")


@pytest.fixture
async def group(stage: Stage, bot: BotAccount, ann: Person, bob: Person) -> Group:
    group = stage.telegram.add_group("Village hall", members=[ann], admins=[bob])
    group.add_bot(bot, by=bob)
    bot.updates.forget()
    return group


async def heard(client: telegram.Bot) -> list[telegram.Update]:
    updates = await client.get_updates(timeout=0)
    return list(updates)


async def test_an_update_comes_again_until_a_later_offset_confirms_it(
    client: telegram.Bot, ann: Person, bot: BotAccount
) -> None:
    await ann.starts(bot, "storm")
    await ann.says(ann.private_chat(bot), "/live")
    first = await heard(client)
    assert [update.message.text for update in first] == ["/start storm", "/live"]
    assert first[1].update_id == first[0].update_id + 1
    assert first[0].message.from_user.language_code == "de"
    assert await heard(client) == first
    rest = await client.get_updates(offset=first[1].update_id, timeout=0)
    assert [update.message.text for update in rest] == ["/live"]
    assert await client.get_updates(offset=first[1].update_id + 1, timeout=0) == ()


async def test_a_limit_and_a_negative_offset_choose_from_either_end(
    client: telegram.Bot, ann: Person, bot: BotAccount
) -> None:
    for number in range(5):
        await ann.says(ann.private_chat(bot), f"{number}")
    assert [update.message.text for update in await client.get_updates(limit=2, timeout=0)] == ["0", "1"]
    assert [update.message.text for update in await client.get_updates(offset=-2, timeout=0)] == ["3", "4"]
    assert len(await heard(client)) == 2


async def test_a_long_poll_answers_as_soon_as_somebody_writes(
    client: telegram.Bot, ann: Person, bot: BotAccount
) -> None:
    poll = asyncio.create_task(client.get_updates(timeout=30))
    await asyncio.wait({poll}, timeout=0.1)
    await ann.says(ann.private_chat(bot), "Now")
    assert [update.message.text for update in await asyncio.wait_for(poll, 10)] == ["Now"]


async def test_a_second_poller_ends_the_first_with_a_conflict(
    client: telegram.Bot, ann: Person, bot: BotAccount, wire
) -> None:
    first = asyncio.create_task(client.get_updates(timeout=30))
    await asyncio.wait({first}, timeout=0.1)
    second = asyncio.create_task(wire("getUpdates", timeout=30))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 10)
    await ann.says(ann.private_chat(bot), "Hello")
    status, body = await asyncio.wait_for(second, 10)
    assert (status, len(body["result"])) == (200, 1)


async def test_nobody_can_poll_while_a_webhook_is_set(client: telegram.Bot, wire) -> None:
    await client.set_webhook("https://example.org/hook")
    assert (await client.get_webhook_info()).url == "https://example.org/hook"
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await client.get_updates(timeout=0)
    await client.delete_webhook(drop_pending_updates=True)
    assert await client.get_updates(timeout=0) == ()
    status, body = await wire("setWebhook", url="http://example.org/hook")
    assert (status, "HTTPS" in body["description"]) == (400, True)


async def test_only_wanted_kinds_of_updates_come_and_the_wish_is_remembered(
    client: telegram.Bot, ann: Person, bot: BotAccount, stage: Stage
) -> None:
    await client.get_updates(timeout=0, allowed_updates=["my_chat_member"])
    await ann.says(ann.private_chat(bot), "unheard")
    await ann.blocks(bot)
    updates = await client.get_updates(timeout=0)
    assert [update.my_chat_member.new_chat_member.status for update in updates] == ["kicked"]
    await client.get_updates(timeout=0, allowed_updates=["mesage"])
    assert "mesage" in stage.violations[0].what


async def test_blocking_and_unblocking_are_told_as_membership(
    client: telegram.Bot, ann: Person, bot: BotAccount
) -> None:
    await ann.starts(bot)
    await ann.blocks(bot)
    await ann.blocks(bot)
    await ann.says(ann.private_chat(bot), "/start")
    kinds = [update.my_chat_member or update.message for update in await heard(client)]
    assert [getattr(each, "text", None) or each.new_chat_member.status for each in kinds] == [
        "/start",
        "kicked",
        "member",
        "/start",
    ]
    assert kinds[1].chat.type == "private"


async def test_an_edited_message_comes_as_an_edit_with_its_old_number(
    client: telegram.Bot, ann: Person, bot: BotAccount
) -> None:
    said = await ann.says(ann.private_chat(bot), "/follow strom")
    await ann.edits(said, "/follow storm")
    first, second = await heard(client)
    assert second.edited_message.text == "/follow storm"
    assert second.edited_message.message_id == first.message.message_id
    assert second.edited_message.edit_date is not None


@pytest.mark.parametrize("hides", [False, True])
async def test_a_forward_says_where_it_comes_from(
    client: telegram.Bot, ann: Person, bob: Person, bot: BotAccount, stage: Stage, hides: bool
) -> None:
    bob.hides = hides
    elsewhere = stage.telegram.add_group("Elsewhere", members=[ann, bob])
    said = await bob.says(elsewhere, "/post Fake news")
    await ann.forwards(said, to=ann.private_chat(bot))
    origin = (await heard(client))[0].message.forward_origin
    assert origin.type == ("hidden_user" if hides else "user")
    assert (origin.sender_user_name if hides else origin.sender_user.first_name) == "Bob"


async def test_a_forward_from_a_channel_names_the_channel_and_the_post(
    client: telegram.Bot, ann: Person, bot: BotAccount, stage: Stage
) -> None:
    channel = stage.telegram.add_channel("Daily", admins=[ann])
    post = await ann.says(channel, "/post")
    await ann.forwards(post, to=ann.private_chat(bot))
    origin = (await heard(client))[0].message.forward_origin
    assert (origin.type, origin.chat.id, origin.message_id) == ("channel", channel.id, post.id)


async def test_an_anonymous_admin_hides_behind_telegrams_own_bot(
    client: telegram.Bot, bob: Person, group: Group
) -> None:
    await bob.says(group, "/post@livedesk_bot", as_anonymous_admin=True)
    message = (await heard(client))[0].message
    assert (message.from_user.id, message.from_user.is_bot) == (1087968824, True)
    assert message.sender_chat.id == group.id


async def test_somebody_may_speak_as_a_channel(client: telegram.Bot, bob: Person, group: Group, stage: Stage) -> None:
    channel = stage.telegram.add_channel("Bob's channel", admins=[bob])
    await bob.says(group, "/post@livedesk_bot", sender_chat=channel)
    message = (await heard(client))[0].message
    assert (message.from_user.id, message.sender_chat.id) == (136817688, channel.id)


async def test_a_message_through_an_inline_bot_says_so(
    client: telegram.Bot, ann: Person, bot: BotAccount, stage: Stage
) -> None:
    other = stage.telegram.add_bot("43:other", "gif_bot", "Gif")
    await ann.says(ann.private_chat(bot), "/post", via_bot=other)
    assert (await heard(client))[0].message.via_bot.id == 43


async def test_a_channels_post_is_forwarded_into_its_discussion_group(
    client: telegram.Bot, bot: BotAccount, bob: Person, stage: Stage
) -> None:
    group = stage.telegram.add_group("Talk", admins=[bob], supergroup=True)
    group.add_bot(bot, by=bob)
    group.promote_bot(bot, by=bob)
    channel = stage.telegram.add_channel("News", admins=[bob], discussion=group)
    bot.updates.forget()
    await bob.says(channel, "/post")
    message = (await heard(client))[0].message
    assert message.is_automatic_forward
    assert (message.from_user.id, message.sender_chat.id, message.chat.id) == (777000, channel.id, group.id)


async def test_with_privacy_mode_a_bot_hears_only_what_is_meant_for_it(
    client: telegram.Bot, ann: Person, group: Group, stage: Stage
) -> None:
    said = await client.send_message(group.id, "I am here")
    own = group.find(said.message_id)
    await ann.says(group, "Lovely weather")
    await ann.says(group, "/live")
    await ann.says(group, "/live@livedesk_bot now")
    await ann.says(group, "/live@other_bot")
    await ann.says(group, "What do you think, @livedesk_bot?")
    await ann.says(group, "An answer", reply_to=own)
    texts = [update.message.text for update in await heard(client)]
    assert texts == ["/live", "/live@livedesk_bot now", "What do you think, @livedesk_bot?", "An answer"]


async def test_a_general_command_goes_to_the_bot_that_spoke_last(
    client: telegram.Bot, ann: Person, bob: Person, group: Group, stage: Stage, wire
) -> None:
    other = stage.telegram.add_bot("43:other", "weather_bot", "Weather")
    group.add_bot(other, by=bob)
    await wire("sendMessage", token="43:other", chat_id=group.id, text="Rain at noon")
    await ann.says(group, "/start")
    assert [update["message"].get("text") for update in other.updates.pending if "message" in update][-1] == "/start"
    assert "/start" not in [update.message.text for update in await heard(client) if update.message]


async def test_an_administrator_or_a_bot_without_privacy_hears_everything_but_other_bots(
    client: telegram.Bot, bot: BotAccount, ann: Person, bob: Person, group: Group, stage: Stage, wire
) -> None:
    stage.telegram.add_bot("43:other", "weather_bot", "Weather")
    group.add_bot(stage.telegram.bots[43], by=bob)
    group.promote_bot(bot, by=bob)
    bot.updates.forget()
    await ann.says(group, "Lovely weather")
    await wire("sendMessage", token="43:other", chat_id=group.id, text="Rain at noon")
    assert [update.message.text for update in await heard(client)] == ["Lovely weather"]


async def test_a_bot_does_not_hear_itself_but_is_told_of_its_own_pin(
    client: telegram.Bot, bot: BotAccount, bob: Person, group: Group
) -> None:
    group.promote_bot(bot, by=bob)
    said = await client.send_message(group.id, "What we know")
    bot.updates.forget()
    await said.pin()
    updates = await heard(client)
    assert [update.message.pinned_message.message_id for update in updates] == [said.message_id]


async def test_being_added_promoted_and_removed_is_told(
    client: telegram.Bot, bot: BotAccount, bob: Person, stage: Stage
) -> None:
    group = stage.telegram.add_group("New", admins=[bob], supergroup=True)
    group.add_bot(bot, by=bob)
    group.promote_bot(bot, by=bob, can_pin_messages=False)
    group.remove_bot(bot, by=bob)
    updates = await heard(client)
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "administrator", "kicked"]
    assert changes[1].new_chat_member.can_pin_messages is False
    assert changes[0].from_user.id == bob.id
    services = [update.message for update in updates if update.message]
    assert services[0].new_chat_members[0].id == bot.id
    assert services[1].left_chat_member.id == bot.id


async def test_a_photo_and_an_album_reach_the_bot_and_can_be_downloaded(
    client: telegram.Bot, bot: BotAccount, ann: Person, draw
) -> None:
    content = draw(1600, 1200)
    await ann.sends_photo(ann.private_chat(bot), content, "The pier")
    await ann.sends_album(ann.private_chat(bot), [draw(), draw(80, 60)], "Two more")
    photo, first, second = [update.message for update in await heard(client)]
    assert (photo.caption, [size.width for size in photo.photo]) == ("The pier", [90, 320, 800, 1280, 1600])
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("Two more", None)
    file = await client.get_file(photo.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == content


async def test_a_person_in_a_topic_speaks_in_its_thread(
    client: telegram.Bot, bot: BotAccount, ann: Person, bob: Person, stage: Stage
) -> None:
    forum = stage.telegram.add_group("Forum", members=[ann], admins=[bob], forum=True)
    forum.add_bot(bot, by=bob)
    topic = forum.add_topic("Live")
    await ann.says(topic, "/follow@livedesk_bot")
    await ann.says(forum.general_topic(), "/follow@livedesk_bot")
    messages = [update.message for update in await heard(client) if update.message and update.message.text]
    assert [(each.message_thread_id, each.is_topic_message) for each in messages] == [(topic.id, True), (None, None)]
