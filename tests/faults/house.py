"""One life of a whole `livedesk run`: the real command in a process of its own; only the platforms' addresses differ.

`livedesk run` speaks to nobody but the platforms themselves (promise P11), so its accounts are told here where the
stage is; everything else, from the settings to what a signal does, is the command's own.
"""

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.life import DISCORD, TELEGRAM, Orders

_MODULE = "tests.faults.house"
_PLATFORMS = {TELEGRAM: "telegram", DISCORD: "discord"}


def live(orders: dict[str, Any]) -> None:
    """Become a `livedesk run`."""
    mine = Orders(**orders)
    its = environment(mine.store, mine.tokens)
    # Its lines are for the log: this process's own standard output is its parent's.
    os.dup2(2, 1)
    os.execve(sys.executable, [sys.executable, "-m", _MODULE, mine.stage, mine.diary, mine.crash_at], its)


def environment(store: str, tokens: Mapping[str, str]) -> dict[str, str]:
    """What `livedesk run` is told of its newsroom."""
    told = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "LIVEDESK_STORE__URL": store,
        "LIVEDESK_NEWSROOM__UNDO_SECONDS": "0",
        "LIVEDESK_HEALTH__LISTEN": "127.0.0.1:0",
        "LIVEDESK_LOG__LEVEL": "warning",
        "LIVEDESK_LOG__FORM": "json",
    }
    for number, (name, token) in enumerate(tokens.items()):
        its = {"NAME": name, "PLATFORM": _PLATFORMS[name], "TOKEN": token}
        told |= {f"LIVEDESK_ACCOUNTS__{number}__{key}": value for key, value in its.items()}
    return told


def main(stage: str, diary: str, crash_at: str) -> int:
    """What `livedesk run` does, on the stage."""
    from bots import app
    from bots.cli import door, run
    from core import crashpoint
    from tests.faults.diary import Diary

    crashpoint.arm({crashpoint.VARIABLE: crash_at})
    if diary:
        Diary(diary).begins()
    run.Member = partial(app.Member, stage=stage)  # type: ignore[assignment,misc]  # only its stage is given
    return door.enter(["run"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
