"""A courier in a process of its own that notes every answer it gets: one is killed, the other takes over."""

import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from core.courier import AccountGate, Courier, Terms
from core.model import Address
from core.pacing import TELEGRAM
from core.platform import Manner, Outcome, Part
from tests.benchmarks.ground import opened
from tests.benchmarks.platforms import Instant, clock

LATENCY = (0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Noted:
    """One answer: by which process, when (seconds since 1970), to which chat."""

    process: int
    at: float
    chat: int


class _Noting(Instant):
    """Writes a line for each message at the moment it is there, before its answer is on the way."""

    def __init__(self, log: Path, way: tuple[float, float]) -> None:
        super().__init__()
        self._way = way
        self._log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        await asyncio.sleep(random.uniform(*self._way))
        os.write(self._log, f"{os.getpid()} {time.time():.6f} {to.chat_id}\n".encode())
        return await super().send(to, part, manner)


@contextmanager
def at_work(url: str, log: Path, terms: Terms, *, latency: tuple[float, float] = LATENCY) -> Iterator[BaseProcess]:
    """One deputy, whose messages need so long; whatever is left of it at the end is killed."""
    process = multiprocessing.get_context("spawn").Process(target=_live, args=(url, log, terms, latency), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def notes(log: Path) -> list[Noted]:
    """What all of them noted, in its order."""
    with contextlib.suppress(FileNotFoundError):
        lines = log.read_text().splitlines()
        return [Noted(int(who), float(at), int(chat)) for who, at, chat in (line.split() for line in lines)]
    return []


def stands_by(log: Path, process: BaseProcess) -> bool:
    """Whether it has started up, and is at work or would be if it could."""
    return process.pid is not None and _sign(log, process.pid).exists()


def _sign(log: Path, pid: int) -> Path:
    return log.with_name(f"{log.name}.{pid}")


def _live(url: str, log: Path, terms: Terms, latency: tuple[float, float]) -> None:
    with opened(url) as store:

        async def until_told() -> None:
            _sign(log, os.getpid()).touch()
            # Where only one may be at work on a store, the second waits here.
            async with store.hold():
                sender, gates = _Noting(log, latency), {"desk": AccountGate(TELEGRAM)}
                courier = Courier(store, [sender], gates, clock=clock, terms=terms)
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGTERM, lambda: leaving.append(loop.create_task(courier.stop())))
                await courier.run()

        leaving: list[asyncio.Task[None]] = []
        asyncio.run(until_told())
