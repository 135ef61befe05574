"""What an editor reads after a retraction: that it has stopped, once it has, and who is missing until then."""

import asyncio

import pytest

from core.commands import changes
from core.model import Level, Scope
from core.store import accounts, leases, recalls, tables
from core.store.leases import Claimant
from tests.doubles.speakers import Office, Speaker

COURIER = Claimant("courier", "here", 1, ttl=600)


@pytest.fixture
async def ada(office: Office) -> Speaker:
    """An editor whose entry one reader has."""
    editor = await office.editor()
    await editor.types("/coverage new Storm Ylva")
    reader = office.telegram(caller=50)
    await reader.types("/follow")
    await editor.types("/post Dam broken")
    await reader.gets((await office.rooms.newsroom.newest(await coverage(office), 1))[0], 7)
    return editor


async def coverage(office: Office):
    return await office.rooms.newsroom.coverage("storm-ylva")


async def claims(office: Office, *names: str) -> None:
    await office.store.write(leases.enter, COURIER, office.clock())
    await office.store.write(leases.claim, COURIER, names, office.clock())


async def answers(office: Office, *names: str) -> None:
    seq = (await office.store.read(recalls.look, office.clock())).seq
    for name in names:
        await office.store.write(accounts.acknowledge, office.lanes[name], seq)


async def test_where_no_courier_runs_it_has_stopped_at_once(office: Office, ada: Speaker) -> None:
    reply = await ada.types("/retract 1 It holds.")
    assert reply.text().splitlines() == [
        "Withdrew #1. A notice with your reason takes its place in 1 place.",
        "It has stopped: it goes to nobody any more.",
    ]
    assert reply.later is None


async def test_the_answer_waits_a_moment_for_every_account(office: Office, ada: Speaker) -> None:
    await claims(office, "tg", "dc")

    async def last() -> int:
        return (await office.store.read(recalls.look, office.clock())).seq

    before = await last()

    async def stop() -> None:
        async with asyncio.timeout(30):
            while await last() == before:  # noqa: ASYNC110  another process would look just so
                await asyncio.sleep(0.01)
        await answers(office, "tg", "dc")

    stopping = asyncio.create_task(stop())
    reply = await ada.types("/retract 1 It holds.")
    await stopping
    assert "It has stopped" in reply.text()
    assert reply.later is None


async def test_whose_answer_is_missing_is_named_and_it_is_said_by_itself_when_it_is_over(
    office: Office, ada: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PATIENCE", 0.1)
    await claims(office, "tg", "dc")
    first = await ada.types("/retract 1 It holds.")
    assert first.text().startswith(
        "Withdrew #1. A notice with your reason takes its place everywhere.\ntg, dc have not"
    )
    assert "stopped:" not in first.text()
    assert first.later is not None
    await answers(office, "dc")
    second = await office.desk.again(first.later.ticket, "en")
    assert second is not None
    assert "tg has not confirmed yet that it stopped. It is over by " in second.text()
    assert second.replaces
    assert second.later is not None
    await answers(office, "tg")
    last = await office.desk.again(second.later.ticket, "en")
    assert last is not None
    assert last.text().endswith("It has stopped: it goes to nobody any more.")
    assert (last.replaces, last.later) == (True, None)


async def test_an_account_whose_lease_runs_out_need_not_answer(
    office: Office, ada: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PATIENCE", 0.1)
    await claims(office, "tg")
    first = await ada.types("/retract 1 It holds.")
    assert first.later is not None
    lanes = await office.store.read(leases.standing, office.clock())
    fence = next(one.fence for one in lanes if one.owned)
    await office.store.write(leases.release, office.lanes["tg"], fence, office.clock())
    last = await office.desk.again(first.later.ticket, "en")
    assert last is not None
    assert "It has stopped" in last.text()


async def test_somebody_who_never_answers_is_not_asked_for_ever(
    office: Office, ada: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PATIENCE", 0.0)
    await claims(office, "tg")
    reply = await ada.types("/retract 1 It holds.")
    looks = 0
    while reply is not None and reply.later is not None:
        assert reply.later.seconds >= 1
        looks += 1
        reply = await office.desk.again(reply.later.ticket, "en")
    assert 10 < looks < 100


async def test_a_card_that_retracts_says_the_same(
    office: Office, ada: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PATIENCE", 0.1)
    await claims(office, "tg")
    reader = office.telegram(caller=50)
    await office.enrols(reader)
    card = await reader.types("/retract It holds.", reply_to=7)
    reply = await reader.presses(card, "Retract #1")
    assert "tg has not confirmed yet" in reply.text()
    assert reply.later is not None


async def test_a_wide_audience_is_told_by_when_it_is_done_and_what_goes_first(office: Office, ada: Speaker) -> None:
    many = {"lane_id": office.lanes["tg"], "scope": Scope.NEWSROOM, "target_id": 0, "entries": Level.ALL, "count": 2999}
    await office.store.write(lambda conn: conn.execute(tables.audience.insert().values(**many)))
    await ada.types("/post The harbour is closed as well")
    card = await ada.types("The road is closed too")
    # The first entry may have one place left; the second has them all.
    assert "Reaches 3,000 places on Telegram, all in about" in card.text()
    assert "3,001 messages leave first; the last one has it at about 12:03:40" in card.text()
