"""An easel for the samples' pictures: drawn twice as large and made small, so that edges are smooth; no font needed."""

import itertools
import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 960, 600
_TWICE = 2
Colour = str
Point = tuple[float, float]

INK, PAPER, FAINT, WHITE = "#20242c", "#f7f3ea", "#d8d2c4", "#ffffff"
AMBER, RED = "#e8a13a", "#c8372d"


class Easel:
    """A sheet to draw on, in its final pixels from the upper left corner."""

    def __init__(self, ground: Colour = PAPER) -> None:
        """`ground` is the colour of the sheet."""
        self._sheet = Image.new("RGB", (WIDTH * _TWICE, HEIGHT * _TWICE), ground)
        self._pen = ImageDraw.Draw(self._sheet, "RGBA")

    def area(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled shape with straight sides."""
        self._pen.polygon(_scaled(points), fill=fill)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour, *, round_by: float = 0) -> None:
        """A filled rectangle, its corners rounded by so many pixels."""
        corners = _scaled([(x, y), (x + width, y + height)])
        self._pen.rounded_rectangle(corners, round_by * _TWICE, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, *, rim: Colour | None = None) -> None:
        """A filled circle around a point, with a rim where one is wanted."""
        corners = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._pen.ellipse(corners, fill=fill, outline=rim, width=3 * _TWICE if rim else 0)

    def arc(
        self, x: float, y: float, radius: float, angles: tuple[float, float], colour: Colour, *, width: float
    ) -> None:
        """A part of a circle, degrees clockwise from three o'clock."""
        corners = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._pen.arc(corners, *angles, fill=colour, width=round(width * _TWICE))

    def line(self, points: Sequence[Point], colour: Colour, *, width: float = 2, dashed: bool = False) -> None:
        """A line through these points."""
        if not dashed:
            self._pen.line(_scaled(points), fill=colour, width=round(width * _TWICE), joint="curve")
            return
        for start, end in itertools.pairwise(points):
            for step in range(0, 20, 2):
                some = [_between(start, end, (step + more) / 20) for more in (0, 1)]
                self._pen.line(_scaled(some), fill=colour, width=round(width * _TWICE))

    def text(
        self, x: float, y: float, words: str, size: float, colour: Colour = INK, *, at: str = "ls", bold: bool = False
    ) -> None:
        """Words on a base line. `at` is Pillow's anchor: l, m or r, then s for the base line or m for the middle."""
        stroke = round(size * _TWICE / 28) if bold else 0
        place = x * _TWICE, y * _TWICE
        self._pen.text(place, words, colour, _font(size), anchor=at, stroke_width=stroke, stroke_fill=colour)

    def fade(self, top: float, bottom: float, colours: tuple[Colour, Colour]) -> None:
        """A band across the sheet that goes from one colour to another."""
        upper, lower = (_parts(colour) for colour in colours)
        for row in range(round(top * _TWICE), round(bottom * _TWICE)):
            share = (row - top * _TWICE) / max(1, (bottom - top) * _TWICE)
            mixed = tuple(round(a + (b - a) * share) for a, b in zip(upper, lower, strict=True))
            self._pen.line([(0, row), (WIDTH * _TWICE, row)], fill=mixed)

    def strokes(
        self, seed: int, count: int, where: Callable[[random.Random], tuple[Point, Point]], colour: Colour
    ) -> None:
        """Many thin crayon strokes; the same seed draws the same ones."""
        chance = random.Random(seed)
        for _ in range(count):
            self._pen.line(_scaled(where(chance)), fill=colour, width=chance.choice((2, 3, 4)))

    def save(self, path: Path) -> None:
        """Made small and written: few colours for drawings (.png), many for paintings (.jpg)."""
        small = self._sheet.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        if path.suffix == ".png":
            small.quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
        else:
            small.save(path, quality=78, optimize=True, progressive=True)


def heading(easel: Easel, title: str, below: str = "") -> None:
    """What a chart is about, in its upper left corner."""
    easel.text(48, 68, title, 34, bold=True)
    easel.text(48, 104, below, 21, "#6a6f79")


def signed(easel: Easel, by: str) -> None:
    """Who drew it, in the lower right corner."""
    easel.text(WIDTH - 40, HEIGHT - 26, by, 17, "#8a8f98", at="rs")


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _TWICE)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _TWICE, y * _TWICE) for x, y in points]


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _parts(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
