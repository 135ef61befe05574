"""Editors on Telegram: from a phone, in a private chat with the bot."""

import asyncio

import pytest

from bots.rehearsal.telegram_world import drawing
from core.model import EntryStatus, Role
from tests.journeys.morning import GIVE_UP, Morning, label, picture

pytestmark = pytest.mark.journey

LONG = "\n\n".join(
    f"Paragraph {number}: " + "the river keeps rising and nobody sleeps. " * 8 for number in range(1, 15)
)
"""About 5,000 characters: two messages on Telegram, three on Discord."""


async def test_an_invitation_brings_one_person_to_the_desk_once(town: Morning) -> None:
    nora, bot = town.stage.telegram.add_person("Nora"), town.cast.telegram_bot
    stranger = town.stage.telegram.add_person("Oleg")
    invitation = await town.house.rooms.enrolment.invite("Nora", Role.EDITOR, by="journey")
    welcome = await town.reads(nora, nora.private_chat(bot), f"/start {invitation.payload}")
    assert "Welcome to the desk, Nora. You are enrolled as editor." in welcome.text
    late = await town.reads(stranger, stranger.private_chat(bot), f"/start {invitation.payload}")
    assert "That invitation was used already" in late.text
    queued = await town.reads(nora, nora.private_chat(bot), "/post Nora is here")
    assert "Queued #1" in queued.text


async def test_what_an_editor_just_sends_is_shown_published_and_everywhere(followed: Morning) -> None:
    card = await followed.tells("Bridge closed\nThe **old** bridge is shut.", key="button.entry")
    assert "Draft for Storm Ada. Readers will see it as shown." in card.text
    assert "Reaches 3 places: 2 on Telegram, 1 on Discord." in card.text
    assert followed.readings("Bridge closed") == [0, 0, 0]

    queued = await followed.erin_presses(card, "button.entry")
    assert "Queued #1: reaches 3 places" in queued.text
    await followed.everybody_reads("Bridge closed")
    done = await followed.desk.wait_for(lambda seen: seen.id == card.id and "is out" in seen.text, GIVE_UP)
    assert done.text == "#1 is out: 3 places have it."
    assert done.labels == []
    preview = next(
        seen for seen in followed.desk.messages if "The old bridge" in seen.text and seen.author is card.author
    )
    copy = followed.ann.messages[-1]
    assert (preview.text.rpartition("\n")[0], preview.entities) == (copy.text.rpartition("\n")[0], copy.entities)
    assert copy.silent


async def test_a_photo_with_a_caption_is_an_entry_with_a_picture(followed: Morning) -> None:
    erin = followed.cast.telegram_editor
    said = await erin.sends_photo(followed.desk, picture(), "The harbour now\nAlt: waves over the wall")
    card = await followed.answer(followed.desk, said, lambda seen: label("button.entry") in seen.labels)
    assert "has no description" not in card.text
    await followed.erin_presses(card, "button.entry")
    await followed.everybody_reads("The harbour now")
    assert [line.pictures for line in followed.lines("The harbour now")] == [1, 1, 1]


async def test_an_album_is_one_entry(followed: Morning) -> None:
    erin = followed.cast.telegram_editor
    shots = [picture((90 * number, 40, 40)) for number in range(3)]
    first, *_ = await erin.sends_album(followed.desk, shots, "Three views of the flood")
    card = await followed.answer(followed.desk, first, lambda seen: label("button.entry") in seen.labels)
    assert "Some pictures have no description." in card.text
    await followed.erin_presses(card, "button.entry")
    await followed.everybody_reads("Three views of the flood")
    album = [seen for seen in followed.ann.messages if seen.album]
    assert len(album) == 3
    assert len({seen.album for seen in album}) == 1
    assert followed.lines("Three views of the flood")[2].pictures == 3
    assert len(await followed.newsroom.newest(followed.coverage, 9)) == 1


async def test_a_caption_too_long_for_a_photo_goes_on_below_it(followed: Morning) -> None:
    erin = followed.cast.telegram_editor
    words = "The dam\n\n" + "Water stands a hand below the rim. " * 30 + "\n\nThe last word is Zebra."
    said = await erin.sends_photo(followed.desk, picture(), words)
    card = await followed.answer(followed.desk, said, lambda seen: label("button.entry") in seen.labels)
    await followed.erin_presses(card, "button.entry")
    await followed.everybody_reads("Zebra")
    photo, text = followed.ann.messages[-2:]
    assert photo.photo is not None
    assert len(photo.caption) <= 1024
    assert "Zebra" in text.text


