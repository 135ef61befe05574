"""What follows from what a platform answered: pure decisions, in one place for every platform.

Senders translate; only this file says whether to try again, when, and when to give up.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Platform, Urgency
from core.platform import Forbidden, Gone, Lost, Moved, NotSent, Outcome, Reach, Rejected, Sent, Unknown

# Seconds before each next try at most; the last one repeats until the bulletin's lifetime ends (faults.md §2).
_PLANS: dict[Urgency, tuple[float, ...]] = {
    Urgency.ALERT: (1, 2, 4, 8, 15, 30, 60),
    Urgency.ENTRY: (2, 10, 30, 60, 120),
    # An answer to a person is worth little a minute later.
    Urgency.DESK_ANSWER: (2, 10, 30),
    Urgency.ANSWER: (2, 10, 30),
}
_PATIENT: tuple[float, ...] = (5, 30, 120, 300, 600)
_ANSWERS = (Urgency.DESK_ANSWER, Urgency.ANSWER)
# What nobody needs twice is not sent once more when it may be there already (design §4, Unknown).
_NEVER_TWICE = (*_ANSWERS, Urgency.CARD, Urgency.BACKFILL)
# Discord returns the first message for a nonce it saw within the past few minutes; we count on two (design §5).
_NONCE_SECONDS = 120
# A group becomes a supergroup once. Whatever moves more often is a mistake that must not go round for ever.
_MOVES = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One item's history, as far as the next decision needs it."""

    platform: Platform
    urgency: Urgency
    attempts: int
    """Tries already made at this part, this one included."""
    unknowns: int
    """How many of them may have reached the reader, this one included."""
    first_try: datetime
    expires_at: datetime | None
    repeatable: bool = False
    """Whether doing it twice is doing it once: an edit, a removal. Sending is not."""
    luck: float = 1.0
    """How much of the planned wait to wait, from 0 to 1 (full jitter): who failed together must not return together."""


def luck(*numbers: int) -> float:
    """From 0 to 1, at random for each item and try, and the same each time that a history is told."""
    seed = ".".join(map(str, numbers)).encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest(), "big") / 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Done:
    """The part is there."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try the same part at `at`. `maybe_there`: it may be there already. `asked`: the platform named the time."""

    at: datetime
    why: str
    maybe_there: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """The whole platform fails: nothing of this account leaves for `seconds` at least, the item keeps its place."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class PauseDestination:
    """The destination takes nothing more until it comes back; its settings stay."""

    because: str


@dataclass(frozen=True, slots=True)
class Strike:
    """A right is missing: this bulletin is lost here; the third such refusal over an hour pauses the destination."""

    missing: str


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
    refused: bool = False
    """Whether the bulletin itself is at fault: then it is so everywhere (promise P17)."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was retracted, undone or unfollowed before it left: this destination must not get it."""

    why: str


Verdict = Done | Withdrawn | TryAgain | HoldAccount | PauseDestination | Strike | Readdress | CopyLost | GiveUp


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
            return _final(outcome, attempt)


def _final(outcome: Gone | Forbidden | Moved | Lost | Rejected, attempt: Attempt) -> Verdict:
    match outcome:
        case Moved(chat_id):
            return Readdress(chat_id) if attempt.attempts <= _MOVES else GiveUp("the chat moves again and again")
        case Gone(reason):
            return PauseDestination(reason)
        case Forbidden(missing):
            return Strike(missing)
        case Lost(why):
            return CopyLost(why) if attempt.repeatable else GiveUp(why)
        case Rejected(why):
            return GiveUp(why, refused=True)


def _not_sent(outcome: NotSent, attempt: Attempt, now: datetime) -> Verdict:
    if outcome.reach is Reach.ACCOUNT:
        return HoldAccount(outcome.retry_after, outcome.why)
    wait = max(outcome.retry_after, _wait(attempt))
    return _again(attempt, now, wait, outcome.why, asked=outcome.retry_after > 0)


def _unknown(why: str, attempt: Attempt, now: datetime) -> Verdict:
    wait = _wait(attempt)
    if not attempt.repeatable and attempt.platform is Platform.DISCORD:
        wait = 0.0 if attempt.unknowns == 1 else wait
        if (now - attempt.first_try).total_seconds() + wait >= _NONCE_SECONDS:
            return GiveUp(why, unknown=True)
    elif not attempt.repeatable and (attempt.unknowns > 1 or attempt.urgency in _NEVER_TWICE):
        return GiveUp(why, unknown=True)
    return _again(attempt, now, wait, why, maybe_there=not attempt.repeatable)


def _again(
    attempt: Attempt, now: datetime, wait: float, why: str, *, maybe_there: bool = False, asked: bool = False
) -> Verdict:
    maybe_there = maybe_there or attempt.unknowns > 0
    if attempt.urgency in _ANSWERS and attempt.attempts > len(_PLANS[attempt.urgency]):
        return GiveUp(why, unknown=maybe_there)
    at = now + timedelta(seconds=wait)
    if attempt.expires_at is not None and at >= attempt.expires_at:
        return GiveUp(f"too late after: {why}", unknown=maybe_there)
    return TryAgain(at, why, maybe_there, asked)


def _wait(attempt: Attempt) -> float:
    plan = _PLANS.get(attempt.urgency, _PATIENT)
    return plan[min(attempt.attempts, len(plan)) - 1] * attempt.luck
