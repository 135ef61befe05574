"""The whole way through: a bot starts, a person uses a command, a message goes out, changes and goes."""

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from bots.rehearsal.discord_world.commands import CannotDo


class Follow(app_commands.Group):
    @app_commands.command(description="Follow a coverage")
    async def follow(self, asked: discord.Interaction, coverage: str, loud: bool = False) -> None:
        await asked.response.send_message(f"{asked.user.name} follows {coverage}, loud: {loud}", ephemeral=True)

    @follow.autocomplete("coverage")
    async def known(self, asked: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name.title(), value=name) for name in ("storm", "election") if typed in name]

    @app_commands.command(description="Think first")
    async def slowly(self, asked: discord.Interaction) -> None:
        await asked.response.defer(ephemeral=True, thinking=True)
        await asyncio.sleep(0.05)
        await asked.followup.send("done", ephemeral=True)

    @app_commands.command(description="Never answer")
    async def silence(self, asked: discord.Interaction) -> None:
        self.last = asked


async def desk_with_commands(make: Any, launch: Any) -> Any:
    desk = await launch(make())
    group = Follow(name="live", description="Live coverage")
    desk.tree.add_command(group)
    await desk.tree.sync()
    desk.group = group
    return desk


@pytest.fixture
async def desk(village: Any, launch: Any, make_desk: Any) -> Any:
    return await desk_with_commands(make_desk, launch)


async def test_a_person_uses_a_command_and_reads_the_answer(village: Any, desk: Any) -> None:
    answer = await village.bob.uses("live follow", channel=village.channel, coverage="storm")
    assert answer.text == "bob follows storm, loud: False"
    assert answer.ephemeral
    assert not answer.deferred
    assert village.channel.messages == []


async def test_the_bot_sees_its_server_and_its_channel(village: Any, desk: Any) -> None:
    channel = desk.get_channel(village.channel.id)
    assert channel.guild.name == "Village server"
    assert channel.permissions_for(channel.guild.me).send_messages


async def test_a_message_is_sent_changed_and_deleted_before_everybodys_eyes(village: Any, desk: Any) -> None:
    channel = desk.get_channel(village.channel.id)
    embed = discord.Embed(title="Storm", description="Roofs are flying", colour=0xFF0000)
    sent = await channel.send("Entry 1", embed=embed, silent=True, nonce="one")
    seen = await village.channel.wait_for(lambda message: "Entry 1" in message.content)
    assert (seen.author, seen.silent, seen.nonce, seen.edited) == ("Livedesk", True, "one", False)
    assert seen.embeds[0].title == "Storm"
    await sent.edit(content="Entry 1, corrected")
    assert [message.content for message in village.channel.messages] == ["Entry 1, corrected"]
    assert village.channel.messages[0].edited
    await sent.delete()
    assert village.channel.messages == []
    assert village.channel.history[0].deleted


async def test_a_deferred_answer_is_waited_for(village: Any, desk: Any) -> None:
    answer = await village.bob.uses("live slowly", channel=village.channel)
    assert (answer.text, answer.deferred, answer.ephemeral) == ("done", True, True)


async def test_a_bot_that_never_answers_has_failed_after_the_deadline(village: Any, desk: Any) -> None:
    village.stage.discord.interaction_deadline = 0.2
    answer = await village.bob.uses("live silence", channel=village.channel)
    assert answer.failed
    with pytest.raises(discord.NotFound) as too_late:
        await desk.group.last.response.send_message("sorry")
    assert too_late.value.code == 10062


async def test_autocomplete_offers_what_fits(village: Any, desk: Any) -> None:
    offered = await village.bob.completes("live follow", option="coverage", typed="st", channel=village.channel)
    assert offered == [("Storm", "storm")]


async def test_a_command_nobody_synced_is_refused_with_the_list_of_those_there_are(village: Any, desk: Any) -> None:
    with pytest.raises(CannotDo, match="/live follow coverage loud"):
        await village.bob.uses("live fly", channel=village.channel)
    with pytest.raises(CannotDo, match="coverage, loud"):
        await village.bob.uses("live follow", channel=village.channel, story="storm")


async def test_commands_work_in_a_private_conversation_too(village: Any, desk: Any) -> None:
    private = village.bob.direct_messages(village.app)
    answer = await village.bob.uses("live follow", channel=private, coverage="storm")
    assert "bob follows storm" in answer.text
    person = await desk.fetch_user(village.bob.id)
    await person.send("your news")
    assert [message.content for message in private.messages] == ["your news"]


async def test_the_stage_saw_nothing_illegal(village: Any, desk: Any) -> None:
    channel = desk.get_channel(village.channel.id)
    await channel.send("Entry 1", allowed_mentions=discord.AllowedMentions.none())
    await village.bob.uses("live follow", channel=village.channel, coverage="storm")
    assert village.stage.violations == []