async def test_a_long_entry_is_split_between_paragraphs_and_shrinks_when_it_is_corrected(followed: Morning) -> None:
    await followed.publishes(f"A long night\n\n{LONG}")
    parts = [seen.text for seen in followed.ann.messages[-2:]]
    assert all(len(part) <= 4096 for part in parts)
    assert "Paragraph 14" in parts[1]
    assert all(part.startswith(("A long night", "Paragraph")) for part in parts)
    before = [len(seat.read()) for seat in followed.seats]

    await followed.tells("/correct 1 A short night\nNote: There was too much of it.")
    await followed.is_carried()
    await followed.everybody_reads("A short night")
    assert followed.readings("Paragraph") == [0, 0, 0]
    assert [len(seat.read()) for seat in followed.seats] == [before[0] - 1, before[1] - 1, before[2] - 2]


async def test_a_discarded_draft_reaches_nobody(followed: Morning) -> None:
    card = await followed.tells("Not so sure about this", key="button.entry")
    gone = await followed.erin_presses(card, "button.discard")
    assert gone.text == "Discarded. Nothing went out."
    assert gone.labels == []
    assert await followed.newsroom.newest(followed.coverage, 9) == ()


async def test_two_fingers_on_publish_make_one_entry(followed: Morning) -> None:
    card = await followed.tells("Bridge closed", key="button.entry")
    erin = followed.cast.telegram_editor
    toasts = await asyncio.gather(*(erin.presses(card, label("button.entry"), give_up=GIVE_UP) for _ in range(3)))
    assert sorted(bool(toast.text) for toast in toasts) == [False, True, True]
    await followed.everybody_reads("Bridge closed")
    assert len(await followed.newsroom.newest(followed.coverage, 9)) == 1


async def test_a_command_that_telegram_delivers_twice_is_done_once(followed: Morning) -> None:
    erin, bot = followed.cast.telegram_editor, followed.cast.telegram_bot
    said = await erin.says(followed.desk, "/post Bridge closed")
    bot.updates.put("message", drawing.message(said, bot))
    await followed.everybody_reads("Bridge closed")
    await followed.has_heard()
    assert len(await followed.newsroom.newest(followed.coverage, 9)) == 1


async def test_what_was_just_said_is_asked_about_before_it_goes_again(followed: Morning) -> None:
    await followed.publishes("The old bridge over the river is closed to all traffic")
    again = await followed.tells("/post The old bridge over the river is closed to all  traffic.")
    assert again.text.startswith(("The old bridge", "Draft"))
    card = await followed.desk.wait_for(lambda seen: label("button.entry") in seen.labels, GIVE_UP)
    assert "It looks like #1, which was just published. Publish it anyway?" in card.text
    await followed.erin_presses(card, "button.entry")
    await followed.is_carried()
    assert followed.readings("The old bridge over") == [2, 2, 2]


async def test_an_alert_is_shown_first_and_rings_while_entries_do_not(followed: Morning) -> None:
    await followed.publishes("Rain goes on")
    card = await followed.tells("/alert Dam breaks, leave the valley now", key="button.alert")
    assert "It rings, for everybody who follows." in card.text
    assert "This is a rehearsal: no real chat is reached." in card.text
    await followed.erin_presses(card, "button.alert")
    await followed.everybody_reads("Dam breaks")
    rain, dam = followed.ann.messages[-2:]
    assert (rain.silent, dam.silent) == (True, False)
    assert dam.text.startswith("Breaking: Dam breaks")
    assert [seen.silent for seen in followed.cast.channel.messages[-2:]] == [True, False]


async def test_a_correction_by_number_changes_every_copy_and_says_why(followed: Morning) -> None:
    await followed.publishes("Three people rescued")
    answer = await followed.tells("/correct 1 Four people rescued\nNote: An earlier version said three.")
    assert answer.text == "Corrected #1. Its copies in 3 places change now."
    await followed.is_carried()
    await followed.everybody_reads("Four people rescued")
    assert followed.readings("Three people") == [0, 0, 0]
    assert followed.readings("An earlier version said three.") == [1, 1, 1]
    assert all(line.edited for line in followed.lines("Four people rescued"))


async def test_answering_ones_own_copy_corrects_it_everywhere_once_a_button_says_so(followed: Morning) -> None:
    await followed.tells("/follow storm")
    await followed.publishes("Three people rescued")
    copy = await followed.desk.wait_for(
        lambda seen: seen.text.startswith("Three people") and seen.author is not followed.cast.telegram_editor, GIVE_UP
    )
    card = await followed.tells("Four people rescued\nNote: Not three.", reply_to=copy, key="button.correct")
    assert "Correction of #1. Every copy will look as shown." in card.text
    assert followed.readings("Three people") == [1, 1, 1]
    await followed.erin_presses(card, "button.correct")
    await followed.is_carried()
    await followed.everybody_reads("Four people rescued")
    changed = followed.desk.find(copy.id)
    assert changed is not None
    assert changed.text.startswith("Four people rescued")


