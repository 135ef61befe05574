"""Readers and whoever manages a place: following, looking, stopping, coming back."""

import pytest

from bots.rehearsal.discord_world.commands import CannotDo
from core.model import DestinationStatus
from tests.journeys.morning import DISCORD, GIVE_UP, TELEGRAM, Morning, content, label, until, uses

pytestmark = pytest.mark.journey

FOLLOWING = "Following Storm Ada: every entry."
NOT_YOURS = "Only people who manage this place can change what comes here."


async def test_a_deep_link_is_one_tap_to_follow(town: Morning) -> None:
    answer = await town.reads(town.cast.reader, town.ann, "/start c_storm")
    assert FOLLOWING in answer.text
    await town.publishes("Bridge closed")
    assert "Bridge closed" in town.texts()[-1]


async def test_the_link_an_editor_passes_on_is_the_one_that_works(town: Morning) -> None:
    opened = await town.tells("/coverage new Harbour fire\nZone: Europe/London")
    bot, _, payload = opened.text.rpartition("https://t.me/")[2].partition("?start=")
    assert bot == town.cast.telegram_bot.username
    answer = await town.reads(town.cast.reader, town.ann, f"/start {payload}")
    assert "Following Harbour fire: every entry." in answer.text


async def test_a_reader_looks_follows_by_a_button_stops_and_changes_their_mind(town: Morning) -> None:
    ann = town.cast.reader
    live = await town.reads(ann, town.ann, "/live")
    assert "Storm Ada (storm)" in live.text
    await ann.presses(live, label("follow.button", title="Storm Ada"))
    await town.ann.wait_for(lambda seen: FOLLOWING in seen.text, GIVE_UP)

    mine = await town.reads(ann, town.ann, "/following")
    assert "Storm Ada: every entry" in mine.text
    await ann.presses(mine, label("stop.button", title="Storm Ada"))
    stopped = await town.ann.wait_for(lambda seen: "Stopped: Storm Ada." in seen.text, GIVE_UP)
    await town.publishes("Nobody in private hears this")

    await ann.presses(stopped, label("stop.undo"))
    back = await town.ann.wait_for(lambda seen: "All as before." in seen.text, GIVE_UP)
    assert back.id == stopped.id
    await town.publishes("Bridge closed")
    assert "Bridge closed" in town.texts()[-1]
    assert not any("hears this" in text for text in town.texts())


async def test_a_reader_who_wants_key_points_gets_only_those(town: Morning) -> None:
    answer = await town.reads(town.cast.reader, town.ann, "/follow storm key")
    assert "Following Storm Ada: key points only." in answer.text
    await town.publishes("Rain goes on")
    await town.publishes("Dam holds\nImportance: key")
    texts = town.texts()
    assert "Dam holds" in texts[-1]
    assert not any("Rain goes on" in text for text in texts)


async def test_a_newcomer_gets_what_is_known_so_far(town: Morning) -> None:
    await town.tells("/summary Two rivers are high\nAll trains are cancelled")
    answer = await town.reads(town.cast.reader, town.ann, "/start c_storm")
    assert "What is known so far comes next." in answer.text
    summary = await town.ann.wait_for(lambda seen: "What we know" in seen.text, GIVE_UP)
    assert "• All trains are cancelled" in summary.text


async def test_a_reader_who_blocked_the_bot_is_paused_and_finds_everything_as_it_was(town: Morning) -> None:
    ann = town.cast.reader
    await town.reads(ann, town.ann, "/follow storm key")
    await ann.blocks(town.cast.telegram_bot)
    await town.becomes(DestinationStatus.PAUSED, TELEGRAM, town.ann.id)
    await town.publishes("Dam holds\nImportance: key")

    back = await town.reads(ann, town.ann, "/start")
    assert "Welcome back. You follow the same as before." in back.text
    await town.publishes("Rain goes on")
    await town.publishes("Dam breaks\nImportance: key")
    texts = town.texts()
    assert "Dam breaks" in texts[-1]
    assert not any("Rain goes on" in text or "Dam holds" in text for text in texts)


async def test_a_reader_whose_block_only_shows_when_we_write_is_paused_too(followed: Morning) -> None:
    gone = {"description": "Forbidden: bot was blocked by the user"}
    followed.stage.faults.add("forbidden", platform="telegram", method="sendMessage", chat=followed.ann.id, **gone)
    await followed.publishes("Bridge closed")
    await followed.becomes(DestinationStatus.PAUSED, TELEGRAM, followed.ann.id)
    assert followed.readings("Bridge closed") == [0, 1, 1]
    await followed.publishes("Ferry stopped")
    assert followed.readings("Ferry stopped") == [0, 1, 1]
    await followed.reads(followed.cast.reader, followed.ann, "/start")
    await followed.publishes("Trains stopped")
    assert followed.readings("Trains stopped") == [1, 1, 1]


