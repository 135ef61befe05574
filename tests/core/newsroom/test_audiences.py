"""What an editor is told before sending: whom it reaches, what goes first, and by when the last one has it."""

from datetime import timedelta

import pytest

from core.model import Importance, Level, Operation, Platform, Scope, Urgency
from core.newsroom import audiences
from core.newsroom.audiences import Planned
from core.store import Store, accounts, backlogs, broadcasts, commits, tables
from core.store.backlogs import Backlog
from tests.doubles.clock import NOON, Clock
from tests.doubles.desk import DISCORD, TELEGRAM, Desk, says

TELEGRAM_EACH = 1.10 / 30
DISCORD_EACH = 1.0 / 45


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock)


def follow(desk: Desk, many: int, account: str = TELEGRAM, level: Level = Level.ALL, **more: int) -> None:
    """So many followers, as far as the counters know."""
    row = {"lane_id": desk.lanes[account], "scope": Scope.COVERAGE, "entries": level, "count": many}
    row |= {"target_id": desk.coverage.id, **more}
    desk.store.write_now(lambda conn: conn.execute(tables.audience.insert().values(**row)))


def asks(desk: Desk, **more):
    planned = Planned(**{"coverage_id": desk.coverage.id, "now": desk.clock(), **more})
    return desk.store.read_now(audiences.of, planned)


def test_the_slowest_account_says_when_all_have_it(desk: Desk) -> None:
    follow(desk, 3000)
    follow(desk, 450, DISCORD)
    told = asks(desk)
    assert (told.destinations, told.ahead) == ({Platform.TELEGRAM: 3000, Platform.DISCORD: 450}, 0)
    assert told.seconds == pytest.approx({Platform.TELEGRAM: 3000 * TELEGRAM_EACH, Platform.DISCORD: 10})


def test_only_those_count_who_wish_for_its_importance(desk: Desk) -> None:
    follow(desk, 100)
    follow(desk, 20, level=Level.KEY)
    follow(desk, 3, level=Level.BREAKING)
    follow(desk, 7, level=Level.NOTHING)
    reached = [asks(desk, importance=one).total for one in Importance]
    assert reached == [100, 120, 123]


def test_what_goes_out_already_is_waited_for_as_far_as_it_is_left(desk: Desk) -> None:
    follow(desk, 3000)
    desk.publishes()
    (broadcast,) = desk.active(TELEGRAM)
    # Who asked for less was never counted, so that leaving them out brings nobody nearer.
    ended = commits.WalkMark(broadcast.id, 5, sent=900, failed=60, unknown=40, skipped=500)
    desk.commits(walks=(ended,))
    told = asks(desk)
    assert told.ahead == 2000
    assert told.seconds[Platform.TELEGRAM] == pytest.approx(5000 * TELEGRAM_EACH)


def test_an_alert_waits_for_no_entry_and_an_entry_for_every_alert(desk: Desk) -> None:
    follow(desk, 3000)
    desk.publishes()
    assert asks(desk, urgency=Urgency.ALERT).ahead == 0
    desk.publishes("Dam broken", alert=True, content=says("Dam broken", importance=Importance.BREAKING))
    assert asks(desk).ahead == 6000


def test_coverages_take_turns_so_that_a_small_one_does_not_wait_for_a_large_one(desk: Desk) -> None:
    follow(desk, 3000)
    desk.publishes()
    other = desk.opens("election")
    follow(desk, 10, target_id=other.id)
    told = asks(desk, coverage_id=other.id)
    assert told.ahead == 10
    assert told.seconds[Platform.TELEGRAM] == pytest.approx(20 * TELEGRAM_EACH)


def test_an_account_that_is_refused_waits_first(desk: Desk) -> None:
    follow(desk, 30)
    desk.store.write_now(accounts.hold, desk.lanes[TELEGRAM], desk.clock() + timedelta(seconds=60), "flood")
    assert asks(desk).seconds[Platform.TELEGRAM] == pytest.approx(61.1)


def test_what_is_done_while_it_can_still_be_taken_back_delays_nothing(desk: Desk) -> None:
    follow(desk, 300)
    desk.publishes()
    leaves = desk.clock() + timedelta(seconds=30)
    assert asks(desk, leaves=leaves).seconds[Platform.TELEGRAM] == pytest.approx(11)


def test_an_entry_does_not_wait_for_itself(desk: Desk) -> None:
    follow(desk, 300)
    entry = desk.publishes()
    assert asks(desk, bulletin_id=entry.bulletin_id).ahead == 0


def test_a_retraction_says_when_the_last_copy_changes(desk: Desk) -> None:
    follow(desk, 3000)
    entry = desk.publishes()
    (broadcast,) = desk.active(TELEGRAM)
    desk.commits(walks=(commits.WalkMark(broadcast.id, 5, sent=600),))
    assert desk.store.read_now(audiences.changes, entry, desk.clock()) is None
    desk.retracts(entry)
    done = desk.store.read_now(audiences.changes, entry, desk.clock())
    assert done is not None
    assert (done - desk.clock()).total_seconds() == pytest.approx(22)


def test_a_readers_answer_counts_as_one_message(desk: Desk) -> None:
    follow(desk, 30)
    place = desk.connects(1)
    given = {"destination_id": place.id, "coverage_id": desk.coverage.id, "words": "Hello", "now": desk.clock()}
    desk.store.write_now(broadcasts.answer, urgency=Urgency.ANSWER, **given)
    assert asks(desk).ahead == 1


def test_a_backlog_is_named_as_people_name_it(desk: Desk) -> None:
    entry = desk.publishes()
    (mine, _) = desk.store.read_now(backlogs.everything)
    assert mine == Backlog(
        desk.lanes[TELEGRAM], entry.bulletin_id, desk.coverage.id, Operation.PUBLISH, Urgency.ENTRY, 1, NOON
    )
    named = desk.store.read_now(backlogs.names, {entry.bulletin_id})
    assert (named[entry.bulletin_id].slug, named[entry.bulletin_id].number) == ("storm", 1)
