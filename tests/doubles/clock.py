"""A clock that goes when it is told to."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """Hand it in wherever an instant is asked for."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **how_long: float) -> datetime:
        """Let time pass (`minutes=3`) and say what it is then."""
        self.now += timedelta(**how_long)
        return self.now
