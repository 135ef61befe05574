"""With a courier at work: once an editor has read that it stopped, nobody is sent the entry any more (P8)."""

import asyncio

import pytest

from core.courier import AccountGate, Courier
from core.model import Platform
from core.pacing import DISCORD, TELEGRAM
from core.store import Store
from tests.doubles.clock import Clock
from tests.doubles.platform import PlatformDouble
from tests.doubles.speakers import Office

READERS = 90
GATES = {"tg": TELEGRAM, "dc": DISCORD}


async def test_once_it_is_said_to_have_stopped_nobody_is_sent_it(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates = {name: AccountGate(pace) for name, pace in GATES.items()}
    telegram = PlatformDouble(gates["tg"], account="tg")
    discord = PlatformDouble(gates["dc"], account="dc", platform=Platform.DISCORD)
    courier = Courier(store, [telegram, discord], gates, clock=clock)
    monkeypatch.setattr(Office, "_wake", lambda _: courier.wake())
    office = Office(store, clock)
    ada = await office.editor()
    await ada.types("/coverage new Storm Ylva")
    for caller in range(50, 50 + READERS):
        await office.telegram(caller=caller).types("/follow")
    await ada.types("/post Dam broken")
    clock.passes(seconds=6)

    def sent() -> int:
        return sum(verb == "send" and text == "Dam broken" for _, verb, _, text in telegram.calls)

    working = asyncio.create_task(courier.run())
    async with asyncio.timeout(60):
        while sent() < 5:  # noqa: ASYNC110  the courier says nothing of each send
            await asyncio.sleep(0.01)
    reply = await ada.types("/retract 1 It holds.")
    before = sent()
    assert "It has stopped: it goes to nobody any more." in reply.text()
    assert before < READERS
    await asyncio.sleep(1)
    assert sent() == before
    await courier.stop()
    await working
