"""Until when a lane is ours: measured from before we asked, by a clock that no sleep stops, and with a margin."""

import asyncio
import bisect
import random
from itertools import pairwise

import pytest

from core.courier import AccountGate, Terms
from core.courier.gate import NotOurs
from core.courier.tenure import Awake, Tenure, boottime
from core.pacing import DISCORD, TELEGRAM, Pace
from core.store.leases import Claimant, Claimed, Parting
from tests.doubles.made_up_time import live


class Clock:
    """Two clocks of one machine."""

    def __init__(self) -> None:
        self.steady = 100.0
        self.wall = 1_000_000.0

    def passes(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall += seconds
        self.steady += 0 if asleep else seconds


@pytest.fixture
def it() -> Clock:
    return Clock()


@pytest.fixture
def tenure(it: Clock) -> Tenure:
    return Tenure(Claimant("we", "here", 7, 5.0), Terms(ttl=5.0, margin=1.25), lambda: it.steady)


def test_what_we_never_held_we_never_speak_on(tenure: Tenure) -> None:
    assert not tenure.permits("desk")
    assert tenure.fence("desk") == 0


def test_the_last_request_leaves_a_margin_before_the_lease_ends_counted_from_before_we_asked(
    tenure: Tenure, it: Clock
) -> None:
    asked_at = it.steady
    it.passes(3.0)
    # The answer took its time.
    tenure.begin(Claimed(1, "desk", 4), asked_at)
    assert tenure.permits("desk")
    it.passes(0.74)
    assert tenure.permits("desk")
    it.passes(0.02)
    assert not tenure.permits("desk")
    assert tenure.holds("desk")


def test_a_renewal_gives_more_time_by_the_same_fence_and_a_refused_one_takes_everything(
    tenure: Tenure, it: Clock
) -> None:
    for lane_id, account in ((1, "desk"), (2, "night")):
        tenure.begin(Claimed(lane_id, account, 4), it.steady)
    it.passes(4.0)
    ask, asked_at = tenure.ask(1, ()), it.steady
    assert ask.leases == ((1, 4), (2, 4))
    it.passes(0.5)
    assert tenure.answered(ask, {2}, asked_at) == ("night",)
    assert tenure.permits("desk")
    assert not tenure.permits("night")
    it.passes(3.2)
    assert tenure.permits("desk")
    it.passes(0.1)
    assert not tenure.permits("desk")


def test_only_what_is_written_about_or_due_is_renewed(tenure: Tenure, it: Clock) -> None:
    for lane_id in (1, 2, 3):
        tenure.begin(Claimed(lane_id, f"desk {lane_id}", lane_id), it.steady)
    assert tenure.ask(1, ()).leases == ()
    assert tenure.ask(1, {2, 99}).leases == ((2, 2),)
    it.passes(1.25)
    assert tenure.ask(1, ()).leases == ((1, 1), (2, 2), (3, 3))


def test_an_answer_about_an_older_fence_says_nothing_about_ours(tenure: Tenure, it: Clock) -> None:
    tenure.begin(Claimed(1, "desk", 4), it.steady)
    old = tenure.ask(1, {1})
    tenure.end("desk")
    tenure.begin(Claimed(1, "desk", 6), it.steady)
    assert tenure.answered(old, {1}, it.steady) == ()
    assert tenure.permits("desk")


def test_a_machine_that_slept_has_lost_that_time(it: Clock) -> None:
    elapsed = Awake(lambda: it.steady, lambda: it.wall)
    began = elapsed()
    it.passes(2.0)
    assert elapsed() - began == pytest.approx(2.0)
    it.passes(3600, asleep=True)
    assert elapsed() - began == pytest.approx(3602.0)
    it.passes(1.0)
    assert elapsed() - began == pytest.approx(3603.0)


def test_a_clock_that_is_set_back_or_corrected_a_little_takes_no_time_away(it: Clock) -> None:
    elapsed = Awake(lambda: it.steady, lambda: it.wall)
    began = elapsed()
    it.wall -= 86_400
    it.passes(1.0)
    assert elapsed() - began == pytest.approx(1.0)
    it.wall += 0.5
    it.passes(1.0)
    assert elapsed() - began == pytest.approx(2.0)


def test_this_machines_own_clock_goes_forward() -> None:
    first = boottime()
    assert boottime() >= first


def test_a_gate_that_is_not_ours_lets_nothing_leave_not_even_who_was_admitted() -> None:
    async def story() -> None:
        account, ours = AccountGate(TELEGRAM), True
        account.permit(lambda: ours)
        await account.enter(5)
        assert account.permitted()
        # It waits for its chat, and meanwhile the lane is lost.
        waiting = asyncio.ensure_future(account.enter(5))
        await asyncio.sleep(0.1)
        ours = False
        with pytest.raises(NotOurs):
            await waiting
        with pytest.raises(ConnectionError):
            await account.enter(6)

    live(story())


def test_who_gives_an_account_back_waits_for_no_pause_of_the_platform() -> None:
    async def story() -> None:
        account = AccountGate(TELEGRAM)
        account.pause_chat(7, 0.3)
        soon = asyncio.ensure_future(account.enter(7))
        account.pause_chat(8, 60)
        chat = asyncio.ensure_future(account.enter(8))
        await asyncio.sleep(0.01)
        account.leave()
        with pytest.raises(NotOurs):
            await chat
        await soon
        account.pause(60)
        with pytest.raises(NotOurs):
            await account.enter(9)
        account.start_full()
        paused = asyncio.ensure_future(account.enter(9))
        await asyncio.sleep(0.01)
        account.leave()
        with pytest.raises(NotOurs):
            await paused
        assert asyncio.get_running_loop().time() < 1

    live(story())


def test_who_ran_out_of_time_was_silent_for_the_margin_and_who_gave_the_lane_back_said_when(tenure: Tenure) -> None:
    assert tenure.heard(Parting(0.5)) == Parting(1.75)
    assert tenure.heard(Parting(0.5, ())) == Parting(0.5, ())


@pytest.mark.parametrize(("pace", "count", "seconds"), [(TELEGRAM, 30, 1.10), (DISCORD, 45, 1.0)])
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_an_account_handed_over_keeps_its_windows_and_those_of_its_chats(
    pace: Pace, count: int, seconds: float, seed: int, told: bool
) -> None:
    async def story() -> None:
        fate, left = random.Random(seed), list[tuple[float, int]]()

        async def speaks(gate: AccountGate, many: int) -> None:
            await asyncio.gather(*(says(gate, fate.randint(1, 60)) for _ in range(many)))

        async def says(gate: AccountGate, chat: int) -> None:
            await gate.enter(chat)
            left.append((asyncio.get_running_loop().time(), chat))

        first, second = AccountGate(pace), AccountGate(pace)
        await asyncio.sleep(fate.random())
        await speaks(first, fate.randint(1, 120))
        await asyncio.sleep(fate.choice((0.0, 0.2, 1.5)))
        parting = first.parting()
        assert parting is not None
        handed_at = asyncio.get_running_loop().time()
        await asyncio.sleep(0.05)
        since = parting.since + 0.05
        second.start_after(Parting(since, parting.chats if told else None))
        await speaks(second, 120)
        stamps = [at for at, _ in left]
        assert max(bisect.bisect_left(stamps, one + seconds) - i for i, one in enumerate(stamps)) <= count
        between = 1.3 if pace is DISCORD else 1.05
        for chat in {chat for _, chat in left}:
            mine = [at for at, one in left if one == chat]
            # A call may leave so much later than the moment it was given, here as with a single owner.
            assert all(after - before >= between - 0.06 for before, after in pairwise(mine))
        opened = next(at for at in stamps if at >= handed_at)
        # Who was told waits for nobody in particular.
        assert opened - handed_at < (0.3 if told else between + 0.25)

    live(story())


def test_an_account_on_which_nothing_was_said_leaves_nothing_behind() -> None:
    async def story() -> None:
        assert AccountGate(TELEGRAM).parting() is None

    live(story())
