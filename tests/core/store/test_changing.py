from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import EditConflict, NotStanding, TokenReused
from core.model import Change, EntryStatus, Operation, Source, Urgency
from core.store import audit, broadcasts, commits, entries, tables, waiting
from core.store.commits import WalkMark
from tests.doubles.desk import EDITOR, Desk, says


def park(desk: Desk, place, operation: Operation) -> None:
    one = desk.active()[0]
    desk.commits(
        park=(
            commits.Park(
                0, one.lane_id, place.id, one.bulletin_id, one.id, operation, one.urgency, desk.clock(), 1, "paced"
            ),
        )
    )


def test_a_correction_is_a_new_revision_and_goes_to_every_copy(desk: Desk) -> None:
    entry = desk.publishes()
    after = desk.revises(entry, "Better news", Change.CORRECTION, now=desk.clock.passes(minutes=1))
    assert (after.revision, after.content.headline, after.updated_at) == (2, "Better news", desk.clock())
    assert desk.store.read_now(entries.get, entry.id) == after
    assert desk.store.read_now(broadcasts.bulletin, entry.bulletin_id).revision == 2
    edit, publish = desk.active()
    assert (edit.operation, edit.urgency) == (Operation.EDIT, Urgency.NOTICE)
    assert edit.expires_at == desk.clock() + timedelta(hours=48)
    assert publish.operation is Operation.PUBLISH


def test_an_imported_change_does_not_hurry(desk: Desk) -> None:
    desk.revises(desk.publishes(), "Reworded", Change.IMPORT)
    assert [one.urgency for one in desk.active()] == [Urgency.ENTRY, Urgency.EDIT]


def test_every_revision_stays_as_it_was(desk: Desk) -> None:
    entry = desk.publishes("One")
    entry = desk.revises(entry, "Two", Change.CORRECTION)
    desk.retracts(entry, "Wrong")
    told = desk.store.read_now(entries.revisions, entry.id)
    assert [(one.revision, one.content.headline, one.content.reason) for one in told] == [
        (1, "One", ""),
        (2, "Two", ""),
        (3, "Two", "Wrong"),
    ]
    assert [one.change for one in told] == [Change.FIRST, Change.CORRECTION, Change.RETRACTION]
    assert desk.store.read_now(entries.at_revision, entry.id, 1).content == says("One")


def test_an_editor_who_saw_an_older_revision_is_told_the_current_one(desk: Desk) -> None:
    entry = desk.publishes()
    desk.revises(entry, "Mine", Change.CORRECTION)
    with pytest.raises(EditConflict) as refused:
        desk.revises(entry, "Yours", Change.CORRECTION)
    assert refused.value.current == 2
    with pytest.raises(EditConflict):
        desk.retracts(entry)
    assert desk.store.read_now(entries.get, entry.id).content.headline == "Mine"


def test_a_repeated_correction_counts_once(desk: Desk) -> None:
    entry = desk.publishes()
    first = desk.revises(entry, "Better", Change.CORRECTION, token="same")
    desk.revises(first, "Best", Change.CORRECTION)
    assert desk.revises(entry, "Better", Change.CORRECTION, token="same") == first
    with pytest.raises(TokenReused):
        desk.revises(entry, "Another", Change.CORRECTION, token="same")


def test_the_same_words_again_change_nothing(desk: Desk) -> None:
    entry = desk.publishes("Same")
    assert desk.revises(entry, "Same", Change.IMPORT) == entry
    assert len(desk.active()) == 1


def test_several_edits_become_one(desk: Desk) -> None:
    reader = desk.reader(1)
    entry = desk.publishes()
    entry = desk.revises(entry, "Two", Change.CORRECTION)
    first = desk.active()[0]
    park(desk, reader, Operation.EDIT)
    desk.revises(entry, "Three", Change.IMPORT)
    edits = [one for one in desk.active() if one.operation is Operation.EDIT]
    assert [one.id > first.id for one in edits] == [True]
    assert desk.store.read_now(waiting.of_lane, first.lane_id) == ()


def test_a_retraction_ends_the_walk_and_what_waits(desk: Desk) -> None:
    reader = desk.reader(1)
    entry = desk.publishes()
    publish = desk.active()[0]
    park(desk, reader, Operation.PUBLISH)
    after = desk.retracts(entry, "Not confirmed")
    assert (after.status, after.content.reason, after.revision) == (EntryStatus.RETRACTED, "Not confirmed", 2)
    assert after.content.headline == entry.content.headline
    (one,) = desk.active()
    assert (one.operation, one.urgency) == (Operation.RETRACT, Urgency.NOTICE)
    assert desk.store.read_now(waiting.of_lane, publish.lane_id) == ()
    assert not desk.store.write_now(broadcasts.begin, publish.id, 0, 99)
    assert desk.store.read_now(broadcasts.bulletin, entry.bulletin_id).retracted


