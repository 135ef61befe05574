from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import BulletinKind, Change, CoverageStatus, Form, Operation, PlaceKind, Urgency
from core.store import accounts, broadcasts, commits, coverages, destinations, leases, media, receipts, waiting
from core.store.broadcasts import Progress
from core.store.commits import WalkMark
from core.store.leases import Claimant
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, receipt


def parked(desk: Desk, place, broadcast, **more) -> commits.Park:
    one = commits.Park(
        id=0,
        lane_id=broadcast.lane_id,
        destination_id=place.id,
        bulletin_id=broadcast.bulletin_id,
        broadcast_id=broadcast.id,
        operation=broadcast.operation,
        urgency=broadcast.urgency,
        due_at=desk.clock(),
        attempts=1,
        why="paced",
    )
    return replace(one, **more)


def older(desk: Desk, entry, revision: int, after: int = 0, limit: int = 500, account: str = TELEGRAM):
    return desk.store.read_now(
        receipts.older,
        bulletin_id=entry.bulletin_id,
        lane_id=desk.lanes[account],
        revision=revision,
        after=after,
        limit=limit,
    )


def test_a_receipt_is_there_as_it_came_back(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    at = desk.clock.passes(milliseconds=1234)
    given = {"revision": 3, "form": Form.ALBUM, "loud": True, "language": "nb", "at": at}
    kept = tuple(receipt(entry.bulletin_id, place.id, 2**53 + part, part=part, **given) for part in range(3))
    desk.commits(receipts=kept)
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == kept


@pytest.mark.parametrize("form", list(Form))
def test_every_form_survives(desk: Desk, form: Form) -> None:
    place, entry = desk.reader(1), desk.publishes()
    one = desk.receives(place, entry, 5, form=form)
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == (one,)


def test_an_edited_copy_replaces_its_receipt(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    desk.receives(place, entry, 5)
    edited = desk.receives(place, entry, 5, revision=2)
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == (edited,)


def test_a_late_answer_does_not_take_back_a_newer_revision(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    newer = desk.receives(place, entry, 5, revision=2)
    desk.receives(place, entry, 5, revision=1)
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == (newer,)


def test_a_part_that_changed_twice_in_one_batch_is_kept_as_it_was_last(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    both = [receipt(entry.bulletin_id, place.id, 5, revision=one, at=desk.clock()) for one in (1, 2)]
    desk.commits(receipts=tuple(both))
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == (both[1],)


def test_a_removed_copy_has_no_receipt(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    first, second = (desk.receives(place, entry, 5 + part, part=part) for part in range(2))
    desk.commits(removed=((entry.bulletin_id, place.id, second.part), (entry.bulletin_id, place.id, 9)))
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == (first,)


def test_an_edit_walks_the_places_with_older_copies_and_sees_all_their_parts(desk: Desk) -> None:
    entry = desk.publishes()
    first, second, current = desk.reader(1), desk.reader(2), desk.reader(3)
    copies = tuple(desk.receives(first, entry, 10 + part, part=part, revision=2 - part) for part in range(2))
    single = desk.receives(second, entry, 20)
    desk.receives(current, entry, 30, revision=2)
    desk.receives(desk.reader(4, DISCORD), entry, 40)
    assert older(desk, entry, 2) == ((first, copies), (second, (single,)))
    assert older(desk, entry, 2, limit=1) == ((first, copies),)
    assert older(desk, entry, 2, after=first.id) == ((second, (single,)),)
    assert older(desk, entry, 2, after=second.id) == ()


def test_an_edit_leaves_paused_places_alone(desk: Desk) -> None:
    entry, place = desk.publishes(), desk.reader(1)
    desk.receives(place, entry, 10)
    desk.store.write_now(destinations.pause, place.id, "blocked", desk.clock())
    assert older(desk, entry, 2) == ()


def test_after_a_crash_only_the_window_is_asked_for_receipts(desk: Desk) -> None:
    entry = desk.publishes()
    places = [desk.reader(chat) for chat in range(1, 5)]
    copies = [desk.receives(place, entry, 10 + place.id) for place in places]
    found = desk.store.read_now(receipts.between, entry.bulletin_id, places[0].id, places[2].id)
    assert found == {places[1].id: (copies[1],), places[2].id: (copies[2],)}


def test_a_walk_adds_its_counts_and_keeps_its_reasons(desk: Desk) -> None:
    entry = desk.publishes()
    one = desk.active()[0]
    desk.commits(walks=(WalkMark(one.id, 5, sent=3, skipped=2, skips={"below_key": 2}),))
    desk.commits(
        walks=(
            WalkMark(one.id, 9, sent=1, failed=1, unknown=1, skipped=3, skips={"below_key": 1, "left": 2}),
            WalkMark(one.id, 9, sent=1, skipped=1, skips={"left": 1}),
        )
    )
    assert desk.active()[0].cursor == 9
    progress = desk.store.read_now(broadcasts.progress, entry.bulletin_id)
    assert progress[TELEGRAM] == Progress(sent=5, skipped=6, failed=1, unknown=1, waiting=0, finished=False)
    assert progress[DISCORD] == Progress(sent=0, skipped=0, failed=0, unknown=0, waiting=0, finished=False)
    assert desk.store.read_now(broadcasts.skips, entry.bulletin_id) == {"below_key": 3, "left": 3}


def test_what_is_counted_late_never_takes_a_walk_back(desk: Desk) -> None:
    desk.publishes()
    one = desk.active()[0]
    desk.commits(walks=(WalkMark(one.id, 9, sent=1),))
    desk.commits(walks=(WalkMark(one.id, 4, sent=1),))
    assert desk.active()[0].cursor == 9


def test_what_the_platform_refuses_is_known_to_the_next_owner(desk: Desk) -> None:
    lane = desk.lanes[TELEGRAM]
    assert desk.store.read_now(accounts.held_until, lane) is None
    until = desk.clock() + timedelta(seconds=30)
    desk.commits(held=((lane, until, "429"),))
    assert desk.store.read_now(accounts.held_until, lane) == until


def test_a_finished_walk_is_carried_no_more(desk: Desk) -> None:
    entry, place = desk.publishes(), desk.reader(1)
    one = desk.active()[0]
    assert desk.store.read_now(broadcasts.unfinished) == 2
    desk.commits(walks=(WalkMark(one.id, 9, sent=1, finished=True),), park=(parked(desk, place, one),))
    assert desk.active() == ()
    # Whoever still waits keeps the bulletin unfinished.
    assert not desk.store.read_now(broadcasts.progress, entry.bulletin_id)[TELEGRAM].finished
    assert desk.store.read_now(broadcasts.unfinished) == 2
    desk.commits(unpark=((place.id, one.bulletin_id, one.operation),))
    assert desk.store.read_now(broadcasts.progress, entry.bulletin_id)[TELEGRAM].finished
    assert desk.store.read_now(broadcasts.unfinished) == 1


def test_a_walk_called_off_still_counts_what_was_on_the_wire(desk: Desk) -> None:
    entry = desk.publishes()
    one = desk.active()[0]
    desk.retracts(entry)
    desk.commits(walks=(WalkMark(one.id, 4, sent=2, finished=True),))
    assert desk.store.read_now(broadcasts.progress, entry.bulletin_id)[TELEGRAM].sent == 2
    assert [each.operation for each in desk.active()] == [Operation.RETRACT]
    assert not desk.store.write_now(broadcasts.begin, one.id, 0, 8)


def test_a_walk_is_declared_before_its_first_send(desk: Desk) -> None:
    desk.publishes()
    one = desk.active()[0]
    assert not one.begun
    assert desk.store.write_now(broadcasts.begin, one.id, 3, 42)
    begun = desk.active()[0]
    assert (begun.begun, begun.start, begun.cursor, begun.lap) == (True, 42, 42, 3)
    assert not desk.store.write_now(broadcasts.begin, 999, 0, 42)
    # Once more, because the answer was lost.
    assert desk.store.write_now(broadcasts.begin, one.id, 3, 42)
    # A former owner, who never knew that another took the lane over and began.
    assert desk.store.write_now(broadcasts.begin, one.id, 0, 0) == begun
    assert desk.active() == (begun,)


def test_who_lost_the_account_while_it_was_frozen_begins_no_walk(desk: Desk) -> None:
    desk.publishes()
    one = desk.active()[0]
    heir = Claimant("heir", "host", 1, 5.0)
    # Each owner has a fence of their own.
    (claimed,) = desk.store.write_now(leases.claim, heir, [TELEGRAM], desk.clock(), alone=False, orphans=[])
    with pytest.raises(StoreTrouble, match="Another process owns this account"):
        desk.store.write_now(broadcasts.begin, one.id, 0, 8, claimed.fence + 1)
    assert desk.active() == (one,)
    begun = desk.store.write_now(broadcasts.begin, one.id, 0, 0, claimed.fence)
    assert begun is not None
    assert (begun.start, begun.begun) == (0, True)


def test_what_waits_keeps_its_order_through_every_try(desk: Desk) -> None:
    first, second = desk.reader(1), desk.reader(2)
    desk.publishes()
    one = desk.active()[0]
    desk.commits(park=(parked(desk, second, one), parked(desk, first, one)))
    later = desk.clock.passes(seconds=9)
    desk.commits(park=(parked(desk, second, one, due_at=later, attempts=2, why="refused"),))
    found = desk.store.read_now(waiting.of_lane, one.lane_id)
    assert [(each.destination_id, each.attempts, each.why, each.due_at == later) for each in found] == [
        (second.id, 2, "refused", True),
        (first.id, 1, "paced", False),
    ]
    assert desk.store.read_now(waiting.of_lane, desk.lanes[DISCORD]) == ()


def test_what_is_owed_comes_with_its_place_and_its_lifetime(desk: Desk) -> None:
    place, gone = desk.reader(1), desk.reader(2)
    desk.publishes()
    one = desk.active()[0]
    desk.store.write_now(destinations.pause, gone.id, "blocked", desk.clock())
    desk.commits(park=(parked(desk, gone, one), parked(desk, place, one)))
    lost, owed = desk.store.read_now(waiting.owed, one.lane_id)
    assert (lost.waiting.destination_id, lost.destination, lost.expires_at) == (gone.id, None, one.expires_at)
    assert (owed.waiting.destination_id, owed.destination, owed.expires_at) == (place.id, place, one.expires_at)


def test_a_batch_pauses_moves_and_remembers_uploads(desk: Desk) -> None:
    blocked, group = desk.reader(1), desk.reader(-1)
    digest = "d" * 64
    desk.commits(
        paused=((blocked.id, "blocked"),),
        moved=((TELEGRAM, -1, -100),),
        uploads=((TELEGRAM, digest, "file-1"), (TELEGRAM, digest, "file-2")),
    )
    assert desk.store.read_now(destinations.get, blocked.id).paused_because == "blocked"
    assert desk.store.read_now(destinations.get, group.id).address.chat_id == -100
    assert desk.store.read_now(media.remote, TELEGRAM, digest) == "file-2"


def test_a_batch_is_remembered_together_or_not_at_all(desk: Desk) -> None:
    place, entry = desk.reader(1), desk.publishes()
    one = receipt(entry.bulletin_id, place.id, 5, at=desk.clock())
    from core.errors import StoreTrouble

    with pytest.raises(StoreTrouble):
        desk.commits(receipts=(one,), moved=(("nobody", 1, 2),))
    assert desk.store.read_now(receipts.of, entry.bulletin_id, place.id) == ()


def test_a_batch_never_runs_ahead_of_the_answers_so_that_whoever_freezes_in_it_is_noticed(desk: Desk) -> None:
    places = [desk.reader(chat) for chat in (1, 2, 3)]
    first, second = desk.publishes(), desk.publishes("More news")
    walks = desk.active()
    waits = [parked(desk, place, walk) for place in places for walk in walks]
    copies = [receipt(first.bulletin_id, place.id, place.id, at=desk.clock()) for place in places]
    desk.commits(park=tuple(waits), receipts=tuple(copies))
    ahead: list[str] = []

    def looks(_conn: object, _cursor: object, statement: str, _given: object, _context: object, many: bool) -> None:
        if many:
            ahead.append(statement)

    # Only there does a driver send several statements at once, and does a server wait for whoever fell silent.
    engine = desk.store._engines.writer
    sa.event.listen(engine, "before_cursor_execute", looks)
    desk.commits(
        walks=tuple(WalkMark(walk.id, places[-1].id, lane_id=walk.lane_id, sent=3, finished=True) for walk in walks),
        unpark=tuple((one.destination_id, one.bulletin_id, one.operation) for one in waits),
        removed=tuple((first.bulletin_id, place.id, 0) for place in places),
    )
    sa.event.remove(engine, "before_cursor_execute", looks)
    assert ahead == [] or engine.dialect.name == "sqlite"
    assert desk.store.read_now(broadcasts.progress, second.bulletin_id)[TELEGRAM].waiting == 0
    assert [desk.store.read_now(receipts.of, first.bulletin_id, place.id) for place in places] == [(), (), ()]
    assert desk.active() == ()


def test_an_empty_batch_changes_nothing(desk: Desk) -> None:
    desk.commits()
    assert desk.store.read_now(broadcasts.unfinished) == 0


def test_an_answer_goes_to_one_place_on_the_account_that_reaches_it(desk: Desk) -> None:
    place = desk.connects(7, DISCORD)
    answer = {"destination_id": place.id, "coverage_id": desk.coverage.id, "urgency": Urgency.DESK_ANSWER}
    bulletin_id = desk.store.write_now(broadcasts.answer, words="Sent to 12 places.", now=desk.clock(), **answer)
    (one,) = desk.active(DISCORD)
    assert (one.only_destination_id, one.urgency, one.bulletin_id) == (place.id, Urgency.DESK_ANSWER, bulletin_id)
    assert desk.active(TELEGRAM) == ()
    bulletin = desk.store.read_now(broadcasts.bulletin, bulletin_id)
    assert (bulletin.kind, bulletin.words, bulletin.entry) == (BulletinKind.ANSWER, "Sent to 12 places.", None)
    assert desk.store.read_now(broadcasts.get, one.id) == one


def keep_house(desk: Desk) -> int:
    gone = 0
    while some := desk.store.write_now(receipts.prune, desk.clock()):
        gone += some
    return gone


def test_private_receipts_live_ninety_days_and_others_as_long_as_their_coverage(desk: Desk) -> None:
    private, channel = desk.reader(1), desk.reader(2, kind=PlaceKind.CHANNEL)
    entry = desk.publishes()
    for place in (private, channel):
        desk.receives(place, entry, 10 + place.id)
    desk.clock.passes(days=89)
    assert keep_house(desk) == 0
    desk.clock.passes(days=2)
    assert keep_house(desk) == 1
    assert desk.store.read_now(receipts.of, entry.bulletin_id, private.id) == ()
    assert len(desk.store.read_now(receipts.of, entry.bulletin_id, channel.id)) == 1
    desk.store.write_now(coverages.set_status, desk.coverage.id, CoverageStatus.ARCHIVED, by=EDITOR, now=desk.clock())
    assert keep_house(desk) == 1
    assert desk.store.read_now(receipts.of, entry.bulletin_id, channel.id) == ()
    assert keep_house(desk) == 0


def test_ninety_days_count_from_the_sending_not_from_the_writing(desk: Desk) -> None:
    private = desk.reader(1)
    stored = desk.publishes(send=False)
    desk.clock.passes(days=80)
    desk.receives(private, stored, 10)
    desk.clock.passes(days=20)
    assert keep_house(desk) == 0
    desk.clock.passes(days=71)
    assert keep_house(desk) == 1


def test_pruning_takes_small_bites(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "_PRUNED_AT_ONCE", 3)
    monkeypatch.setattr(receipts, "_BULLETINS_AT_ONCE", 2)
    places = [desk.reader(chat) for chat in range(1, 6)]
    for number in range(4):
        entry = desk.publishes(f"Entry {number}")
        if number % 2:
            for place in places:
                desk.receives(place, entry, 100 * number + place.id)
    desk.clock.passes(days=91)
    assert desk.store.write_now(receipts.prune, desk.clock()) == 3
    assert keep_house(desk) == 7


def test_an_edit_after_pruning_finds_nobody(desk: Desk) -> None:
    entry = desk.publishes()
    desk.receives(desk.reader(1), entry, 10)
    desk.clock.passes(days=91)
    keep_house(desk)
    assert desk.revises(entry, "Two", Change.CORRECTION).revision == 2
    assert older(desk, entry, 2) == ()
