"""The order of Discord's messages: headline and byline, body, words of the pictures; corrections go with the foot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.blocks import Run
from core.markup import Line, Look
from core.telling import Lines, Telling


@dataclass(frozen=True, slots=True)
class Order:
    """Head, body, the words of the shown pictures, and the small print at the end."""

    head: Lines
    body: Lines
    captions: Lines
    foot: Lines

    @property
    def lines(self) -> Lines:
        """Everything, the pictures' words right above the pictures."""
        foot = self.foot
        if self.captions:
            foot = (replace(foot[0], joint="\n"), *foot[1:])
        return (*self.head, *self.body, *self.captions, *foot)

    @property
    def captions_first(self) -> Lines:
        """Everything, the pictures' words where the first message cannot miss them."""
        return (*self.head, *self.captions, *self.body, *self.foot)


def order(told: Telling) -> Order:
    """The pieces of a bulletin as Discord shows them."""
    return Order(
        (*_titles(told), *told.byline), told.body, _close_up(told.captions), _close_up((*told.corrections, *told.foot))
    )


def _titles(told: Telling) -> Lines:
    """Breaking news says so before its headline, or above its first words when it has none."""
    titles = _close_up(told.head)
    if not told.breaking:
        return titles
    breaking = Run(told.breaking, bold=True)
    if titles and titles[-1].look is Look.HEADLINE:
        return (*titles[:-1], replace(titles[-1], text=(breaking, Run(" "), *titles[-1].text)))
    return (*titles, Line((breaking,), joint="\n"))


def _close_up(lines: Iterable[Line]) -> Lines:
    """Titles and small print stand row under row."""
    return tuple(replace(line, joint="\n") if at else line for at, line in enumerate(lines))
