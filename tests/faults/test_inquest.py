"""The inquest itself: what a diary must say for a message to be said twice without blame."""

from tests.faults.inquest import Inquest, Line, Message, ahead_of_its_pace

CHAT, STORY = 5, Message(bulletin=7, destination=3, chat=5, number=100)
_NEVER = float("inf")


def left(at: float) -> Line:
    return Line("left", at, at, chat=CHAT, admitted=at)


def answered(at: float, *numbers: int) -> Line:
    return Line("answered", at, at, chat=CHAT, numbers=numbers or (STORY.number,))


def handed(at: float, number: int = STORY.number) -> Line:
    return Line("handed", at, at, receipts=frozenset({(STORY.bulletin, STORY.destination, number)}))


def stored(at: float) -> Line:
    return Line("stored", at, at)


def turns(begin: float, end: float, every: float = 0.01) -> list[Line]:
    count = round((end - begin) / every)
    return [Line("turns", at, at) for at in (begin + every * step for step in range(1, count + 1))]


def fault(*lines: Line, thawed_at: float = _NEVER) -> str:
    return Inquest(lines, thawed_at).fault(STORY, 1.05)


def test_what_was_on_the_wire_is_nobodys_fault() -> None:
    assert fault(left(1.0)) == ""
    assert fault(left(1.0), *turns(1.0, 9.0)) == ""


def test_what_was_answered_just_now_is_nobodys_fault() -> None:
    assert fault(left(1.0), answered(1.1), *turns(1.1, 1.13)) == ""


def test_what_nobody_handed_on_though_there_was_time_is_a_fault() -> None:
    assert "not asked to remember it for" in fault(left(1.0), answered(1.1), *turns(1.1, 1.2))
    assert "not asked to remember it for" in fault(left(1.0), answered(1.1), *turns(1.1, 1.2), handed(1.2))


def test_a_machine_that_gives_no_turn_is_no_fault() -> None:
    assert fault(left(1.0), answered(1.1), *turns(1.1, 2.3, every=0.4)) == ""


def test_what_the_store_is_still_writing_is_nobodys_fault() -> None:
    assert fault(left(1.0), answered(1.1), *turns(1.1, 1.12), handed(1.12), *turns(1.12, 5.0)) == ""


def test_what_waits_for_the_store_to_end_what_came_before_is_nobodys_fault() -> None:
    before = [handed(0.9, 99), left(1.0), answered(1.1), *turns(1.1, 3.0)]
    assert fault(*before) == ""
    assert fault(*before, stored(3.0), *turns(3.0, 3.02)) == ""
    assert "not asked to remember it for" in fault(*before, stored(3.0), *turns(3.0, 3.1))


def test_what_was_stored_and_is_said_again_is_a_fault() -> None:
    assert "had remembered it" in fault(left(1.0), answered(1.1), handed(1.12), stored(1.2))


def test_what_was_left_out_of_its_batch_is_a_fault() -> None:
    assert "with the others" in fault(left(1.0), answered(1.1), handed(1.12, 99))


def test_what_came_to_an_unknown_end_is_a_fault_without_a_death() -> None:
    lines = left(1.0), Line("answered", 1.1, 1.1, chat=CHAT), left(1.2), answered(1.3, 101)
    assert Inquest(lines, _NEVER).fault(STORY, 1.05) == "it was never known whether it arrived"


def test_what_a_frozen_life_hears_later_was_on_the_wire_when_it_froze() -> None:
    assert fault(left(1.0), answered(3.1), *turns(3.1, 4.0), thawed_at=3.0) == ""
    assert fault(left(1.0), answered(1.1), *turns(1.1, 1.2), thawed_at=3.0) != ""


def test_whoever_speaks_on_while_nothing_is_stored_is_found_out() -> None:
    waiting = [left(1.0), answered(1.1), handed(1.12)]
    assert Inquest([*waiting, *turns(1.12, 2.05), left(2.06)], _NEVER).overrun() == ""
    assert "behind" in Inquest([*waiting, *turns(1.12, 2.3), left(2.31)], _NEVER).overrun()
    assert Inquest([*waiting, stored(2.0), *turns(2.0, 2.3), left(2.31)], _NEVER).overrun() == ""


def test_more_than_the_pace_allows_is_found_out() -> None:
    assert ahead_of_its_pace([0.0, 0.02, 0.04, 0.06], rate=60.0) == ""
    assert ahead_of_its_pace([0.0, 0.001, 0.002, 0.003, 0.004], rate=60.0) != ""
