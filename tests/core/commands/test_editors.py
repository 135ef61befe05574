"""What editors live through on a phone: publish, take back, correct, withdraw, sum up."""

import asyncio

import pytest

from core import blocks
from core.commands.heard import Mark
from core.model import (
    CoverageStatus,
    Entry,
    EntryStatus,
    Importance,
    Mode,
    Operation,
    Platform,
    Urgency,
)
from core.store import commits, entries, people
from tests.doubles.speakers import Office, Speaker, labels


@pytest.fixture
async def ada(office: Office) -> Speaker:
    """An editor with a live coverage."""
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva\nZone: Europe/London")
    return editor


async def stream(office: Office) -> tuple[Entry, ...]:
    return await office.rooms.newsroom.newest(await office.rooms.newsroom.coverage("storm-ylva"), 50)


async def only(office: Office) -> Entry:
    (entry,) = await stream(office)
    return entry


async def test_post_says_what_happened_what_will_happen_and_what_one_can_do(office: Office, ada: Speaker) -> None:
    await office.telegram(caller=50).types("/follow")
    await office.discord(manages=True).uses("live follow")
    reply = await ada.types("/post Bridge closed\n\nThe **Tay** bridge is shut.")
    assert reply.text() == "Queued #1: reaches 2 places by 12:00:05 GMT."
    assert labels(reply) == ["Undo"]
    entry = await only(office)
    assert entry.content.headline == "Bridge closed"
    (paragraph,) = entry.content.blocks
    assert isinstance(paragraph, blocks.Paragraph)
    assert [run.bold for run in paragraph.text] == [False, True, False]
    assert {one.urgency for one in office.carries()} == {Urgency.ENTRY}
    assert office.carries()[0].not_before == office.clock.passes(seconds=5)


async def test_nobody_following_yet_is_said(office: Office, ada: Speaker) -> None:
    assert (await ada.types("/post Hello")).text() == "Queued #1. Nobody follows Storm Ylva yet."


async def test_undo_within_five_seconds_means_that_nobody_gets_it(office: Office, ada: Speaker) -> None:
    reply = await ada.types("/post Wrong button")
    undone = await ada.presses(reply, "Undo")
    assert undone.text() == "Taken back. Nobody got #1."
    assert undone.replaces
    assert not undone.buttons
    assert office.carries() == ()


async def test_undo_after_five_seconds_is_too_late_and_says_what_to_do(office: Office, ada: Speaker) -> None:
    reply = await ada.types("/post Too slow")
    office.clock.passes(seconds=6)
    assert "To retract it, give a reason: /retract storm-ylva#1" in (await ada.presses(reply, "Undo")).text()
    assert (await only(office)).status is EntryStatus.PUBLISHED


async def test_the_card_becomes_the_delivery_board(office: Office, ada: Speaker) -> None:
    await office.telegram(caller=50).types("/follow")
    reply = await ada.types("/post Bridge closed")
    assert reply.later is not None
    assert reply.later.seconds > 5
    sending = await office.desk.again(reply.later.ticket, "en")
    assert sending is not None
    assert "Sending #1: 0 places have it so far." in sending.text()
    assert sending.later is not None
    marks = tuple(
        commits.WalkMark(one.id, 9, sent=int(platform is Platform.TELEGRAM), finished=True)
        for platform in Platform
        for one in office.carries(platform)
    )
    await office.store.write(commits.apply, commits.Batch(at=office.clock(), walks=marks))
    done = await office.desk.again(sending.later.ticket, "en")
    assert done is not None
    assert done.text() == "#1 is out: 1 place has it."
    assert done.later is None


async def test_a_redelivered_command_makes_one_entry_and_the_same_answer(office: Office, ada: Speaker) -> None:
    first = await ada.types("/post Bridge closed", token="update:same")
    second = await ada.types("/post Bridge closed", token="update:same")
    assert first.text() == second.text()
    assert len(await stream(office)) == 1


async def test_one_command_delivered_twice_at_once_makes_one_entry(office: Office, ada: Speaker) -> None:
    both = await asyncio.gather(*(ada.types("/post Bridge closed", token="update:same") for _ in range(2)))
    assert [reply.text() for reply in both] == ["Queued #1. Nobody follows Storm Ylva yet."] * 2
    assert len(await stream(office)) == 1


