"""What readers, and people who manage a place, live through."""

import pytest
import sqlalchemy as sa

from core.commands.heard import Mark
from core.errors import StoreTrouble
from core.model import Level
from core.store import tables
from tests.doubles.speakers import Office, labels


async def test_start_greets_and_offers_what_is_on(office: Office) -> None:
    await office.opens("Storm Ylva")
    reply = await office.telegram().types("/start")
    assert "Hello" in reply.text()
    assert labels(reply) == ["Follow: Storm Ylva"]


async def test_a_deep_link_follows_at_once(office: Office) -> None:
    await office.opens("Storm Ylva")
    reader = office.telegram()
    reply = await reader.types("/start c_storm-ylva")
    assert reply.text().startswith("Following Storm Ylva: every entry.")
    assert "To stop: /stop storm-ylva" in reply.text()
    assert "Storm Ylva: every entry" in (await reader.types("/following")).text()


async def test_following_without_a_name_takes_the_only_coverage(office: Office) -> None:
    await office.opens("Storm Ylva")
    assert "Following Storm Ylva: key points only." in (await office.telegram().types("/follow key")).text()


async def test_following_without_a_name_offers_buttons_when_there_are_several(office: Office) -> None:
    await office.opens("Storm Ylva")
    await office.opens("Election night")
    reader = office.telegram()
    asked = await reader.types("/follow breaking")
    assert labels(asked) == ["Follow: Election night", "Follow: Storm Ylva"]
    assert "breaking alerts only" in (await reader.presses(asked, "Storm")).text()


async def test_a_coverage_is_found_by_the_beginning_of_its_title(office: Office) -> None:
    await office.opens("Storm Ylva")
    await office.opens("Election night")
    assert "Following Storm Ylva" in (await office.telegram().types("/follow Storm Yl all")).text()


async def test_an_unknown_coverage_is_refused_with_what_is_on(office: Office) -> None:
    await office.opens("Storm Ylva")
    reply = await office.telegram().types("/follow flood")
    assert "no coverage called “flood”" in reply.text()
    assert labels(reply) == ["Follow: Storm Ylva"]


async def test_following_twice_changes_nothing_and_says_so(office: Office) -> None:
    await office.opens("Storm Ylva")
    reader = office.telegram()
    await reader.types("/follow")
    assert "You follow Storm Ylva already: every entry." in (await reader.types("/follow")).text()


async def test_stopping_asks_nothing_and_can_be_taken_back_for_a_minute(office: Office) -> None:
    await office.opens("Storm Ylva")
    reader = office.telegram()
    await reader.types("/follow key")
    stopped = await reader.types("/stop")
    assert "Stopped: Storm Ylva" in stopped.text()
    assert "Nothing is followed" in (await reader.types("/following")).text()
    back = await reader.presses(stopped, "Follow again")
    assert "Storm Ylva: key points only" in back.text()
    assert back.replaces


async def test_a_stop_cannot_be_taken_back_after_a_minute(office: Office) -> None:
    await office.opens("Storm Ylva")
    reader = office.telegram()
    await reader.types("/follow")
    stopped = await reader.types("/stop")
    office.clock.passes(seconds=61)
    assert "used already" in (await reader.presses(stopped, "Follow again")).text()


async def test_a_stop_cannot_be_taken_back_by_somebody_else(office: Office) -> None:
    await office.opens("Storm Ylva")
    admin = office.group(caller=7, manages=True)
    await admin.types("/follow")
    stopped = await admin.types("/stop storm-ylva")
    other = office.group(caller=8, manages=True)
    assert "somebody else" in (await other.presses(stopped, "Follow again")).text()


async def test_in_a_group_only_who_manages_it_may_follow_and_stop(office: Office) -> None:
    await office.opens("Storm Ylva")
    member, admin = office.group(caller=7), office.group(caller=8, manages=True)
    assert "Only people who manage this place" in (await member.types("/follow")).text()
    assert "Following Storm Ylva" in (await admin.types("/follow")).text()
    assert "Only people who manage this place" in (await member.types("/stop")).text()
    offered = await member.types("/following")
    assert "Only people who manage this place" in (await member.presses(offered, "Stop")).text()
    assert "Storm Ylva" in (await member.types("/following")).text()


async def test_an_anonymous_admin_proves_who_they_are_with_a_button(office: Office) -> None:
    await office.opens("Storm Ylva")
    masked = office.group(caller=1087968824)
    asked = await masked.types("/follow", Mark.ANONYMOUS)
    assert "cannot see who you are" in asked.text()
    assert "Only people" in (await office.group(caller=5).presses(asked, "Follow")).text()
    assert "Following Storm Ylva" in (await office.group(caller=6, manages=True).presses(asked, "Follow")).text()


async def test_who_had_a_group_follow_last_looks_after_it_until_it_follows_nothing(office: Office) -> None:
    await office.opens("Storm Ylva")

    def minder() -> int | None:
        return office.store.read_now(lambda conn: conn.execute(sa.select(tables.destination.c.set_up_by)).scalar_one())

    await office.group(caller=8, manages=True).types("/follow")
    assert minder() == 8
    asked = await office.group(caller=1087968824).types("/follow key", Mark.ANONYMOUS)
    assert minder() == 8
    admin = office.group(caller=6, manages=True)
    await admin.presses(asked, "Follow")
    assert minder() == 6
    stopped = await admin.types("/stop")
    assert minder() is None
    await admin.presses(stopped, "Follow again")
    assert minder() == 6


