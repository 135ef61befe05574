"""A hundredth of 10,000,000 subscriptions, 300 accounts and 100,000 messages a second, and what the whole would take.

The whole engine, lease to receipt; the platform answers after 50 to 150 ms and costs nothing. HTTP comes on top: the
other figures of `make bench` tell what. docs/scale.md reckons with both.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from core.model import Coverage
from core.pacing import Pace, Window
from core.store import Store
from tests.benchmarks import couriers
from tests.benchmarks.figures import FULL, Figure, at_least
from tests.benchmarks.ground import Ground, in_use, opened, populate, publish, size_of
from tests.benchmarks.platforms import Instant

TIMES = 100
WHOLE_RATE = 100_000
"""Messages a second that the whole is asked for."""
ACCOUNTS = 3
SUBSCRIPTIONS = 100_000
_EACH = 333
_PACE = Pace(Window(_EACH, 1.0), (Window(1, 1.05),), (Window(1, 1.05),))
_SLOW = (0.05, 0.15)
_SAMPLE, _WHOLE = 20.0, 85.0


@dataclass(frozen=True, slots=True)
class Used:
    """What was used up to a moment: seconds of the clock, of this processor and of the server's, and its log."""

    at: float
    cpu: float
    sent: int
    server: float | None = None
    wal: int = 0
    commits: int = 0


def hundredth(ground: Ground, many: int = SUBSCRIPTIONS, seconds: float | None = None) -> list[Figure]:
    """The rate three accounts keep, what a message costs, and both a hundred times."""
    seconds = seconds or (_WHOLE if os.environ.get(FULL) else _SAMPLE)
    with ground.stores() as made:
        url = made.migrated()
        names = [f"desk-{number}" for number in range(ACCOUNTS)]
        coverage = populate(url, many, lanes=names)
        with opened(url) as store:
            in_use(store, coverage)
            before = size_of(url)
            began, ended, sent = asyncio.run(_carry(store, coverage, names, seconds, _Server(url)))
        stored = (size_of(url) - before) / sent
    return _figures(
        ground.kind, f"1/{TIMES} of 10 M, {seconds:.3g} s of {many / ACCOUNTS / _EACH:.3g}", began, ended, stored
    )


async def _carry(
    store: Store, coverage: Coverage, names: list[str], seconds: float, server: "_Server"
) -> tuple[Used, Used, int]:
    senders = [Instant(name, latency=_SLOW) for name in names]

    def used() -> Used:
        sent = sum(one.sent for one in senders)
        return Used(time.perf_counter(), time.process_time(), sent, *server.used())

    async with couriers.at_work(store, senders, _PACE) as office:
        await publish(store, coverage, "The river is rising")
        office.wake()
        await office.pauses(seconds / 10)
        began = used()
        await office.pauses(seconds)
        ended = used()
    return began, ended, sum(one.sent for one in senders)


def _figures(kind: str, what: str, began: Used, ended: Used, stored: float) -> list[Figure]:
    took, sent = ended.at - began.at, ended.sent - began.sent
    cpu, kept = ended.cpu - began.cpu, at_least(0.97, ratio=True)

    def whole(of: str, used: float, unit: str = "") -> Figure:
        # By the message, so that a busy machine that carried less does not look cheaper.
        return Figure(f"at {WHOLE_RATE:,}/s, reckoned: {of}", kind, used / sent * WHOLE_RATE, unit)

    figures = [
        Figure(f"{what}: carried", kind, sent / took, "/s", ACCOUNTS * _EACH, "asked", kept),
        Figure(f"{what}: share of a core", kind, cpu / took * 100, "%"),
        Figure(f"{what}: stored for a delivery", kind, stored, "B"),
        whole("cores of the engine, without HTTP", cpu),
        whole("stored a second", stored * sent / 1e6, "MB"),
    ]
    if ended.server is not None and began.server is not None:
        figures += [
            whole("cores of the server", ended.server - began.server),
            whole("write-ahead log a second", (ended.wal - began.wal) / 1e6, "MB"),
            Figure(f"{what}: commits", kind, (ended.commits - began.commits) / took, "/s"),
            whole("commits a second, at most", ended.commits - began.commits),
        ]
    return figures


class _Server:
    """The database server, as far as there is one and this machine tells of it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._there = not url.startswith("sqlite") and Path("/proc/self/stat").exists()

    def used(self) -> tuple[float | None, int, int]:
        """Seconds of the processor's by those of its processes that live, bytes of its log, commits here."""
        if not self._there:
            return None, 0, 0
        asked = (
            "SELECT pg_backend_pid(), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), xact_commit "
            "FROM pg_stat_database WHERE datname = current_database()"
        )
        with psycopg.connect(self._url, autocommit=True) as conn:
            row = conn.execute(asked).fetchone()
            assert row is not None
            parent = _stat(int(row[0]))[1]
            return sum(cpu for cpu, of in _everybody() if of == parent), int(row[1]), int(row[2])


def _everybody() -> list[tuple[float, int]]:
    return [_stat(int(folder.name)) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _stat(pid: int) -> tuple[float, int]:
    """Seconds of the processor's that a process used, and who began it; nobody's when it has just gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK"), int(told[1])
