from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import CoverageNotOpen, NoSuchCoverage, NoSuchEntry, TokenReused
from core.model import (
    BulletinKind,
    Change,
    CoverageStatus,
    EntryStatus,
    Mode,
    Operation,
    Platform,
    Scope,
    Source,
    Urgency,
)
from core.store import Store, accounts, audit, broadcasts, coverages, entries
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, says


def source(identity: str, fingerprint: str = "f") -> Source:
    return Source("saved-text", identity, fingerprint, position=3, label="Greenwich Mean Time")


def publish(desk: Desk, **more):
    given = {"coverage_id": desk.coverage.id, "content": says("News"), "actor": EDITOR, "token": "t"}
    return desk.store.write_now(entries.publish, **{**given, "now": desk.clock(), **more})


def test_an_entry_is_there_as_it_was_written(desk: Desk) -> None:
    published = publish(desk, source=source("a"))
    assert not published.replayed
    assert published.entry.number == 1
    assert published.entry.revision == 1
    assert published.entry.status is EntryStatus.PUBLISHED
    assert published.entry.mode is Mode.REHEARSAL
    assert desk.store.read_now(entries.get, published.entry.id) == published.entry
    assert desk.store.read_now(entries.by_number, desk.coverage.id, 1) == published.entry
    (revision,) = desk.store.read_now(entries.revisions, published.entry.id)
    assert (revision.content, revision.change, revision.by) == (says("News"), Change.FIRST, EDITOR)


def test_one_broadcast_starts_on_each_account(desk: Desk) -> None:
    entry = desk.publishes()
    for account in (TELEGRAM, DISCORD):
        (one,) = desk.active(account)
        assert (one.bulletin_id, one.operation, one.urgency) == (entry.bulletin_id, Operation.PUBLISH, Urgency.ENTRY)
        assert one.expires_at == desk.clock() + timedelta(hours=2)
        assert one.not_before is None
        assert (one.cursor, one.begun, one.only_destination_id) == (0, False, None)


def test_the_bulletin_carries_everything_it_is_drawn_from(desk: Desk) -> None:
    entry = desk.publishes()
    bulletin = desk.store.read_now(broadcasts.bulletin, entry.bulletin_id)
    assert (bulletin.kind, bulletin.entry, bulletin.coverage) == (BulletinKind.ENTRY, entry, desk.coverage)
    assert bulletin.summary is None
    with pytest.raises(LookupError):
        desk.store.read_now(broadcasts.bulletin, 999)


def test_numbers_count_per_coverage(desk: Desk) -> None:
    other = desk.opens("election")
    assert [desk.publishes().number, desk.publishes().number, desk.publishes(coverage=other).number] == [1, 2, 1]
    assert desk.store.read_now(coverages.next_number, desk.coverage.id) == 3


def test_a_double_click_publishes_once(desk: Desk) -> None:
    first, second = publish(desk), publish(desk)
    assert second.replayed
    assert second.entry == first.entry
    assert len(desk.active()) == 1
    assert desk.store.read_now(coverages.next_number, desk.coverage.id) == 2


def test_a_replay_answers_as_it_did_the_first_time(desk: Desk) -> None:
    first = publish(desk).entry
    desk.revises(first, "Better news", Change.CORRECTION)
    assert publish(desk).entry == first


def test_a_token_that_comes_with_other_words_is_refused(desk: Desk) -> None:
    publish(desk)
    with pytest.raises(TokenReused):
        publish(desk, content=says("Other news"))
    with pytest.raises(TokenReused):
        publish(desk, alert=True)


def test_two_editors_may_use_the_same_token(desk: Desk) -> None:
    assert publish(desk).entry.id != publish(desk, actor="another").entry.id


@pytest.mark.parametrize("status", [one for one in CoverageStatus if one is not CoverageStatus.LIVE])
def test_nothing_goes_out_in_a_coverage_that_is_not_live(desk: Desk, status: CoverageStatus) -> None:
    desk.store.write_now(coverages.set_status, desk.coverage.id, status, by=EDITOR, now=desk.clock())
    with pytest.raises(CoverageNotOpen) as refused:
        publish(desk)
    assert refused.value.params == {"slug": "storm", "status": status.value}
    assert desk.active() == ()


def test_a_refused_publish_leaves_nothing_behind(desk: Desk) -> None:
    desk.store.write_now(coverages.set_status, desk.coverage.id, CoverageStatus.PAUSED, by=EDITOR, now=desk.clock())
    with pytest.raises(CoverageNotOpen):
        publish(desk)
    desk.store.write_now(coverages.set_status, desk.coverage.id, CoverageStatus.LIVE, by=EDITOR, now=desk.clock())
    again = publish(desk)
    assert not again.replayed
    assert again.entry.number == 1


def test_what_is_not_there_is_said_by_name(desk: Desk) -> None:
    with pytest.raises(NoSuchCoverage):
        publish(desk, coverage_id=999)
    with pytest.raises(NoSuchEntry):
        desk.store.read_now(entries.get, 999)
    assert desk.store.read_now(entries.by_number, desk.coverage.id, 999) is None


def test_an_alert_goes_first_and_grows_old_sooner(desk: Desk) -> None:
    desk.publishes()
    starts = desk.clock() + timedelta(seconds=30)
    alert = publish(desk, alert=True, not_before=starts).entry
    first, second = desk.active()
    assert (first.bulletin_id, first.urgency) == (alert.bulletin_id, Urgency.ALERT)
    assert (first.not_before, first.expires_at) == (starts, starts + timedelta(minutes=60))
    assert second.urgency is Urgency.ENTRY
    assert desk.store.read_now(broadcasts.bulletin, alert.bulletin_id).loud