async def test_each_topic_of_a_group_follows_for_itself(office: Office) -> None:
    await office.opens("Storm Ylva")
    await office.group(topic=3, manages=True).types("/follow")
    assert "Nothing is followed" in (await office.group(topic=4).types("/following")).text()


async def test_a_discord_channel_follows_by_options(office: Office) -> None:
    await office.opens("Storm Ylva")
    manager = office.discord(manages=True)
    reply = await manager.uses("live follow", coverage="storm-ylva", level="key")
    assert "Following Storm Ylva: key points only." in reply.text()
    assert "To stop: /live stop coverage:storm-ylva" in reply.text()
    assert "Storm Ylva" in (await manager.uses("live following")).text()
    assert "Storm Ylva" in (await manager.uses("live now")).text()
    assert "Stopped" in (await manager.uses("live stop")).text()


async def test_discord_completes_what_is_on(office: Office) -> None:
    await office.opens("Storm Ylva")
    await office.opens("Election night")
    assert await office.discord().completes("live follow", "coverage", "ylv") == ["storm-ylva"]


async def test_a_blocked_reader_is_paused_and_comes_back_as_they_were(office: Office) -> None:
    await office.opens("Storm Ylva")
    reader = office.telegram()
    await reader.types("/follow key")
    await office.rooms.readership.left("tg", reader.place.address, "blocked")
    audience = await office.rooms.newsroom.audience(await office.rooms.readership.coverage("storm"))
    assert audience.total == 0
    back = await reader.types("/start")
    assert "Welcome back" in back.text()
    following = await office.rooms.readership.following("tg", reader.place.address)
    assert [one.subscription.rules.entries for one in following] == [Level.KEY]
    audience = await office.rooms.newsroom.audience(await office.rooms.readership.coverage("storm"))
    assert audience.total == 1


async def test_a_group_that_became_a_supergroup_keeps_what_it_follows(office: Office) -> None:
    await office.opens("Storm Ylva")
    await office.group(chat=-500, manages=True).types("/follow")
    await office.rooms.readership.moved("tg", -500, -100500)
    assert "Storm Ylva" in (await office.group(chat=-100500).types("/following")).text()


async def test_a_new_follower_gets_the_standing_summary_as_it_stands(office: Office) -> None:
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva")
    await editor.types("/summary\nTwo roads closed")
    reader = office.telegram()
    reply = await reader.types("/follow")
    assert "What is known so far comes next." in reply.text()
    alone = [one for one in office.carries() if one.only_destination_id is not None]
    assert len(alone) == 1
    await reader.types("/follow key")
    assert len([one for one in office.carries() if one.only_destination_id is not None]) == 1


async def test_what_is_not_said_to_us_is_not_answered(office: Office) -> None:
    member = office.group()
    assert await member.tries("good morning") == ()
    assert await member.tries("/weather") == ()
    assert await member.tries("/live", Mark.FROM_BOT) == ()
    assert await member.tries("/follow", Mark.AUTO_FORWARDED) == ()
    assert await member.tries("/follow", Mark.EDITED) == ()


async def test_a_reader_who_just_writes_gets_directions(office: Office) -> None:
    assert "/live shows what is on now" in (await office.telegram().types("hello?")).text()


async def test_a_mistyped_command_gets_the_nearest_one(office: Office) -> None:
    assert "Did you mean /following?" in (await office.telegram().types("/folowing")).text()


async def test_nothing_on_is_said_kindly(office: Office) -> None:
    assert "Nothing is on right now" in (await office.telegram().types("/live")).text()
    assert "Nothing is on right now" in (await office.telegram().types("/follow")).text()


async def test_help_shows_readers_what_readers_may_say(office: Office) -> None:
    words = (await office.telegram().types("/help")).text()
    assert "/follow: " in words
    assert "/post" not in words
    assert "/post: " in (await (await office.editor()).types("/help")).text()


async def test_a_place_that_follows_very_much_gets_an_answer_that_fits(office: Office) -> None:
    reader = office.telegram()
    for number in range(60):
        await office.opens(f"Coverage number {number} with a rather long title")
        await reader.types(f"/follow coverage-number-{number}-with-a-rather-long")
        office.clock.passes(seconds=10)
    reply = await reader.types("/following")
    assert len(reply.text()) <= 1900
    assert len(reply.buttons) == 5


async def test_a_full_disk_is_told_and_never_called_saved(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.opens("Storm Ylva")

    async def full(*_: object, **__: object) -> None:
        raise StoreTrouble("The disk is full: make room.", passing=True)

    monkeypatch.setattr(office.store, "write", full)
    assert "Not saved" in (await office.telegram().types("/follow")).text()
    assert "Not saved" in (await office.telegram().presses_id("follow:1:all")).text()


async def test_somebody_who_floods_us_is_told_once_and_then_ignored(office: Office) -> None:
    reader = office.telegram()
    for _ in range(5):
        await reader.types("/live")
    assert "a lot at once" in (await reader.types("/live")).text()
    assert await reader.tries("/live") == ()
    office.clock.passes(seconds=10)
    assert "Nothing is on" in (await reader.types("/live")).text()
