"""Buttons, forms, menus and context menus: every way a bot may answer, and those it may not."""

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from bots.rehearsal.discord_world.commands import CannotDo
from bots.rehearsal.discord_world.permissions import Permission


class Draft(discord.ui.Modal, title="New entry"):
    headline: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Headline", max_length=20)

    async def on_submit(self, asked: discord.Interaction) -> None:
        await asked.response.send_message(f"Drafted: {self.headline.value}", ephemeral=True)


class Card(discord.ui.View):
    @discord.ui.button(label="Publish", style=discord.ButtonStyle.green, custom_id="publish")
    async def publish(self, asked: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await asked.response.edit_message(content="Published", view=None)

    @discord.ui.button(label="Discard", custom_id="discard")
    async def discard(self, asked: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await asked.response.defer()
        await asked.edit_original_response(content="Discarded", view=None)

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, asked: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await asked.response.send_modal(Draft())

    @discord.ui.select(
        custom_id="kind",
        placeholder="Kind",
        options=[discord.SelectOption(label="Quote", value="q"), discord.SelectOption(label="Video", value="v")],
    )
    async def kind(self, asked: discord.Interaction, menu: discord.ui.Select[Any]) -> None:
        await asked.response.send_message(f"kind {menu.values}", ephemeral=True)


@pytest.fixture
async def desk(village: Any, launch: Any, make_desk: Any) -> Any:
    desk = await launch(make_desk())
    desk.kept = []
    desk.refused = asyncio.Queue()

    @desk.tree.command(name="card", description="Show a card")
    async def card(asked: discord.Interaction, where: discord.TextChannel | None = None) -> None:
        desk.kept.append(asked)
        await asked.response.send_message(f"A card {where.name if where else ''}".strip(), view=Card())

    @desk.tree.command(name="later", description="Answer and add")
    async def later(asked: discord.Interaction) -> None:
        await asked.response.send_message("first", ephemeral=True)
        await asked.followup.send("second", ephemeral=True)
        await asked.edit_original_response(content="first, changed")

    @desk.tree.command(name="twice", description="Answer twice")
    async def twice(asked: discord.Interaction) -> None:
        await asked.response.send_message("once")
        asked.response._response_type = None
        try:
            await asked.response.send_message("again")
        except discord.HTTPException as refused:
            desk.refused.put_nowait(refused.code)

    @desk.tree.context_menu(name="Correct this entry")
    async def correct(asked: discord.Interaction, message: discord.Message) -> None:
        await asked.response.send_message(f"correcting {message.content!r}", ephemeral=True)

    @desk.tree.command(name="who", description="Say who asks")
    @app_commands.default_permissions(manage_messages=True)
    async def who(asked: discord.Interaction, picture: discord.Attachment, person: discord.Member) -> None:
        desk.kept.append(asked)
        size = len(await picture.read())
        await asked.response.send_message(f"{person.name} {picture.filename} {size}", ephemeral=True)

    await desk.tree.sync()
    return desk


async def test_pressing_publish_changes_the_card_itself(village: Any, desk: Any) -> None:
    card = await village.bob.uses("card", channel=village.channel)
    assert [button.label for button in card.buttons] == ["Publish", "Discard", "Edit", "Kind"]
    pressed = await village.bob.presses(card, "Publish")
    assert pressed.text == "Published"
    assert pressed.id == card.id
    assert [message.text for message in village.channel.messages] == ["Published"]
    assert pressed.buttons == ()


async def test_a_deferred_press_may_change_the_card_later(village: Any, desk: Any) -> None:
    card = await village.bob.uses("card", channel=village.channel)
    pressed = await village.bob.presses(card.message, "discard")
    assert pressed.deferred
    await pressed.wait_for(lambda answer: answer.text == "Discarded")


async def test_a_form_is_opened_filled_in_and_sent(village: Any, desk: Any) -> None:
    card = await village.bob.uses("card", channel=village.channel)
    form = await village.bob.presses(card, "Edit")
    assert form.modal.title == "New entry"
    assert [one.label for one in form.modal.fields] == ["Headline"]
    with pytest.raises(CannotDo, match="0 to 20 characters"):
        await village.bob.submits(form, {"Headline": "far too long for such a field"})
    with pytest.raises(CannotDo, match="must be filled in"):
        await village.bob.submits(form, {})
    sent = await village.bob.submits(form, {"Headline": "Roofs fly"})
    assert (sent.text, sent.ephemeral) == ("Drafted: Roofs fly", True)


async def test_a_menu_gives_the_values_of_what_was_chosen(village: Any, desk: Any) -> None:
    card = await village.bob.uses("card", channel=village.channel)
    chosen = await village.bob.chooses(card, "Kind", ["Quote"])
    assert chosen.text == "kind ['q']"
    with pytest.raises(CannotDo, match="the menu offers"):
        await village.bob.chooses(card, "Kind", ["Song"])


async def test_a_button_that_is_not_there_cannot_be_pressed(village: Any, desk: Any) -> None:
    card = await village.bob.uses("card", channel=village.channel)
    with pytest.raises(CannotDo, match="there is"):
        await village.bob.presses(card, "Explode")


async def test_a_private_answer_is_seen_by_its_person_alone(village: Any, desk: Any) -> None:
    ann = village.stage.discord.add_person("ann")
    village.guild.join(ann)
    answer = await village.bob.uses("later", channel=village.channel)
    await answer.wait_for(lambda one: one.text == "first, changed\nsecond")
    assert answer.edits == 1
    assert village.channel.messages == []
    with pytest.raises(CannotDo, match="does not see"):
        await ann.presses(answer, "Publish")


async def test_a_second_first_answer_is_refused(village: Any, desk: Any) -> None:
    await village.bob.uses("twice", channel=village.channel)
    await village.channel.wait_for(lambda message: message.text == "once")
    assert await asyncio.wait_for(desk.refused.get(), 5) == 40060


async def test_a_command_on_a_message_gets_that_message(village: Any, desk: Any) -> None:
    said = village.bob.says("the bridge is shut", channel=village.channel)
    answer = await village.bob.uses_on(said, "Correct this entry")
    assert answer.text == "correcting 'the bridge is shut'"


async def test_options_of_every_kind_arrive_resolved(village: Any, desk: Any) -> None:
    village.guild.join(village.bob, permissions=Permission.MANAGE_MESSAGES)
    answer = await village.bob.uses("who", channel=village.channel, picture=("roof.png", b"12345"), person=village.bob)
    assert answer.text == "bob roof.png 5"
    asked = desk.kept[0]
    assert asked.permissions.manage_messages
    assert asked.app_permissions.send_messages
    assert str(asked.locale) == "en-GB"
    assert asked.filesize_limit == 10 * 1024 * 1024
    assert asked.context.guild
    assert asked.guild_id in asked._integration_owners.values()
    card = await village.bob.uses("card", channel=village.channel, where=village.channel)
    assert card.text == "A card live"


async def test_a_command_for_moderators_is_not_offered_to_readers(village: Any, desk: Any) -> None:
    with pytest.raises(CannotDo, match="lacks the permissions"):
        await village.bob.uses("who", channel=village.channel, picture=("a", b""), person=village.bob)


async def test_who_may_not_use_commands_here_is_stopped_by_the_client(village: Any, desk: Any) -> None:
    village.channel.revoke(village.guild.everyone, Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(CannotDo, match="may not use commands"):
        await village.bob.uses("card", channel=village.channel)


async def test_a_token_is_worthless_after_fifteen_minutes(
    village: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await village.bob.uses("card", channel=village.channel)
    now = village.stage.discord.now()
    monkeypatch.setattr(village.stage.discord, "now", lambda: now + 901)
    with pytest.raises(discord.HTTPException) as refused:
        await desk.kept[0].followup.send("too late")
    assert refused.value.code == 50027


async def test_a_bot_must_answer_in_a_way_that_fits(village: Any, desk: Any, wire: Any) -> None:
    village.stage.discord.interaction_deadline = 0.3
    village.app.sessions[0].hear = lambda frame: None
    waiting = asyncio.create_task(village.bob.uses("card", channel=village.channel))
    await asyncio.sleep(0)
    asked = next(iter(village.stage.discord.interactions.values()))
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    status, body = await wire("POST", path, json={"type": 8, "data": {"choices": []}})
    assert (status, body["code"], list(body["errors"])) == (400, 50035, ["type"])
    status, body = await wire("POST", path, json={"type": 4, "data": {}})
    assert (status, body["code"]) == (400, 50006)
    assert (await waiting).failed
