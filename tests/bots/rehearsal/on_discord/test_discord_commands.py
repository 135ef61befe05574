"""Syncing commands: what Discord takes, keeps and refuses."""

from typing import Any

import pytest

from bots.rehearsal.discord_world.commands import CannotDo


def command(name: str = "live", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Live coverage", "type": 1, **more}


def option(name: str = "coverage", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Which one", "type": 3, **more}


CHOICES = [{"name": f"{n}".ljust(90, "n"), "value": f"{n}".ljust(90, "v")} for n in range(3)]
LARGE = [option(f"o{n}", description="d" * 100, choices=CHOICES) for n in range(25)]


@pytest.mark.parametrize(
    "commands",
    [
        [command("Live")],
        [command("with blank")],
        [command("x" * 33)],
        [command(), command()],
        [command(description="")],
        [command(description="x" * 101)],
        [command(options=[option(), option("topic", required=True)])],
        [command(options=[option(), option()])],
        [command(options=[option(f"o{n}") for n in range(26)])],
        [command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)])],
        [command(options=[option(choices=[{"name": f"c{n}", "value": "a"} for n in range(26)])])],
        [command(options=[option(type=1), option("plain")])],
        [command(name_localizations={"de": "GROSS"})],
        [command(f"c{n}") for n in range(101)],
        [command(options=LARGE)],
        [{"name": "Correct", "type": 3, "description": "not allowed"}],
    ],
)
async def test_commands_discord_would_refuse_are_refused_and_the_old_ones_stay(
    village: Any, wire: Any, commands: list[dict[str, Any]]
) -> None:
    path = f"/applications/{village.app.id}/commands"
    await wire("PUT", path, json=[command("kept")])
    status, answer = await wire("PUT", path, json=commands)
    assert (status, answer["code"]) == (400, 50035)
    assert [one["name"] for one in (await wire("GET", path))[1]] == ["kept"]


async def test_a_sync_keeps_the_ids_of_what_stays(village: Any, wire: Any) -> None:
    path = f"/applications/{village.app.id}/commands"
    _, first = await wire("PUT", path, json=[command(), command("gone")])
    _, second = await wire("PUT", path, json=[command(description="Anew"), command("fresh")])
    assert second[0]["id"] == first[0]["id"]
    assert [one["name"] for one in second] == ["live", "fresh"]


async def test_commands_of_one_server_are_offered_there_alone(
    village: Any, launch: Any, make_desk: Any, wire: Any
) -> None:
    await launch(make_desk())
    path = f"/applications/{village.app.id}/guilds/{village.guild.id}/commands"
    status, made = await wire("POST", path, json=command("here"))
    assert (status, made["guild_id"]) == (201, str(village.guild.id))
    private = village.bob.direct_messages(village.app)
    with pytest.raises(CannotDo, match="nothing is synced here"):
        await village.bob.uses("here", channel=private)
    assert (await wire("DELETE", f"{path}/{made['id']}"))[0] == 204
    assert (await wire("GET", f"{path}/{made['id']}"))[1]["code"] == 10063


async def test_a_command_is_found_by_its_name_in_another_language(
    village: Any, launch: Any, make_desk: Any, wire: Any
) -> None:
    await launch(make_desk())
    village.stage.discord.interaction_deadline = 0.1
    translated = command(name_localizations={"de": "aktuell"})
    await wire("PUT", f"/applications/{village.app.id}/commands", json=[translated])
    assert (await village.bob.uses("aktuell", channel=village.channel)).failed


async def test_two_hundred_new_commands_a_day(village: Any, wire: Any) -> None:
    path = f"/applications/{village.app.id}/commands"
    for batch in range(2):
        status, _ = await wire("PUT", path, json=[command(f"c{batch}-{n}") for n in range(100)])
        assert status == 200
    await wire("PUT", path, json=[])
    status, answer = await wire("POST", path, json=command("one-more"))
    assert (status, answer["code"]) == (429, 30034)


async def test_commands_of_another_application_are_out_of_reach(village: Any, wire: Any) -> None:
    assert (await wire("PUT", "/applications/5/commands", json=[]))[1]["code"] == 10002
