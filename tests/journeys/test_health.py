"""What whoever watches sees of a real house on the stage, and what they must never see (promises P10, P14)."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bots import app, health, logs
from bots.cli.rehearse import cast as casting
from bots.health import metrics
from bots.telegram.bot import Rhythm, TelegramAccount
from core.courier.readings import CircuitState
from core.model import Urgency
from tests.journeys.morning import DISCORD, TELEGRAM, Morning, now, until

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    rhythm = Rhythm(retry=0.1, longest_retry=1.0, conflict=0.2, confirm=0.3)
    monkeypatch.setattr(app, "TelegramAccount", partial(TelegramAccount, rhythm=rhythm))


@dataclass
class Onlooker:
    """Somebody who watches from outside."""

    watch: health.Watch
    client: aiohttp.ClientSession
    at: str

    async def asks(self, page: str) -> tuple[int, str]:
        async with self.client.get(f"{self.at}{page}") as answer:
            return answer.status, await answer.text()

    async def sees(self, status: int, words: str) -> None:
        """Wait until /readyz says so."""
        told: list[str] = []

        async def so() -> bool:
            given, text = await self.asks("/readyz")
            told[:] = [f"{given} {text}"]
            return given == status and words in text

        await until(so, lambda: str(told))

    async def reads(self) -> dict[tuple[str, ...], float]:
        """Every number of /metrics."""
        _, page = await self.asks("/metrics")
        return {
            (sample.name.removeprefix("livedesk_"), *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }


@asynccontextmanager
async def looking_on(morning: Morning) -> AsyncIterator[Onlooker]:
    """Serve health for a morning's house, as `livedesk run` does."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    safe = logs.Redactor([casting.TELEGRAM_TOKEN, casting.DISCORD_TOKEN])
    async with health.watched(("127.0.0.1", port), morning.store, clock=now, safe=safe) as watch:
        watch._every = 0.05
        watch.house = morning.house.signs
        async with aiohttp.ClientSession() as client:
            onlooker = Onlooker(watch, client, f"http://127.0.0.1:{port}")

            async def answers() -> bool:
                try:
                    return (await onlooker.asks("/livez"))[0] == 200
                except aiohttp.ClientConnectionError:
                    return False

            await until(answers)
            yield onlooker


async def test_a_house_that_carries_is_ready_and_counts_what_it_carried(followed: Morning) -> None:
    async with looking_on(followed) as onlooker:
        await onlooker.sees(200, f"ready: carrying for {TELEGRAM}, {DISCORD}")
        await followed.publishes("Bridge closed")
        numbers = await onlooker.reads()
        for account, sent in ((TELEGRAM, 2), (DISCORD, 1)):
            assert numbers["deliveries_total", account, "entry", "sent"] == sent
            assert numbers["lane_held", account] == numbers["lane_owned", account] == 1
            assert numbers["lane_fence", account] >= 1
            assert numbers["gate_messages_total", account] >= sent
        assert numbers["receipts_total",] >= 3
        assert numbers["commit_seconds_count",] >= 1
        assert numbers["gateway_phase", DISCORD, "connected"] == 1
        assert numbers["identifies", DISCORD] >= 1


async def test_what_cannot_leave_can_be_seen_to_wait(followed: Morning) -> None:
    async with looking_on(followed) as onlooker:
        fault = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
        followed.stage.faults.add("flood", **fault, retry_after=8, scope="chat")
        await followed.tells("/post Bridge closed")

        async def waits() -> bool:
            numbers = await onlooker.reads()
            return numbers.get(("queue_destinations", TELEGRAM, "entry"), 0) >= 1 and (
                numbers.get(("oldest_waiting_seconds", TELEGRAM, "entry"), 0) > 0
            )

        await until(waits)
        await followed.everybody_reads("Bridge closed")

        async def nothing_waits() -> bool:
            return ("queue_destinations", TELEGRAM, "entry") not in await onlooker.reads()

        await until(nothing_waits)


async def test_a_foreign_copy_of_a_token_turns_it_red_and_says_what_to_do(
    followed: Morning, expected: set[str]
) -> None:
    expected.add("Another program polls Telegram")
    followed.troubled = frozenset({TELEGRAM})
    async with looking_on(followed) as onlooker:
        await onlooker.sees(200, "ready")
        followed.stage.faults.add("conflict", platform="telegram", method="getUpdates", times=None)
        await followed.cast.reader.says(followed.ann, "/live")
        await onlooker.sees(503, f"{TELEGRAM}: Another program polls Telegram with the token of account")
        assert (await onlooker.asks("/livez"))[0] == 200
        assert (await onlooker.reads())["ready",] == 0


async def test_when_a_house_ends_in_good_order_whoever_stands_by_sees_its_accounts_free(followed: Morning) -> None:
    house, followed.troubled = followed.house, frozenset()
    async with looking_on(followed) as onlooker:
        await onlooker.sees(200, "carrying")
        await house.leave()
        onlooker.watch.house = None
        await onlooker.sees(503, f"nothing is held here, and nobody holds {TELEGRAM}, {DISCORD} yet")


async def test_no_page_tells_who_reads_where_or_what_or_any_secret(followed: Morning) -> None:
    async with looking_on(followed) as onlooker:
        await followed.publishes("Bridge closed")
        fault = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
        followed.stage.faults.add("bad_request", **fault, description="Bad Request: STRANGE_CONTENT", times=2)
        await followed.tells("/post Ferry stopped")
        await followed.is_carried()
        (_, ready), (_, page) = await asyncio.gather(onlooker.asks("/readyz"), onlooker.asks("/metrics"))
    people = ("Ann", "ann_reads", "Bashir", "Erin", "Mo", "dee")
    places = ("Harbour neighbours", "Live news", "Harbour community", "live-news", "Storm Ada", "storm")
    for canary in (*people, *places, "Bridge", "Ferry", "STRANGE", casting.TELEGRAM_TOKEN, casting.DISCORD_TOKEN):
        assert not re.search(rf"(?<!\w){re.escape(canary)}(?!\w)", ready + page), canary
    for number in (
        *(seat.chat_id for seat in followed.seats),
        *(seat.thread_id for seat in followed.seats if seat.thread_id > 99),
    ):
        assert str(abs(number)) not in ready + page
    # Numbers of the store's own could stand anywhere: so nothing may be a label but what is known here.
    known = {TELEGRAM, DISCORD, *(urgency.name.lower() for urgency in Urgency), *metrics.PHASES, *CircuitState}
    labels = {
        value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le"
    }
    assert labels <= {*known, "sent", "skipped", "failed", "unknown"}
