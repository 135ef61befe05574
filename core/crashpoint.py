"""Named moments at which a test has this process killed: where a crash would do the most harm.

Nothing happens at them unless a test's child process has called `arm`; no other process ever does.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "LIVEDESK_CRASH_AT"
"""Names the moment, or the moment and which time it comes: `before_commit` or `before_commit:3`."""

NAMES = (
    "after_publish_commit",
    "before_send",
    "after_send_before_receipt",
    "before_commit",
    "after_commit",
    "in_edit_walk",
    "in_take_over",
    "in_tick",
)
"""Every moment there is, in the order a bulletin comes to them."""


@dataclass(slots=True)
class _Trap:
    """Where this process is to die, and how many times it still passes there."""

    name: str = ""
    passes: int = 0


_trap = _Trap()


def arm(environment: Mapping[str, str]) -> None:
    """Set the trap that the environment asks for, if it asks. Raises ValueError for a moment there is not."""
    name, _, time = environment.get(VARIABLE, "").partition(":")
    if name and name not in NAMES:
        raise ValueError(f"{VARIABLE}={name}: there is no such moment, only {', '.join(NAMES)}")
    _trap.name, _trap.passes = name, int(time or 1)


def here(name: str) -> None:
    """The process is at this moment. With the trap set for it, it ends here as `kill -9` would end it."""
    if _trap.name != name:
        return
    _trap.passes -= 1
    if _trap.passes <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
