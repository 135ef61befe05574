"""What a benchmark found: our figure, what it is held against, and the table in which a run ends."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

FULL = "LIVEDESK_BENCH_FULL"
"""Set in the environment when a run is to take all the time it needs."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What issue 3 asks for: of our figure itself, or of its ratio to the baseline."""

    words: str
    value: float
    ratio: bool = False

    def met(self, figure: "Figure") -> bool:
        found = figure.ours / figure.baseline if self.ratio and figure.baseline else figure.ours
        return found <= self.value if self.words == "at most" else found >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.words == 'at most' else '≥'} {number(self.value)}{' ×' if self.ratio else ''}"


def at_most(value: float, *, ratio: bool = False) -> Bound:
    return Bound("at most", value, ratio)


def at_least(value: float, *, ratio: bool = False) -> Bound:
    return Bound("at least", value, ratio)


def _load() -> float:
    return os.getloadavg()[0]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `load` is the machine's load while it was taken: a busy machine makes slow figures."""

    what: str
    store: str
    ours: float
    unit: str
    baseline: float | None = None
    against: str = ""
    bound: Bound | None = None
    load: float = field(default_factory=_load)

    @property
    def missed(self) -> bool:
        return self.bound is not None and not self.bound.met(self)


def number(value: float) -> str:
    """As many digits as say something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


_HEAD = ("what", "store", "ours", "baseline", "ratio", "asked", "", "load")


def table(figures: Sequence[Figure]) -> str:
    """All figures of a run, one line each."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    held_against = "" if figure.baseline is None else f"{number(figure.baseline)} ({figure.against})"
    ratio = "" if not figure.baseline else f"{figure.ours / figure.baseline:.2f} ×"
    asked = "" if figure.bound is None else str(figure.bound)
    verdict = "" if figure.bound is None else "MISSED" if figure.missed else "kept"
    ours = f"{number(figure.ours)} {figure.unit}"
    return figure.what, figure.store, ours, held_against, ratio, asked, verdict, f"{figure.load:.1f}"
