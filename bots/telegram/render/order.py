"""The order of Telegram's messages: headline, words of the pictures, then the rest with its corrections on top."""

from dataclasses import dataclass, replace

from core.blocks import Run
from core.markup import Line
from core.telling import Lines, Telling


@dataclass(frozen=True, slots=True)
class Order:
    """What can stand under a picture, and the rest."""

    head: Lines
    captions: Lines
    rest: Lines

    @property
    def lines(self) -> Lines:
        """Everything."""
        return (*self.head, *self.captions, *self.rest)


def order(told: Telling) -> Order:
    """Breaking news says so before its headline, or before its first words when there is none."""
    head, rest = told.head, (*told.byline, *told.corrections, *told.body, *told.foot)
    if told.breaking and head:
        head = (*head[:-1], _broken_in(told.breaking, head[-1]))
    elif told.breaking:
        rest = (_broken_in(told.breaking, rest[0]), *rest[1:])
    return Order(head, told.captions, rest)


def _broken_in(breaking: str, line: Line) -> Line:
    return replace(line, text=(Run(f"{breaking} ", bold=True), *line.text))
