from datetime import timedelta

import pytest

from core.errors import NoSuchCoverage, SlugTaken
from core.model import CoverageStatus, Operation, Source, Summary, Urgency
from core.store import audit, broadcasts, coverages, receipts, subscriptions
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, receipt


def status(desk: Desk, coverage, wanted: CoverageStatus):
    return desk.store.write_now(coverages.set_status, coverage.id, wanted, by=EDITOR, now=desk.clock())


def amend(desk: Desk, coverage, **fields):
    return desk.store.write_now(coverages.amend, coverage.id, by="import", now=desk.clock(), **fields)


def writes(desk: Desk, *points: str, **more):
    return desk.store.write_now(coverages.set_summary, desk.coverage.id, points, by=EDITOR, now=desk.clock(), **more)


def test_a_coverage_is_found_by_its_slug_and_its_source(desk: Desk) -> None:
    source = Source("json-ld", "https://example.org/live#liveblog", "f", label="GMT")
    opened = desk.opens("election", source=source, standfirst="All night", url="https://example.org/live")
    read = desk.store.read_now
    assert opened.source == source
    assert read(coverages.by_slug, "election") == opened
    assert read(coverages.get, opened.id) == opened
    assert read(coverages.find_source, source.system, source.identity) == opened
    assert read(coverages.find_source, source.system, "another") is None
    assert read(coverages.by_slug, "nothing") is None
    with pytest.raises(NoSuchCoverage):
        read(coverages.get, 999)
    with pytest.raises(NoSuchCoverage):
        read(coverages.next_number, 999)


def test_a_slug_is_taken_once(desk: Desk) -> None:
    with pytest.raises(SlugTaken) as refused:
        desk.opens("storm")
    assert refused.value.params == {"slug": "storm"}
    desk.store.write_now(coverages.create_series, slug="storms", title="Storms", by=EDITOR, now=desk.clock())
    with pytest.raises(SlugTaken):
        desk.store.write_now(coverages.create_series, slug="storms", title="Again", by=EDITOR, now=desk.clock())


def test_coverages_are_listed_newest_first(desk: Desk) -> None:
    desk.clock.passes(hours=1)
    election = desk.opens("election", status=CoverageStatus.PLANNED)
    assert desk.store.read_now(coverages.listed) == (election, desk.coverage)
    live = (CoverageStatus.LIVE,)
    assert desk.store.read_now(coverages.listed, statuses=live) == (desk.coverage,)


def test_opening_and_closing_note_the_hour(desk: Desk) -> None:
    planned = desk.opens("election", status=CoverageStatus.PLANNED)
    began = desk.clock.passes(hours=1)
    assert status(desk, planned, CoverageStatus.LIVE).starts_at == began
    ended = desk.clock.passes(hours=1)
    assert status(desk, planned, CoverageStatus.CLOSED).ends_at == ended
    desk.clock.passes(hours=1)
    reopened = status(desk, planned, CoverageStatus.LIVE)
    assert (reopened.starts_at, reopened.ends_at) == (began, None)
    assert status(desk, planned, CoverageStatus.LIVE) == reopened
    deeds = desk.store.read_now(audit.listed, subject="coverage", subject_id=planned.id)
    assert [one.action for one in deeds] == ["status", "status", "status", "create"]


def test_a_start_never_moves_later(desk: Desk) -> None:
    starts = desk.clock()
    coverage = desk.opens("election", starts_at=starts)
    assert amend(desk, coverage, starts_at=starts + timedelta(hours=1)) == coverage
    assert amend(desk, coverage, starts_at=None) == coverage
    earlier = starts - timedelta(hours=1)
    assert amend(desk, coverage, starts_at=earlier).starts_at == earlier


def test_amending_with_the_same_leaves_no_trace(desk: Desk) -> None:
    source = Source("json-ld", "a", "f")
    changed = amend(desk, desk.coverage, title="Storm Eunice", source=source)
    assert (changed.title, changed.source) == ("Storm Eunice", source)
    assert amend(desk, desk.coverage, title="Storm Eunice", source=source) == changed
    deeds = desk.store.read_now(audit.listed, subject="coverage", subject_id=desk.coverage.id)
    assert [one.action for one in deeds] == ["amend", "create"]
    assert deeds[0].detail == {"fields": ["source", "title"]}


def test_words_no_database_can_hold_are_left_out(desk: Desk) -> None:
    assert amend(desk, desk.coverage, title="St\0orm \ud800 ☔").title == "Storm  ☔"


