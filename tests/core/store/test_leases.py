"""An account has one owner at a time, whoever else would like to be, and a former owner changes nothing any more."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest

from core.errors import StoreTrouble
from core.model import DestinationStatus, Mode, Operation, Platform, Urgency
from core.store import (
    Connection,
    Store,
    accounts,
    broadcasts,
    commits,
    destinations,
    leases,
    receipts,
    tables,
    waiting,
    wakes,
)
from core.store.leases import Ask, Claimant, Claimed, Parting
from tests.doubles.desk import TELEGRAM, Desk, receipt

TTL = 5.0
ACCOUNTS = tuple(f"desk-{number}" for number in range(10))


def now() -> datetime:
    return datetime.now(UTC)


def process(name: str, ttl: float = TTL) -> Claimant:
    return Claimant(owner=name, host="machine", pid=7, ttl=ttl)


def enters(store: Store, *who: Claimant, settled: bool = True) -> None:
    """They have come; `settled`: long enough ago that others hand lanes over to them."""
    for one in who:
        store.write_now(leases.enter, one, now())
    if settled:
        long_ago = tables.process.update().values(started_at=now() - timedelta(hours=1))
        store.write_now(lambda conn: conn.execute(long_ago))


def enrol(store: Store, *names: str) -> dict[str, int]:
    return store.write_now(accounts.enrol_lanes, [(name, Platform.TELEGRAM) for name in names], now())


def claims(store: Store, who: Claimant, *names: str, alone: bool = False) -> tuple[Claimed, ...]:
    return store.write_now(leases.claim, who, names or ACCOUNTS, now(), alone=alone)


def runs_out(store: Store, *lane_ids: int) -> None:
    """As if the time of these leases had passed."""
    past = tables.lane.update().where(tables.lane.c.id.in_(lane_ids)).values(lease_until=now() - timedelta(minutes=1))
    store.write_now(lambda conn: conn.execute(past))


def dies(store: Store, who: Claimant) -> None:
    """As if it had been killed long enough ago."""
    held = [
        row.id
        for row in store.read_now(lambda conn: conn.execute(tables.lane.select()).all())
        if row.owner == who.owner
    ]
    runs_out(store, *held)
    past = (
        tables.process.update()
        .where(tables.process.c.owner == who.owner)
        .values(seen_until=now() - timedelta(seconds=9))
    )
    store.write_now(lambda conn: conn.execute(past))


def test_nobody_takes_what_a_live_owner_holds_and_the_fence_rises_with_each_take_over(store: Store) -> None:
    enrol(store, "desk")
    one, two = process("one"), process("two")
    enters(store, one, two)
    (first,) = claims(store, one, "desk")
    assert claims(store, two, "desk") == ()
    assert claims(store, one, "desk") == ()
    runs_out(store, first.lane_id)
    (taken,) = claims(store, two, "desk")
    assert (taken.lane_id, taken.account, taken.fence) == (first.lane_id, "desk", first.fence + 1)


def test_a_lane_given_back_is_free_at_once_and_a_late_renewal_does_not_take_it_back(store: Store) -> None:
    enrol(store, "desk")
    one, two = process("one"), process("two")
    enters(store, one, two)
    (first,) = claims(store, one, "desk")
    store.write_now(leases.release, first.lane_id, first.fence, now())
    late = store.write_now(leases.renew, Ask("one", 1, TTL, ((first.lane_id, first.fence),)), now())
    assert late.lost == {first.lane_id}
    (taken,) = claims(store, two, "desk")
    # Giving back what is another's by now changes nothing.
    store.write_now(leases.release, first.lane_id, first.fence, now())
    assert store.write_now(leases.renew, Ask("two", 1, TTL, ((taken.lane_id, taken.fence),)), now()).held == {
        taken.lane_id
    }


def test_who_gives_a_lane_back_says_what_the_next_must_know_and_who_died_cannot(store: Store) -> None:
    enrol(store, "desk")
    one, two = process("one"), process("two")
    enters(store, one, two)
    (first,) = claims(store, one, "desk")
    assert first.parting is None
    parting = Parting(40.0, ((-100, 60.5), (7, 1.05)))
    store.write_now(leases.release, first.lane_id, first.fence, now(), parting)
    (second,) = claims(store, two, "desk")
    assert second.parting is not None
    assert second.parting.chats == parting.chats
    assert second.parting.since >= 40
    runs_out(store, second.lane_id)
    (third,) = claims(store, one, "desk")
    assert third.parting is not None
    # When it said something last is known, to whom is not.
    assert third.parting.chats is None
    assert third.parting.since >= 60
    # Taken from somebody who may have spoken just now.
    assert claims(store, two, "desk", alone=True)[0].parting is None
    store.write_now(leases.release, second.lane_id, third.fence + 1, now())
    assert claims(store, one, "desk")[0].parting is None


def test_an_owner_that_was_cut_off_goes_on_with_its_fence_if_nobody_took_the_lane(store: Store) -> None:
    enrol(store, "desk")
    one = process("one")
    enters(store, one)
    (mine,) = claims(store, one, "desk")
    runs_out(store, mine.lane_id)
    renewed = store.write_now(leases.renew, Ask("one", 1, TTL, ((mine.lane_id, mine.fence),)), now())
    assert renewed == leases.Renewal(repeated=False, held=frozenset({mine.lane_id}), lost=frozenset())
    (seen,) = store.read_now(leases.standing, now())
    assert (seen.owner, seen.fence, seen.owned, seen.host) == ("one", mine.fence, True, "machine")


def test_whoever_holds_the_store_alone_takes_every_lane_at_once(store: Store) -> None:
    enrol(store, *ACCOUNTS)
    killed, fresh = process("killed"), process("fresh")
    enters(store, killed)
    assert len(claims(store, killed)) == 10
    enters(store, fresh)
    assert claims(store, fresh) == ()
    assert [one.account for one in claims(store, fresh, alone=True)] == list(ACCOUNTS)


@pytest.mark.parametrize(("processes", "most"), [(1, 10), (2, 5), (3, 4), (4, 3)])
def test_ten_lanes_are_shared_fairly(store: Store, processes: int, most: int) -> None:
    enrol(store, *ACCOUNTS)
    owners = [process(f"p{number}") for number in range(processes)]
    enters(store, *owners)
    shares = [len(claims(store, one)) for one in owners]
    assert sum(shares) == 10
    assert max(shares) == most
    # Nobody is over: nobody hands over.
    for one in owners:
        assert store.read_now(leases.look, one, now()).fair >= most


def test_who_holds_too_much_hands_over_only_to_who_has_come_to_stay(store: Store) -> None:
    enrol(store, *ACCOUNTS)
    old, new = process("old"), process("new")
    enters(store, old)
    claims(store, old)
    enters(store, new, settled=False)
    seen = store.read_now(leases.look, old, now())
    assert (seen.held, seen.share, seen.fair, seen.soonest) == (10, 5, 10, inf)
    assert 0 < store.read_now(leases.look, new, now()).soonest <= TTL
    enters(store, new)
    assert store.read_now(leases.look, old, now()).fair == 5


def test_what_a_dead_process_held_is_shared_among_the_living(store: Store) -> None:
    enrol(store, *ACCOUNTS)
    owners = [process(f"p{number}") for number in range(3)]
    enters(store, *owners)
    for one in owners:
        claims(store, one)
    dies(store, owners[0])
    assert len(claims(store, owners[1])) + len(claims(store, owners[2])) == 4
    assert [store.read_now(leases.look, one, now()).held for one in owners[1:]] == [5, 5]


def test_a_process_that_is_leaving_leaves_its_share_at_once(store: Store) -> None:
    enrol(store, "a", "b")
    one, two = process("one"), process("two")
    enters(store, one, two)
    (mine,) = claims(store, one, "a", "b")
    assert len(claims(store, two, "a", "b")) == 1
    store.write_now(leases.renew, Ask("one", 1, TTL, ((mine.lane_id, mine.fence),), leaving=True), now())
    assert claims(store, two, "a", "b") == ()
    store.write_now(leases.release, mine.lane_id, mine.fence, now())
    assert [one.account for one in claims(store, two, "a", "b")] == [mine.account]
    store.write_now(leases.leave, "one")
    assert not store.read_now(leases.look, one, now()).present


def test_an_account_that_left_the_settings_is_not_carried(store: Store) -> None:
    enrol(store, "here", "gone")
    enrol(store, "here")
    enters(store, process("one"))
    assert [one.account for one in claims(store, process("one"), "here", "gone")] == ["here"]
    assert [(one.account, one.enabled, one.owned) for one in store.read_now(leases.standing, now())] == [
        ("here", True, True),
        ("gone", False, False),
    ]


def test_the_long_dead_are_forgotten(store: Store) -> None:
    enters(store, process("one"))
    dies(store, process("one"))
    enters(store, process("two"))
    rows = "SELECT owner FROM process ORDER BY owner"
    assert store.read_now(lambda conn: list(conn.exec_driver_sql(rows).scalars())) == ["one", "two"]
    ages = tables.process.update().where(tables.process.c.owner == "one").values(seen_until=now() - timedelta(days=1))
    store.write_now(lambda conn: conn.execute(ages))
    enters(store, process("three"))
    assert store.read_now(lambda conn: list(conn.exec_driver_sql(rows).scalars())) == ["three", "two"]


@contextmanager
def stores(url: str, many: int) -> Iterator[list[Store]]:
    opened = [Store.open(url, mode=Mode.REHEARSAL) for _ in range(many)]
    yield opened
    for one in opened:
        one.close()


def test_processes_that_claim_at_once_get_each_lane_once(store_url: str) -> None:
    with stores(store_url, 4) as doors:
        enrol(doors[0], *ACCOUNTS)
        owners = [process(f"p{number}") for number in range(4)]
        enters(doors[0], *owners)
        for _ in range(10):
            start, taken = threading.Barrier(4), list[Claimed]()

            def races(
                door: Store, who: Claimant, start: threading.Barrier = start, taken: list[Claimed] = taken
            ) -> None:
                start.wait()
                taken.extend(claims(door, who))

            threads = [threading.Thread(target=races, args=each) for each in zip(doors, owners, strict=True)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for who in owners:
                taken.extend(claims(doors[0], who))
            assert sorted(one.account for one in taken) == sorted(ACCOUNTS)
            for one in taken:
                doors[0].write_now(leases.release, one.lane_id, one.fence, now())


class Twice:
    """A lane with one entry on it, the owner that froze, and the one that took over."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = desk.store
        self.old, self.new = process("old"), process("new")
        enters(self.store, self.old, self.new)
        self.place = desk.reader(11)
        self.entry = desk.publishes("news")
        self.broadcast = desk.active()[0]
        (self.was,) = claims(self.store, self.old, TELEGRAM)
        self.number = 0

    def taken_over(self) -> None:
        runs_out(self.store, self.was.lane_id)
        (self.now,) = claims(self.store, self.new, TELEGRAM)

    def writes(self, who: Claimant, lease: Claimed, **what: object) -> commits.Applied:
        self.number += 1
        ask = Ask(who.owner, self.number, TTL, ((lease.lane_id, lease.fence),))
        return self.store.write_now(commits.apply, commits.Batch(at=now(), lease=ask, **what))  # type: ignore[arg-type]

    def mark(self, cursor: int, sent: int = 1) -> commits.WalkMark:
        return commits.WalkMark(self.broadcast.id, cursor, lane_id=self.was.lane_id, sent=sent)

    def park(self, why: str) -> commits.Park:
        lane, place, bulletin = self.was.lane_id, self.place.id, self.entry.bulletin_id
        return commits.Park(
            0, lane, place, bulletin, self.broadcast.id, Operation.PUBLISH, Urgency.ENTRY, now(), 0, why
        )