def test_a_walk_that_is_over_while_somebody_waits_is_called_off_with_them(desk: Desk) -> None:
    desk.reader(1)
    second = desk.reader(2)
    entry = desk.publishes()
    publish = desk.active()[0]
    park(desk, second, Operation.PUBLISH)
    desk.commits(walks=(WalkMark(publish.id, second.id, lane_id=publish.lane_id, sent=1, finished=True),))
    desk.retracts(entry)
    state = sa.select(tables.broadcast.c.state).where(tables.broadcast.c.id == publish.id)
    assert desk.store.read_now(lambda conn: conn.execute(state).scalar_one()) == tables.CANCELLED


def test_a_retracted_entry_stays_retracted(desk: Desk) -> None:
    entry = desk.publishes()
    after = desk.retracts(entry, token="same")
    assert desk.retracts(entry, token="same") == after
    with pytest.raises(NotStanding) as refused:
        desk.revises(after, "Back again", Change.CORRECTION)
    assert refused.value.params == {"number": 1, "status": "retracted"}
    with pytest.raises(NotStanding):
        desk.retracts(after)
    assert desk.store.read_now(entries.of_coverage, desk.coverage.id) == (after,)


def test_changing_what_nobody_was_sent_sends_nothing(desk: Desk) -> None:
    stored = desk.publishes(send=False)
    changed = desk.revises(stored, "Changed", Change.IMPORT)
    assert desk.active() == ()
    assert desk.store.read_now(entries.unsent, desk.coverage.id) == (changed,)
    desk.retracts(changed)
    assert desk.active() == ()
    assert desk.store.read_now(entries.unsent, desk.coverage.id) == ()
    assert not desk.store.write_now(entries.send_stored, stored.id, desk.clock())


def test_an_import_may_change_without_sending(desk: Desk) -> None:
    entry = desk.publishes(source=Source("s", "a", "old"))
    newer = Source("s", "a", "new")
    after = desk.revises(entry, "Two", Change.IMPORT, source=newer, send=False)
    assert after.source == newer
    assert desk.store.read_now(entries.get, entry.id) == after
    assert [one.operation for one in desk.active()] == [Operation.PUBLISH]


def test_a_publish_can_be_undone_inside_its_window(desk: Desk) -> None:
    entry = desk.publishes(not_before=desk.clock() + timedelta(seconds=5))
    desk.clock.passes(seconds=4)
    assert desk.store.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=desk.clock())
    assert desk.active() == ()
    assert desk.store.read_now(entries.get, entry.id).status is EntryStatus.UNDONE
    assert desk.store.read_now(entries.of_coverage, desk.coverage.id) == ()
    assert not desk.store.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=desk.clock())
    assert desk.publishes().number == 2


def test_undo_comes_too_late_after_its_window(desk: Desk) -> None:
    entry = desk.publishes(not_before=desk.clock() + timedelta(seconds=5))
    desk.clock.passes(seconds=5)
    assert not desk.store.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=desk.clock())
    assert len(desk.active()) == 1


def test_undo_comes_too_late_once_the_courier_declared_its_window(desk: Desk) -> None:
    entry = desk.publishes(not_before=desk.clock() + timedelta(seconds=5))
    assert desk.store.write_now(broadcasts.begin, desk.active()[0].id, 0, 1)
    assert not desk.store.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=desk.clock())
    assert desk.store.read_now(entries.get, entry.id).status is EntryStatus.PUBLISHED


def test_changes_are_in_the_audit(desk: Desk) -> None:
    entry = desk.publishes()
    desk.retracts(desk.revises(entry, "Two", Change.CORRECTION))
    deeds = desk.store.read_now(audit.listed, subject="entry", subject_id=entry.id)
    assert [one.action for one in deeds] == ["retraction", "correction", "publish"]


def test_an_entry_counts_as_delivered_from_its_first_window(desk: Desk) -> None:
    entry = desk.publishes()
    assert not desk.store.read_now(entries.delivered, entry.id)
    desk.store.write_now(broadcasts.begin, desk.active()[0].id, 0, 7)
    assert desk.store.read_now(entries.delivered, entry.id)
    shown = desk.publishes(send=False)
    desk.receives(desk.reader(1), shown, 10)
    assert desk.store.read_now(entries.delivered, shown.id)
