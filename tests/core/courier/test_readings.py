"""What the courier counts for whoever watches it, and that counting it tells nobody's name."""

import dataclasses

import pytest

from core.courier.readings import SECONDS, CircuitState, CourierReading, Ends, Ledger, Spread, Stopwatch
from core.model import Level, Urgency
from core.platform import NotSent, Reach, Rejected, Unknown
from core.store import Store
from tests.doubles.made_up_time import live
from tests.doubles.platform import Told
from tests.doubles.town import town


def test_each_class_is_counted_on_its_own():
    ledger = Ledger()
    ledger.end(Urgency.ENTRY, "sent")
    ledger.end(Urgency.ENTRY, "skipped", 500)
    ledger.end(Urgency.ENTRY, "sent")
    ledger.end(Urgency.ALERT, "unknown")
    ledger.maybe_twice(Urgency.ALERT)
    assert ledger.reading() == (
        Ends(Urgency.ALERT, unknown=1, maybe_twice=1),
        Ends(Urgency.ENTRY, sent=2, skipped=500),
    )


def test_a_reading_does_not_change_after_it_was_taken():
    ledger, watch = Ledger(), Stopwatch()
    ledger.end(Urgency.ENTRY, "failed")
    watch.took(0.2)
    before = ledger.reading(), watch.reading()
    ledger.end(Urgency.ENTRY, "failed")
    watch.took(0.2)
    assert before == ((Ends(Urgency.ENTRY, failed=1),), Spread((0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), 0.2))


def test_what_took_exactly_a_bound_counts_below_it_and_what_took_for_ever_counts_too():
    watch = Stopwatch()
    for seconds in (0.0, SECONDS[0], SECONDS[-1], 3600.0):
        watch.took(seconds)
    spread = watch.reading()
    assert (spread.counts[0], spread.counts[-2], spread.counts[-1]) == (2, 1, 1)
    assert (spread.times, spread.total) == (4, SECONDS[0] + SECONDS[-1] + 3600.0)


def test_nobody_has_done_anything_at_first():
    reading = CourierReading()
    assert (reading.committer.seconds.times, reading.committer.stuck) == (0, "")
    assert [field.name for field in dataclasses.fields(Ends)][1:] == [
        "sent",
        "skipped",
        "failed",
        "unknown",
        "maybe_twice",
    ]


def test_a_courier_tells_what_it_carried_and_how_fast(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in (11, 12, 13, 14):
                await it.follows(chat)
            await it.follows(15, level=Level.BREAKING)
            it.sender.will_answer(12, Rejected("no"))
            it.sender.will_answer(13, Unknown("no answer"))
            it.gate.refused(14, 0.1)
            await it.publishes("Ferry stopped")
            await it.everything_is_carried()

            reading = it.courier.reading()
            ((account, (entry,)),) = reading.ends
            assert (account, entry.urgency) == (it.sender.account, Urgency.ENTRY)
            assert (entry.sent, entry.failed, entry.skipped, entry.unknown, entry.maybe_twice) == (3, 1, 1, 0, 1)
            (gate,) = reading.gates
            # The one without an answer was tried once more.
            assert (gate.account, gate.passed, gate.refusals, gate.asking) == (account, 5, 1, 0)
            assert gate.pace == pytest.approx(30 / 1.1)
            assert reading.committer.receipts == 3
            assert reading.committer.seconds.times > 0
            assert [(lane.account, lane.in_flight, lane.waiting) for lane in reading.lanes] == [(account, 0, 0)]

    live(story())


def test_a_platform_that_fails_can_be_seen_to_fail_and_to_come_back(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            for chat in range(11, 31):
                await it.follows(chat)
            it.sender.whim = lambda verb, chat: Told(NotSent(0.0, Reach.ACCOUNT, "no connection"))
            await it.publishes("Ferry stopped")
            await it.until(lambda: it.courier.reading().circuits[0].state is CircuitState.OPEN)
            it.sender.whim = lambda verb, chat: None
            await it.everything_is_carried()
            (circuit,) = it.courier.reading().circuits
            assert (circuit.account, circuit.state) == (it.sender.account, CircuitState.CLOSED)

    live(story())


def test_what_waits_and_who_may_not_speak_can_be_seen_while_it_lasts(store: Store) -> None:
    async def story() -> None:
        async with town(store) as it:
            await it.follows(11)
            it.sender.will_answer(11, NotSent(30.0, Reach.DESTINATION, "slow mode"))
            await it.publishes("Ferry stopped")
            await it.until(lambda: it.courier.reading().lanes[0].waiting == 1)
            it.gate.pause(5.0)
            assert 4.0 < it.courier.reading().gates[0].paused_for <= 5.0
            await it.everything_is_carried()
            assert it.courier.reading().lanes[0].waiting == 0

    live(story())
