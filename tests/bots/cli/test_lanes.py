"""What `livedesk lanes` says of each account's road out, to people and to machines."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.model import Level, Mode, Platform, Scope, Urgency
from core.store import Store, accounts, broadcasts, commits, leases, tables
from core.store.leases import Claimant
from tests.doubles.clock import Clock
from tests.doubles.desk import DISCORD, TELEGRAM, Desk

COURIER = Claimant("desk-1:4711:k3", "desk-1", 4711, ttl=600)


@pytest.fixture
def desk(livedesk, databases):
    """A newsroom on either store, at the present time."""
    url = databases.migrated()
    livedesk.set("LIVEDESK_STORE__URL", url)
    with closing(Store.open(url, mode=Mode.REHEARSAL)) as store:
        yield Desk(store, Clock(datetime.now(UTC)))


def holds(desk, *names):
    desk.store.write_now(leases.enter, COURIER, desk.clock())
    desk.store.write_now(leases.claim, COURIER, names, desk.clock())


def follow(desk, many):
    row = {"lane_id": desk.lanes[TELEGRAM], "scope": Scope.COVERAGE, "target_id": desk.coverage.id}
    row |= {"entries": Level.ALL, "count": many}
    desk.store.write_now(lambda conn: conn.execute(tables.audience.insert().values(**row)))


def line(said, account):
    return next(one for one in said.out.splitlines() if one.startswith(account))


def test_an_account_that_nobody_holds_is_shown_so(livedesk, desk):
    said = livedesk("lanes")
    assert (said.code, said.err) == (0, "")
    assert f"{TELEGRAM} (telegram)" in line(said, TELEGRAM)
    assert "nobody" in line(said, TELEGRAM)
    assert "27.3/s" in line(said, TELEGRAM)
    assert "45.0/s" in line(said, DISCORD)
    assert "nothing" in line(said, DISCORD)


def test_who_holds_an_account_and_what_waits_on_it(livedesk, desk):
    holds(desk, TELEGRAM)
    follow(desk, 30_000)
    desk.publishes()
    said = livedesk("lanes")
    assert "desk-1:4711:k3" in line(said, TELEGRAM)
    assert "entry 30,000" in line(said, TELEGRAM)
    assert "storm#1 publish: " in line(said, TELEGRAM)
    assert " UTC" in line(said, TELEGRAM)
    assert "storm#1 publish: when somebody holds it" in line(said, DISCORD)


def test_what_is_left_says_when_it_is_done(livedesk, desk):
    holds(desk, TELEGRAM)
    follow(desk, 3000)
    desk.publishes()
    desk.publishes("Dam broken", alert=True)
    (_, entry) = desk.active(TELEGRAM)
    desk.commits(walks=(commits.WalkMark(entry.id, 9, sent=1500),))
    told = json.loads(livedesk("lanes", "--json").out)
    telegram, discord = told["lanes"]
    at = datetime.fromisoformat(told["at"])
    assert [(one["name"], one["urgency"], one["left"]) for one in telegram["broadcasts"]] == [
        ("storm#2", "alert", 3000),
        ("storm#1", "entry", 1500),
    ]
    seconds = [(datetime.fromisoformat(one["done"]) - at).total_seconds() for one in telegram["broadcasts"]]
    assert seconds == pytest.approx([110, 165], abs=0.1)
    assert [one["done"] for one in discord["broadcasts"]] == [None, None]
    assert (telegram["owner"], telegram["host"], telegram["pace"]) == ("desk-1:4711:k3", "desk-1", 27.27)
    assert (discord["owner"], discord["held_until"]) == ("", None)
    assert {one["urgency"] for one in telegram["waiting"]} == {"alert", "entry"}


def test_a_refused_account_says_until_when_and_why(livedesk, desk):
    desk.store.write_now(accounts.hold, desk.lanes[TELEGRAM], desk.clock() + timedelta(hours=1), "Too many requests")
    desk.store.write_now(accounts.hold, desk.lanes[DISCORD], desk.clock() - timedelta(hours=1), "long ago")
    said = livedesk("lanes")
    assert "Too many requests" in line(said, TELEGRAM)
    assert "long ago" not in said.out


def test_answers_to_readers_are_counted_but_not_named_one_by_one(livedesk, desk):
    given = {"coverage_id": desk.coverage.id, "words": "Hello", "urgency": Urgency.ANSWER, "now": desk.clock()}
    for chat in range(1, 4):
        desk.store.write_now(broadcasts.answer, destination_id=desk.connects(chat).id, **given)
    telegram = json.loads(livedesk("lanes", "--json").out)["lanes"][0]
    assert [(one["urgency"], one["destinations"]) for one in telegram["waiting"]] == [("answer", 3)]
    assert telegram["broadcasts"] == []


def test_more_broadcasts_than_a_line_bears_are_counted(livedesk, desk):
    for number in range(7):
        desk.publishes(f"News {number}")
    assert "and 2 more" in livedesk("lanes").out
    assert len(json.loads(livedesk("lanes", "--json").out)["lanes"][0]["broadcasts"]) == 7


def test_an_account_taken_out_of_the_settings_is_shown_as_long_as_it_is_held(livedesk, desk):
    holds(desk, TELEGRAM)
    desk.store.write_now(lambda conn: conn.execute(tables.lane.update().values(enabled=False)))
    said = livedesk("lanes")
    assert "not in the settings" in said.out
    assert DISCORD not in said.out


def test_a_name_with_control_characters_does_not_reach_the_terminal(livedesk, desk):
    desk.store.write_now(accounts.enrol_lanes, [("evil\x1b[31m[bold]", Platform.TELEGRAM)], desk.clock())
    said = livedesk("lanes")
    assert "\x1b" not in said.out
    assert "[bold]" in said.out


def test_it_can_be_asked_while_the_store_is_held(livedesk, desk):
    with desk.store.hold():
        assert livedesk("lanes").code == 0


def test_before_the_first_run_there_is_nothing_to_show(livedesk, databases):
    livedesk.set("LIVEDESK_STORE__URL", databases.migrated())
    assert livedesk("lanes").out == ("no account is known yet: `livedesk run` makes them known, from the settings\n")
