"""Deal lines into parts: between blocks, then sentences, then words, then graphemes, and never a character lost."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from core.markup.line import Cut, Line, Look, cuts, sentence_cuts, split

Measure = Callable[[Line], int]
"""How long a platform says a line is, its lead and looks included. A longer line never measures less."""

# What a reader should find in one part with the words under it.
_HEADS = (Look.HEADLINE, Look.SUBTITLE, Look.HEADING)
# A part closed early to keep a block whole should still be worth a message of its own.
_WORTH_SENDING = 0.5


def whole(lines: Iterable[Line]) -> str:
    """The plain text of lines put together with their joints; the first line's joint stands before nothing."""
    return "".join((line.joint if at else "") + line.plain for at, line in enumerate(lines))


def deal(
    lines: Sequence[Line], *, limit: int, measure: Measure, first_limit: int | None = None
) -> tuple[tuple[Line, ...], ...]:
    """Deal lines into parts no longer than `limit` by `measure` (the first: `first_limit`), always in the same way.

    A link too long to be measured into any part loses its address, never its words.
    Raises ValueError when the limit is too small for a single character.
    """
    dealer = _Dealer(limit, limit if first_limit is None else first_limit, measure)
    for line in lines:
        dealer.add(line)
    return dealer.finish()


class _Dealer:
    """The part being filled and the ones already closed."""

    def __init__(self, limit: int, first_limit: int, measure: Measure) -> None:
        self._limit, self._first_limit, self._measure = limit, first_limit, measure
        self._parts: list[tuple[Line, ...]] = []
        self._now: list[Line] = []
        self._used = 0

    def add(self, line: Line) -> None:
        rest: Line | None = line
        while rest is not None:
            rest = self._take(rest)

    def finish(self) -> tuple[tuple[Line, ...], ...]:
        if self._now:
            self._parts.append(tuple(self._now))
        return tuple(self._parts)

    def _take(self, line: Line) -> Line | None:
        """Place a line or the first piece of it; what is left of it comes back."""
        room = self._room(line)
        if self._measure(line) <= room:
            self._place(line)
            return None
        if self._now:
            cut = None if self._leave_whole(line) else self._longest(line, (sentence_cuts(line),), room)
            if cut is None:
                self._close()
                return line
        else:
            cut = self._longest(line, cuts(line), room)
            if cut is None:
                return self._without_links(line)
        first, second = split(line, cut)
        self._place(first)
        self._close()
        return second

    def _leave_whole(self, line: Line) -> bool:
        return self._measure(line) <= self._limit and self._used >= _WORTH_SENDING * self._capacity()

    def _longest(self, line: Line, sorts: Iterable[tuple[Cut, ...]], room: int) -> Cut | None:
        for places in sorts:
            fitting = bisect_right(places, room, key=lambda cut: self._measure(split(line, cut)[0]))
            if fitting:
                return places[fitting - 1]
        return None

    def _without_links(self, line: Line) -> Line:
        bare = tuple(replace(run, url=None) for run in line.text)
        if bare == line.text:
            raise ValueError("the limit is too small for a single character")
        return replace(line, text=bare)

    def _capacity(self) -> int:
        return self._limit if self._parts else self._first_limit

    def _room(self, line: Line) -> int:
        return self._capacity() - self._used - (len(line.joint) if self._now else 0)

    def _place(self, line: Line) -> None:
        self._used += self._measure(line) + (len(line.joint) if self._now else 0)
        self._now.append(line)

    def _close(self) -> None:
        """End the part; headings at its end go with what they head, unless the part is nothing else."""
        kept = len(self._now)
        while kept and self._now[kept - 1].look in _HEADS:
            kept -= 1
        if not kept or sum(map(self._measure, self._now[kept:])) > _WORTH_SENDING * self._limit:
            kept = len(self._now)
        self._parts.append(tuple(self._now[:kept]))
        moved, self._now, self._used = self._now[kept:], [], 0
        for line in moved:
            self._place(line)
