"""The wall clock, and the moments at which somebody sets it.

Lifetimes and undo windows are kept as moments of the wall clock, for every process and machine to read. When that clock
is set by a day while something is carried, each of them would be over at once, or last a day longer.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

# Seconds. A clock that is only kept right moves far less between two looks.
_SET = 60.0


class Wall:
    """A wall clock that tells when it was set."""

    def __init__(
        self, clock: Callable[[], datetime], elapsed: Callable[[], float], was_set: Callable[[timedelta], None]
    ) -> None:
        """`elapsed` are seconds that nobody can set, sleep included; `was_set` hears by how much the clock was."""
        self._clock = clock
        self._elapsed = elapsed
        self._was_set = was_set
        self._apart: float | None = None

    def __call__(self) -> datetime:
        """The present moment. Whoever carries something has been told of a change before they see it."""
        now = self._clock()
        before, self._apart = self._apart, now.timestamp() - self._elapsed()
        if before is not None and abs(by := self._apart - before) > _SET:
            log.warning("the clock was set: what is being carried keeps its lifetime", extra={"seconds": by})
            self._was_set(timedelta(seconds=by))
        return now
