"""People on Discord speak to the desk: commands, buttons and forms, with the real client, desk and store."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest
import sqlalchemy as sa

from bots.discord.bot import DiscordBot
from bots.discord.gateway import Phase
from bots.rehearsal.discord_world.commands import CannotDo
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.person import Person
from core import locales
from core.courier import AccountGate, Courier
from core.errors import StoreTrouble
from core.model import Address, Coverage, DestinationStatus, PlaceKind, Platform, Role
from core.store import destinations, tables
from tests.bots.discord.checker import complaints
from tests.bots.discord.conftest import Hear, Launch, Make, Town, address, until
from tests.doubles.pictures import picture
from tests.doubles.speakers import Office


@pytest.fixture
async def storm(office: Office) -> Coverage:
    return await office.opens("Storm Ada")


@pytest.fixture
async def grace(office: Office, town: Town, storm: Coverage) -> Person:
    """An editor on Discord, who manages nothing on this server but may see the desk's commands."""
    grace = town.stage.discord.add_person("grace")
    town.guild.join(grace, permissions=Permission.MANAGE_GUILD)
    invitation = await office.rooms.enrolment.invite("Grace", Role.EDITOR, by="test")
    await office.rooms.enrolment.redeem(invitation.code, Platform.DISCORD, grace.id)
    return grace


def destination(office: Office, place: Address) -> Any:
    return office.store.read_now(destinations.find, "dc", place)


async def test_the_commands_are_told_to_discord_once(
    desk_bot: DiscordBot, make: Make, launch: Launch, hear: Hear, town: Town
) -> None:
    names = [command["name"] for command in town.app.commands.offered(town.guild.id, 1)]
    assert sorted(names) == ["desk", "live"]
    again = await launch(make(account="dc", hears=hear()))
    assert again.standing.phase is Phase.CONNECTED
    await asyncio.sleep(0.05)
    assert len(town.stage.journal.of("discord", "PUT")) == 1


