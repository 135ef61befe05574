"""How fast one bot may talk on Telegram: its windows, and the pauses it was told to keep.

30 messages a second over all and 20 a minute in one group are Telegram's published limits (core.telegram.org/bots/faq);
"avoid more than one a second" in one chat tolerates short bursts, played here as three in three seconds.
"""

import math
from collections import deque
from dataclasses import dataclass

OVERALL = (30, 1.0)
GROUP = (20, 60.0)
PRIVATE = (3, 3.0)
BOT = "bot"
"""The scope of a pause that covers the whole bot; any other scope is a chat's number."""

GRACE = 0.25
"""Seconds after a 429 in which calls may still arrive that were on their way when it was answered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait`: whole seconds for retry_after, 0 to let the call pass. `fault`: what the bot did wrong, if anything."""

    wait: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Pause:
    since: float
    until: float


class Rates:
    """One bot's windows, by scope."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[str, deque[float]] = {}
        self._pauses: dict[str, _Pause] = {}

    def pause(self, scope: str, seconds: float, now: float) -> None:
        """Refuse everything in this scope for so long, as after a 429."""
        self._pauses[scope] = _Pause(now, now + seconds)

    def pausing(self, chat: str, now: float) -> Verdict:
        """Tell whether a pause covers this chat now."""
        for scope in (BOT, chat):
            pause = self._pauses.get(scope)
            if pause is not None and now < pause.until:
                late = now > pause.since + GRACE
                return Verdict(math.ceil(pause.until - now), f"a call inside retry_after ({scope})" if late else "")
        return Verdict()

    def spend(self, chat: str, limit: tuple[int, float], sizes: tuple[int, int], now: float) -> Verdict:
        """Count messages over all and into a chat (`sizes`, in this order), or refuse them and pause that scope."""
        counts = {BOT: sizes[0], chat: sizes[1]}
        for scope, (most, span) in ((BOT, OVERALL), (chat, limit)):
            window = self._window(scope, span, now)
            if len(window) + counts[scope] > most:
                wait = max(1, math.ceil((window[0] if window else now) + span - now))
                self.pause(scope, wait, now)
                return Verdict(wait, f"more than {most} messages in {span:g} s ({scope})")
        for scope, count in counts.items():
            self._said[scope].extend([now] * count)
        return Verdict()

    def _window(self, scope: str, span: float, now: float) -> deque[float]:
        window = self._said.setdefault(scope, deque())
        while window and window[0] <= now - span:
            window.popleft()
        return window
