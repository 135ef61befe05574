"""How long everybody is silent when the process that carries for them ends, in good order or killed."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from core.courier import Terms
from tests.benchmarks import deputies
from tests.benchmarks.deputies import Noted
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import Ground, opened, populate, publish_now

_PATIENCE = 30.0
_TERMS = Terms()


def takeover(ground: Ground, many: int = 20_000, tries: int = 3, terms: Terms = _TERMS) -> list[Figure]:
    """The slowest of some: after `kill -9`, and between the last answer and the other's first after SIGTERM."""
    killed = [_once(ground, many, signal.SIGKILL, terms) for _ in range(tries)]
    ended = [_once(ground, many, signal.SIGTERM, terms) for _ in range(tries)]
    kind, ttl = ground.kind, terms.ttl
    of = f"slowest of {tries}"
    return [
        Figure(f"take-over after kill -9, {of}", kind, max(killed), "s", ttl, "TTL", at_most(ttl + 1)),
        Figure(f"take-over after SIGTERM, {of}", kind, max(ended), "s", bound=at_most(1)),
    ]


def _once(ground: Ground, many: int, sign: signal.Signals, terms: Terms) -> float:
    with ground.stores() as made:
        url = made.migrated()
        coverage = populate(url, many)
        with opened(url) as store:
            publish_now(store, coverage, "The river is rising")
        log = Path(f"{ground.folder}/answers-{time.monotonic_ns()}")
        with deputies.at_work(url, log, terms) as first:
            _until(lambda: len(deputies.notes(log)) >= 5)
            with deputies.at_work(url, log, terms) as second:
                _until(lambda: deputies.stands_by(log, second))
                seen = len(deputies.notes(log))
                _until(lambda: len(deputies.notes(log)) >= seen + 30)
                assert first.pid is not None
                told = time.time()
                first.kill() if sign is signal.SIGKILL else first.terminate()
                _until(lambda: any(one.process == second.pid for one in deputies.notes(log)))
                noted = deputies.notes(log)
                began = min(one.at for one in noted if one.process == second.pid)
                last = max(one.at for one in noted if one.process == first.pid)
                if sign is signal.SIGTERM:
                    _nobody_twice(noted)
        log.unlink()
    return began - (told if sign is signal.SIGKILL else last)


def _nobody_twice(noted: list[Noted]) -> None:
    chats = [one.chat for one in noted]
    assert len(chats) == len(set(chats)), "somebody was sent it twice although nobody was killed"


def _until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not so():
        assert time.monotonic() < deadline, "it never comes to that"
        time.sleep(0.02)
