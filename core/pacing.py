"""How fast we may talk: exact windows, pure, in seconds of a clock that is handed in.

A `Limiter` answers two questions: when may the next call leave, and (when it leaves) what that uses up. The courier
owns the heap, the timer and the waiting; nothing here sleeps or looks at a clock.
"""

import math
from collections import deque
from dataclasses import dataclass

# Spacing a little under window/count lets a late timer be caught up without ever breaking the window.
_SPACING = 0.97
# Messages due within so many seconds leave together, and a timer that is so late is caught up: waking up for each of a
# thousand a second costs more than sending them. At 50 a second and below each leaves alone.
_TOGETHER, _LATE = 0.005, 0.003


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What one account may do: overall, and to one chat.

    `private` and `crowd` are the windows of a private chat and of a group or channel; Telegram gives the latter
    negative ids. `crowd_reserve` of a crowd's messages a minute are left for answers: entries, edits and cards keep
    below it (design §4).
    """

    overall: Window
    private: tuple[Window, ...]
    crowd: tuple[Window, ...]
    crowd_reserve: int = 0
    scope_told: bool = False
    """Whether a refusal says what it is about (Discord does, Telegram does not)."""

    def of_chat(self, chat: int) -> tuple[Window, ...]:
        """The windows of this chat."""
        return self.crowd if chat < 0 else self.private


# core.telegram.org/bots/faq: about 30 a second overall, 1 a second in a chat, 20 a minute in a group. 1.10 s is the
# shortest window that never shows 31 at a server behind 0-100 ms of jitter (measured, design §4).
TELEGRAM = Pace(Window(30, 1.10), (Window(1, 1.05),), (Window(1, 1.05), Window(20, 60.5)), crowd_reserve=3)
# docs.discord.com/developers/topics/rate-limits: 50 a second overall. 1.3 s a channel never takes the last of its
# 5 tokens per 5 s, which discord.py would sleep on.
DISCORD = Pace(Window(45, 1.0), (Window(1, 1.3),), (Window(1, 1.3),), scope_told=True)


class Spacing:
    """A `Limiter` of one window of one message: what almost every chat is, made in a fifth of the time."""

    __slots__ = ("_at", "_paused", "_seconds")

    def __init__(self, seconds: float) -> None:
        """`seconds` between two messages."""
        self._seconds = seconds
        self._at = -math.inf
        self._paused = 0.0

    def ready_at(self, now: float, weight: int = 1, keep: int = 0) -> float:
        """See `Limiter`; neither the weight nor what is kept makes room for less than one."""
        return max(now, self._paused, self._at + self._seconds)

    def take(self, now: float, weight: int = 1) -> None:
        """Use up `weight` messages at `now`."""
        self._at = now + self._seconds * (weight - 1)

    def give_back(self, at: float) -> None:
        """The message taken at `at` never left. If another was taken since, it counts all the same."""
        if self._at == at:
            self._at = -math.inf

    def pause(self, until: float) -> None:
        """Let nothing leave before `until`."""
        self._paused = max(self._paused, until)

    def paused_until(self) -> float:
        """The end of the pause; in the past when there is none."""
        return self._paused

    def idle(self, now: float) -> bool:
        """Whether it may be forgotten: nothing it remembers can hold anything back."""
        return self._paused <= now and self._at + self._seconds <= now


class Limiter:
    """Windows kept together, with a pause. `smooth` also spaces calls out evenly instead of in bursts."""

    __slots__ = ("_burst", "_due", "_interval", "_paused", "_smooth", "_spent", "_together", "_windows")

    def __init__(self, *windows: Window, smooth: bool = False) -> None:
        """Start empty: nothing used up yet."""
        self._windows = windows
        self._spent: tuple[deque[float], ...] = tuple(deque(maxlen=window.count) for window in windows)
        self._smooth = smooth
        self._interval = windows[0].seconds / windows[0].count * _SPACING
        self._together = max(1, int(_TOGETHER / self._interval))
        self._burst = self._together + math.ceil(_LATE / self._interval)
        self._due = 0.0
        self._paused = 0.0

    def ready_at(self, now: float, weight: int = 1, keep: int = 0) -> float:
        """The first instant, not before `now`, at which `weight` messages may leave with `keep` still to spare.

        A weight above a window's count is taken as that count: the platform allows no more in one call anyway.
        """
        ready = max(now, self._paused)
        if self._smooth and self._due - self._interval * (self._burst - 1) > ready:
            ready = self._due - self._interval * (self._burst - self._together)
        for window, spent in zip(self._windows, self._spent, strict=True):
            room = min(weight + keep, window.count) if window.count > keep + 1 else min(weight, window.count)
            over = len(spent) + room - window.count
            if over > 0:
                ready = max(ready, spent[over - 1] + window.seconds)
        return ready

    def take(self, now: float, weight: int = 1) -> None:
        """Use up `weight` messages at `now`."""
        for window, spent in zip(self._windows, self._spent, strict=True):
            # An album to a one-a-second chat holds the chat for as many seconds as it has pictures.
            late = window.seconds * max(0, weight - window.count)
            for _ in range(min(weight, window.count)):
                spent.append(now + late)
        self._due = max(self._due, now) + self._interval * weight

    def give_back(self, at: float) -> None:
        """The message taken at `at` never left. If another was taken since, it counts all the same."""
        if all(spent and spent[-1] == at for spent in self._spent):
            for spent in self._spent:
                spent.pop()

    def pause(self, until: float) -> None:
        """Let nothing leave before `until`."""
        self._paused = max(self._paused, until)

    def paused_until(self) -> float:
        """The end of the pause; in the past when there is none."""
        return self._paused

    def last_at(self) -> float:
        """When something was used up last."""
        return max((spent[-1] for spent in self._spent if spent), default=-math.inf)

    def fill(self, now: float) -> None:
        """Behave as if everything had just been used up: what a new owner of an account must assume."""
        for window, spent in zip(self._windows, self._spent, strict=True):
            spent.extend([now] * window.count)
        self._due = now

    def follow(self, last: float) -> None:
        """Go on where another that is smooth has used up as much as it could, and something at `last`."""
        for window, spent in zip(self._windows, self._spent, strict=True):
            # So many together at the end, the others evenly before them: more it never lets pass.
            before = (max(0, many - self._burst + 1) for many in reversed(range(window.count)))
            spent.extend(last - self._interval * far for far in before)
        self._due = last + self._interval * self._burst

    def idle(self, now: float) -> bool:
        """Whether it may be forgotten: nothing it remembers can hold anything back."""
        if self._paused > now:
            return False
        return all(
            not spent or spent[-1] + window.seconds <= now
            for window, spent in zip(self._windows, self._spent, strict=True)
        )
