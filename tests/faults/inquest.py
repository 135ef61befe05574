"""The inquest: reads in a dead life's diary why the next one did not know of a message.

The engine promises that an answer is handed to the store as soon as the store is done with what came before, 20 ms of
lingering later; and that nothing starts while something has waited for the store for a second. Both are judged by the
order of the diary's lines and by how often the loop turned in between: how busy the machine was does not matter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LINGER = 0.02
_LONGEST_UNSTORED = 1.0
_TURNS = 3
"""Times the loop turns at the most between the end of the lingering and the store's hearing of it: its timer may fall
due just behind the first, and whoever waits for it wakes up one turn later."""
_AHEAD = 3
"""Messages that may leave before their time: two where the gate catches up on a late timer (core/pacing.py), and one
that was held up on its way out of it."""
_SPACING = 0.97
"""Of the pace's: by so much the gate spaces them closer (core/pacing.py)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a diary: `at` by the clock on the wall, `turned` by its loop's."""

    what: str
    at: float
    turned: float
    chat: int = 0
    admitted: float = 0.0
    numbers: tuple[int, ...] = ()
    receipts: frozenset[tuple[int, int, int]] = frozenset()
    """(bulletin, destination, message)"""


@dataclass(frozen=True, slots=True)
class Message:
    """A copy: the story's bulletin, the place, and the number the place gave it."""

    bulletin: int
    destination: int
    chat: int
    number: int


def read(path: Path) -> tuple[Line, ...]:
    """A diary; empty when its life never came to writing one."""
    if not path.exists():
        return ()
    # A line without its end was being written.
    return tuple(_line(*json.loads(line)) for line in path.read_bytes().split(b"\n")[:-1])


def _line(what: str, at: float, turned: float, *more: object) -> Line:
    match what, more:
        case "left", (int(chat), float(admitted)):
            return Line(what, at, turned, chat=chat, admitted=admitted)
        case "answered", (int(chat), list(numbers)):
            return Line(what, at, turned, chat=chat, numbers=tuple(numbers))
        case "handed", (list(rows),):
            return Line(what, at, turned, receipts=frozenset((row[0], row[1], row[2]) for row in rows))
        case "stored" | "turns", ():
            return Line(what, at, turned)
    raise ValueError(f"no line of a diary: {what} {more}")


class Inquest:
    """About one life."""

    def __init__(self, lines: Sequence[Line], thawed_at: float) -> None:
        """`thawed_at` is when it went on after it was frozen, infinite when it was not."""
        self._lines = lines
        self._known = {(line.chat, number) for line in lines for number in line.numbers}
        self._thawed = next((number for number, line in enumerate(lines) if line.at > thawed_at), len(lines))

    def knows(self, message: Message) -> bool:
        """Whether it was told that the message is there."""
        return (message.chat, message.number) in self._known

    def left(self, message: Message, at: float) -> Line | None:
        """With which line a message that was seen at `at` left, where it was this life's."""
        found = self._way(message.chat, message.number, at)
        return None if found is None else self._lines[found[0]]

    def fault(self, message: Message, at: float) -> str:
        """What the engine did wrong, that nobody remembered a message; empty when all is as it promises."""
        way = self._way(message.chat, message.number, at)
        if way is None:
            return "it never left"
        left, answered = way
        end = self._thawed if left < self._thawed else len(self._lines)
        if answered is None or answered >= end:
            # On the wire.
            return ""
        if message.number not in self._lines[answered].numbers:
            return "it was never known whether it arrived"
        return self._unstored(message, answered, end)

    def overrun(self) -> str:
        """Where a message left although another one's receipt had waited for too long; empty when none did."""
        waiting: list[float] = []
        being_written: list[float] = []
        for here, line in enumerate(self._lines):
            match line.what:
                case "left":
                    # It was let go between the last line before its admission and that: later it may have been held up.
                    known = next((one.turned for one in reversed(self._lines[:here]) if one.turned <= line.admitted), 0)
                    late = known - min([*waiting, *being_written], default=known)
                    if late > _LONGEST_UNSTORED:
                        return f"{line} was let go {late:.3f} s behind what was not stored yet"
                case "answered" if line.numbers:
                    waiting.append(line.turned)
                case "handed":
                    being_written, waiting = [*being_written, *waiting], []
                case "stored":
                    being_written = []
        return ""

    def _way(self, chat: int, number: int, at: float) -> tuple[int, int | None] | None:
        """Where a message left and where it was answered. An answer that never came back was for whatever left last."""
        left = None
        for here, line in enumerate(self._lines):
            if line.chat != chat:
                continue
            if line.what == "left" and line.at <= at:
                left = here
            elif line.what == "answered" and number in line.numbers and left is not None:
                return left, here
        if left is None:
            return None
        after = ((here, line) for here, line in enumerate(self._lines) if here > left and line.chat == chat)
        answer = next(((here, line) for here, line in after if line.what == "answered"), None)
        if answer is None:
            return left, None
        # With another number it was another message's way.
        return None if answer[1].numbers else (left, answer[0])

    def _unstored(self, message: Message, answered: int, end: int) -> str:
        lines = self._lines[:end]
        handed = next((here for here in range(answered, end) if lines[here].what == "handed"), end)
        # Whatever the store was busy with then came first.
        before = next((line for line in reversed(lines[:answered]) if line.what in ("handed", "stored")), None)
        free = answered
        if before is not None and before.what == "handed":
            free = next((here for here in range(answered, end) if lines[here].what == "stored"), end)
            # A store in trouble is asked again with what it was asked before.
            handed = next((here for here in range(free, end) if lines[here].what == "handed"), end)
        if over := _turned_too_long([line.turned for line in lines[free:handed] if line.what == "turns"]):
            return f"the store was not asked to remember it for {over:.3f} s"
        if handed == end:
            return ""
        if (message.bulletin, message.destination, message.number) not in lines[handed].receipts:
            return "the store was not asked to remember it with the others"
        if any(line.what == "stored" for line in lines[handed:]):
            return "the store had remembered it"
        return ""


def ahead_of_its_pace(admitted: Sequence[float], rate: float) -> str:
    """Whether so many can have left at `rate` a second; empty when they can."""
    most = (max(admitted) - min(admitted)) * rate / _SPACING + _AHEAD
    return f"{len(admitted)} left where {most:.1f} may" if len(admitted) > most else ""


def _turned_too_long(turns: Sequence[float]) -> float:
    """For how long the loop turned, where that is longer than anything may wait for company; else 0.

    By its second turn the committer has heard of the answer, and begun to linger.
    """
    if len(turns) < 2:
        return 0.0
    ripe = [at for at in turns[1:] if at >= turns[1] + LINGER]
    return turns[-1] - turns[0] if len(ripe) > _TURNS - 1 else 0.0
