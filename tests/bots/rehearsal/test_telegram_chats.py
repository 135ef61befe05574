"""Groups, forums and channels on the stage's Telegram: rights, topics, moving, and leaving."""

import pytest
import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.groups import Channel, Group
from bots.rehearsal.telegram_world.people import Person


@pytest.fixture
def bob(stage: Stage) -> Person:
    stage.telegram.enforce_rates = False
    return stage.telegram.add_person("Bob", username="bob")


@pytest.fixture
def group(stage: Stage, bot: BotAccount, bob: Person) -> Group:
    group = stage.telegram.add_group("Village hall", admins=[bob], supergroup=True)
    group.add_bot(bot, by=bob)
    return group


@pytest.fixture
def forum(stage: Stage, bot: BotAccount, bob: Person) -> Group:
    forum = stage.telegram.add_group("Forum", admins=[bob], forum=True)
    forum.add_bot(bot, by=bob)
    return forum


@pytest.fixture
def channel(stage: Stage, bot: BotAccount, bob: Person) -> Channel:
    channel = stage.telegram.add_channel("News", admins=[bob], username="daily_news")
    channel.add_bot(bot, by=bob)
    return channel


async def test_numbers_are_counted_as_on_telegram(
    stage: Stage, client: telegram.Bot, bot: BotAccount, bob: Person, group: Group, channel: Channel
) -> None:
    await bob.starts(bot)
    private = [(await client.send_message(bob.id, "a")).message_id, (await client.send_message(bob.id, "b")).message_id]
    assert private == [2, 3]
    assert (await client.send_message(group.id, "c")).message_id == 2
    assert (await client.send_message(channel.id, "d")).message_id == 1
    basic = stage.telegram.add_group("Small", admins=[bob])
    assert group.id < -(10**12) < basic.id < 0
    assert bob.id > 2**32


async def test_a_chat_the_bot_was_never_in_is_unknown_to_it(stage: Stage, client: telegram.Bot, bob: Person) -> None:
    secret = stage.telegram.add_group("Secret", admins=[bob], supergroup=True)
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.get_chat(secret.id)
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(-1009999999999, "Hello")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_bot_that_was_thrown_out_is_told_so_in_the_words_of_that_kind_of_chat(
    stage: Stage, client: telegram.Bot, bot: BotAccount, bob: Person, kind: str
) -> None:
    place = (
        stage.telegram.add_channel("News", admins=[bob])
        if kind == "channel"
        else stage.telegram.add_group("Hall", admins=[bob], supergroup=kind == "supergroup")
    )
    place.add_bot(bot, by=bob)
    said = await client.send_message(place.id, "Hello")
    place.remove_bot(bot, by=bob)
    with pytest.raises(Forbidden, match=f"bot was kicked from the {kind} chat"):
        await client.send_message(place.id, "Hello?")
    with pytest.raises(Forbidden, match=f"bot was kicked from the {kind} chat"):
        await said.edit_text("Changed")


async def test_a_bot_that_left_is_no_member(client: telegram.Bot, group: Group) -> None:
    assert await client.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await client.send_message(group.id, "Hello?")


async def test_a_deleted_group_is_gone(stage: Stage, client: telegram.Bot, bot: BotAccount, bob: Person) -> None:
    group = stage.telegram.add_group("Small", admins=[bob])
    group.add_bot(bot, by=bob)
    group.disband()
    with pytest.raises(Forbidden, match="the group chat was deleted"):
        await client.send_message(group.id, "Hello?")


async def test_a_group_that_became_a_supergroup_says_where_it_went_and_tells_the_bot_on_both_sides(
    stage: Stage, client: telegram.Bot, bot: BotAccount, bob: Person
) -> None:
    small = stage.telegram.add_group("Small", admins=[bob])
    small.add_bot(bot, by=bob)
    bot.updates.forget()
    big = small.upgrade_to_supergroup()
    with pytest.raises(ChatMigrated) as moved:
        await client.send_message(small.id, "Hello")
    assert moved.value.new_chat_id == big.id
    assert (await client.send_message(big.id, "Hello")).chat.type == "supergroup"
    messages = [update.message for update in await client.get_updates(timeout=0)]
    assert (messages[0].chat.id, messages[0].migrate_to_chat_id) == (small.id, big.id)
    assert (messages[1].chat.id, messages[1].migrate_from_chat_id) == (big.id, small.id)


async def test_a_restricted_bot_may_not_say_what_was_taken_from_it(
    client: telegram.Bot, bot: BotAccount, bob: Person, group: Group, draw
) -> None:
    group.restrict_bot(bot, by=bob, can_send_photos=False)
    await client.send_message(group.id, "Words still go")
    with pytest.raises(BadRequest, match="Not enough rights to send photos to the chat"):
        await client.send_photo(group.id, draw())
    group.restrict_bot(bot, by=bob)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await client.send_message(group.id, "Words")
    place = await client.get_chat_member(group.id, bot.id)
    assert (place.status, place.can_send_messages) == ("restricted", False)


async def test_a_right_that_does_not_exist_cannot_be_given(group: Group, bot: BotAccount, bob: Person) -> None:
    with pytest.raises(LookupError, match="can_fly"):
        group.promote_bot(bot, by=bob, can_fly=True)
    with pytest.raises(LookupError, match="can_fly"):
        group.restrict_bot(bot, by=bob, can_fly=False)


async def test_pinning_needs_an_administrators_right(
    client: telegram.Bot, bot: BotAccount, bob: Person, group: Group
) -> None:
    said = await client.send_message(group.id, "What we know")
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages in the chat"):
        await said.pin()
    group.promote_bot(bot, by=bob)
    await said.pin()
    seen = group.find(said.message_id)
    assert seen is not None
    assert seen.pinned
    assert (await client.get_chat(group.id)).pinned_message.message_id == said.message_id
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await client.pin_chat_message(group.id, 999)
    await client.unpin_chat_message(group.id)
    assert not [message for message in group.messages if message.pinned]