async def test_a_retraction_by_number_turns_every_copy_into_a_notice(followed: Morning) -> None:
    await followed.publishes("Mayor resigns")
    answer = await followed.tells("/retract 1 The mayor's office denies it.")
    assert "Withdrew #1. A notice with your reason takes its place in 3 places." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("The mayor's office denies it.")
    assert followed.readings("Mayor resigns") == [0, 0, 0]
    refused = await followed.tells("/retract 1 Once more")
    assert "#1 is withdrawn and cannot be changed any more." in refused.text


async def test_answering_ones_own_copy_with_retract_withdraws_it_once_a_button_says_so(followed: Morning) -> None:
    await followed.tells("/follow storm")
    await followed.publishes("Mayor resigns")
    copy = await followed.desk.wait_for(
        lambda seen: seen.text.startswith("Mayor") and seen.author is followed.cast.telegram_bot, GIVE_UP
    )
    label_of_it = label("button.retract", number="1")
    said = await followed.cast.telegram_editor.says(followed.desk, "/retract We were misled.", reply_to=copy)
    card = await followed.answer(followed.desk, said, lambda seen: label_of_it in seen.labels)
    assert "This retracts #1. Every copy becomes the notice shown." in card.text
    await followed.erin_presses(card, "button.retract", number="1")
    await followed.is_carried()
    await followed.everybody_reads("We were misled.")
    assert followed.readings("Mayor resigns") == [0, 0, 0]


async def test_the_standing_summary_is_one_message_that_changes(followed: Morning) -> None:
    answer = await followed.tells("/summary Two rivers are high\nAll trains are cancelled")
    assert "The summary of Storm Ada has 2 points now." in answer.text
    await followed.is_carried()
    await followed.everybody_reads("All trains are cancelled")
    await followed.tells("/summary Three rivers are high\nTrains run again\nSchools stay shut")
    await followed.is_carried()
    await followed.everybody_reads("Trains run again")
    assert followed.readings("What we know") == [1, 1, 1]
    assert followed.readings("cancelled") == [0, 0, 0]


async def test_a_closed_coverage_takes_corrections_and_nothing_new(followed: Morning) -> None:
    await followed.publishes("Three people rescued")
    assert "Storm Ada is closed." in (await followed.tells("/coverage close storm")).text
    refused = await followed.tells("/post Too late")
    assert "storm is closed, so nothing new goes out in it. To open it: /coverage open storm" in refused.text
    await followed.tells("/correct 1 Four people rescued")
    await followed.is_carried()
    assert followed.readings("Four people rescued") == [1, 1, 1]
    assert "Storm Ada is live" in (await followed.tells("/coverage open storm")).text
    await followed.publishes("On again")
    assert followed.readings("On again") == [1, 1, 1]


async def test_when_two_coverages_are_on_an_editor_who_chose_none_is_asked_which(town: Morning) -> None:
    nora, bot = town.stage.telegram.add_person("Nora"), town.cast.telegram_bot
    await town.newsroom.new_coverage(town.dee, "Election night", slug="election")
    invitation = await town.house.rooms.enrolment.invite("Nora", Role.EDITOR, by="journey")
    chat = nora.private_chat(bot)
    await town.reads(nora, chat, f"/start {invitation.payload}")
    asked = await town.reads(nora, chat, "/post First seat declared")
    assert "Which coverage is this for?" in asked.text
    assert sorted(asked.labels) == ["Election night", "Storm Ada"]
    await nora.presses(asked, "Election night", give_up=GIVE_UP)
    await chat.wait_for(lambda seen: "Queued #1" in seen.text and "Election night" in seen.text, GIVE_UP)
    election = await town.newsroom.coverage("election")
    assert [entry.content.headline for entry in await town.newsroom.newest(election, 5)] == ["First seat declared"]
    assert await town.newsroom.newest(town.coverage, 5) == ()


@pytest.mark.parametrize("town", [{"undo": 600.0}], indirect=True)
async def test_an_editor_takes_an_entry_back_before_anybody_has_it(followed: Morning) -> None:
    queued = await followed.tells("/post Bridge closed")
    assert queued.labels == [label("undo.button")]
    taken = await followed.erin_presses(queued, "undo.button")
    entry = await followed.newsroom.entry(followed.coverage, 1)
    how = queued.text, entry, await followed.newsroom.progress(entry)
    assert taken.text == "Taken back. Nobody got #1.", how
    await followed.is_carried()
    assert followed.readings("Bridge closed") == [0, 0, 0]
    assert entry.status is EntryStatus.UNDONE
