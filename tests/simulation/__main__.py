"""`make soak`'s simulation: a million made-up histories, or as many as asked for, on every core.

python -m tests.simulation [--seeds HISTORIES] [--from SEED]: new ones each time, or those behind one seed in order.
"""

import argparse
import logging
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.simulation.history import happens

_MILLION = 1_000_000
_AT_ONCE = 100


def chunk(seeds: list[int]) -> list[str]:
    """What broke, one line a history that tells how to see it again."""
    logging.disable(logging.CRITICAL)
    broken = []
    for seed in seeds:
        try:
            happens(seed)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is told, and the others go on
            notes = "; ".join(getattr(error, "__notes__", ()))
            broken.append(f"{type(error).__name__}: {error} ({notes})".replace("\n", " "))
    return broken


def _seed(first: int | None, number: int, fate: random.Random) -> int:
    return fate.randrange(10**9) if first is None else first + number


def main() -> int:
    """1 when a promise was broken."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation")
    asked.add_argument("--seeds", type=int, default=_MILLION, help="how many histories")
    asked.add_argument("--from", dest="first", type=int, help="the first of so many seeds one after the other")
    chosen = asked.parse_args()
    histories, fate = chosen.seeds, random.SystemRandom()
    broken, done, began = 0, 0, time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as crew:
        told = [
            crew.submit(chunk, [_seed(chosen.first, one, fate) for one in range(at, min(at + _AT_ONCE, histories))])
            for at in range(0, histories, _AT_ONCE)
        ]
        for one in as_completed(told):
            done += _AT_ONCE
            for line in one.result():
                broken += 1
                sys.stdout.write(f"{line}\n")
            rate = done / (time.monotonic() - began)
            sys.stdout.write(f"{min(done, histories):,} of {histories:,} histories, {rate:.1f}/s, {broken} broken\n")
            sys.stdout.flush()
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
