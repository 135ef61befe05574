"""Whether all is well, and if not, why: pure, in plain words that say what to do."""

from dataclasses import dataclass, field

from bots.health.signs import Signs
from core.store.standing import Standing

NOBODYS = 30.0
"""Seconds without an owner after which a lane is red: a take-over needs about five."""
SILENCE = 5.0
"""Seconds a question to the store may stay unanswered before the store counts as out of reach."""
HELD_UP = 5.0
"""Seconds after which the loop was held up for longer than a heartbeat may wait."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known at one moment. Durations are seconds."""

    asked: bool = False
    """Whether the store ever answered."""
    silent: float = 0.0
    """For how long the question put to the store now has been without an answer; 0 when none is."""
    trouble: str = ""
    """What it said instead of an answer, in words for the operator; empty when it answered the last time."""
    standing: Standing = field(default_factory=Standing)
    """What it answered last."""
    ownerless: tuple[tuple[str, float], ...] = ()
    """(account, for how long nobody holds it), as seen from here."""
    lag: float = 0.0
    """The longest the loop was held up in the last seconds."""
    signs: Signs | None = None
    """None while there is no house: a standby that waits for the store."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a view: ready when there is no reason against it."""

    reasons: tuple[str, ...]
    """Why not, one line each: what is wrong, and what to do where that is not plain."""
    well: str = ""
    """What is being done, when all is well."""

    @property
    def ready(self) -> bool:
        """Whether all is well."""
        return not self.reasons


def judge(view: View) -> Verdict:
    """Ready means: the loop lives, the store answers, and a lane is held here or every enabled lane somewhere."""
    reasons = (*_of_the_process(view), *_of_the_lanes(view), *_of_the_accounts(view))
    return Verdict(reasons, "" if reasons else _well(view))


def held(view: View) -> tuple[str, ...]:
    """The accounts whose lanes this process holds; one that was lost is still drained, but held no more."""
    return () if view.signs is None else tuple(lane.account for lane in view.signs.courier.lanes if lane.fence)


def _of_the_process(view: View) -> tuple[str, ...]:
    reasons = []
    if view.lag >= HELD_UP:
        reasons.append(f"the process was held up for {view.lag:.0f} s: this machine has too much to do")
    if view.trouble:
        reasons.append(f"the store is in trouble: {view.trouble}")
    elif view.silent >= SILENCE:
        reasons.append(f"the store has not answered for {view.silent:.0f} s")
    elif not view.asked:
        reasons.append("the store has not answered yet")
    if view.signs is not None and (stuck := view.signs.courier.committer.stuck) and stuck != view.trouble:
        reasons.append(f"what was sent cannot be written down, so nothing is sent: {stuck}")
    return tuple(reasons)


def _of_the_lanes(view: View) -> tuple[str, ...]:
    reasons = [
        f"nobody has carried for {account} for {seconds:.0f} s: "
        "start livedesk run, or look at why the one that has its token does not take it"
        for account, seconds in view.ownerless
        if seconds >= NOBODYS
    ]
    waiting = [account for account, seconds in view.ownerless if seconds < NOBODYS]
    if waiting and not held(view):
        reasons.append(f"nothing is held here, and nobody holds {', '.join(waiting)} yet")
    if view.asked and not (view.standing.lanes or held(view)):
        reasons.append("nothing is held here, and the store knows of no account yet")
    return tuple(reasons)


def _of_the_accounts(view: View) -> tuple[str, ...]:
    if view.signs is None:
        return ()
    reasons = [f"{one.account}: {one.trouble}" for one in view.signs.accounts if one.trouble]
    reasons += [
        f"{lane.account} waits for the store: {lane.trouble}" for lane in view.signs.courier.lanes if lane.trouble
    ]
    return tuple(dict.fromkeys(reasons))


def _well(view: View) -> str:
    if here := held(view):
        return f"carrying for {', '.join(here)}"
    return "standing by, every account is carried for by another livedesk run"
