"""After a retraction: who may still send, told from what each account's owner has written into its lane."""

from datetime import timedelta

import pytest

from core.store import Store, accounts, entries, leases, recalls, tables
from core.store.leases import Claimant
from tests.doubles.clock import Clock
from tests.doubles.desk import DISCORD, TELEGRAM, Desk

COURIER = Claimant("courier", "here", 1, ttl=600)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock)


def claim(desk: Desk, *accounts_: str) -> None:
    desk.store.write_now(leases.enter, COURIER, desk.clock())
    desk.store.write_now(leases.claim, COURIER, accounts_, desk.clock())


def unanswered(desk: Desk, seq: int | None = None) -> list[str]:
    found = desk.store.read_now(recalls.look, desk.clock(), seq)
    return [one.account for one in found.unanswered]


def test_where_nobody_holds_an_account_everything_has_stopped(desk: Desk) -> None:
    desk.retracts(desk.publishes())
    assert unanswered(desk) == []


def test_every_account_that_is_held_must_answer(desk: Desk) -> None:
    claim(desk, TELEGRAM, DISCORD)
    assert unanswered(desk) == []
    desk.retracts(desk.publishes())
    assert unanswered(desk) == [TELEGRAM, DISCORD]
    seq = desk.store.read_now(recalls.look, desk.clock()).seq
    desk.store.write_now(accounts.acknowledge, desk.lanes[DISCORD], seq)
    assert unanswered(desk) == [TELEGRAM]
    desk.store.write_now(accounts.acknowledge, desk.lanes[TELEGRAM], seq)
    assert unanswered(desk) == []


def test_an_answer_to_an_earlier_recall_is_none_to_a_later_one(desk: Desk) -> None:
    claim(desk, TELEGRAM)
    desk.retracts(desk.publishes())
    first = desk.store.read_now(recalls.look, desk.clock()).seq
    desk.store.write_now(accounts.acknowledge, desk.lanes[TELEGRAM], first)
    desk.retracts(desk.publishes("More"))
    assert unanswered(desk) == [TELEGRAM]
    assert unanswered(desk, first) == []


def test_what_is_taken_back_is_called_off_too(desk: Desk) -> None:
    entry = desk.publishes(not_before=desk.clock() + timedelta(seconds=5))
    before = desk.store.read_now(recalls.look, desk.clock()).seq
    assert desk.store.write_now(entries.undo, entry_id=entry.id, actor="editor", now=desk.clock())
    assert desk.store.read_now(recalls.look, desk.clock()).seq == before + 1


def test_whose_lease_has_run_out_can_send_nothing(desk: Desk) -> None:
    brief = Claimant("brief", "here", 2, ttl=-1)
    desk.store.write_now(leases.enter, brief, desk.clock())
    desk.store.write_now(leases.claim, brief, (TELEGRAM,), desk.clock())
    desk.retracts(desk.publishes())
    assert unanswered(desk) == []


def test_an_account_that_was_taken_out_of_the_settings_while_it_is_held_must_answer_too(desk: Desk) -> None:
    claim(desk, TELEGRAM)
    desk.store.write_now(lambda conn: conn.execute(tables.lane.update().values(enabled=False)))
    desk.retracts(desk.publishes())
    assert unanswered(desk) == [TELEGRAM]