async def test_two_fingers_on_publish_publish_once(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    both = await asyncio.gather(*(ada.presses(card, "Publish") for _ in range(2)))
    assert sorted(reply.toast for reply in both) == [False, True]
    assert len(await stream(office)) == 1


async def test_the_same_words_twice_are_shown_before_they_go(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed after 3 accidents")
    card = await ada.types("/post  bridge CLOSED after 3 accidents.")
    assert "It looks like #1, which was just published. Publish it anyway?" in card.text()
    assert card.preview is not None
    assert len(await stream(office)) == 1
    await ada.presses(card, "Publish")
    assert len(await stream(office)) == 2


async def test_another_number_is_another_entry(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed after 3 accidents")
    assert "Queued #2" in (await ada.types("/post Bridge closed after 4 accidents")).text()


async def test_the_same_words_after_ten_minutes_are_news_again(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed")
    office.clock.passes(minutes=11)
    assert "Queued #2" in (await ada.types("/post Bridge closed")).text()


async def test_just_sending_text_shows_it_exactly_and_publishes_on_a_button(office: Office, ada: Speaker) -> None:
    await office.telegram(caller=50).types("/follow")
    card = await ada.types("Bridge closed\nNo way across.")
    assert card.text().splitlines()[:2] == [
        "Draft for Storm Ylva. Readers will see it as shown.",
        "Reaches 1 place on Telegram, in about 1 s.",
    ]
    assert labels(card) == ["Publish", "Discard", "Mark as key point"]
    assert card.preview is not None
    assert card.preview.entry is not None
    assert card.preview.entry.number == 1
    assert await stream(office) == ()
    sent = await ada.presses(card, "Publish")
    assert sent.replaces
    assert sent.text().startswith("Queued #1")
    assert (await only(office)).content == card.preview.entry.content


async def test_a_double_click_publishes_once(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    await ada.presses(card, "Publish")
    again = await ada.presses(card, "Publish")
    assert again.toast
    assert "used already" in again.text()
    assert len(await stream(office)) == 1


async def test_a_discarded_draft_cannot_be_published(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    assert (await ada.presses(card, "Discard")).text() == "Discarded. Nothing went out."
    assert "gone" in (await ada.presses(card, "Publish")).text()
    assert await stream(office) == ()


async def test_somebody_else_cannot_press_an_editors_button(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    assert "somebody else" in (await office.telegram(caller=66).presses(card, "Publish")).text()
    other = await office.editor(caller=2)
    assert "somebody else" in (await other.presses(card, "Publish")).text()
    assert await stream(office) == ()


async def test_a_card_that_waited_too_long_is_shown_afresh(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    office.clock.passes(minutes=11)
    fresh = await ada.presses(card, "Publish")
    assert "This waited a while" in fresh.text()
    assert fresh.preview is not None
    assert await stream(office) == ()
    await ada.presses(fresh, "Publish")
    assert len(await stream(office)) == 1


async def test_a_draft_of_yesterday_is_gone(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    office.clock.passes(hours=13)
    assert "draft is gone" in (await ada.presses(card, "Publish")).text()


async def test_a_draft_is_marked_as_a_key_point_and_back(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    key = await ada.presses(card, "Mark as key point")
    assert "Marked as a key point." in key.text()
    back = await ada.presses(key, "Not a key point")
    assert "Marked as a key point." not in back.text()
    await ada.presses(await ada.presses(back, "Mark as key point"), "Publish")
    assert (await only(office)).content.importance is Importance.KEY


async def test_a_photo_with_a_caption_becomes_a_draft(office: Office, ada: Speaker) -> None:
    picture = office.picture()
    card = await ada.types("Waves at the pier\nAlt: Waves higher than the lamps", pictures=(picture,))
    assert "no description" not in card.text()
    await ada.presses(card, "Publish")
    assert (await only(office)).content.blocks == (
        blocks.Image(alt="Waves higher than the lamps", asset=picture.digest, width=640, height=480),
    )


async def test_a_picture_without_a_description_is_asked_for_one(office: Office, ada: Speaker) -> None:
    assert "The picture has no description" in (await ada.types("Waves", pictures=(office.picture(),))).text()


async def test_a_photo_alone_is_enough(office: Office, ada: Speaker) -> None:
    card = await ada.types("", pictures=(office.picture(),))
    await ada.presses(card, "Publish")
    assert len((await only(office)).content.blocks) == 1


async def test_with_several_live_coverages_one_chooses_once_and_the_words_are_not_lost(office: Office) -> None:
    for title in ("Storm Ylva", "Election night"):
        await office.opens(title)
    editor = await office.editor()
    asked = await editor.types("Bridge closed", pictures=(office.picture(),))
    assert "Which coverage is this for?" in asked.text()
    card = await editor.presses(asked, "Storm Ylva")
    assert "Draft for Storm Ylva" in card.text()
    await editor.presses(card, "Publish")
    assert (await only(office)).content.headline == "Bridge closed"
    assert "Draft for Storm Ylva" in (await editor.types("More")).text()


async def test_a_coverage_before_the_text_wins_over_the_chosen_one(office: Office, ada: Speaker) -> None:
    await office.opens("Election night")
    await ada.types("/post election-night# Polls close")
    assert await stream(office) == ()


async def test_correct_with_a_note_tells_readers(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed\n\nThe Tay bridge.")
    reply = await ada.types("/correct 1\nBridge closed\n\nThe Forth bridge.\nNote: It is the Forth bridge, not the Tay")
    assert reply.text() == "Corrected #1. Nobody had it yet: whoever gets it gets the new words."
    entry = await only(office)
    assert entry.revision == 2
    assert blocks.plain(entry.content.blocks[0].text) == "The Forth bridge."
    assert [one.note for one in entry.content.corrections] == ["It is the Forth bridge, not the Tay"]


async def test_correct_keeps_the_pictures_and_everything_that_was_not_retyped(office: Office, ada: Speaker) -> None:
    picture = office.picture()
    await ada.types("/post Waves\nImportance: key\nAlt: High waves", pictures=(picture,))
    await ada.types("/correct #1 Waves at the pier")
    content = (await only(office)).content
    assert content.headline == "Waves at the pier"
    assert content.importance is Importance.KEY
    assert content.blocks == (blocks.Image(alt="High waves", asset=picture.digest, width=640, height=480),)
    assert content.corrections == ()


async def test_retract_by_number_acts_at_once(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge open")
    reply = await ada.types("/retract storm-ylva#1 We misread the map")
    assert reply.text() == "Withdrew #1. Nobody had it yet, and nobody gets it."
    entry = await only(office)
    assert entry.status is EntryStatus.RETRACTED
    assert entry.content.reason == "We misread the map"
    assert {one.operation for one in office.carries()} == {Operation.RETRACT}
    assert "is withdrawn and cannot be changed" in (await ada.types("/correct 1 Again")).text()


async def test_answering_ones_copy_with_text_opens_its_correction(office: Office, ada: Speaker) -> None:
    await ada.types("/follow")
    await ada.types("/post Bridge closed")
    await ada.gets(await only(office), 77)
    card = await ada.types("Bridge open again\nNote: It reopened at noon", reply_to=77)
    assert "Correction of #1. Every copy will look as shown." in card.text()
    assert labels(card) == ["Publish correction", "Discard"]
    assert card.preview is not None
    assert card.preview.entry is not None
    assert card.preview.entry.content.headline == "Bridge open again"
    assert (await only(office)).revision == 1
    done = await ada.presses(card, "Publish correction")
    assert done.text() == "Corrected #1. Its copies in 1 place change now."
    assert [one.note for one in (await only(office)).content.corrections] == ["It reopened at noon"]


async def test_answering_ones_copy_with_retract_shows_the_notice_first(office: Office, ada: Speaker) -> None:
    await ada.types("/follow")
    await ada.types("/post Bridge closed")
    await ada.gets(await only(office), 77)
    card = await ada.types("/retract 12 hours too early", reply_to=77)
    assert "This retracts #1." in card.text()
    assert card.preview is not None
    assert card.preview.retracted
    await ada.presses(card, "Retract #1")
    assert (await only(office)).content.reason == "12 hours too early"


async def test_a_correction_is_refused_when_somebody_was_quicker(office: Office, ada: Speaker) -> None:
    await ada.types("/follow")
    await ada.types("/post Bridge closed")
    await ada.gets(await only(office), 77)
    card = await ada.types("Bridge open", reply_to=77)
    await ada.types("/correct 1 Bridge half open")
    assert "Somebody changed this entry while you wrote" in (await ada.presses(card, "Publish correction")).text()
    assert (await only(office)).content.headline == "Bridge half open"


async def test_answering_something_else_with_a_correction_says_so(ada: Speaker) -> None:
    assert "no copy of an entry" in (await ada.types("/correct New words", reply_to=5)).text()


async def test_a_number_nobody_has_seen_is_refused(ada: Speaker) -> None:
    assert "There is no entry storm-ylva#9" in (await ada.types("/correct 9 words")).text()


async def test_missing_words_get_an_example(ada: Speaker) -> None:
    assert "/correct 17 and the new text" in (await ada.types("/correct")).text()
    assert "/retract 17 and the reason" in (await ada.types("/retract")).text()
    assert "/post and the text" in (await ada.types("/post")).text()
    assert "/coverage new TITLE" in (await ada.types("/coverage new")).text()
    assert "/join and the code" in (await ada.types("/join")).text()
    await ada.types("/post Bridge closed")
    assert "/retract 17 and the reason" in (await ada.types("/retract 1")).text()


async def test_the_summary_is_shown_set_and_changed(office: Office, ada: Speaker) -> None:
    assert "has no summary yet" in (await ada.types("/summary")).text()
    done = await ada.types("/summary\n• Two roads closed\n- One bridge closed\n\n3. Schools open")
    assert done.text() == "The summary of Storm Ylva has 3 points now. Everybody who follows gets it as it is now."
    same = await ada.types("/summary\nTwo roads closed\nOne bridge closed\nSchools open")
    assert same.text() == "That is what the summary of Storm Ylva says already, so nothing changed."
    shown = await ada.types("/summary")
    assert shown.preview is not None
    assert shown.preview.summary is not None
    assert shown.preview.summary.points == ("Two roads closed", "One bridge closed", "Schools open")


async def test_coverages_are_opened_closed_and_listed(office: Office, ada: Speaker) -> None:
    new = await ada.types("/coverage new Élection 2027: the night\nZone: Paris\nLanguage: fr_FR\nStatus: planned")
    assert (
        "Its short name is election-2027-the-night. When it begins: /coverage open election-2027-the-night"
        in new.text()
    )
    assert "Its clock is Europe/Paris." in new.text()
    assert "https://t.me/livedesk_bot?start=c_election-2027-the-night" in new.text()
    assert "election-2027-the-night), planned, chosen" in (await ada.types("/coverage list")).text()
    assert "is live" in (await ada.types("/coverage open election-2027-the-night")).text()
    assert "is closed" in (await ada.types("/coverage close")).text()
    coverage = await office.rooms.newsroom.coverage("election-2027-the-night")
    assert (coverage.status, coverage.language) == (CoverageStatus.CLOSED, "fr-FR")
    refused = await ada.types("/post election-2027-the-night# Too late")
    assert "To open it: /coverage open election-2027-the-night" in refused.text()


async def test_two_coverages_of_one_title_get_two_slugs(office: Office, ada: Speaker) -> None:
    assert "Its short name is storm-ylva-2" in (await ada.types("/coverage new Storm Ylva")).text()
    assert "called storm-ylva already" in (await ada.types("/coverage new Gale\nSlug: storm-ylva")).text()


async def test_a_wrong_zone_is_refused_with_the_nearest(ada: Speaker) -> None:
    assert "Did you mean Europe/London?" in (await ada.types("/coverage new Gale\nZone: Europe/Londom")).text()
    assert "by its city, such as Europe/London" in (await ada.types("/coverage new Gale\nZone: Narnia")).text()
    assert "no language" in (await ada.types("/coverage new Gale\nLanguage: klingonese")).text()


async def test_seven_entries_in_a_minute_are_too_many_to_bear(ada: Speaker) -> None:
    for number in range(6):
        assert "Readers bear fewer" not in (await ada.types(f"/post Entry {number}")).text()
    assert "That was 7 entries within a minute." in (await ada.types("/post Entry 7")).text()


async def test_an_edited_message_opens_a_draft_and_does_nothing_else(office: Office, ada: Speaker) -> None:
    card = await ada.types("/post Bridge closed, really", Mark.EDITED)
    assert "Draft for" in card.text()
    assert await stream(office) == ()


async def test_what_is_stored_about_an_alert_is_kept_apart_from_entries(office: Office, ada: Speaker) -> None:
    card = await ada.types("/alert Dam broken")
    assert "It rings" in card.text()
    await ada.presses(card, "Send the alert")
    assert {one.urgency for one in office.carries()} == {Urgency.ALERT}
    entry = await only(office)
    assert entry.content.importance is Importance.BREAKING
    assert await office.store.read(entries.delivered, entry.id) is False


async def test_a_summary_of_a_closed_coverage_says_who_gets_it(ada: Speaker) -> None:
    await ada.types("/coverage close storm-ylva")
    told = (await ada.types("/summary\nTwo roads closed")).text()
    assert "Storm Ylva is closed: copies out there change, and nobody gets a new one." in told


async def test_with_nothing_open_an_editor_is_told_how_to_open_something(office: Office) -> None:
    editor = await office.editor()
    for words in ("Bridge closed", "/post Bridge closed", "/alert Bridge closed", "/summary"):
        told = (await editor.types(words)).text()
        assert "Open one with /coverage new TITLE; /coverage list shows those there are." in told


async def test_in_a_closed_coverage_no_card_is_shown_that_could_not_be_published(ada: Speaker) -> None:
    await ada.types("/coverage close storm-ylva")
    for words in ("Bridge closed", "/post Bridge closed", "/alert Bridge closed"):
        told = await ada.types(words)
        assert "storm-ylva is closed, so nothing new goes out in it. To open it: /coverage open" in told.text()
        assert told.preview is None


async def test_an_unknown_coverage_tells_an_editor_where_to_look(ada: Speaker) -> None:
    assert "/coverage list shows what there is." in (await ada.types("/coverage use flood")).text()
    assert "/live shows what there is." in (await ada.types("/stop flood")).text()


async def test_only_those_who_asked_for_that_much_are_counted(office: Office, ada: Speaker) -> None:
    await office.telegram(caller=50).types("/follow")
    await office.telegram(caller=51).types("/follow key")
    await office.telegram(caller=52).types("/follow breaking")
    card = await ada.types("Bridge closed")
    assert "Reaches 1 place on Telegram" in card.text()
    key = await ada.presses(card, "Mark as key point")
    assert "Reaches 2 places on Telegram" in key.text()
    assert "Queued #1: reaches 2 places" in (await ada.presses(key, "Publish")).text()
    assert "Reaches 3 places on Telegram" in (await ada.types("/alert Dam broken")).text()


async def test_one_word_for_a_long_entry_is_shown_before_it_replaces_it(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed\n\nThe Tay bridge is shut to all traffic until Monday morning.")
    card = await ada.types("/correct 1 Bridge open")
    assert "Careful: most of the text that stood there is gone." in card.text()
    assert (await only(office)).revision == 1
    await ada.presses(card, "Publish correction")
    assert (await only(office)).content.headline == "Bridge open"


async def test_a_silent_correction_says_how_to_tell_readers_and_a_note_alone_does(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed")
    told = (await ada.types("/correct 1 Bridge open")).text()
    assert "Readers are not told that it changed. To tell them, send /correct 1 with a second line “Note: " in told
    assert "Corrected #1" in (await ada.types("/correct 1\nNote: It was never closed")).text()
    entry = await only(office)
    assert entry.content.headline == "Bridge open"
    assert [one.note for one in entry.content.corrections] == ["It was never closed"]


async def test_correct_with_a_number_alone_shows_the_words_to_copy(ada: Speaker) -> None:
    await ada.types("/post Bridge closed\n\nThe **Tay** bridge.")
    told = (await ada.types("/correct 1")).text()
    assert told.endswith("This is what #1 says now, to copy and change:\nBridge closed\n\nThe **Tay** bridge.")


async def test_a_command_changed_after_it_published_corrects_what_it_published(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closd", token="telegram:tg:1:7")
    card = await ada.types("/post Bridge closed", Mark.EDITED, token="telegram:tg:1:7:99", edits="telegram:tg:1:7")
    assert "Correction of #1." in card.text()
    assert (await only(office)).revision == 1
    await ada.presses(card, "Publish correction")
    assert (await only(office)).content.headline == "Bridge closed"


async def test_a_command_changed_after_it_was_taken_back_is_a_new_draft(office: Office, ada: Speaker) -> None:
    await ada.presses(await ada.types("/post Bridge closd", token="telegram:tg:1:7"), "Undo")
    card = await ada.types("/post Bridge closed", Mark.EDITED, edits="telegram:tg:1:7")
    assert "Draft for Storm Ylva" in card.text()


async def test_somebody_elses_command_cannot_be_changed_by_its_token(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed", token="telegram:tg:1:7")
    other = await office.editor(caller=2)
    assert "Draft for" in (await other.types("/post Bridge open", Mark.EDITED, edits="telegram:tg:1:7")).text()


async def test_a_picture_without_a_description_is_mentioned_also_when_it_goes_at_once(
    office: Office, ada: Speaker
) -> None:
    told = (await ada.types("/post Waves", pictures=(office.picture(),))).text()
    assert "The picture has no description." in told


async def test_hidden_and_turning_characters_do_not_reach_readers(office: Office, ada: Speaker) -> None:
    await ada.types("/post \u202eBri\u200bdge\u2066 clo\U000e0041sed\n\nNo\u202e way")
    content = (await only(office)).content
    assert content.headline == "Bridge closed"
    assert blocks.plain(content.blocks[0].text) == "No way"


async def test_a_person_removed_has_no_rights_from_that_moment(office: Office, ada: Speaker) -> None:
    card = await ada.types("Bridge closed")
    queued = await ada.types("/post Schools open")
    assert ada.person is not None
    await office.store.write(people.remove, ada.person.key, by="owner", now=office.clock())
    assert "not enrolled" in (await ada.types("/post News")).text()
    assert "used already" in (await ada.presses(card, "Publish")).text()
    assert "used already" in (await ada.presses(queued, "Undo")).text()
    assert [one.content.headline for one in await stream(office)] == ["Schools open"]


async def test_closing_a_coverage_sends_its_followers_nothing(office: Office, ada: Speaker) -> None:
    await office.telegram(caller=50).types("/follow")
    await ada.types("/coverage close storm-ylva")
    assert office.carries() == ()


async def test_a_coverage_opened_in_a_rehearsal_is_stamped_so(office: Office, ada: Speaker) -> None:
    await ada.types("/post Bridge closed")
    assert (await office.rooms.newsroom.coverage("storm-ylva")).mode is Mode.REHEARSAL
    assert (await only(office)).mode is Mode.REHEARSAL


async def test_a_copy_forwarded_to_the_bot_is_no_new_entry_but_comes_back_to_be_corrected(
    office: Office, ada: Speaker
) -> None:
    await ada.types("/post Bridge closed\n\nThe Tay bridge.")
    for foot in ("storm-ylva#1", "[storm-ylva#1](https://news.example/1)"):
        told = await ada.types(f"**Bridge closed**\n\nThe Tay bridge.\n\n12:00 GMT · {foot}", Mark.FORWARDED)
        assert told.text().endswith("This is what #1 says now, to copy and change:\nBridge closed\n\nThe Tay bridge.")
        assert told.preview is None
    assert "Draft for" in (await ada.types("Somebody else's words · gale#1", Mark.FORWARDED)).text()
    assert len(await stream(office)) == 1
