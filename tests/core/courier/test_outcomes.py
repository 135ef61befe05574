"""What follows from each answer of a platform: one table, and the rules behind it."""

from datetime import datetime, timedelta

import pytest

from core.courier.outcomes import (
    Attempt,
    CopyLost,
    Done,
    GiveUp,
    HoldAccount,
    PauseDestination,
    Readdress,
    Strike,
    TryAgain,
    Verdict,
    judge,
)
from core.model import Form, Platform, Urgency
from core.platform import Copy, Forbidden, Gone, Lost, Moved, NotSent, Outcome, Reach, Rejected, Sent, Unknown
from tests.doubles.clock import NOON

TELEGRAM, DISCORD = Platform.TELEGRAM, Platform.DISCORD
CHAT, ACCOUNT = Reach.DESTINATION, Reach.ACCOUNT


def tried(
    platform: Platform = TELEGRAM,
    urgency: Urgency = Urgency.ENTRY,
    *,
    times: int = 1,
    unknowns: int = 0,
    ago: float = 0,
    lives: float = 7200,
    repeatable: bool = False,
) -> Attempt:
    """A history: `ago` and `lives` in seconds from now."""
    first, end = NOON - timedelta(seconds=ago), NOON + timedelta(seconds=lives)
    return Attempt(platform, urgency, times, unknowns, first, end, repeatable)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def asked(seconds: float, why: str = "429") -> TryAgain:
    return TryAgain(at(seconds), why, asked=True)


def maybe(seconds: float, why: str = "timeout") -> TryAgain:
    return TryAgain(at(seconds), why, maybe_there=True)


TABLE: list[tuple[str, Outcome, Attempt, Verdict]] = [
    ("it is there", Sent((Copy(1, Form.TEXT),)), tried(), Done()),
    ("the chat is asked to wait", NotSent(30, CHAT, "429"), tried(), asked(30)),
    ("a short wait is at least our own", NotSent(1, CHAT, "429"), tried(times=3), asked(30)),
    ("nothing was said: our own plan", NotSent(0, CHAT, "dns"), tried(times=2), TryAgain(at(10), "dns")),
    ("an alert is more eager", NotSent(0, CHAT, "dns"), tried(urgency=Urgency.ALERT), TryAgain(at(1), "dns")),
    ("an edit is patient", NotSent(0, CHAT, "dns"), tried(urgency=Urgency.EDIT), TryAgain(at(5), "dns")),
    ("the plan's last wait repeats", NotSent(0, CHAT, "dns"), tried(times=40), TryAgain(at(120), "dns")),
    ("the account is asked to wait", NotSent(30, ACCOUNT, "429"), tried(times=9), HoldAccount(30, "429")),
    ("no connection at all", NotSent(0, ACCOUNT, "dns"), tried(), HoldAccount(0, "dns")),
    ("too late to wait", NotSent(60, CHAT, "429"), tried(lives=60), GiveUp("too late after: 429")),
    (
        "too late, and a try may be there",
        NotSent(60, CHAT, "429"),
        tried(lives=60, unknowns=1),
        GiveUp("too late after: 429", unknown=True),
    ),
    (
        "an answer is not worth more",
        NotSent(0, CHAT, "x"),
        tried(urgency=Urgency.ANSWER, times=4),
        GiveUp("x"),
    ),
    (
        "an answer's third wait",
        NotSent(0, CHAT, "x"),
        tried(urgency=Urgency.DESK_ANSWER, times=3),
        TryAgain(at(30), "x"),
    ),
    ("Telegram: one more try", Unknown("timeout"), tried(unknowns=1), maybe(2)),
    ("Telegram: not a third copy", Unknown("timeout"), tried(times=2, unknowns=2), GiveUp("timeout", unknown=True)),
    ("Telegram: a summary too", Unknown("timeout"), tried(urgency=Urgency.SUMMARY, unknowns=1), maybe(5)),
    ("Discord: at once", Unknown("timeout"), tried(DISCORD, unknowns=1), maybe(0)),
    ("Discord: later with care", Unknown("timeout"), tried(DISCORD, times=3, unknowns=3, ago=42), maybe(30)),
    (
        "Discord: a nonce is known for two minutes",
        Unknown("timeout"),
        tried(DISCORD, times=4, unknowns=4, ago=72),
        GiveUp("timeout", unknown=True),
    ),
    (
        "an edit may be made any number of times",
        Unknown("timeout"),
        tried(urgency=Urgency.NOTICE, times=3, repeatable=True),
        TryAgain(at(120), "timeout"),
    ),
    (
        "an edit on Discord is in no hurry because of a nonce",
        Unknown("timeout"),
        tried(DISCORD, Urgency.EDIT, times=5, ago=4000, repeatable=True, lives=90_000),
        TryAgain(at(600), "timeout"),
    ),
    ("the chat moved", Moved(-100), tried(), Readdress(-100)),
    ("it moves in circles", Moved(-100), tried(times=6), GiveUp("the chat moves again and again")),
    ("blocked", Gone("blocked"), tried(), PauseDestination("blocked")),
    ("a right is missing", Forbidden("send"), tried(), Strike("send")),
    ("poison", Rejected("too long"), tried(), GiveUp("too long", refused=True)),
    ("the copy is gone", Lost("not found"), tried(repeatable=True), CopyLost("not found")),
    ("there was no copy to lose", Lost("reply not found"), tried(), GiveUp("reply not found")),
]


@pytest.mark.parametrize(("outcome", "attempt", "verdict"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_follows(outcome: Outcome, attempt: Attempt, verdict: Verdict) -> None:
    assert judge(outcome, attempt, NOON) == verdict


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("outcome", [NotSent(0, CHAT, "x"), NotSent(900, CHAT, "x"), Unknown("x")])
def test_nothing_is_ever_tried_after_its_lifetime(platform: Platform, urgency: Urgency, outcome: Outcome) -> None:
    for times in range(1, 12):
        for lives in (0, 0.5, 2, 100, 899, 7200):
            attempt = tried(platform, urgency, times=times, unknowns=1, lives=lives)
            verdict = judge(outcome, attempt, NOON)
            assert not isinstance(verdict, TryAgain) or verdict.at < at(lives)


@pytest.mark.parametrize("unknowns", range(2, 10))
def test_telegram_never_gets_more_than_one_copy_for_each_unknown_answer_and_one_more(unknowns: int) -> None:
    assert isinstance(judge(Unknown("x"), tried(times=unknowns, unknowns=unknowns), NOON), GiveUp)