@pytest.fixture
def twice(desk: Desk) -> Twice:
    return Twice(desk)


def test_a_former_owner_moves_no_cursor_and_keeps_nobody_waiting_but_its_copies_are_remembered(twice: Twice) -> None:
    twice.taken_over()
    copy = receipt(twice.entry.bulletin_id, twice.place.id, 77, at=now())
    applied = twice.writes(
        twice.old,
        twice.was,
        receipts=(copy,),
        walks=(twice.mark(cursor=twice.place.id),),
        park=(twice.park("too late"),),
        held=((twice.was.lane_id, now() + timedelta(hours=1), "flood"),),
        stops=((twice.was.lane_id, 5),),
        paused=((twice.place.id, "blocked"),),
    )
    assert applied.lost == {twice.was.lane_id}
    store, lane_id = twice.store, twice.was.lane_id
    assert store.read_now(receipts.of, twice.entry.bulletin_id, twice.place.id)[0].message_id == 77
    paused = store.read_now(destinations.find, TELEGRAM, twice.place.address)
    assert paused is not None
    assert paused.status is DestinationStatus.PAUSED
    seen = store.read_now(broadcasts.get, twice.broadcast.id)
    assert (seen.cursor, store.read_now(waiting.of_lane, lane_id)) == (0, ())
    assert store.read_now(accounts.held_until, lane_id) is None
    assert store.read_now(lambda conn: conn.execute(tables.lane.select()).first()).stop_seen == 0
    progress = store.read_now(broadcasts.progress, twice.entry.bulletin_id)[TELEGRAM]
    assert progress.sent == 0


