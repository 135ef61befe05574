"""A process dies exactly where its test wants it, and nowhere unless it asked for that."""

import ast
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import crashpoint

CORE = Path(crashpoint.__file__).parent


@pytest.fixture(autouse=True)
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """What would have been killed, and how; the trap is taken away afterwards."""
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, sign: found.append((process, sign)))
    yield found
    crashpoint.arm({})


def test_nobody_dies_who_did_not_ask_for_it(deaths: list[tuple[int, int]]) -> None:
    crashpoint.arm({})
    for name in crashpoint.NAMES:
        crashpoint.here(name)
    assert deaths == []


def test_the_process_is_killed_at_the_moment_it_named_and_at_no_other(deaths: list[tuple[int, int]]) -> None:
    crashpoint.arm({crashpoint.VARIABLE: "before_commit"})
    crashpoint.here("before_send")
    crashpoint.here("after_commit")
    assert deaths == []
    crashpoint.here("before_commit")
    assert deaths == [(os.getpid(), signal.SIGKILL)]


def test_it_lives_through_the_moment_as_often_as_it_was_told(deaths: list[tuple[int, int]]) -> None:
    crashpoint.arm({crashpoint.VARIABLE: "before_send:3"})
    crashpoint.here("before_send")
    crashpoint.here("before_send")
    assert deaths == []
    crashpoint.here("before_send")
    assert len(deaths) == 1


def test_a_moment_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"LIVEDESK_CRASH_AT=at_noon: there is no such moment, only .*before_send"):
        crashpoint.arm({crashpoint.VARIABLE: "at_noon"})


def test_the_house_passes_every_moment_there_is_and_no_unknown_one() -> None:
    passed = set()
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crashpoint.here":
                passed.add(ast.literal_eval(node.args[0]))
    assert passed == set(crashpoint.NAMES)
