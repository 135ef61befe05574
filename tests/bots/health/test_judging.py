"""When all is well, and what is said when it is not."""

from dataclasses import replace

import pytest

from bots.health.judging import HELD_UP, NOBODYS, SILENCE, View, judge
from bots.health.signs import AccountSigns, Signs
from core.courier.readings import CommitterReading, CourierReading, LaneReading
from core.model import Platform
from core.store.standing import LaneStanding, Standing

BERLIN = LaneStanding("berlin", Platform.TELEGRAM, "here:1:a", 3, owned=True)
OSLO = LaneStanding("oslo", Platform.DISCORD, "there:2:b", 1, owned=True)


def signs(*held, trouble="", stuck="", waits=""):
    lanes = tuple(LaneReading(account, 3, trouble=waits) for account in held)
    accounts = (AccountSigns("berlin", Platform.TELEGRAM, trouble), AccountSigns("oslo", Platform.DISCORD))
    return Signs(accounts, CourierReading(lanes=lanes, committer=CommitterReading(stuck=stuck)))


WELL = View(asked=True, standing=Standing((BERLIN, OSLO), ()), signs=signs("berlin"))


def test_a_process_that_carries_is_ready():
    verdict = judge(WELL)
    assert (verdict.ready, verdict.well) == (True, "carrying for berlin")


@pytest.mark.parametrize("house", [None, signs()])
def test_a_standby_is_ready_while_every_account_is_carried_for(house):
    verdict = judge(replace(WELL, signs=house))
    assert (verdict.ready, verdict.well) == (
        True,
        "standing by, every account is carried for by another livedesk run",
    )


@pytest.mark.parametrize("house", [None, signs()])
def test_who_holds_nothing_is_not_ready_while_an_account_is_nobodys(house):
    verdict = judge(replace(WELL, signs=house, ownerless=(("oslo", 0.5),)))
    assert verdict.reasons == ("nothing is held here, and nobody holds oslo yet",)


def test_who_stands_by_on_a_store_without_accounts_is_not_ready():
    verdict = judge(View(asked=True))
    assert verdict.reasons == ("nothing is held here, and the store knows of no account yet",)


def test_who_carries_stays_ready_while_another_account_changes_hands():
    assert judge(replace(WELL, ownerless=(("oslo", NOBODYS - 0.1),))).ready


def test_a_lane_that_was_lost_and_is_drained_is_not_held():
    draining = replace(WELL, signs=Signs((), CourierReading(lanes=(LaneReading("berlin", 0, in_flight=3),))))
    assert judge(draining).well.startswith("standing by")


def test_an_account_that_nobody_carries_for_turns_everybody_red():
    verdict = judge(replace(WELL, ownerless=(("oslo", NOBODYS),)))
    (reason,) = verdict.reasons
    assert reason.startswith("nobody has carried for oslo for 30 s: start livedesk run, or look at why")


def test_a_foreign_copy_of_a_token_is_told_in_the_accounts_own_words():
    words = "Another program polls Telegram with the token of account 'berlin'. Stop it."
    assert judge(replace(WELL, signs=signs("berlin", trouble=words))).reasons == (f"berlin: {words}",)


def test_a_store_that_never_answered_is_not_ready():
    assert judge(View()).reasons == ("the store has not answered yet",)


def test_a_store_that_keeps_us_waiting_is_out_of_reach():
    assert judge(replace(WELL, silent=SILENCE - 0.1)).ready
    assert judge(replace(WELL, silent=SILENCE)).reasons == ("the store has not answered for 5 s",)


def test_a_store_in_trouble_says_so_once():
    full = "The disk is full: nothing was saved."
    told = (f"the store is in trouble: {full}",)
    assert judge(replace(WELL, trouble=full)).reasons == told
    assert judge(replace(WELL, trouble=full, signs=signs("berlin", stuck=full))).reasons == told


def test_receipts_that_cannot_be_written_are_a_reason():
    verdict = judge(replace(WELL, signs=signs("berlin", stuck="The disk is full.")))
    assert verdict.reasons == ("what was sent cannot be written down, so nothing is sent: The disk is full.",)


def test_a_lane_that_waits_for_the_store_is_a_reason():
    verdict = judge(replace(WELL, signs=signs("berlin", waits="It is locked.")))
    assert verdict.reasons == ("berlin waits for the store: It is locked.",)


def test_a_loop_that_was_held_up_is_a_reason():
    assert judge(replace(WELL, lag=HELD_UP - 0.1)).ready
    assert judge(replace(WELL, lag=12.3)).reasons == (
        "the process was held up for 12 s: this machine has too much to do",
    )


def test_every_reason_is_told_and_each_is_one_line():
    worst = replace(
        WELL,
        trouble="a",
        lag=9.0,
        ownerless=(("oslo", 99.0), ("riga", 1.0)),
        signs=signs(trouble="b", stuck="c"),
    )
    reasons = judge(worst).reasons
    assert len(reasons) == 6
    assert not any("\n" in reason for reason in reasons)