def test_a_former_owner_does_not_send_away_who_waits_for_the_new_one(twice: Twice) -> None:
    twice.taken_over()
    key = twice.place.id, twice.entry.bulletin_id, Operation.PUBLISH
    twice.writes(twice.new, twice.now, park=(twice.park("paced"),))
    twice.writes(twice.old, twice.was, unpark=(key,))
    assert [row.why for row in twice.store.read_now(waiting.of_lane, twice.was.lane_id)] == ["paced"]
    twice.writes(twice.new, twice.now, unpark=(key,))
    assert twice.store.read_now(waiting.of_lane, twice.was.lane_id) == ()


def test_what_the_owner_writes_is_written_and_renews_its_lease(twice: Twice) -> None:
    before = twice.store.read_now(leases.standing, now())
    lease_until = next(one.lease_until for one in before if one.account == TELEGRAM)
    time.sleep(0.01)
    applied = twice.writes(
        twice.old,
        twice.was,
        walks=(twice.mark(cursor=3),),
        stops=((twice.was.lane_id, 5),),
        park=(twice.park("paced"),),
    )
    assert applied.lost == frozenset()
    after = next(one for one in twice.store.read_now(leases.standing, now()) if one.account == TELEGRAM)
    assert lease_until is not None
    assert after.lease_until is not None
    assert after.lease_until > lease_until
    assert twice.store.read_now(broadcasts.get, twice.broadcast.id).cursor == 3
    assert len(twice.store.read_now(waiting.of_lane, twice.was.lane_id)) == 1


