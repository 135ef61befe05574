"""What follows from what a platform answered: pure decisions, in one place for every platform.

Senders translate; only this file says whether to try again, when, and when to give up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Operation, Platform, Urgency
from core.platform import Forbidden, Gone, Lost, Moved, NotSent, Outcome, Reach, Rejected, Sent, Unknown

# Seconds before each next try; the last one repeats until the bulletin's lifetime ends (faults.md §2).
_PLANS: dict[Urgency, tuple[float, ...]] = {
    Urgency.ALERT: (1, 2, 4, 8, 15, 30, 60),
    Urgency.ENTRY: (2, 10, 30, 60, 120),
}
_PATIENT: tuple[float, ...] = (5, 30, 120, 300, 600)
# An answer to a person is worth little a minute later.
_ANSWERS: tuple[float, ...] = (2, 10, 30)
# Discord returns the first message for a nonce it saw within the past few minutes; we count on two (design §5).
_NONCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Attempt:
    """One item's history, as far as the next decision needs it."""

    platform: Platform
    operation: Operation
    urgency: Urgency
    attempts: int
    """Tries already made, this one included."""
    unknowns: int
    """How many of them may have reached the reader."""
    first_try: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """The part is there."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try the same part at `at`. `maybe_there` counts a possible double."""

    at: datetime
    why: str
    maybe_there: bool = False


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """The whole platform fails: nothing of this account leaves for `seconds`, the item keeps its place."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class PauseDestination:
    """The destination takes nothing more until it comes back; its settings stay."""

    because: str


@dataclass(frozen=True, slots=True)
class Readdress:
    """Send to this chat from now on."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class CopyLost:
    """The copy to change is gone: forget it."""

    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nothing more is tried for this destination. `unknown` when a copy may be there all the same."""

    why: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was retracted or undone before it left: this destination must not get it."""

    why: str


Verdict = Done | Withdrawn | TryAgain | HoldAccount | PauseDestination | Readdress | CopyLost | GiveUp


def judge(outcome: Outcome, attempt: Attempt, now: datetime) -> Verdict:
    """What follows from `outcome`."""
    match outcome:
        case Sent():
            return Done()
        case NotSent():
            return _not_sent(outcome, attempt, now)
        case Unknown(why):
            return _unknown(why, attempt, now)
        case Gone() | Forbidden() | Moved() | Lost() | Rejected():
            return _final(outcome)


def _final(outcome: Gone | Forbidden | Moved | Lost | Rejected) -> Verdict:
    match outcome:
        case Moved(chat_id):
            return Readdress(chat_id)
        case Gone(reason):
            return PauseDestination(reason)
        case Forbidden(missing):
            return PauseDestination(f"missing right: {missing}")
        case Lost(why):
            return CopyLost(why)
        case Rejected(why):
            return GiveUp(why)


def _not_sent(outcome: NotSent, attempt: Attempt, now: datetime) -> Verdict:
    if outcome.reach is Reach.ACCOUNT:
        return HoldAccount(max(outcome.retry_after, _wait(attempt)), outcome.why)
    return _again(attempt, now, max(outcome.retry_after, _wait(attempt)), outcome.why)


def _unknown(why: str, attempt: Attempt, now: datetime) -> Verdict:
    if attempt.operation is not Operation.PUBLISH:
        # An edit or a removal made twice is an edit or a removal made once.
        return _again(attempt, now, _wait(attempt), why)
    if attempt.platform is Platform.DISCORD:
        wait = 0.0 if attempt.attempts == 1 else _wait(attempt)
        if (now - attempt.first_try).total_seconds() + wait < _NONCE_SECONDS:
            return _again(attempt, now, wait, why)
        return GiveUp(why, unknown=True)
    if attempt.unknowns > 1:
        return GiveUp(why, unknown=True)
    return _again(attempt, now, _wait(attempt), why, maybe_there=True)


def _again(attempt: Attempt, now: datetime, wait: float, why: str, *, maybe_there: bool = False) -> Verdict:
    if attempt.urgency in (Urgency.DESK_ANSWER, Urgency.ANSWER) and attempt.attempts > len(_ANSWERS):
        return GiveUp(why)
    at = now + timedelta(seconds=wait)
    if attempt.expires_at is not None and at > attempt.expires_at:
        return GiveUp(f"too late after: {why}", unknown=attempt.unknowns > 0)
    return TryAgain(at, why, maybe_there)


def _wait(attempt: Attempt) -> float:
    plan = _PLANS.get(attempt.urgency, _PATIENT)
    if attempt.urgency in (Urgency.DESK_ANSWER, Urgency.ANSWER):
        plan = _ANSWERS
    return plan[min(attempt.attempts, len(plan)) - 1]