async def test_a_member_bot_deletes_its_own_messages_and_an_administrator_others_too(
    client: telegram.Bot, bot: BotAccount, bob: Person, group: Group
) -> None:
    theirs = await bob.says(group, "Hello")
    assert await client.delete_message(group.id, (await client.send_message(group.id, "Mine")).message_id)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await client.delete_message(group.id, theirs.id)
    group.promote_bot(bot, by=bob)
    assert await client.delete_message(group.id, theirs.id)


async def test_a_post_in_a_channel_stands_under_the_channels_name(client: telegram.Bot, channel: Channel) -> None:
    answer = await client.send_message("@daily_news", "Storm")
    assert (answer.chat.id, answer.from_user, answer.sender_chat.id) == (channel.id, None, channel.id)
    assert channel.messages[-1].sender == "News"
    assert (await answer.edit_text("Storm, corrected")).text == "Storm, corrected"


async def test_without_the_right_to_post_a_channel_is_closed_to_the_bot(
    client: telegram.Bot, bot: BotAccount, bob: Person, channel: Channel
) -> None:
    said = await client.send_message(channel.id, "Storm")
    channel.promote_bot(bot, by=bob, can_post_messages=False, can_edit_messages=False)
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await client.send_message(channel.id, "More storm")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await said.edit_text("Less storm")


async def test_an_administrator_with_the_right_edits_other_peoples_posts(
    client: telegram.Bot, bob: Person, channel: Channel
) -> None:
    post = await bob.says(channel, "Typo heer")
    assert (await client.edit_message_text("Typo here", channel.id, post.id)).text == "Typo here"


async def test_a_message_in_a_topic_stands_only_there(client: telegram.Bot, forum: Group) -> None:
    live, other = forum.add_topic("Live"), forum.add_topic("Other")
    answer = await client.send_message(forum.id, "In its place", message_thread_id=live.id)
    assert (answer.message_thread_id, answer.is_topic_message, answer.chat.is_forum) == (live.id, True, True)
    assert [message.text for message in live.messages if message.text] == ["In its place"]
    assert not [message for message in other.messages if message.text]
    await client.send_message(forum.id, "For everybody")
    assert [message.text for message in forum.general_topic().messages if message.text] == ["For everybody"]


@pytest.mark.parametrize("thread", [1, 4711])
async def test_the_general_topics_number_and_unknown_ones_are_no_threads(
    client: telegram.Bot, forum: Group, thread: int
) -> None:
    with pytest.raises(BadRequest, match="Message thread not found"):
        await client.send_message(forum.id, "Where?", message_thread_id=thread)


async def test_a_thread_in_a_chat_without_topics_is_ignored_and_noted(
    client: telegram.Bot, group: Group, stage: Stage
) -> None:
    answer = await client.send_message(group.id, "Here", message_thread_id=5)
    assert answer.message_thread_id is None
    assert "message_thread_id" in stage.violations[0].what


async def test_a_closed_topic_is_closed_to_a_bot_without_the_right(
    client: telegram.Bot, bot: BotAccount, bob: Person, forum: Group
) -> None:
    live = forum.add_topic("Live")
    forum.close_topic(live)
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_CLOSED"):
        await client.send_message(forum.id, "Too late", message_thread_id=live.id)
    forum.promote_bot(bot, by=bob)
    await client.send_message(forum.id, "Still", message_thread_id=live.id)
    forum.demote_bot(bot, by=bob)
    forum.reopen_topic(live)
    await client.send_message(forum.id, "Again", message_thread_id=live.id)
    assert [message.text for message in live.messages if message.text] == ["Still", "Again"]


async def test_a_bot_with_the_right_opens_closes_and_reopens_topics(
    client: telegram.Bot, bot: BotAccount, bob: Person, forum: Group, group: Group
) -> None:
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await client.create_forum_topic(forum.id, "Live")
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await client.create_forum_topic(group.id, "Live")
    forum.promote_bot(bot, by=bob)
    topic = await client.create_forum_topic(forum.id, "Live")
    assert await client.close_forum_topic(forum.id, topic.message_thread_id)
    assert forum.topics[topic.message_thread_id].closed
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await client.close_forum_topic(forum.id, topic.message_thread_id)
    assert await client.reopen_forum_topic(forum.id, topic.message_thread_id)


async def test_a_bot_can_ask_who_is_in_a_chat(
    stage: Stage, client: telegram.Bot, bot: BotAccount, bob: Person, group: Group
) -> None:
    cleo = stage.telegram.add_person("Cleo")
    group.add_person(cleo)
    assert await client.get_chat_member_count(group.id) == 3
    assert [admin.user.id for admin in await client.get_chat_administrators(group.id)] == [bob.id]
    assert (await client.get_chat_member(group.id, bob.id)).status == "creator"
    assert (await client.get_chat_member(group.id, cleo.id)).status == "member"
    group.remove_person(cleo, by=bob)
    assert (await client.get_chat_member(group.id, cleo.id)).status == "kicked"
    with pytest.raises(BadRequest, match="Member not found"):
        await client.get_chat_member(group.id, 12)
    await bob.starts(bot)
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await client.get_chat_administrators(bob.id)


async def test_a_chat_is_described_in_full(client: telegram.Bot, channel: Channel, group: Group) -> None:
    channel.link(group)
    described = await client.get_chat(channel.id)
    assert (described.title, described.username, described.linked_chat_id) == ("News", "daily_news", group.id)
    assert (await client.get_chat(group.id)).permissions.can_send_messages
