"""The wall clock, and the moments at which somebody sets it.

Lifetimes and undo windows are kept as moments of the wall clock, for every process and machine to read. When that clock
is set by a day while something is carried, each of them would be over at once, or last a day longer.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A clock that is only kept right moves far less between two looks.
_SET = timedelta(minutes=1)


class Wall:
    """A wall clock that tells when it was set."""

    def __init__(
        self, clock: Callable[[], datetime], elapsed: Callable[[], float], was_set: Callable[[timedelta], None]
    ) -> None:
        """`elapsed` are seconds that nobody can set, sleep included; `was_set` hears by how much the clock was."""
        self._clock = clock
        self._elapsed = elapsed
        self._was_set = was_set
        self._apart: timedelta | None = None

    def __call__(self) -> datetime:
        """The present moment. Whoever carries something has been told of a change before they see it."""
        now = self._clock()
        before, self._apart = self._apart, (now - _EPOCH) - timedelta(seconds=self._elapsed())
        if before is not None and abs(by := self._apart - before) > _SET:
            log.warning(
                "the clock was set: what is being carried keeps its lifetime", extra={"seconds": by.total_seconds()}
            )
            self._was_set(by)
        return now
