"""Editors on Discord: modals for what needs several lines, completion for what has a name."""

import pytest

from core.model import EntryStatus
from tests.doubles.speakers import Office, Speaker, labels


@pytest.fixture
async def grace(office: Office) -> Speaker:
    """An editor on Discord with a live coverage."""
    editor = await office.enrols(office.discord(caller=9))
    await editor.uses("desk coverage-new", title="Storm Ylva", zone="Oslo")
    return editor


async def test_post_with_text_publishes(grace: Speaker) -> None:
    reply = await grace.uses("desk post", text="Bridge closed", importance="key")
    assert "Queued #1" in reply.text()
    assert reply.private
    assert labels(reply) == ["Undo"]


async def test_post_without_text_opens_a_modal_that_remembers_the_options(grace: Speaker) -> None:
    reply = await grace.uses("desk post", importance="key", coverage="storm-ylva")
    assert reply.ask is not None
    assert [(field.name, field.long, field.required) for field in reply.ask.fields] == [
        ("text", True, True),
    ]
    filled = dict(reply.ask.kept) | {"text": "Bridge closed\n\nNo way across."}
    assert "Queued #1" in (await grace.uses(reply.ask.command, **filled)).text()


async def test_a_correction_starts_from_the_words_that_stand(office: Office, grace: Speaker) -> None:
    await grace.uses("desk post", text="Bridge closed\n\nThe **Tay** bridge.\n\n- one\n- two")
    reply = await grace.uses("desk correct", entry="storm-ylva#1")
    assert reply.ask is not None
    assert reply.ask.fields[0].value == "Bridge closed\n\nThe **Tay** bridge.\n\n- one\n- two"
    filled = dict(reply.ask.kept) | {
        "text": reply.ask.fields[0].value.replace("Tay", "Forth"),
        "note": "Forth, not Tay",
    }
    assert "Corrected #1" in (await grace.uses("desk correct", **filled)).text()
    entry = await office.rooms.newsroom.entry(await office.rooms.newsroom.coverage("storm-ylva"), 1)
    assert [one.note for one in entry.content.corrections] == ["Forth, not Tay"]


async def test_answering_a_copy_asks_for_the_rest_and_remembers_which_entry(office: Office, grace: Speaker) -> None:
    grace.manages = True
    await grace.uses("live follow")
    await grace.uses("desk post", text="Bridge closed")
    entry = await office.rooms.newsroom.entry(await office.rooms.newsroom.coverage("storm-ylva"), 1)
    await grace.gets(entry, 77)
    for path, words in (("desk correct", {"text": "Bridge open"}), ("desk retract", {"reason": "It was open"})):
        asked = await grace.uses(path, answers=77)
        assert asked.ask is not None
        assert asked.ask.kept == (("entry", "storm-ylva#1"),)
        assert "#1" in (await grace.uses(asked.ask.command, **dict(asked.ask.kept), **words)).text()
    assert (await office.rooms.newsroom.get(entry.id)).status is EntryStatus.RETRACTED


async def test_the_summary_is_changed_in_a_modal(grace: Speaker) -> None:
    await grace.uses("desk summary", points="Roads closed | Schools open")
    shown = await grace.uses("desk summary")
    assert shown.preview is not None
    asked = await grace.presses(shown, "Change it")
    assert asked.ask is not None
    assert asked.ask.fields[0].value == "Roads closed\nSchools open"
    done = await grace.uses(asked.ask.command, **dict(asked.ask.kept), points="Roads open\nSchools open\nBridge shut")
    assert "has 3 points now" in done.text()


async def test_only_an_editor_gets_the_modal(office: Office, grace: Speaker) -> None:
    await grace.uses("desk summary", points="Roads closed")
    shown = await grace.uses("desk summary")
    assert "not enrolled" in (await office.discord(caller=5).presses(shown, "Change it")).text()


async def test_entries_are_completed_by_number_and_headline_newest_first(office: Office, grace: Speaker) -> None:
    for words in ("Bridge closed", "Schools open", "Bridge open again"):
        await grace.uses("desk post", text=words)
        office.clock.passes(minutes=1)
    await grace.uses("desk retract", entry="2", reason="Not true")
    assert await grace.completes("desk correct", "entry", "") == ["storm-ylva#3", "storm-ylva#1"]
    assert await grace.completes("desk correct", "entry", "closed") == ["storm-ylva#1"]
    assert await grace.completes("desk correct", "entry", "storm-ylva#3") == ["storm-ylva#3"]


async def test_nobody_else_sees_entries_or_planned_coverages(office: Office, grace: Speaker) -> None:
    await grace.uses("desk coverage-new", title="Secret visit", status="planned")
    await grace.uses("desk post", text="Bridge closed", coverage="storm-ylva")
    stranger = office.discord(caller=5)
    assert await stranger.completes("desk correct", "entry", "") == []
    assert await stranger.completes("desk coverage-open", "coverage", "") == []
    assert await stranger.completes("live follow", "coverage", "") == ["storm-ylva"]
    assert await grace.completes("desk coverage-open", "coverage", "secret") == ["secret-visit"]


async def test_who_floods_us_is_answered_each_time_because_discord_calls_silence_broken(office: Office) -> None:
    reader = office.discord(caller=5)
    for _ in range(8):
        told = await reader.uses("live now")
    assert "a lot at once" in told.text()


async def test_a_command_that_is_no_more_is_answered(office: Office) -> None:
    assert "Did you mean /live now?" in (await office.discord(caller=5).uses("live nov")).text()


async def test_a_card_speaks_of_fields_where_there_are_fields(grace: Speaker) -> None:
    await grace.uses("desk post", text="Bridge closed")
    told = (await grace.uses("desk correct", entry="1", text="Bridge open")).text()
    assert "use /desk correct entry:1 and fill in its note." in told
    assert "press the button" in (await grace.uses("desk summary")).text()


async def test_a_forged_button_does_nothing(grace: Speaker) -> None:
    for forged in ("follow:1:loud", "follow:x:all", "stop:1:2", "ask:summary", "boom:1", "A" * 22):
        assert "used already" in (await grace.presses_id(forged)).text()