async def test_whoever_manages_a_server_follows_for_their_channel(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    answer = await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
    assert "Storm Ada" in answer.text
    found = destination(office, town.here)
    assert (found.kind, found.title) == (PlaceKind.CHANNEL, "Town server #live")


async def test_a_channel_that_follows_is_as_large_as_its_server(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
    column = tables.destination.c
    wanted = sa.select(column.size).where(column.chat_id == town.channel.id)
    members = len(town.guild.members)
    await until(lambda: office.store.read_now(lambda conn: conn.execute(wanted).scalar()) == members)


async def test_a_member_without_rights_cannot_follow_for_the_channel(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    answer = await town.bob.uses("live follow", channel=town.channel, coverage="storm-ada")
    assert answer.ephemeral
    assert destination(office, town.here) is None


async def test_a_reader_follows_in_private_and_stops_by_a_button(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    private = town.bob.direct_messages(town.app)
    await town.bob.uses("live follow", channel=private, coverage="storm-ada")
    assert destination(office, address(private)).kind is PlaceKind.PRIVATE
    listed = await town.bob.uses("live following", channel=private)
    stopped = await town.bob.presses(listed, "Stop: Storm Ada")
    assert "Storm Ada" in stopped.text
    assert [button.label for button in stopped.buttons] == ["Follow again"]


async def test_a_follow_button_still_works_after_a_restart(
    desk_bot: DiscordBot, make: Make, launch: Launch, hear: Hear, town: Town, office: Office, storm: Coverage
) -> None:
    shown = await town.ann.uses("live now", channel=town.channel)
    await desk_bot.client.ws.close(4000)
    town.app.invalidate_sessions()
    await until(lambda: len(town.app.identified) == 2 and desk_bot.standing.phase is Phase.CONNECTED)
    await town.ann.presses(shown, "Follow: Storm Ada")
    assert destination(office, town.here) is not None


@pytest.mark.parametrize("where", ["thread", "forum"])
async def test_threads_and_forum_posts_are_places_of_their_own(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage, where: str
) -> None:
    parent = town.channel if where == "thread" else town.guild.add_forum("stories")
    thread = town.guild.add_thread(parent, "storm")
    await until(lambda: desk_bot.client.get_channel(thread.id) is not None)
    await town.ann.uses("live follow", channel=thread, coverage="storm-ada")
    assert destination(office, address(thread)).kind is PlaceKind(where)


async def test_coverages_complete_while_they_are_typed(desk_bot: DiscordBot, town: Town, storm: Coverage) -> None:
    assert await town.bob.completes("live follow", option="coverage", typed="sto", channel=town.channel) == [
        ("Storm Ada", "storm-ada")
    ]


async def test_an_editor_publishes_from_one_line_and_takes_it_back(
    desk_bot: DiscordBot, office: Office, town: Town, grace: Person
) -> None:
    answer = await grace.uses("desk post", channel=town.channel, text="Bridge closed")
    assert answer.ephemeral
    assert "Queued #1" in answer.text
    undone = await grace.presses(answer, "Undo")
    assert "#1" in undone.text
    assert undone.id == answer.id


async def test_an_editor_publishes_from_a_form(desk_bot: DiscordBot, town: Town, grace: Person) -> None:
    form = await grace.uses("desk post", channel=town.channel, coverage="storm-ada")
    assert form.modal is not None
    answer = await grace.submits(form, {"text": "Bridge closed\n\nNo way across."})
    assert "Queued #1" in answer.text


async def test_a_picture_can_come_with_a_command(
    desk_bot: DiscordBot, office: Office, town: Town, grace: Person, tmp_path: Path
) -> None:
    shown = {"picture": ("bridge.png", picture()), "alt": "The old bridge"}
    answer = await grace.uses("desk post", channel=town.channel, text="Bridge closed", **shown)
    assert "Queued #1" in answer.text
    assert complaints(tmp_path / "journal.jsonl") == []
    entry = await office.rooms.newsroom.entry(await office.rooms.newsroom.coverage("storm-ada"), 1)
    assert [getattr(block, "alt", None) for block in entry.content.blocks] == ["The old bridge"]


async def test_what_is_no_picture_is_refused_in_words(desk_bot: DiscordBot, town: Town, grace: Person) -> None:
    answer = await grace.uses(
        "desk post", channel=town.channel, text="Bridge closed", picture=("bridge.png", b"no picture at all")
    )
    assert answer.ephemeral
    assert "picture" in answer.text


async def test_a_stranger_is_refused_and_told_their_number_whatever_the_menu_shows(
    desk_bot: DiscordBot, town: Town, grace: Person
) -> None:
    answer = await town.ann.uses("desk post", channel=town.channel, text="Hello")
    assert answer.ephemeral
    assert str(town.ann.id) in answer.text


async def test_an_alert_shows_itself_first_and_asks_for_confirmation(
    desk_bot: DiscordBot, town: Town, grace: Person, tmp_path: Path
) -> None:
    answer = await grace.uses("desk alert", channel=town.channel, text="Bridge closed")
    await until(lambda: len(answer.messages) == 2)
    preview, card = answer.messages
    assert preview.content.startswith("**Breaking: Bridge closed**")
    assert all(message.ephemeral for message in answer.messages)
    assert complaints(tmp_path / "journal.jsonl") == []
    sent = await grace.presses(card, next(button.label for button in card.components if "Discard" not in button.label))
    assert "Queued #1" in sent.text
    assert sent.id == card.id


async def test_the_same_interaction_heard_twice_is_done_once(
    desk_bot: DiscordBot, office: Office, town: Town, grace: Person
) -> None:
    await grace.uses("desk post", channel=town.channel, text="Bridge closed")
    (session,) = [one for one in town.app.sessions if one.connected]
    (again,) = [frame for _, frame in session._told if '"INTERACTION_CREATE"' in frame]
    assert session.hear is not None
    calls = len(town.stage.journal.of("discord", "POST"))
    session.hear(again)
    await asyncio.sleep(0.1)
    assert len(town.stage.journal.of("discord", "POST")) == calls
    assert await office.rooms.newsroom.next_number(await office.rooms.newsroom.coverage("storm-ada")) == 2


async def test_a_slow_desk_asks_for_patience_and_then_answers(
    make: Make, launch: Launch, hear: Hear, office: Office, town: Town, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = office.desk.hear

    async def slowly(incoming: Any) -> Any:
        await asyncio.sleep(0.2)
        return await heard(incoming)

    monkeypatch.setattr(office.desk, "hear", slowly)
    await launch(make(account="dc", hears=hear(prompt=0.05)))
    await until(lambda: bool(town.app.commands.offered(town.guild.id, 1)))
    answer = await grace.uses("desk post", channel=town.channel, text="Bridge closed")
    assert (answer.deferred, answer.ephemeral) == (True, True)
    assert "Queued #1" in answer.text
    form = await grace.uses("desk post", channel=town.channel)
    assert "longer than Discord waits" in form.text


async def test_a_desk_that_breaks_says_so(
    desk_bot: DiscordBot, office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(incoming: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(office.desk, "hear", broken)
    answer = await town.bob.uses("live now", channel=town.channel)
    assert "went wrong on our side" in answer.text


async def test_a_channel_deleted_pauses_what_it_followed(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    there = town.here
    await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
    town.channel.delete()
    await until(lambda: destination(office, there).status is DestinationStatus.PAUSED)
    assert destination(office, there).paused_because == "deleted"


async def test_a_server_we_are_taken_back_into_goes_on_where_it_was(
    desk_bot: DiscordBot, office: Office, town: Town, storm: Coverage
) -> None:
    await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
    town.guild.remove(town.app)
    await until(lambda: destination(office, town.here).status is DestinationStatus.PAUSED)
    assert destination(office, town.here).paused_because == "kicked"
    town.guild.add_bot(town.app)
    await until(lambda: destination(office, town.here).status is DestinationStatus.ACTIVE)
    hello = await town.channel.wait_for(lambda message: message.content.startswith("Hello"))
    assert hello.silent


@pytest.fixture
async def courier(desk_bot: DiscordBot, office: Office, gate: AccountGate) -> Any:
    """The real courier carries on this account, at the office's own time."""
    carrying = Courier(office.store, (desk_bot.sender,), {"dc": gate}, clock=office.clock)
    running = asyncio.create_task(carrying.run())
    yield carrying
    await carrying.stop()
    await running


async def test_an_entry_is_corrected_and_retracted_from_its_own_message(
    desk_bot: DiscordBot, courier: Courier, office: Office, town: Town, grace: Person, tmp_path: Path
) -> None:
    await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
    await grace.uses("desk post", channel=town.channel, text="Bridge closed\n\nThe Tay bridge.")
    office.clock.passes(seconds=10)
    courier.wake()
    copy = await town.channel.wait_for(lambda message: "Tay bridge" in message.content)
    async with asyncio.timeout(10):
        while await office.rooms.newsroom.of_copy("dc", town.here, copy.id) is None:  # noqa: ASYNC110 -- its receipt
            await asyncio.sleep(0.01)

    form = await grace.uses_on(copy, "Correct this entry")
    assert form.modal is not None
    answer = await grace.submits(form, {"text": "Bridge closed\n\nThe Forth bridge.", "note": "Forth, not Tay."})
    assert "Corrected #1" in answer.text
    await town.channel.wait_for(lambda message: message.id == copy.id and "Forth bridge" in message.content)
    assert "Forth, not Tay." in town.channel.messages[-1].content

    form = await grace.uses_on(copy, "Retract this entry")
    answer = await grace.submits(form, {"reason": "It was never closed."})
    assert "Withdrew #1" in answer.text
    await town.channel.wait_for(lambda message: message.id == copy.id and "withdrawn" in message.content)
    assert "Forth" not in town.channel.messages[-1].content
    assert complaints(tmp_path / "journal.jsonl") == []


async def test_the_desks_commands_are_hidden_from_members_but_that_is_only_a_hint(
    desk_bot: DiscordBot, town: Town
) -> None:
    with pytest.raises(CannotDo):
        await town.bob.uses("desk post", channel=town.channel, text="Hello")
    answer = await town.bob.uses("desk post", channel=town.bob.direct_messages(town.app), text="Hello")
    assert str(town.bob.id) in answer.text


def test_the_tree_is_the_table() -> None:
    from bots.discord.listener import tree
    from core.commands import forms

    told = tree.tree()
    spelled = {f"{group['name']} {one['name']}" for group in told if group["type"] == 1 for one in group["options"]}
    assert spelled == {command.discord for command in forms.COMMANDS if command.discord}
    assert all(group["contexts"] == [0, 1] and group["integration_types"] == [0] for group in told)
    assert tree.fingerprint(1, told) != tree.fingerprint(2, told)


def test_only_the_desk_is_hidden() -> None:
    from bots.discord.listener import tree

    hidden = {one["name"] for one in tree.tree() if "default_member_permissions" in one}
    assert hidden == {"desk", "Correct this entry", "Retract this entry"}
    assert discord.Permissions(manage_guild=True).value == 32


async def test_a_store_in_trouble_is_told_in_plain_words(
    desk_bot: DiscordBot, office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(*_: Any, **__: Any) -> Any:
        raise StoreTrouble("the store is locked by another program")

    monkeypatch.setattr(office.store, "write", stuck)
    monkeypatch.setattr(office.store, "read", stuck)
    answer = await town.bob.uses("live now", channel=town.channel)
    assert answer.ephemeral
    assert answer.text == locales.words("en").say("refused.not_saved")
