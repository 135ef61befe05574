"""Discord's ids: 42 bits of milliseconds since 2015 and 22 bits that tell apart what happened in the same one."""

from collections.abc import Callable
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000
STEP = 1 << 22


class Mint:
    """Gives ids that only ever grow, however coarse the clock (seconds since 1970) is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take the clock."""
        self._clock = clock
        self._last = 0

    def new(self) -> int:
        """Return the next id."""
        now = (int(self._clock() * 1000) - EPOCH_MS) * STEP
        self._last = max(now, self._last + 1)
        return self._last


def moment(snowflake: int) -> float:
    """Return the instant an id was made, in seconds since 1970."""
    return ((snowflake // STEP) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """Write an instant as Discord does."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