async def test_a_groups_member_may_not_choose_what_comes_there_and_its_admin_may(town: Morning) -> None:
    refused = await town.reads(town.cast.reader, town.cast.topic, "/follow storm")
    assert refused.text == NOT_YOURS
    followed = await town.reads(town.cast.admin, town.cast.topic, "/follow storm")
    assert FOLLOWING in followed.text
    refused = await town.reads(town.cast.reader, town.cast.topic, "/stop")
    assert refused.text == NOT_YOURS
    await town.publishes("Bridge closed")
    assert town.readings("Bridge closed") == [0, 1, 0]


async def test_an_anonymous_admin_proves_by_a_button_who_they_are(town: Morning) -> None:
    topic, admin = town.cast.topic, town.cast.admin
    proof = await town.reads(admin, topic, "/follow storm", as_anonymous_admin=True)
    assert "so I cannot see who you are" in proof.text
    button = label("follow.button", title="Storm Ada")
    assert (await town.cast.reader.presses(proof, button)).text == NOT_YOURS
    await admin.presses(proof, button)
    await topic.wait_for(lambda seen: FOLLOWING in seen.text, GIVE_UP)
    await town.publishes("Bridge closed")
    assert town.readings("Bridge closed") == [0, 1, 0]

    proof = await town.reads(admin, topic, "/stop storm", as_anonymous_admin=True)
    await admin.presses(proof, label("masked.stop"))
    await topic.wait_for(lambda seen: "Stopped: Storm Ada." in seen.text, GIVE_UP)
    await town.publishes("Ferry stopped")
    assert town.readings("Ferry stopped") == [0, 0, 0]


async def test_a_topic_and_the_groups_general_are_two_places(town: Morning) -> None:
    await town.reads(town.cast.admin, town.cast.topic, "/follow storm")
    await town.publishes("Bridge closed")
    assert [seen.thread for seen in town.group.messages if "Bridge closed" in seen.text] == [town.cast.topic.id]

    general = town.group.general_topic()
    await town.reads(town.cast.admin, general, "/follow storm")
    await town.reads(town.cast.admin, town.cast.topic, "/stop")
    await town.publishes("Ferry stopped")
    assert [seen.thread for seen in town.group.messages if "Ferry stopped" in seen.text] == [None]


async def test_one_person_in_two_places_gets_one_copy_in_each(followed: Morning) -> None:
    await followed.reads(followed.cast.admin, followed.group.general_topic(), "/follow storm")
    await followed.publishes("Bridge closed")
    await followed.everybody_reads("Bridge closed")
    assert [seen.thread for seen in followed.group.messages if "Bridge closed" in seen.text] in (
        [None, followed.cast.topic.id],
        [followed.cast.topic.id, None],
    )


@pytest.mark.parametrize("told", [True, False], ids=["told before", "found out while sending"])
async def test_a_group_that_becomes_a_supergroup_keeps_getting_entries_at_its_new_address(
    town: Morning, told: bool
) -> None:
    admin, bot = town.cast.admin, town.cast.telegram_bot
    club = town.stage.telegram.add_group("Rowing club", admins=[admin])
    club.add_bot(bot, by=admin)
    await club.wait_for(lambda seen: seen.author is bot, GIVE_UP)
    await town.reads(admin, club, "/follow storm")
    await town.publishes("Bridge closed")
    assert any("Bridge closed" in seen.text for seen in club.messages)

    new = club.upgrade_to_supergroup()
    if not told:
        # The news of it comes too late: the first we hear is a refusal that names the new chat.
        bot.updates.forget()
    else:
        await town.becomes(DestinationStatus.ACTIVE, TELEGRAM, new.id)
    await town.newsroom.publish(town.erin, town.coverage, content("Ferry stopped"), token="one")
    await town.is_carried()
    assert sum("Ferry stopped" in seen.text for seen in new.messages) == 1
    assert not any("Ferry stopped" in seen.text for seen in club.messages)
    assert await town.place(TELEGRAM, club.id) is None


async def test_a_group_that_removed_the_bot_is_paused_until_it_is_let_in_again(followed: Morning) -> None:
    group, bot, admin = followed.cast.topic.chat, followed.cast.telegram_bot, followed.cast.admin
    group.remove_bot(bot, by=admin)
    await followed.becomes(DestinationStatus.PAUSED, TELEGRAM, group.id, followed.cast.topic.id)
    await followed.publishes("Bridge closed")
    assert followed.readings("Bridge closed") == [1, 0, 1]

    group.add_bot(bot, by=admin)
    await followed.becomes(DestinationStatus.ACTIVE, TELEGRAM, group.id, followed.cast.topic.id)
    await followed.publishes("Ferry stopped")
    assert followed.readings("Ferry stopped") == [1, 1, 1]


async def test_a_server_that_removed_the_bot_is_paused_until_it_is_let_in_again(followed: Morning) -> None:
    channel, app = followed.cast.channel, followed.cast.discord_app
    channel.home.remove(app)
    await followed.becomes(DestinationStatus.PAUSED, DISCORD, channel.id)
    await followed.publishes("Bridge closed")
    assert followed.readings("Bridge closed") == [1, 1, 0]

    channel.home.add_bot(app)
    await followed.becomes(DestinationStatus.ACTIVE, DISCORD, channel.id)
    await followed.publishes("Ferry stopped")
    assert followed.readings("Ferry stopped") == [1, 1, 1]


