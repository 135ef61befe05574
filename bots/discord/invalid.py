"""How many refused calls Discord holds against this machine's address, and when to stop before it bans it.

10,000 answers of 401, 403, 404 or 429 within ten minutes and Cloudflare shuts the whole address out (Discord docs, rate
limits; 404 is counted to be on the safe side, a 429 of a shared limit is not). The count is of the process, whatever
its accounts: they share the address.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)

_COUNTED = frozenset({401, 403, 404, 429})
_WINDOW = 600.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Refused calls in ten minutes: from `warn` on it is said, at `stop` nothing more is sent until below `room`."""

    warn: int = 1_000
    stop: int = 4_500
    room: int = 4_000


class InvalidRequests:
    """Counts them. Kept to the second, so that thousands of them are a few hundred numbers."""

    def __init__(self, budget: Budget | None = None, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        """`elapsed` is a clock that only goes forward, in seconds."""
        self._budget = budget or Budget()
        self._elapsed = elapsed
        self._seconds: deque[list[int]] = deque()
        self._count = 0
        self._warned = False
        self._stopped = False

    @property
    def count(self) -> int:
        """How many the last ten minutes saw."""
        oldest = self._elapsed() - _WINDOW
        while self._seconds and self._seconds[0][0] < oldest:
            self._count -= self._seconds.popleft()[1]
        return self._count

    @property
    def limit(self) -> int:
        """At how many we stop."""
        return self._budget.stop

    def note(self, status: int, scope: str = "") -> None:
        """Discord answered with this status; `scope` is what it says of a 429."""
        if status not in _COUNTED or (status == 429 and scope == "shared"):
            return
        second = int(self._elapsed())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0])
        self._seconds[-1][1] += 1
        self._count += 1
        self._say()

    def hold(self) -> float:
        """Seconds until anything may be sent to Discord; 0 when it may now."""
        if not self._stopped:
            return 0.0
        excess = self.count - self._budget.room + 1
        if excess <= 0:
            self._stopped = False
            _log.warning("Discord: sending goes on, fewer than %d calls were refused in ten minutes", self._budget.room)
            return 0.0
        free_at = 0.0
        for second, refused in self._seconds:
            free_at = second + _WINDOW + 1
            excess -= refused
            if excess <= 0:
                break
        return max(1.0, free_at - self._elapsed())

    def _say(self) -> None:
        count = self.count
        if count < self._budget.warn:
            self._warned = False
        elif not self._warned:
            self._warned = True
            _log.warning(
                "Discord has refused %d calls in ten minutes, and bans this address at 10,000. Most likely many "
                "channels were taken from the bot at once, or a token is wrong: look at `livedesk lanes` and at the "
                "destinations that were paused, and give the bot View Channel and Send Messages there",
                count,
            )
        if count >= self._budget.stop and not self._stopped:
            self._stopped = True
            _log.error(
                "Discord has refused %d calls in ten minutes: nothing more is sent to it until fewer than %d are left, "
                "so that it does not ban this address. What to do: stop other programs that use this address and "
                "these tokens, check the tokens with `livedesk doctor`, and take the bot out of the servers that "
                "refuse it; sending goes on by itself",
                count,
                self._budget.room,
            )