def test_an_account_that_left_the_settings_gets_nothing_new(desk: Desk) -> None:
    only = [(DISCORD, Platform.DISCORD)]
    assert desk.store.write_now(accounts.enrol_lanes, only, desk.clock()) == {DISCORD: desk.lanes[DISCORD]}
    desk.publishes()
    assert desk.active(TELEGRAM) == ()
    assert len(desk.active(DISCORD)) == 1
    both = [*only, (TELEGRAM, Platform.TELEGRAM)]
    assert desk.store.write_now(accounts.enrol_lanes, both, desk.clock()) == desk.lanes


def test_a_stored_entry_waits_until_somebody_sends_it(desk: Desk) -> None:
    stored = desk.publishes("First", send=False)
    assert desk.active() == ()
    assert desk.store.read_now(entries.unsent, desk.coverage.id) == (stored,)
    assert desk.store.write_now(entries.send_stored, stored.id, desk.clock())
    assert not desk.store.write_now(entries.send_stored, stored.id, desk.clock())
    assert len(desk.active()) == 1
    assert desk.store.read_now(entries.unsent, desk.coverage.id) == ()


def test_a_stored_entry_goes_out_only_while_its_coverage_is_live(desk: Desk) -> None:
    ended = desk.opens("ended", status=CoverageStatus.CLOSED)
    stored = desk.publishes(coverage=ended, send=False)
    with pytest.raises(CoverageNotOpen):
        desk.store.write_now(entries.send_stored, stored.id, desk.clock())


def test_an_imported_number_is_kept_and_none_is_used_twice(desk: Desk) -> None:
    given = [5, 6, 2, None, 20, None]
    numbers = [desk.publishes(f"Entry {one}", number=one, send=False).number for one in given]
    assert numbers == [5, 6, 7, 8, 20, 21]


def test_the_stream_is_sorted_by_the_clock_readers_see(desk: Desk) -> None:
    noon = desk.clock()
    for words, minutes in (("later", 10), ("earlier", 5), ("same minute", 10)):
        desk.publishes(words, display_at=noon + timedelta(minutes=minutes))
    read = desk.store.read_now(entries.of_coverage, desk.coverage.id)
    assert [one.content.headline for one in read] == ["earlier", "later", "same minute"]
    newest = desk.store.read_now(entries.of_coverage, desk.coverage.id, newest=2)
    assert [one.content.headline for one in newest] == ["later", "same minute"]


def test_an_unchanged_entry_was_last_changed_when_it_was_shown(desk: Desk) -> None:
    shown = desk.clock() - timedelta(days=1)
    entry = desk.publishes(display_at=shown, send=False)
    assert (entry.display_at, entry.updated_at, entry.published_at) == (shown, shown, desk.clock())
    changed = desk.publishes(display_at=shown, updated_at=shown + timedelta(hours=1), send=False)
    assert changed.updated_at == shown + timedelta(hours=1)


def test_an_imported_entry_is_found_again(desk: Desk) -> None:
    other = desk.opens("election")
    entry = desk.publishes(source=source("a", "print-a"), send=False)
    desk.publishes(source=source("b", "print-b"), send=False)
    read = desk.store.read_now
    assert read(entries.find_source, desk.coverage.id, "a") == entry
    assert read(entries.find_fingerprint, desk.coverage.id, "print-a") == entry
    assert read(entries.find_source, other.id, "a") is None
    assert read(entries.find_anywhere, "saved-text", ("x", "a")) == entry
    assert read(entries.find_anywhere, "another-system", ("a",)) is None


def test_publishing_is_in_the_audit(desk: Desk) -> None:
    entry = desk.publishes(alert=True)
    (deed,) = desk.store.read_now(audit.listed, subject="entry", subject_id=entry.id)
    assert (deed.by, deed.action, deed.at) == (EDITOR, "publish", desk.clock())
    assert deed.detail == {"coverage": desk.coverage.id, "number": 1, "alert": True, "sent": True}


def test_publishing_costs_the_same_for_any_audience(desk: Desk) -> None:
    def statements() -> int:
        seen: list[str] = []

        def see(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        engine = desk.store._engines.writer
        sa.event.listen(engine, "before_cursor_execute", see)
        desk.publishes()
        sa.event.remove(engine, "before_cursor_execute", see)
        return len(seen)

    alone = statements()
    for chat in range(1, 60):
        desk.reader(chat)
    assert statements() == alone
    assert len(desk.active()) == 2


def test_a_reader_who_joins_later_does_not_get_what_went_before(desk: Desk) -> None:
    early = desk.connects(1)
    joined = desk.follows(early)
    desk.publishes()
    late = desk.follows(desk.connects(2), Scope.NEWSROOM)
    (one,) = desk.active()
    assert joined.joined_seq <= one.audience_seq < late.joined_seq


def test_an_account_may_not_change_its_platform(store: Store, desk: Desk) -> None:
    from core.errors import StoreTrouble

    with pytest.raises(StoreTrouble, match="give the new one another name"):
        store.write_now(accounts.enrol_lanes, [(TELEGRAM, Platform.DISCORD)], desk.clock())
    assert [lane.account for lane in store.read_now(accounts.enabled)] == [TELEGRAM, DISCORD]
