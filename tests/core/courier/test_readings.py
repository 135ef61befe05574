"""What the courier counts for whoever watches it, and that counting it tells nobody's name."""

import dataclasses

from core.courier.readings import SECONDS, CourierReading, Ends, Ledger, Spread, Stopwatch
from core.model import Urgency


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
