"""What health reads of the store: who holds which account, and what is still owed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Platform, Urgency
from core.store import accounts, commits, gateways, standing, tables
from core.store.commits import WalkMark
from tests.doubles.desk import DISCORD, TELEGRAM, Desk


def look(desk: Desk) -> standing.Standing:
    return desk.store.read_now(standing.look, desk.clock())


def leased(desk: Desk, account: str, owner: str | None, seconds: float) -> None:
    """Give a lane a lease, by the clock that counts on this database."""

    def change(conn: sa.Connection) -> None:
        at = conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one() if is_postgresql(conn) else desk.clock()
        until = at + timedelta(seconds=seconds)
        lane = tables.lane.update().where(tables.lane.c.account == account)
        conn.execute(lane.values(owner=owner, fence=7, lease_until=until))

    desk.store.write_now(change)


def is_postgresql(conn: sa.Connection) -> bool:
    return conn.dialect.name == "postgresql"


def counted(desk: Desk, broadcast_id: int, audience: int) -> None:
    """Say how many a broadcast goes to."""

    def change(conn: sa.Connection) -> None:
        one = tables.broadcast.update().where(tables.broadcast.c.id == broadcast_id)
        conn.execute(one.values(audience=audience))

    desk.store.write_now(change)


def waits(desk: Desk, place, broadcast) -> None:
    desk.commits(
        park=(
            commits.Park(
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
            ),
        )
    )


@pytest.mark.parametrize(
    ("owner", "seconds", "owned"), [("here", 60, True), ("here", -60, False), (None, 60, False), ("", 60, True)]
)
def test_a_lane_is_owned_while_its_owners_lease_runs(desk: Desk, owner, seconds, owned) -> None:
    leased(desk, TELEGRAM, owner, seconds)
    assert look(desk).lanes == (
        standing.LaneStanding(TELEGRAM, Platform.TELEGRAM, owner or "", 7, owned),
        standing.LaneStanding(DISCORD, Platform.DISCORD, "", 0, False),
    )


def test_an_account_that_left_the_settings_needs_no_owner(desk: Desk) -> None:
    desk.store.write_now(accounts.enrol_lanes, [(DISCORD, Platform.DISCORD)], desk.clock())
    assert [lane.account for lane in look(desk).lanes] == [DISCORD]


def test_nothing_is_owed_at_first(desk: Desk) -> None:
    assert look(desk).queues == ()


def test_what_is_owed_is_told_for_each_account_and_class_with_its_age(desk: Desk) -> None:
    desk.reader(1)
    first, at = desk.publishes(), desk.clock()
    desk.clock.passes(seconds=40)
    desk.publishes("More news")
    one, two = desk.active()
    assert one.bulletin_id == first.bulletin_id
    counted(desk, one.id, 100)
    counted(desk, two.id, 100)
    desk.commits(walks=(WalkMark(one.id, 50, sent=40, skipped=5, failed=3, unknown=2),))
    (here, there) = look(desk).queues
    assert (here.account, here.urgency, there.account) == (DISCORD, Urgency.ENTRY, TELEGRAM)
    assert (there.urgency, there.destinations, there.since) == (Urgency.ENTRY, 55 + 100, one.not_before or at)


def test_what_nobody_counted_is_still_seen(desk: Desk) -> None:
    desk.reader(1)
    desk.publishes()
    (one,) = desk.active()
    counted(desk, one.id, 0)
    assert {queue.account: queue.destinations for queue in look(desk).queues}[TELEGRAM] == 1


def test_who_waits_is_counted_once_and_still_after_the_broadcast_has_ended(desk: Desk) -> None:
    place = desk.reader(1)
    desk.publishes()
    (one,) = desk.active()
    counted(desk, one.id, 3)
    waits(desk, place, one)
    owed = {queue.account: queue.destinations for queue in look(desk).queues}
    assert owed[TELEGRAM] == 3
    desk.clock.passes(seconds=90)
    desk.commits(walks=(WalkMark(one.id, place.id, sent=2, finished=True),))
    (left,) = [queue for queue in look(desk).queues if queue.account == TELEGRAM]
    assert (left.destinations, left.since) == (1, one.not_before or one.created_at)
    desk.commits(unpark=((place.id, one.bulletin_id, one.operation),))
    assert [queue for queue in look(desk).queues if queue.account == TELEGRAM] == []


def test_it_reads_no_row_of_what_is_over(desk: Desk) -> None:
    """However many broadcasts there have been, the look costs what is open."""

    def plan(conn: sa.Connection) -> str:
        asked = standing._UNDER_WAY.compile(conn, compile_kwargs={"literal_binds": True})
        told = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")
        return " ".join(str(row) for row in told)

    if desk.store.where.startswith("PostgreSQL"):
        pytest.skip("PostgreSQL chooses by what it has counted")
    assert "ix_broadcast_open" in desk.store.read_now(plan)


def test_a_store_that_is_gone_says_so(desk: Desk) -> None:
    desk.store.close()
    with pytest.raises(StoreTrouble):
        look(desk)


def test_what_an_account_spent_of_its_introductions_is_told_for_a_day(desk: Desk) -> None:
    for _ in range(3):
        assert desk.store.write_now(gateways.identify, DISCORD, desk.clock.passes(minutes=1)) is None
    assert look(desk).identifies == ((DISCORD, 3),)
    desk.clock.passes(hours=24)
    assert look(desk).identifies == ()
