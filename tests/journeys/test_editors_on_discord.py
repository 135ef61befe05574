"""Editors on Discord: slash commands, forms, and the menu on a message."""

import pytest

from core.model import Role
from tests.journeys.morning import GIVE_UP, Morning, label, picture, uses, with_button

pytestmark = pytest.mark.journey


async def test_an_invitation_is_redeemed_unseen_by_others(town: Morning) -> None:
    invitation = await town.house.rooms.enrolment.invite("Mo", Role.EDITOR, by="journey")
    welcome = await town.mo("desk join", code=invitation.code)
    assert welcome.ephemeral
    assert "Welcome to the desk, Mo." in welcome.text
    assert "Queued #1" in (await town.mo("desk post", text="Mo is here")).text


async def test_an_entry_typed_in_one_line_is_everywhere(followed: Morning) -> None:
    answer = await followed.dee_uses("desk post", text="Bridge closed")
    assert answer.ephemeral
    assert "Queued #1: reaches 3 places" in answer.text
    await followed.everybody_reads("Bridge closed")
    await answer.wait_for(lambda seen: seen.text == "#1 is out: 3 places have it.", GIVE_UP)
    assert answer.buttons == ()


async def test_an_entry_with_paragraphs_is_typed_into_a_form(followed: Morning) -> None:
    asked = await followed.dee_uses("desk post")
    assert asked.modal is not None
    assert asked.modal.title == "New entry"
    dee = followed.cast.discord_editor
    answer = await dee.submits(asked, {"text": "Bridge closed\n\nNobody was hurt."}, patience=GIVE_UP)
    assert "Queued #1" in answer.text
    await followed.everybody_reads("Nobody was hurt.")


async def test_an_entry_with_a_picture_shows_it_everywhere(followed: Morning) -> None:
    shot = ("harbour.jpg", picture())
    answer = await followed.dee_uses("desk post", text="The harbour now", picture=shot, alt="waves over the wall")
    assert "Queued #1" in answer.text
    await followed.everybody_reads("The harbour now")
    assert [line.pictures for line in followed.lines("The harbour now")] == [1, 1, 1]


async def test_the_menu_on_a_copy_corrects_it_everywhere(followed: Morning) -> None:
    await followed.publishes("Three people rescued")
    dee = followed.cast.discord_editor
    copy = followed.cast.channel.messages[-1]
    asked = await dee.uses_on(copy, label("menu.correct"), patience=GIVE_UP)
    assert asked.modal is not None
    assert [field.value for field in asked.modal.fields] == ["Three people rescued", ""]
    filled = {"text": "Four people rescued", "note": "An earlier version said three."}
    answer = await dee.submits(asked, filled, patience=GIVE_UP)
    assert "Corrected #1." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("Four people rescued")
    assert followed.readings("An earlier version said three.") == [1, 1, 1]


async def test_the_menu_on_a_copy_retracts_it_everywhere(followed: Morning) -> None:
    await followed.publishes("Mayor resigns")
    dee = followed.cast.discord_editor
    asked = await dee.uses_on(followed.cast.channel.messages[-1], label("menu.retract"), patience=GIVE_UP)
    answer = await dee.submits(asked, {"reason": "The mayor's office denies it."}, patience=GIVE_UP)
    assert "Withdrew #1." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("The mayor's office denies it.")
    assert followed.readings("Mayor resigns") == [0, 0, 0]


async def test_the_menu_on_somebody_elses_message_says_that_it_is_none_of_ours(town: Morning) -> None:
    remark = town.cast.moderator.says("What a night", channel=town.cast.channel)
    answer = await town.cast.discord_editor.uses_on(remark, label("menu.retract"), patience=GIVE_UP)
    assert answer.text == label("refused.not_ours")


async def test_correct_and_retract_by_number(followed: Morning) -> None:
    await followed.publishes("Three people rescued")
    answer = await followed.dee_uses("desk correct", entry="1", text="Four people rescued", note="Not three.")
    assert "Corrected #1." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("Four people rescued")
    answer = await followed.dee_uses("desk retract", entry="storm#1", reason="Nobody was rescued.")
    assert "Withdrew #1." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("Nobody was rescued.")


async def test_an_alert_is_shown_first_and_sent_by_its_button(followed: Morning) -> None:
    card = await with_button(followed.dee_uses("desk alert", text="Dam breaks, leave the valley now"), "button.alert")
    assert "It rings, for everybody who follows." in card.text
    assert followed.readings("Dam breaks") == [0, 0, 0]
    await followed.cast.discord_editor.presses(card.messages[-1], label("button.alert"), patience=GIVE_UP)
    await followed.everybody_reads("Dam breaks")
    assert not followed.cast.channel.messages[-1].silent


async def test_the_summary_is_changed_in_a_form_that_holds_it(followed: Morning) -> None:
    dee = followed.cast.discord_editor
    await followed.dee_uses("desk summary", points="Two rivers are high | Trains are cancelled")
    await followed.is_carried()
    await followed.everybody_reads("Trains are cancelled")
    shown = await with_button(followed.dee_uses("desk summary"), "summary.change")
    asked = await dee.presses(shown.messages[-1], label("summary.change"), patience=GIVE_UP)
    assert asked.modal is not None
    assert [field.value for field in asked.modal.fields] == ["Two rivers are high\nTrains are cancelled"]
    await dee.submits(asked, {"points": "Two rivers are high\nTrains run again"}, patience=GIVE_UP)
    await followed.is_carried()
    await followed.everybody_reads("Trains run again")
    assert followed.readings("cancelled") == [0, 0, 0]


async def test_coverages_are_opened_listed_and_closed_and_entries_complete_themselves(town: Morning) -> None:
    opened = await town.dee_uses("desk coverage-new", title="Harbour fire", slug="fire", zone="Europe/London")
    assert "Harbour fire is live. Its short name is fire" in opened.text
    await town.dee_uses("desk post", text="Smoke over the docks")
    offered = await town.cast.discord_editor.completes("desk correct", option="entry", channel=town.cast.desk)
    assert offered == [("#1 Smoke over the docks", "fire#1")]
    refused = await town.cast.moderator.completes("desk correct", option="entry", channel=town.cast.desk)
    assert refused == []
    assert "Harbour fire (fire), live, chosen" in (await town.dee_uses("desk coverage-list")).text
    assert "Harbour fire is closed." in (await town.dee_uses("desk coverage-close", coverage="fire")).text


async def test_who_may_manage_the_server_is_no_editor_by_that(town: Morning) -> None:
    answer = await town.mo("desk post", text="I am in charge here")
    assert answer.ephemeral
    assert f"Your id is {town.cast.moderator.id}" in answer.text
    assert await town.newsroom.newest(town.coverage, 5) == ()


async def test_an_editor_works_in_private_with_the_bot_too(followed: Morning) -> None:
    dee = followed.cast.discord_editor
    talk = dee.direct_messages(followed.cast.discord_app)
    assert "Queued #1" in (await uses(dee, "desk post", talk, text="Bridge closed")).text
    await followed.everybody_reads("Bridge closed")