def test_a_first_summary_is_published_and_a_second_edits_it(desk: Desk) -> None:
    first, bulletin_id = writes(desk, "Trees are down", "Trains stopped")
    assert first == Summary(desk.coverage.id, 1, ("Trees are down", "Trains stopped"), desk.clock())
    for account in (TELEGRAM, DISCORD):
        (one,) = desk.active(account)
        assert (one.operation, one.urgency) == (Operation.PUBLISH, Urgency.ENTRY)
        assert one.expires_at == desk.clock() + timedelta(hours=6)
    as_of = desk.clock.passes(hours=1)
    second, same = writes(desk, "Trains run again")
    assert (second.revision, same) == (2, bulletin_id)
    assert [one.operation for one in desk.active()] == [Operation.PUBLISH, Operation.EDIT]
    bulletin = desk.store.read_now(broadcasts.bulletin, bulletin_id)
    assert (bulletin.revision, bulletin.summary, bulletin.entry) == (2, second, None)
    assert desk.store.read_now(coverages.summary, desk.coverage.id) == second
    assert second.as_of == as_of


def test_the_same_points_change_nothing(desk: Desk) -> None:
    first, _ = writes(desk, "Trees are down")
    desk.clock.passes(hours=1)
    assert writes(desk, "Trees are down") == (first, None)
    assert len(desk.active()) == 1


def test_a_stored_summary_is_sent_when_somebody_says_so(desk: Desk) -> None:
    assert desk.store.read_now(coverages.summary, desk.coverage.id) is None
    assert not desk.store.write_now(coverages.send_summary, desk.coverage.id, desk.clock())
    writes(desk, "Trees are down", as_of=desk.clock() - timedelta(days=1), send=False)
    assert desk.active() == ()
    assert desk.store.write_now(coverages.send_summary, desk.coverage.id, desk.clock())
    assert not desk.store.write_now(coverages.send_summary, desk.coverage.id, desk.clock())
    assert len(desk.active()) == 1


def test_a_summary_of_a_coverage_that_is_not_live_is_only_stored(desk: Desk) -> None:
    status(desk, desk.coverage, CoverageStatus.PAUSED)
    writes(desk, "Trees are down")
    assert desk.active() == ()
    status(desk, desk.coverage, CoverageStatus.LIVE)
    writes(desk, "Trains stopped")
    assert [one.operation for one in desk.active()] == [Operation.PUBLISH]


def test_a_closed_coverage_still_corrects_its_summary(desk: Desk) -> None:
    writes(desk, "Trees are down")
    status(desk, desk.coverage, CoverageStatus.CLOSED)
    writes(desk, "Trees were down")
    assert Operation.EDIT in [one.operation for one in desk.active()]


def test_a_newcomer_is_shown_the_summary_alone(desk: Desk) -> None:
    place = desk.reader(1)
    show = {"destination_id": place.id, "coverage_id": desk.coverage.id, "now": desk.clock()}
    assert not desk.store.write_now(broadcasts.show_summary, **show)
    _, bulletin_id = writes(desk, "Trees are down", send=False)
    assert desk.store.write_now(broadcasts.show_summary, **show)
    (one,) = desk.active()
    assert (one.only_destination_id, one.bulletin_id, one.urgency) == (place.id, bulletin_id, Urgency.ANSWER)


def test_who_was_shown_the_summary_is_asked_for_a_receipt_when_it_goes_to_all(desk: Desk) -> None:
    shown, other = desk.reader(1), desk.reader(2)
    _, bulletin_id = writes(desk, "Trees are down", send=False)
    show = {"destination_id": shown.id, "coverage_id": desk.coverage.id, "now": desk.clock()}
    desk.store.write_now(broadcasts.show_summary, **show)
    desk.commits(receipts=(receipt(bulletin_id, shown.id, 9, at=desk.clock()),))
    writes(desk, "Trains stopped")
    to_all = next(
        one for one in desk.active() if one.only_destination_id is None and one.operation is Operation.PUBLISH
    )
    assert to_all.begun
    assert list(desk.store.read_now(receipts.between, bulletin_id, 0, other.id)) == [shown.id]
    # And the copy it has is edited.
    assert Operation.EDIT in [one.operation for one in desk.active()]
    page = {"lane_id": to_all.lane_id, "coverage_id": desk.coverage.id, "audience_seq": to_all.audience_seq}
    walk = desk.store.read_now(subscriptions.page, after=0, limit=9, **page)
    assert [one.destination.id for one in walk.rows] == [shown.id, other.id]
