"""A whole `livedesk run` beside us, on a stage, for as long as it is needed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from core.store import Store, tables

_PATIENCE = 60.0
_LOOK_EVERY = 0.25


@dataclass(frozen=True)
class Livedesk:
    """The process."""

    _process: "subprocess.Popen[bytes]"

    def resident(self) -> float:
        """MB of it in memory, its shared libraries included."""
        assert self._process.poll() is None, "livedesk run ended by itself"
        wanted = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
        return int(subprocess.run(wanted, capture_output=True, text=True, check=True).stdout) / 1024

    def until_it_holds(self, store: Store, accounts: set[str]) -> None:
        """Wait until these accounts are its own."""
        deadline = time.monotonic() + _PATIENCE
        while store.read_now(_owned) != accounts:
            assert self._process.poll() is None, "livedesk run ended by itself"
            assert time.monotonic() < deadline, "livedesk run does not start"
            time.sleep(_LOOK_EVERY)


@contextmanager
def running(url: str, stage: str, tokens: Mapping[str, str], log: Path) -> Iterator[Livedesk]:
    """Begin one on a store in live mode, and end it in good order. `tokens` by platform, which names the account."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "LIVEDESK_STORE__URL": url,
        "LIVEDESK_HEALTH__LISTEN": "",
        "LIVEDESK_LOG__LEVEL": "warning",
        "LIVEDESK_LOG__FORM": "json",
    }
    for number, (platform, token) in enumerate(tokens.items()):
        its = {"NAME": platform, "PLATFORM": platform, "TOKEN": token}
        environment |= {f"LIVEDESK_ACCOUNTS__{number}__{key}": value for key, value in its.items()}
    with log.open("wb") as lines:
        command = [sys.executable, "-m", "tests.benchmarks.house", stage]
        process = subprocess.Popen(command, env=environment, stdout=lines, stderr=lines)
    try:
        yield Livedesk(process)
        process.terminate()
        assert process.wait(_PATIENCE) == 0, log.read_text()[-2000:]
    finally:
        process.kill()
        process.wait()


def _owned(conn: sa.Connection) -> set[str]:
    return set(conn.execute(sa.select(tables.lane.c.account).where(tables.lane.c.owner.is_not(None))).scalars())
