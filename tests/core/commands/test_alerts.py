"""Nobody rings every phone by accident (P12, faults §6)."""

import pytest

from core.commands.heard import Mark
from core.model import EntryStatus, Mode, Urgency
from core.store import Store, audit
from tests.doubles.clock import Clock
from tests.doubles.speakers import Office, Speaker, button, labels


@pytest.fixture
def real(store: Store, clock: Clock) -> Office:
    """A newsroom that is not rehearsing."""
    return Office(store, clock, Mode.LIVE)


@pytest.fixture
async def ada(real: Office) -> Speaker:
    """An editor with a live coverage that two readers follow."""
    editor = await real.editor()
    await editor.types("/coverage new Storm Ylva")
    await real.telegram(caller=50).types("/follow")
    await real.discord(manages=True).uses("live follow")
    return editor


async def sent(office: Office) -> list[EntryStatus]:
    coverage = await office.rooms.newsroom.coverage("storm-ylva")
    return [one.status for one in await office.rooms.newsroom.newest(coverage, 9)]


async def test_an_alert_says_whom_it_reaches_and_what_to_type(real: Office, ada: Speaker) -> None:
    card = await ada.types("/alert Dam broken: leave the valley")
    assert card.text().splitlines() == [
        "Breaking alert for Storm Ylva. It rings, for everybody who follows.",
        "Reaches 2 places: 1 on Telegram, 1 on Discord. All done in about 1 s.",
        "To send it, type exactly: SEND 2",
        "It leaves 30 seconds after you confirm; until then you can cancel.",
    ]
    assert labels(card) == ["Discard"]
    assert card.preview is not None
    assert card.preview.loud
    assert await sent(real) == []


async def test_the_phrase_sends_it_after_thirty_seconds_and_the_audit_says_who_was_alone(
    real: Office, ada: Speaker
) -> None:
    await ada.types("/alert Dam broken")
    queued = await ada.types("Send  2")
    assert "Queued #1: reaches 2 places by 12:00:3" in queued.text()
    assert labels(queued) == ["Cancel the alert"]
    (broadcast,) = real.carries()
    assert broadcast.urgency is Urgency.ALERT
    assert broadcast.not_before == real.clock.passes(seconds=30)
    deeds = await real.store.read(audit.listed, subject="entry")
    alone = next(deed for deed in deeds if deed.action == "alert_alone")
    assert ada.person is not None
    assert alone.by == ada.person.key
    assert alone.detail == {"phrase": "SEND 2", "delay_seconds": 30.0}


async def test_an_alert_is_cancelled_until_it_leaves(real: Office, ada: Speaker) -> None:
    await ada.types("/alert Dam broken")
    queued = await ada.types("SEND 2")
    real.clock.passes(seconds=29)
    assert "Taken back" in (await ada.presses(queued, "Cancel the alert")).text()
    assert real.carries() == ()


async def test_the_wrong_phrase_sends_nothing(real: Office, ada: Speaker) -> None:
    await ada.types("/alert Dam broken")
    assert "Type exactly: SEND 2" in (await ada.types("SEND 20")).text()
    assert await sent(real) == []


async def test_the_phrase_at_second_hand_sends_nothing(real: Office, ada: Speaker) -> None:
    await ada.types("/alert Dam broken")
    for mark in Mark:
        await ada.tries("SEND 2", mark)
        await ada.tries("/alert SEND 2", mark)
    assert await sent(real) == []


async def test_the_phrase_of_somebody_else_sends_nothing(real: Office, ada: Speaker) -> None:
    await ada.types("/alert Dam broken")
    other = await real.editor(caller=2)
    await other.types("SEND 2")
    assert await sent(real) == []


async def test_the_phrase_works_once(real: Office, ada: Speaker) -> None:
    await ada.types("/alert Dam broken")
    await ada.types("SEND 2")
    assert "Draft for" in (await ada.types("SEND 2")).text()
    assert len(await sent(real)) == 1


async def test_a_discarded_alert_waits_for_no_phrase(real: Office, ada: Speaker) -> None:
    card = await ada.types("/alert Dam broken")
    await ada.presses(card, "Discard")
    await ada.types("SEND 2")
    assert await sent(real) == []


async def test_in_a_group_the_phrase_is_typed_after_the_command(real: Office, ada: Speaker) -> None:
    here = real.group(caller=ada.caller)
    await here.types("/alert Dam broken")
    assert "Queued #1" in (await here.types("/alert SEND 2")).text()


async def test_on_discord_a_modal_asks_for_the_phrase(real: Office, ada: Speaker) -> None:
    grace = await real.enrols(real.discord(caller=9))
    await grace.uses("desk coverage-use", coverage="storm-ylva")
    card = await grace.uses("desk alert", text="Dam broken")
    assert "type exactly" not in card.text()
    asked = await grace.presses(card, "Send the alert")
    assert asked.ask is not None
    assert asked.ask.button == button(card, "Send the alert").id
    assert "Type exactly: SEND 2" in (await grace.presses_id(asked.ask.button, typed="SEND 3")).text()
    assert "Queued #1" in (await grace.presses_id(asked.ask.button, typed="SEND 2")).text()


async def test_an_alert_is_short(real: Office, ada: Speaker) -> None:
    refused = await ada.types("/alert " + "x" * 201)
    assert "That is 201 characters, and an alert has at most 200." in refused.text()


async def test_in_rehearsal_a_button_is_enough(office: Office) -> None:
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva")
    card = await editor.types("/alert Dam broken")
    assert "This is a rehearsal" in card.text()
    assert labels(card) == ["Send the alert", "Discard"]
    assert "Queued #1" in (await editor.presses(card, "Send the alert")).text()
    assert office.carries()[0].not_before == office.clock.passes(seconds=5)
