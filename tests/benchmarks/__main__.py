"""`make bench`: every figure of issue 3 from one run, one table at the end.

python -m tests.benchmarks [--store sqlite|postgresql] [--full] [name …]

Each benchmark runs in a process of its own, so that none inherits another's memory.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks import alerts, carrying, lanes, memory, over_http, publishing, queue, scale, takeover
from tests.benchmarks.figures import FULL, Figure, table
from tests.benchmarks.ground import Ground
from tests.doubles import databases

BENCHMARKS: dict[str, Callable[[Ground], list[Figure]]] = {
    "publish": publishing.publishing,
    "engine": carrying.engine,
    "walk": carrying.bare_walk,
    "alert": alerts.overtaking,
    "lanes": lanes.many_lanes,
    "memory": memory.memory,
    "takeover": takeover.takeover,
    "queue": queue.beside_a_queue,
    "scale": scale.hundredth,
    "http": over_http.paid_pace,
    "flat": over_http.flat_out,
    "free": over_http.free_limits,
}
OVER_HTTP = frozenset({"http", "flat", "free"})
"""What the network decides: on one store only."""
MANY_MACHINES = frozenset({"queue"})
"""What only PostgreSQL can do."""


def main() -> int:
    """Run what was asked for; 1 when a figure misses what issue 3 asks of it."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(BENCHMARKS)}; all without any")
    asked.add_argument("--store", choices=("sqlite", "postgresql"), help="on this store only")
    asked.add_argument(
        "--full",
        action="store_true",
        help="the free limits with 10,000 destinations, and the whole fan-out of `scale` (five minutes more)",
    )
    given = asked.parse_args()
    if given.full:
        os.environ[FULL] = "yes"
    if unknown := set(given.names) - set(BENCHMARKS):
        asked.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory(prefix="livedesk-bench-") as folder,
        _grounds(Path(folder), given.store) as grounds,
    ):
        for name in given.names or BENCHMARKS:
            for ground in _where(name, grounds):
                _say(f"{name} on {ground.kind} …")
                began = time.perf_counter()
                found = _apart(name, ground)
                figures += found
                _say(
                    f"  {time.perf_counter() - began:.0f} s: "
                    + "; ".join(f"{one.ours:,.4g} {one.unit}" for one in found)
                )
    sys.stdout.write("\n" + table(figures) + "\n")
    return int(any(figure.missed for figure in figures))


def _where(name: str, grounds: list[Ground]) -> list[Ground]:
    if name in MANY_MACHINES:
        return [ground for ground in grounds if ground.server is not None]
    return grounds[:1] if name in OVER_HTTP else grounds


def _apart(name: str, ground: Ground) -> list[Figure]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(BENCHMARKS[name], ground).result()


@contextmanager
def _grounds(folder: Path, store: str | None) -> Iterator[list[Ground]]:
    here = folder / "stores"
    here.mkdir()
    sqlite = [] if store == "postgresql" else [Ground(here)]
    if store == "sqlite":
        yield sqlite
        return
    with databases.postgresql(folder) as server:
        with psycopg.connect(server, autocommit=True) as admin:
            # The tests do without; a figure that no power loss survives is no figure.
            for setting in ("fsync", "synchronous_commit"):
                admin.execute(f"ALTER SYSTEM SET {setting} = on")
            admin.execute("SELECT pg_reload_conf()")
        yield [*sqlite, Ground(here, server)]


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")


if __name__ == "__main__":
    sys.exit(main())
