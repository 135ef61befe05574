"""What the work at hand is about, for the log: whatever is written meanwhile, by any room or library, carries its ids.

Ids and slugs only. Saying it costs next to nothing on a bulletin's way; it is put into words when a line is written.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar

Facts = Callable[[], Mapping[str, object]]

_facts: ContextVar[Facts | None] = ContextVar("about", default=None)


def say(facts: Facts) -> None:
    """For the rest of this task, and of those it starts, `facts` tells what it is about."""
    _facts.set(facts)


def facts() -> Mapping[str, object]:
    """What the task that asks is about; nothing when it was not said."""
    known = _facts.get()
    return {} if known is None else known()
