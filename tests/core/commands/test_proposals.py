"""An imported page would change what readers have: an editor looks, and decides."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import blocks
from core.commands.heard import Mark
from core.formats.page import Page, PageEntry, fingerprint
from core.model import Content, Correction, Entry, Operation, Source
from core.newsroom import ImportReport
from core.store import audit
from tests.doubles.speakers import Office, Speaker, labels

DAWN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def line(minute: int, headline: str, body: str) -> PageEntry:
    at = DAWN + timedelta(minutes=minute)
    content = Content(headline, (blocks.Paragraph(blocks.text(body)),))
    return PageEntry(content, at, Source("text", f"urn:{minute}", fingerprint(at, f"entry {minute}")))


PAGE = Page(
    "Storm Ylva",
    Source("text", "urn:page", "f"),
    (line(1, "Bridge closed", "The Tay bridge is shut to all traffic."), line(2, "Schools close", "From noon.")),
    zone="Europe/Oslo",
    language="en",
)


def reworded(page: Page, at: int, body: str, **more: object) -> Page:
    given = page.entries[at]
    content = replace(given.content, blocks=(blocks.Paragraph(blocks.text(body)),), **more)
    return replace(page, entries=tuple(replace(one, content=content) if one is given else one for one in page.entries))


FORTH = reworded(PAGE, 0, "The Forth bridge is shut to all traffic.")


async def imports(office: Office, page: Page) -> ImportReport:
    return await office.rooms.newsroom.import_page(page, publish=False)


async def numbered(office: Office, number: int) -> Entry:
    return await office.rooms.newsroom.entry(await office.rooms.newsroom.coverage("storm-ylva"), number)


@pytest.fixture
async def ada(office: Office) -> Speaker:
    """An editor who follows the imported coverage, and has both of its entries."""
    await office.rooms.newsroom.import_page(PAGE, publish=True)
    editor = await office.editor()
    await editor.types("/coverage use storm-ylva")
    await editor.types("/follow storm-ylva")
    for number in (1, 2):
        await editor.gets(await numbered(office, number), 70 + number)
    return editor


async def test_nothing_to_decide_is_said(ada: Speaker) -> None:
    assert (await ada.types("/proposals")).text() == "No change waits for a decision in Storm Ylva."
    assert (await ada.types("/proposals 2")).text() == "No change of #2 waits for a decision."


async def test_what_waits_is_listed_and_each_opens_as_readers_will_see_it(office: Office, ada: Speaker) -> None:
    assert (await imports(office, FORTH)).proposed == (1,)
    listed = await ada.types("/proposals")
    assert listed.text().splitlines() == [
        "An imported page would change 1 entry of Storm Ylva. Readers keep the old words until you decide:",
        "#1 Bridge closed",
    ]
    card = await ada.presses(listed, "#1: Bridge closed")
    again = "/proposals storm-ylva#1"
    assert card.text().splitlines() == [
        "Correction of #1. Every copy will look as shown.",
        "Before: The Tay bridge is shut to all traffic.",
        "After: The Forth bridge is shut to all traffic.",
        "It stands in 1 place.",
        f"Readers are not told that it changed. To tell them, send {again} with a second line “Note: what was wrong”.",
    ]
    assert not card.replaces
    assert labels(card) == ["Publish correction", "Discard"]
    assert card.preview is not None
    assert card.preview.entry is not None
    assert card.preview.entry.content == FORTH.entries[0].content
    assert (await numbered(office, 1)).revision == 1


async def test_accepting_makes_one_revision_that_goes_to_every_copy(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1")
    done = await ada.presses(card, "Publish correction")
    assert done.text() == "Corrected #1. Its copies in 1 place change now."
    assert done.replaces
    entry = await numbered(office, 1)
    assert (entry.revision, entry.content) == (2, FORTH.entries[0].content)
    assert [one.bulletin_id for one in office.carries() if one.operation is Operation.EDIT] == [entry.bulletin_id]
    assert "No change waits" in (await ada.types("/proposals")).text()
    assert (await imports(office, FORTH)).proposed == ()
    deed = (await office.store.read(audit.listed, subject="entry"))[0]
    assert ada.person is not None
    assert (deed.by, deed.action, deed.detail) == (ada.person.key, "import", {"revision": 2, "number": 1})


async def test_discarding_settles_it_and_nothing_changes(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    gone = await ada.presses(await ada.types("/proposals 1"), "Discard")
    assert gone.text() == "Discarded. #1 stays as it is, and the same words are not suggested again."
    assert (await numbered(office, 1)).revision == 1
    assert (await imports(office, FORTH)).proposed == ()
    assert "No change waits" in (await ada.types("/proposals")).text()
    assert (await office.store.read(audit.listed, subject="entry"))[0].action == "decline"


async def test_a_note_tells_readers_what_was_wrong(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1\nNote: It is the Forth bridge, not the Tay")
    assert "not told" not in card.text()
    assert card.preview is not None
    assert card.preview.entry is not None
    assert [one.note for one in card.preview.entry.content.corrections] == ["It is the Forth bridge, not the Tay"]
    await ada.presses(card, "Publish correction")
    assert (await numbered(office, 1)).content.corrections == (
        Correction("It is the Forth bridge, not the Tay", office.clock()),
    )


async def test_an_entry_changed_since_says_so_and_keeps_what_readers_were_told(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    office.clock.passes(minutes=2)
    await ada.types("/correct 1 Bridge half closed\nNote: One lane is open")
    card = await ada.types("/proposals 1")
    assert "Careful: somebody changed #1 (13:02 CET) after the page was imported." in card.text()
    assert "Before: Bridge half closed" in card.text()
    await ada.presses(card, "Publish correction")
    entry = await numbered(office, 1)
    assert (entry.revision, entry.content.headline) == (3, "Bridge closed")
    assert [one.note for one in entry.content.corrections] == ["One lane is open"]


async def test_an_entry_changed_under_the_card_is_shown_once_more(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1")
    office.clock.passes(minutes=1)
    await ada.types("/correct 1 Bridge half closed\nNote: One lane is open")
    fresh = await ada.presses(card, "Publish correction")
    assert fresh.text().startswith("Somebody changed this entry in the meantime, so nothing went out.")
    assert "Careful: somebody changed #1" in fresh.text()
    assert (await numbered(office, 1)).content.headline == "Bridge half closed"
    await ada.presses(fresh, "Publish correction")
    assert (await numbered(office, 1)).content.headline == "Bridge closed"


async def test_a_card_that_waited_too_long_is_shown_afresh_with_its_note(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1\nNote: Forth, not Tay")
    office.clock.passes(minutes=11)
    fresh = await ada.presses(card, "Publish correction")
    assert "This waited a while" in fresh.text()
    await ada.presses(fresh, "Publish correction")
    assert [one.note for one in (await numbered(office, 1)).content.corrections] == ["Forth, not Tay"]


async def test_two_editors_decide_once(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    bob = await office.editor(caller=2)
    cards = [await who.types("/proposals storm-ylva#1") for who in (ada, bob)]
    answers = await asyncio.gather(
        ada.presses(cards[0], "Publish correction"), bob.presses(cards[1], "Publish correction")
    )
    told = sorted(reply.text() for reply in answers)
    assert told == [
        "Corrected #1. Its copies in 1 place change now.",
        "That change was decided about already, or a newer copy of the page replaced it.",
    ]
    assert (await numbered(office, 1)).revision == 2


async def test_a_newer_copy_of_the_page_takes_the_place_of_an_open_card(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1")
    await imports(office, reworded(PAGE, 0, "Both bridges are shut."))
    assert "a newer copy of the page" in (await ada.presses(card, "Publish correction")).text()
    assert "After: Both bridges are shut." in (await ada.types("/proposals 1")).text()


async def test_what_an_editor_withdrew_or_set_right_is_no_longer_asked(office: Office, ada: Speaker) -> None:
    await imports(office, reworded(FORTH, 1, "From one."))
    await ada.types("/correct 1 Bridge closed\n\nThe Forth bridge is shut to all traffic.")
    await ada.types("/retract 2 Not so")
    assert "No change waits" in (await ada.types("/proposals")).text()


async def test_a_card_of_an_entry_withdrawn_meanwhile_cannot_be_published(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    card = await ada.types("/proposals 1")
    await ada.types("/retract 1 Not so")
    assert "somebody changed" in (await ada.presses(card, "Publish correction")).text().lower()
    assert "stays as it is" in (await ada.presses(card, "Discard")).text()


async def test_only_an_editor_sees_or_decides(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    stranger = office.telegram(caller=66)
    assert "not enrolled" in (await stranger.types("/proposals")).text()
    listed = await ada.types("/proposals")
    assert "not enrolled" in (await stranger.presses(listed, "#1")).text()
    card = await ada.presses(listed, "#1")
    assert "somebody else" in (await stranger.presses(card, "Publish correction")).text()
    bob = await office.editor(caller=2)
    assert "somebody else" in (await bob.presses(card, "Publish correction")).text()
    assert await office.group(caller=66).tries("/proposals", Mark.FROM_BOT) == ()
    assert (await numbered(office, 1)).revision == 1


async def test_many_are_shown_five_at_a_time(office: Office) -> None:
    every = tuple(line(minute, f"Entry {minute}", "Words.") for minute in range(1, 8))
    page = replace(PAGE, entries=every)
    await office.rooms.newsroom.import_page(page, publish=True)
    ada = await office.editor()
    await ada.types("/follow storm-ylva")
    for number in range(1, 8):
        await ada.gets(await numbered(office, number), 70 + number)
        page = reworded(page, number - 1, "Other words.")
    await imports(office, page)
    listed = await ada.types("/proposals storm-ylva")
    assert len(listed.buttons) == 5
    assert listed.text().splitlines()[-1] == "and 2 more, once these are decided"


async def test_on_discord_it_is_the_same_with_options(office: Office, ada: Speaker) -> None:
    await imports(office, FORTH)
    grace = await office.enrols(office.discord(caller=9))
    assert await grace.completes("desk proposals", "entry", "storm-ylva#") == ["storm-ylva#1"]
    listed = await grace.uses("desk proposals", coverage="storm-ylva")
    card = await grace.presses(listed, "#1")
    assert "use /desk proposals entry:storm-ylva#1 and fill in its note." in card.text()
    noted = await grace.uses("desk proposals", entry="storm-ylva#1", note="Forth, not Tay")
    await grace.presses(noted, "Publish correction")
    assert [one.note for one in (await numbered(office, 1)).content.corrections] == ["Forth, not Tay"]
