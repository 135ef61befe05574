"""Whoever loses a race is told so, on both databases: sixteen at once, through four doors that share no connection."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import EditConflict, SlugTaken, TokenReused
from core.model import Address, Change, EntryStatus, Mode, Operation, PlaceKind, Platform, Role, Rules, Scope
from core.store import (
    Store,
    audit,
    broadcasts,
    buttons,
    commits,
    coverages,
    destinations,
    drafts,
    entries,
    inbox,
    people,
    receipts,
    subscriptions,
    tables,
)
from core.store.drafts import DraftStatus, Intent
from tests.doubles.clock import Clock
from tests.doubles.desk import DISCORD, EDITOR, TELEGRAM, Desk, receipt, says

RACERS = 16


@dataclass
class Race:
    """A desk, and doors into its store that do not share connections."""

    desk: Desk
    doors: list[Store]

    def run(self, turn: Callable[[Store, int], Any]) -> list[Any]:
        """What each racer got: an answer or the error it met."""
        start = threading.Barrier(RACERS)
        got: list[Any] = [None] * RACERS

        def race(number: int) -> None:
            start.wait(20)
            try:
                got[number] = turn(self.doors[number % len(self.doors)], number)
            except (EditConflict, TokenReused, SlugTaken) as refused:
                got[number] = refused

        threads = [threading.Thread(target=race, args=(number,)) for number in range(RACERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return got


@pytest.fixture
def race(store_url: str, clock: Clock) -> Iterator[Race]:
    doors = [Store.open(store_url, mode=Mode.REHEARSAL) for _ in range(4)]
    yield Race(Desk(doors[0], clock), doors)
    for door in doors:
        door.close()


def publish(race: Race, door: Store, token: str, words: str = "News", **more: Any) -> entries.Published:
    given = {"coverage_id": race.desk.coverage.id, "content": says(words), "actor": EDITOR, "token": token}
    return door.write_now(entries.publish, **{**given, "now": race.desk.clock(), **more})


def test_sixteen_with_one_token_publish_once(race: Race) -> None:
    got = race.run(lambda door, _: publish(race, door, "one"))
    assert Counter(one.replayed for one in got) == {False: 1, True: RACERS - 1}
    assert {one.entry.number for one in got} == {1}
    assert len(race.desk.active(TELEGRAM)) == len(race.desk.active(DISCORD)) == 1


def test_one_token_with_sixteen_texts_publishes_one_of_them(race: Race) -> None:
    got = race.run(lambda door, number: publish(race, door, "one", f"Text {number}"))
    assert Counter(type(one) for one in got) == {entries.Published: 1, TokenReused: RACERS - 1}
    assert len(race.desk.store.read_now(entries.of_coverage, race.desk.coverage.id)) == 1


def test_sixteen_entries_get_sixteen_numbers(race: Race) -> None:
    got = race.run(lambda door, number: publish(race, door, f"token {number}"))
    assert sorted(one.entry.number for one in got) == list(range(1, RACERS + 1))


def test_numbers_stay_unused_when_entries_are_undone_meanwhile(race: Race) -> None:
    later = race.desk.clock() + timedelta(seconds=5)

    def publish_and_undo(door: Store, number: int) -> int:
        entry = publish(race, door, f"token {number}", not_before=later).entry
        if number % 2:
            assert door.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=race.desk.clock())
        return entry.number

    assert sorted(race.run(publish_and_undo)) == list(range(1, RACERS + 1))
    assert publish(race, race.doors[1], "another").entry.number == RACERS + 1


def test_of_sixteen_editors_of_one_revision_one_wins(race: Race) -> None:
    entry = race.desk.publishes()

    def edit(door: Store, number: int) -> Any:
        given = {"entry_id": entry.id, "expected": 1, "content": says(f"Edit {number}"), "change": Change.CORRECTION}
        return door.write_now(entries.revise, actor=EDITOR, token=f"edit {number}", now=race.desk.clock(), **given)

    got = race.run(edit)
    (winner,) = [one for one in got if not isinstance(one, EditConflict)]
    assert [one.current for one in got if isinstance(one, EditConflict)] == [2] * (RACERS - 1)
    assert race.desk.store.read_now(entries.get, entry.id) == winner
    assert len(race.desk.store.read_now(entries.revisions, entry.id)) == 2
    assert [one.operation for one in race.desk.active()] == [Operation.EDIT, Operation.PUBLISH]


def test_undo_and_the_couriers_first_window_never_both_succeed(race: Race) -> None:
    later = race.desk.clock() + timedelta(seconds=5)
    made = [publish(race, race.desk.store, f"token {number}", not_before=later).entry for number in range(8)]
    first = {one.bulletin_id: one for one in race.desk.active()}

    def turn(door: Store, number: int) -> bool:
        entry = made[number // 2]
        if number % 2:
            return door.write_now(entries.undo, entry_id=entry.id, actor=EDITOR, now=race.desk.clock())
        return door.write_now(broadcasts.begin, first[entry.bulletin_id].id, 0, 10) is not None

    got = race.run(turn)
    for number, entry in enumerate(made):
        declared, undone = got[2 * number], got[2 * number + 1]
        assert (declared, undone) in [(True, False), (False, True)]
        status = race.desk.store.read_now(entries.get, entry.id).status
        assert status is (EntryStatus.UNDONE if undone else EntryStatus.PUBLISHED)


def test_who_joins_during_a_publish_is_reached_exactly_by_what_comes_after(race: Race) -> None:
    places = [race.desk.connects(chat) for chat in range(1, RACERS + 1)]

    def turn(door: Store, number: int) -> Any:
        if number % 2:
            return publish(race, door, f"token {number}").entry
        return door.write_now(
            subscriptions.follow,
            destination_id=places[number].id,
            scope=Scope.COVERAGE,
            target_id=race.desk.coverage.id,
            rules=Rules(),
            now=race.desk.clock(),
        )[0]

    got = race.run(turn)
    wishes = [one for one in got if hasattr(one, "joined_seq")]
    assert sorted(one.joined_seq for one in wishes) == list(range(1, RACERS // 2 + 1))
    for broadcast in race.desk.active():
        page = {"lane_id": broadcast.lane_id, "coverage_id": race.desk.coverage.id, "after": 0, "limit": 99}
        seq = broadcast.audience_seq
        reached = race.desk.store.read_now(subscriptions.page, audience_seq=seq, **page).rows
        # Nobody who had joined by then is missing, although the two ran at the same moment.
        assert len(reached) == seq
        assert {one.destination.id for one in reached} == {
            one.destination_id for one in wishes if one.joined_seq <= seq
        }


def test_a_place_that_follows_sixteen_times_at_once_follows_once(race: Race) -> None:
    place = race.desk.connects(1)

    def follow(door: Store, _: int) -> bool:
        given = {"destination_id": place.id, "scope": Scope.COVERAGE, "target_id": race.desk.coverage.id}
        return door.write_now(subscriptions.follow, rules=Rules(), now=race.desk.clock(), **given)[1]

    assert Counter(race.run(follow)) == {True: 1, False: RACERS - 1}
    assert len(race.desk.store.read_now(subscriptions.of_destination, place.id)) == 1


def test_a_place_that_speaks_sixteen_times_at_once_is_one_place(race: Race) -> None:
    given = {"account": TELEGRAM, "address": Address(Platform.TELEGRAM, 7), "kind": PlaceKind.PRIVATE}

    def connect(door: Store, _: int) -> int:
        return door.write_now(destinations.connect, title="", language="en", now=race.desk.clock(), **given).id

    assert len(set(race.run(connect))) == 1


def test_a_double_press_presses_once(race: Race) -> None:
    given = {"action": "publish", "payload": {}, "person_key": EDITOR, "lifetime": timedelta(minutes=1)}
    button_id = race.desk.store.write_now(buttons.issue, now=race.desk.clock(), **given)
    got = race.run(lambda door, _: door.write_now(buttons.press, button_id, EDITOR, race.desk.clock()))
    assert sum(one is not None for one in got) == 1


def test_a_draft_is_decided_once_however_many_decide(race: Race) -> None:
    address = race.desk.connects(1).address
    given = {"person_key": EDITOR, "account": TELEGRAM, "address": address, "intent": Intent.ENTRY}
    draft = race.desk.store.write_now(
        drafts.create, coverage_id=race.desk.coverage.id, content=says("Draft"), now=race.desk.clock(), **given
    )
    decisions = [DraftStatus.SENT, DraftStatus.DISCARDED]
    got = race.run(
        lambda door, number: door.write_now(drafts.settle, draft.id, decisions[number % 2], now=race.desk.clock())
    )
    (settled,) = [one for one in got if one is not None]
    assert race.desk.store.read_now(drafts.get, draft.id).status is settled.status


def test_an_invitation_redeemed_sixteen_times_at_once_enrols_one(race: Race) -> None:
    code, now = "c" * 64, race.desk.clock()
    given = {"name": "Ada", "role": Role.EDITOR, "code_hash": code, "expires_at": now + timedelta(minutes=1)}
    race.desk.store.write_now(people.invite, by="terminal", now=now, **given)

    def redeem(door: Store, number: int) -> Any:
        who = {"platform": Platform.TELEGRAM, "external_id": number}
        return door.write_now(people.redeem, code_hash=code, now=now, **who)

    assert sum(one is not None for one in race.run(redeem)) == 1
    assert len(race.desk.store.read_now(people.listed)) == 1


def test_a_suggestion_decided_sixteen_times_at_once_makes_one_revision(race: Race) -> None:
    entry = race.desk.publishes()
    proposal = race.desk.store.write_now(entries.propose, entry.id, says("Reworded"), race.desk.clock())
    settle = {"accept": True, "actor": EDITOR, "now": race.desk.clock()}
    got = race.run(lambda door, _: door.write_now(entries.settle_proposal, proposal.id, **settle))
    assert sum(one is not None for one in got) == 1
    assert race.desk.store.read_now(entries.get, entry.id).revision == 2


def test_one_import_suggests_a_change_once(race: Race) -> None:
    entry = race.desk.publishes()
    got = race.run(lambda door, _: door.write_now(entries.propose, entry.id, says("Reworded"), race.desk.clock()))
    assert sum(one is not None for one in got) == 1


def test_a_slug_wanted_by_sixteen_is_given_once(race: Race) -> None:
    given = {"title": "T", "language": "en", "zone": "UTC", "mode": Mode.REHEARSAL, "by": EDITOR}
    got = race.run(lambda door, _: door.write_now(coverages.create, slug="election", now=race.desk.clock(), **given))
    assert sum(isinstance(one, SlugTaken) for one in got) == RACERS - 1


def test_sixteen_summaries_get_sixteen_revisions(race: Race) -> None:
    summary = {"by": EDITOR, "now": race.desk.clock()}
    coverage_id = race.desk.coverage.id
    got = race.run(lambda door, number: door.write_now(coverages.set_summary, coverage_id, (f"{number}",), **summary))
    assert sorted(one.revision for one, _ in got) == list(range(1, RACERS + 1))
    assert len({bulletin_id for _, bulletin_id in got}) == 1
    operations = Counter(one.operation for one in race.desk.active())
    assert operations == {Operation.PUBLISH: 1, Operation.EDIT: 1}


def test_an_update_delivered_sixteen_times_is_one(race: Race) -> None:
    race.run(lambda door, _: door.write_now(inbox.take, TELEGRAM, [(5, {}), (6, {})], race.desk.clock()))
    assert len(race.desk.store.read_now(inbox.pending, TELEGRAM)) == 2


def test_counts_from_many_committers_add_up(race: Race) -> None:
    entry = race.desk.publishes()
    one = race.desk.active()[0]

    def mark(door: Store, _: int) -> None:
        walk = commits.WalkMark(one.id, 5, sent=3, skipped=1, skips={"below_key": 1})
        door.write_now(commits.apply, commits.Batch(at=race.desk.clock(), walks=(walk,)))

    race.run(mark)
    progress = race.desk.store.read_now(broadcasts.progress, entry.bulletin_id)[TELEGRAM]
    assert (progress.sent, progress.skipped) == (3 * RACERS, RACERS)
    assert race.desk.store.read_now(broadcasts.skips, entry.bulletin_id) == {"below_key": RACERS}


def test_committers_of_the_same_receipts_do_not_deadlock(race: Race) -> None:
    entry = race.desk.publishes()
    places = [race.desk.reader(chat) for chat in range(1, 9)]

    def commit(door: Store, number: int) -> None:
        order = places if number % 2 else places[::-1]
        rows = tuple(receipt(entry.bulletin_id, one.id, number, at=race.desk.clock()) for one in order)
        parked = tuple((one.id, entry.bulletin_id, Operation.PUBLISH) for one in order)
        door.write_now(commits.apply, commits.Batch(at=race.desk.clock(), receipts=rows, unpark=parked))

    race.run(commit)
    done = race.desk.store.read_now(receipts.between, entry.bulletin_id, 0, 10_000)
    assert len(done) == len(places)


def test_no_read_and_write_back_is_lost(race: Race) -> None:
    # The driver's own transactions lost 1,462 of 4,000 of these without a word.
    counter = tables.counter.c
    wanted = sa.select(counter.value).where(counter.name == "audience")

    def add_one(conn: sa.Connection) -> None:
        seen = conn.execute(wanted.with_for_update()).scalar_one()
        conn.execute(tables.counter.update().where(counter.name == "audience").values(value=seen + 1))

    race.run(lambda door, _: [door.write_now(add_one) for _ in range(25)])
    assert race.desk.store.read_now(lambda conn: conn.execute(wanted).scalar_one()) == RACERS * 25


def test_two_transactions_in_each_others_way_both_get_through(race: Race) -> None:
    names = ["a", "b"]
    for name in names:
        race.desk.store.write_now(lambda conn, n=name: conn.execute(tables.house.insert().values(name=n, value="0")))

    def both(conn: sa.Connection, order: list[str]) -> None:
        for name in order:
            seen = tables.house.update().where(tables.house.c.name == name)
            conn.execute(seen.values(value=tables.house.c.value + "x"))

    def cross(door: Store, number: int) -> None:
        # A few are enough: PostgreSQL takes a second to see that two wait for each other.
        if number < crossing:
            door.write_now(both, names if number % 2 else names[::-1])

    crossing = 4
    race.run(cross)
    values = race.desk.store.read_now(lambda conn: conn.execute(sa.select(tables.house.c.value)).scalars().all())
    assert sorted(len(one) for one in values) == [crossing + 1, crossing + 1, len("rehearsal")]


def test_the_audit_keeps_every_line_of_a_race(race: Race) -> None:
    race.run(lambda door, number: publish(race, door, f"token {number}"))
    assert len(race.desk.store.read_now(audit.listed, subject="entry")) == RACERS
