"""When an account falls silent because its platform fails, and when it speaks again."""

import pytest

from core.courier.circuit import Circuit
from core.courier.readings import CircuitState

CLOSED, OPEN, PROBING = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.PROBING


def after(*calls: tuple[float, bool]) -> Circuit:
    """A circuit that heard these calls: (when, whether the platform answered)."""
    circuit = Circuit()
    for now, good in calls:
        circuit.heard(good=good, now=now)
    return circuit


def proven(circuit: Circuit, now: float) -> Circuit:
    """The platform answers a question, then two calls."""
    circuit.asked(good=True, now=now)
    circuit.heard(good=True, now=now)
    circuit.heard(good=True, now=now)
    return circuit


def test_a_few_failures_among_many_answers_open_nothing() -> None:
    assert after(*[(at / 10, at % 3 > 0) for at in range(1, 200)]).state is CLOSED


def test_half_of_the_last_fifty_calls_failing_opens_it() -> None:
    good, bad = [(at / 10, True) for at in range(50)], [(5 + at / 10, False) for at in range(25)]
    assert after(*good, *bad[:24]).state is CLOSED
    assert after(*good, *bad).state is OPEN


def test_an_account_that_seldom_speaks_asks_after_its_first_failure() -> None:
    assert after((0, False)).state is OPEN
    assert after(*[(at * 30, True) for at in range(50)], (50 * 30 + 61, False)).state is OPEN


def test_while_it_is_open_what_left_before_changes_nothing() -> None:
    circuit = after((0, False), (1, True), (2, True), (3, True))
    assert circuit.state is OPEN


def test_the_first_question_is_asked_at_once_and_the_next_five_seconds_after_its_answer() -> None:
    circuit = after((7, False))
    assert circuit.probe_at == 7
    circuit.asked(good=False, now=9)
    assert (circuit.state, circuit.probe_at) == (OPEN, 14)


def test_an_answer_lets_one_call_through_and_two_good_ones_close_it() -> None:
    circuit = after((0, False))
    circuit.asked(good=True, now=1)
    assert circuit.state is PROBING
    circuit.heard(good=True, now=2)
    assert circuit.state is PROBING
    circuit.heard(good=True, now=3)
    assert circuit.state is CLOSED


@pytest.mark.parametrize("good_before", [0, 1])
def test_a_call_that_fails_while_it_is_tried_opens_it_again(good_before: int) -> None:
    circuit = after((0, False))
    circuit.asked(good=True, now=1)
    for _ in range(good_before):
        circuit.heard(good=True, now=2)
    circuit.heard(good=False, now=3)
    assert (circuit.state, circuit.probe_at) == (OPEN, 8)
    assert proven(circuit, 9).state is CLOSED


def test_one_hiccup_after_an_outage_is_no_new_outage() -> None:
    circuit = proven(after((0, False)), 5)
    for at in range(9):
        circuit.heard(good=False, now=6 + at / 10)
    assert circuit.state is CLOSED
    circuit.heard(good=False, now=7)
    assert circuit.state is OPEN