def test_a_batch_whose_answer_was_lost_is_counted_once(twice: Twice) -> None:
    ask = Ask("old", 1, TTL, ((twice.was.lane_id, twice.was.fence),))
    batch = commits.Batch(at=now(), lease=ask, walks=(twice.mark(cursor=3),))
    for _ in range(2):
        assert twice.store.write_now(commits.apply, batch) == commits.Applied()
    assert twice.store.read_now(broadcasts.progress, twice.entry.bulletin_id)[TELEGRAM].sent == 1
    twice.taken_over()
    # It was written when it could be; that the lane went to another since is told all the same.
    assert twice.store.write_now(commits.apply, batch) == commits.Applied(frozenset({twice.was.lane_id}))
    assert twice.store.read_now(broadcasts.progress, twice.entry.bulletin_id)[TELEGRAM].sent == 1


def test_a_process_that_was_forgotten_meanwhile_still_writes_its_batch(twice: Twice) -> None:
    twice.store.write_now(leases.leave, "old")
    twice.writes(twice.old, twice.was, walks=(twice.mark(cursor=3),))
    assert twice.store.read_now(broadcasts.get, twice.broadcast.id).cursor == 3


def test_a_bell_is_heard_in_every_other_process_when_the_transaction_is_in(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one process at work, which tells itself")
    with stores(store_url, 2) as (here, there):
        heard = threading.Semaphore(0)
        with closing(there.listen(lambda _: heard.release())) as listening:
            # The first time it has just begun to listen, and may have missed something.
            assert heard.acquire(timeout=30)
            here.write_now(wakes.ring)
            assert heard.acquire(timeout=30)
            kicked_out = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query = 'LISTEN livedesk' AND datname = current_database()"
            )
            here.write_now(lambda conn: conn.exec_driver_sql(kicked_out))
            assert heard.acquire(timeout=30)
            here.write_now(wakes.ring)
            assert heard.acquire(timeout=30)
            listening.close()


def test_where_nobody_can_ring_nobody_listens(tmp_path: Path) -> None:
    door = Store.open(f"sqlite:///{tmp_path}/s.sqlite", mode=Mode.REHEARSAL, create=True)
    before = threading.active_count()
    listening = door.listen(lambda _: None)
    assert threading.active_count() == before
    listening.close()
    door.close()


def test_a_process_that_froze_in_the_middle_of_a_batch_does_not_keep_its_lanes_locked(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one process at work at a time")
    with stores(store_url, 2) as (frozen, other):
        enrol(other, "desk")
        enters(other, process("frozen"), process("other"))
        (mine,) = claims(other, process("frozen"), "desk")
        runs_out(other, mine.lane_id)
        done = threading.Event()

        def freezes(conn: Connection) -> None:
            leases.renew(conn, Ask("frozen", 1, TTL, ((mine.lane_id, mine.fence),)), now())
            assert done.wait(60)
            conn.exec_driver_sql("SELECT 1")

        def thaws() -> None:
            # Its transaction is gone: it hears so, or has another go that finds the lane taken.
            with suppress(StoreTrouble):
                frozen.write_now(freezes)

        thread = threading.Thread(target=thaws)
        thread.start()
        deadline = time.monotonic() + 50
        while not (taken := claims(other, process("other"), "desk")):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        done.set()
        thread.join()
        assert taken[0].fence == mine.fence + 1