async def test_a_thread_of_that_server_comes_back_too(town: Morning) -> None:
    channel, app = town.cast.channel, town.cast.discord_app
    thread = channel.home.add_thread(channel, "Storm talk")
    await uses(town.cast.moderator, "live follow", thread, coverage="storm")
    channel.home.remove(app)
    await town.becomes(DestinationStatus.PAUSED, DISCORD, thread.id)
    channel.home.add_bot(app)
    await town.becomes(DestinationStatus.ACTIVE, DISCORD, thread.id)
    await town.publishes("Bridge closed")
    assert [seen.text.partition("\n")[0] for seen in thread.messages] == ["**Bridge closed**"]


async def test_a_topic_that_was_closed_stays_paused_when_only_the_group_comes_back(town: Morning) -> None:
    group, bot, admin = town.cast.topic.chat, town.cast.telegram_bot, town.cast.admin
    other = group.add_topic("Gossip")
    for place in (town.cast.topic, other):
        await town.reads(admin, place, "/follow storm")
    group.close_topic(other)
    await town.was_refused_since_long(TELEGRAM, group.id, other.id)
    await town.publishes("Bridge closed")
    await town.becomes(DestinationStatus.PAUSED, TELEGRAM, group.id, other.id)
    group.remove_bot(bot, by=admin)
    await town.becomes(DestinationStatus.PAUSED, TELEGRAM, group.id, town.cast.topic.id)
    group.add_bot(bot, by=admin)
    await town.becomes(DestinationStatus.ACTIVE, TELEGRAM, group.id, town.cast.topic.id)
    closed = await town.place(TELEGRAM, group.id, other.id)
    assert closed is not None
    assert closed.status is DestinationStatus.PAUSED


async def test_an_outage_of_a_server_is_no_farewell(followed: Morning) -> None:
    guild = followed.cast.channel.home
    guild.outage()
    guild.recover()
    await followed.publishes("Bridge closed")
    await followed.everybody_reads("Bridge closed")


async def test_on_discord_a_moderator_looks_follows_and_stops_and_nobody_else_sees_it(town: Morning) -> None:
    live = await town.mo("live now")
    assert live.ephemeral
    assert "Storm Ada" in live.text
    offered = await town.cast.moderator.completes(
        "live follow", option="coverage", typed="ada", channel=town.cast.channel
    )
    assert offered == [("Storm Ada", "storm")]
    followed = await town.mo("live follow", coverage="storm", level="all")
    assert followed.ephemeral
    assert FOLLOWING in followed.text
    assert "Storm Ada: every entry" in (await town.mo("live following")).text
    await town.publishes("Bridge closed")
    assert town.readings("Bridge closed") == [0, 0, 1]

    stopped = await town.mo("live stop")
    assert "Stopped: Storm Ada." in stopped.text
    await town.publishes("Ferry stopped")
    assert town.readings("Ferry stopped") == [0, 0, 0]
    back = await town.cast.moderator.presses(stopped, label("stop.undo"), patience=GIVE_UP)
    assert "All as before." in back.text
    await town.publishes("Trains stopped")
    assert town.readings("Trains stopped") == [0, 0, 1]


async def test_on_discord_a_member_without_the_right_is_refused_kindly(town: Morning) -> None:
    member = town.stage.discord.add_person("cleo", display_name="Cleo")
    town.cast.channel.home.join(member)
    answer = await uses(member, "live follow", town.cast.channel, coverage="storm")
    assert answer.ephemeral
    assert answer.text == NOT_YOURS
    assert "Storm Ada" in (await uses(member, "live now", town.cast.channel)).text
    with pytest.raises(CannotDo, match="lacks the permissions"):
        await uses(member, "desk post", town.cast.channel, text="Not mine to say")


async def test_a_reader_follows_in_a_private_talk_with_the_discord_bot(town: Morning) -> None:
    reader = town.stage.discord.add_person("kim", display_name="Kim")
    town.cast.channel.home.join(reader)
    talk = reader.direct_messages(town.cast.discord_app)
    assert FOLLOWING in (await uses(reader, "live follow", talk, coverage="storm")).text
    await town.publishes("Bridge closed")
    assert any("Bridge closed" in seen.text for seen in talk.messages)


async def test_a_reader_who_just_talks_is_told_what_the_bot_understands(town: Morning) -> None:
    answer = await town.reads(town.cast.reader, town.ann, "Is the bridge open?")
    assert "/live shows what is on now" in answer.text
    answer = await town.reads(town.cast.reader, town.ann, "/folow storm")
    assert "Did you mean /follow?" in answer.text
    answer = await town.reads(town.cast.reader, town.ann, "/follow flood")
    assert "I know no coverage called “flood”." in answer.text
    assert answer.labels == [label("follow.button", title="Storm Ada")]


async def test_what_a_group_talks_about_is_never_kept(followed: Morning) -> None:
    await followed.cast.reader.says(followed.group, "@livedesk_stage_bot between us: the mayor is ill")
    await until(lambda: not followed.cast.telegram_bot.updates.pending)
    await followed.has_heard()
    assert b"the mayor is ill" not in followed.store_bytes()
