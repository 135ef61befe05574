"""Our leases beside a job queue on the same PostgreSQL: Procrastinate, with one long job for each lane.

docs/decisions/0009 tells what came of it. Both speak at a free token's pace, to nobody: what is compared is who speaks.
"""

import asyncio
import functools
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.courier import Terms
from core.model import Coverage
from core.pacing import TELEGRAM
from tests.benchmarks import couriers, deputies, held_against
from tests.benchmarks.deputies import Noted
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground, opened, populate, publish, publish_now
from tests.benchmarks.platforms import Instant

_RIVAL = "lane_job"
_NAME = "Procrastinate"
_PATIENCE = 60.0
_ROUNDS = 2
"""The best of so many counts."""
_TERMS = Terms()


class Worker(Protocol):
    """What both kinds of process can tell."""

    @property
    def pid(self) -> int | None: ...


Begin = Callable[[], AbstractContextManager[Worker]]


@dataclass(frozen=True)
class Shown:
    """Seconds of silence after a kill, and how many messages one that was frozen began once it went on."""

    silence: float
    late: int
    telling: float
    """Until every lane is told: an entry published, or a job for each deferred."""
    waking: float
    """Until every lane spoke: ours looks for its readers and declares its walk first, theirs does nothing else."""
    in_one_go: float = 0.0
    """All jobs deferred by one statement, which is refused as a whole when one of them is there already."""


def beside_a_queue(
    ground: Ground, many: int = 20_000, lanes: int = 300, goes_on: float = 3.0, terms: Terms = _TERMS
) -> list[Figure]:
    """Take-over, a frozen owner that goes on, and waking idle lanes; both sides, when theirs is installed."""
    ours = _ours(ground, many, lanes, goes_on, terms)
    theirs = _theirs(ground, lanes, goes_on) if held_against.there(_RIVAL) else None
    if theirs is None:
        sys.stderr.write(f"  {_NAME} is not installed in .venv/bench: only our side is measured\n")

    def figure(what: str, ours: float, unit: str, theirs: float | None) -> Figure:
        against = "" if theirs is None else _NAME
        return Figure(f"beside a queue: {what}", ground.kind, ours, unit, theirs, against)

    def lasts(what: str, ours: float, theirs: float | None) -> Figure:
        return figure(f"{lanes} idle lanes, {what}", ours * 1e3, "ms", None if theirs is None else theirs * 1e3)

    return [
        figure("take-over after kill -9", ours.silence, "s", theirs and theirs.silence),
        figure(f"begun in {goes_on:g} s by one that was frozen", ours.late, "", theirs and theirs.late),
        lasts("all told", ours.telling, theirs and theirs.telling),
        lasts("all told, theirs in one go", ours.telling, theirs and theirs.in_one_go),
        lasts("all have spoken", ours.waking, theirs and theirs.waking),
    ]


def _ours(ground: Ground, many: int, lanes: int, goes_on: float, terms: Terms) -> Shown:
    def carrying(url: str, log: Path) -> Begin:
        coverage = populate(url, many)
        with opened(url) as store:
            publish_now(store, coverage, "The river is rising")
        # Without a way to the platform a message is noted when it is begun.
        return functools.partial(deputies.at_work, url, log, terms, latency=(0.0, 0.0))

    with ground.stores() as made:
        log = _log(ground)
        silence = _killed(carrying(made.migrated(), log), log)
        log = _log(ground)
        late = _frozen(carrying(made.migrated(), log), log, goes_on)
        url = made.migrated()
        names = [f"desk-{number}" for number in range(lanes)]
        coverage = populate(url, lanes, lanes=names)

        telling, waking = asyncio.run(_wakes(url, coverage, names))
        return Shown(silence, late, telling, waking)


async def _wakes(url: str, coverage: Coverage, names: list[str]) -> tuple[float, float]:
    senders = [Instant(name) for name in names]
    told, spoke = [], []
    with opened(url) as carrier, opened(url) as desk:
        async with couriers.at_work(carrier, senders, TELEGRAM) as office:
            for number in range(_ROUNDS):
                words, began = f"The river is rising, {number}", time.perf_counter()
                # It is the database that tells the courier: nobody else does.
                await publish(desk, coverage, words)
                told.append(time.perf_counter() - began)
                spoke.append(max(await asyncio.gather(*(sender.speaks_of(words) for sender in senders))) - began)
                # Whoever got something just now may not get the next within a second.
                await office.pauses(2.5)
    return min(told), min(spoke)


def _theirs(ground: Ground, lanes: int, goes_on: float) -> Shown:
    with ground.stores() as made:

        def working(url: str, log: Path, at_once: int) -> Begin:
            order = {"url": url, "log": str(log), "at_once": at_once}
            held_against.ask(_RIVAL, {**order, "do": "prepare", "carry": at_once == 1})
            return functools.partial(held_against.at_work, _RIVAL, {**order, "do": "work"})

        log = _log(ground)
        silence = _killed(working(made.empty(), log, 1), log)
        log = _log(ground)
        late = _frozen(working(made.empty(), log, 1), log, goes_on)
        log, url = _log(ground), made.empty()
        order = {"do": "wake", "url": url, "log": str(log), "lanes": lanes}
        told: dict[bool, list[float]] = {False: [], True: []}
        spoke = []
        with working(url, log, lanes)():
            for number in range(2 * _ROUNDS):
                in_one_go = number >= _ROUNDS
                seconds = held_against.ask(_RIVAL, {**order, "in_one_go": in_one_go})
                _until(lambda awake=(number + 1) * lanes: len(deputies.notes(log)) >= awake)
                told[in_one_go].append(seconds["ended"] - seconds["began"])
                spoke.append(max(one.at for one in deputies.notes(log)) - seconds["began"])
        return Shown(silence, late, min(told[False]), min(spoke), min(told[True]))


def _killed(begin: Begin, log: Path) -> float:
    """Seconds from `kill -9` to the other's first message."""
    with begin() as first:
        _until(lambda: len(deputies.notes(log)) >= 5)
        with begin() as second:
            _comes_to_stay(log)
            told = time.time()
            _tell(first, signal.SIGKILL)
            return _first_of(second, log) - told


def _frozen(begin: Begin, log: Path, goes_on: float) -> int:
    """How many messages one begins that was frozen until another had its lane."""
    with begin() as first:
        _until(lambda: len(deputies.notes(log)) >= 5)
        with begin() as second:
            _comes_to_stay(log)
            _tell(first, signal.SIGSTOP)
            taken = _first_of(second, log)
            time.sleep(0.5)
            _tell(first, signal.SIGCONT)
            time.sleep(goes_on)
            return sum(one.process == first.pid and one.at > taken for one in deputies.notes(log))


def _comes_to_stay(log: Path) -> None:
    """A process needs some seconds until it is one of two."""
    _until(lambda: len(deputies.notes(log)) >= 120)


def _first_of(worker: Worker, log: Path) -> float:
    def its() -> list[Noted]:
        return [one for one in deputies.notes(log) if one.process == worker.pid]

    _until(lambda: bool(its()))
    return its()[0].at


def _tell(worker: Worker, sign: signal.Signals) -> None:
    assert worker.pid is not None
    os.kill(worker.pid, sign)


def _log(ground: Ground) -> Path:
    return ground.folder / f"spoken-{time.monotonic_ns()}"


def _until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not so():
        assert time.monotonic() < deadline, "it never comes to that"
        time.sleep(0.02)
