"""The pictures of the storm: what the Courier's graphics desk and its artist would have sent."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Final

from bots.rehearsal.samples.easel import AMBER, INK, RED, WHITE, Easel, Point, heading, signed

_BY: Final = "Courier graphics"
_BLUE, _GRID = "#2d6ea3", "#e3dccb"
_COAST: Final[list[Point]] = [
    *[(960, 20), (700, 40), (640, 90), (560, 96), (590, 150), (640, 200), (610, 260), (650, 320)],
    *[(700, 350), (690, 410), (740, 470), (720, 540), (760, 600), (960, 600)],
]


def warning_map() -> Easel:
    """The coast, the amber band along it, and the storm on its way."""
    easel = Easel("#cddfe8")
    for radius in (70, 120, 170, 220):
        easel.arc(190, 330, radius, (0, 360), "#a9c4d3", width=3)
    for turn in range(4):
        start = turn * 90 + 20
        easel.arc(190, 330, 145, (start, start + 52), "#5f86a0", width=9)
        angle = math.radians(start)
        tip = 190 + 145 * math.cos(angle), 330 + 145 * math.sin(angle)
        easel.area([(tip[0] + 18, tip[1] - 4), (tip[0] - 16, tip[1] + 2), (tip[0] + 6, tip[1] - 28)], "#5f86a0")
    easel.text(190, 322, "YSOLDE", 28, "#33566d", at="mm", bold=True)
    easel.text(190, 354, "960 hPa", 19, "#33566d", at="mm")
    easel.area(_COAST, "#f2ecdd")
    shore = _COAST[3:-1]
    band = shore + [(x + 120, y) for x, y in reversed(shore)]
    easel.area(band, "#e8a13acc")
    easel.line(_COAST, "#a8997a", width=3)
    easel.line([(330, 300), (470, 276)], INK, width=6)
    easel.area([(466, 256), (506, 268), (474, 296)], INK)
    for name, x, y in (("Skerry Point", 562, 100), ("Saltmarsh Haven", 652, 318), ("Wexbourne", 722, 540)):
        easel.disc(x, y, 8, INK, rim=WHITE)
        easel.text(x + 18, y + 7, name, 21, bold=True)
    easel.disc(926, 430, 8, INK, rim=WHITE)
    easel.text(940, 408, "Tolland Cross", 21, at="rs", bold=True)
    easel.box(40, 36, 352, 92, WHITE, round_by=10)
    easel.box(58, 56, 52, 52, AMBER, round_by=8)
    easel.text(126, 78, "Amber: wind", 25, bold=True)
    easel.text(126, 108, "16:30 today to 03:00", 20, "#6a6f79")
    easel.text(40, 574, _BY, 17, "#5f7a8a")
    return easel


def red_warning() -> Easel:
    """The red warning's sign."""
    easel = Easel("#f9ece9")
    easel.area([(480, 50), (790, 440), (170, 440)], RED)
    easel.area([(480, 106), (730, 418), (230, 418)], WHITE)
    easel.area([(400, 418), (424, 418), (452, 320), (520, 262), (510, 254), (430, 306)], INK)
    for x, y, radius in ((540, 250, 40), (586, 268, 30), (520, 224, 28), (566, 222, 30)):
        easel.disc(x, y, radius, INK)
    for y, start, end in ((250, 370, 452), (290, 330, 424), (330, 300, 396), (370, 270, 384)):
        easel.line([(start, y), (end, y - 6)], "#9aa0aa", width=7)
    easel.text(480, 512, "RED  WIND", 54, RED, at="ms", bold=True)
    easel.text(480, 562, "18:00 to 19:30  Saltmarsh Haven to Skerry Point", 25, at="ms")
    return easel


def power_cuts() -> Easel:
    """Homes without power, from five o'clock."""
    easel = Easel()
    heading(easel, "Homes without power", "Larkshire Power Networks, Saturday evening")
    counts = [("17:00", 3400), ("17:15", 5200), ("17:30", 8900), ("17:40", 12300)]
    for thousand in (0, 4, 8, 12):
        y = 510 - thousand * 28
        easel.line([(110, y), (910, y)], _GRID, width=2)
        easel.text(96, y + 7, f"{thousand},000" if thousand else "0", 18, "#6a6f79", at="rs")
    for index, (clock, homes) in enumerate(counts):
        x, tall = 160 + index * 195, homes / 1000 * 28
        easel.box(x, 510 - tall, 120, tall, AMBER if index < 3 else RED)
        easel.text(x + 60, 496 - tall, f"{homes:,}", 26, at="ms", bold=True)
        easel.text(x + 60, 546, clock, 22, at="ms")
    signed(easel, _BY)
    return easel


def pressure_chart() -> Easel:
    """The pressure at the heart of the storm over 24 hours."""
    easel = Easel()
    heading(easel, "A storm that grew up overnight", "Air pressure at the heart of Ysolde, in hectopascals")
    hours = ["Fri 18:00", "Sat 00:00", "06:00", "12:00", "18:00"]
    values = [998, 992, 979, 962, 951]
    points = _axes(easel, hours, (950, 1000, 10), values)
    easel.area([*points, (points[-1][0], 500), (points[0][0], 500)], "#2d6ea326")
    easel.line(points, _BLUE, width=6)
    for (x, y), value in zip(points, values, strict=True):
        easel.disc(x, y, 9, _BLUE, rim=WHITE)
        easel.text(x + 6, y - 20, f"{value}", 24, bold=True, at="ms" if x > 120 else "ls")
    signed(easel, _BY)
    return easel


def river_level() -> Easel:
    """The river, measured and forecast, under the top of its defences."""
    easel = Easel()
    heading(easel, "The Arrin should stay in its bed", "Metres at Wexbourne Bridge, measured and forecast")
    hours = ["12:00", "15:00", "18:00", "23:00", "03:00", "06:00"]
    values = [2.1, 2.6, 3.4, 4.2, 3.6, 3.0]
    points = _axes(easel, hours, (2, 5, 1), values)
    top = 500 - (4.5 - 2) / 3 * 340
    easel.line([(110, top), (910, top)], RED, width=5)
    easel.text(126, top - 12, "Top of the defences, 4.5 m", 20, RED, bold=True)
    easel.line(points[:3], _BLUE, width=7)
    easel.line(points[2:], _BLUE, width=6, dashed=True)
    for place, ((x, y), value) in enumerate(zip(points, values, strict=True)):
        easel.disc(x, y, 9, _BLUE if place < 3 else WHITE, rim=WHITE if place < 3 else _BLUE)
        easel.text(x, y - 20 if place < 3 else y + 38, f"{value}", 22, at="ms", bold=True)
    signed(easel, _BY)
    return easel


def _axes(easel: Easel, hours: Sequence[str], scale: tuple[int, int, int], values: Sequence[float]) -> list[Point]:
    """A grid with its figures; returns where the values lie on it."""
    low, high, step = scale
    for mark in range(low, high + 1, step):
        y = 500 - (mark - low) / (high - low) * 340
        easel.line([(110, y), (910, y)], _GRID, width=2)
        easel.text(96, y + 7, f"{mark}", 18, "#6a6f79", at="rs")
    apart = 720 / (len(hours) - 1)
    for place, hour in enumerate(hours):
        easel.text(150 + place * apart, 540, hour, 20, at="ms")
    return [(150 + place * apart, 500 - (value - low) / (high - low) * 340) for place, value in enumerate(values)]


def harbour_waves() -> Easel:
    """A wave breaks over the harbour light."""
    easel = Easel("#41525f")
    easel.fade(0, 400, ("#2a3641", "#8a8f8c"))
    easel.strokes(21, 600, _rain, "#ffffff1c")
    easel.fade(400, 600, ("#3d5a66", "#1d3038"))
    easel.area([(0, 430), (620, 430), (640, 470), (0, 500)], "#3a3f45")
    easel.area([(0, 430), (620, 430), (624, 440), (0, 444)], "#575d64")
    easel.area([(520, 430), (600, 430), (588, 190), (532, 190)], "#e8e4da")
    for y in (250, 330, 410):
        easel.area([(526, y), (594, y), (592, y - 34), (528, y - 34)], RED)
    easel.box(524, 178, 72, 12, "#2b2f35")
    easel.box(540, 136, 40, 42, "#ffe9a8")
    easel.area([(532, 138), (588, 138), (560, 104)], "#2b2f35")
    easel.area([(580, 150), (960, 60), (960, 190)], "#ffe9a838")
    chance = random.Random(8)
    for _ in range(210):
        angle, reach = chance.uniform(-2.5, -0.2), chance.uniform(40, 330)
        size, foam = chance.uniform(6, 34) * (1 - reach / 520), chance.choice(("#ffffffc8", "#e8f0f2b4", "#cfdfe4a0"))
        easel.disc(650 + reach * math.cos(angle) * 0.95, 470 + reach * math.sin(angle), size, foam)
    for depth, colour in enumerate(("#4d7080", "#3c5c6a", "#2b4652")):
        crest = [(x, 480 + depth * 40 + 16 * math.sin(x / 52 + depth * 2)) for x in range(0, 970, 12)]
        easel.area([*crest, (960, 600), (0, 600)], colour)
        easel.line(crest, "#dfeaee", width=4)
    return easel


def _rain(chance: random.Random) -> tuple[Point, Point]:
    x, y = chance.uniform(-60, 960), chance.uniform(0, 560)
    return (x, y), (x + 34, y + 11)


def fallen_tree() -> Easel:
    """A tree across a country road."""
    easel = Easel("#8b97a0")
    easel.fade(0, 300, ("#5c6872", "#b3b9b8"))
    for index in range(9):
        x = index * 120 - 20
        easel.box(x + 52, 200, 14, 130, "#3b3128")
        easel.disc(x + 60, 190, 62, ("#4a5a43", "#556549", "#3f4f3b")[index % 3])
    easel.area([(0, 300), (960, 300), (960, 600), (0, 600)], "#5e6b48")
    easel.area([(400, 300), (560, 300), (860, 600), (100, 600)], "#4c4f54")
    for near in range(4):
        y = 320 + near * near * 22 + near * 20
        easel.area([(478, y), (484, y), (488 + near, y + 18 + near * 8), (474 - near, y + 18 + near * 8)], "#d9d6c8")
    easel.area([(60, 420), (820, 372), (824, 414), (64, 480)], "#5b4432")
    easel.line([(70, 436), (815, 386)], "#77593f", width=5)
    easel.disc(60, 450, 46, "#3f3026")
    for turn in range(9):
        angle = math.radians(100 + turn * 20)
        easel.line([(60, 450), (60 + 84 * math.cos(angle), 450 + 84 * math.sin(angle))], "#3f3026", width=9)
    for x, y, radius in (
        (760, 380, 70),
        (830, 340, 64),
        (850, 420, 66),
        (900, 380, 60),
        (700, 350, 44),
        (790, 440, 48),
    ):
        easel.disc(x, y, radius, "#46573c")
        easel.disc(x - 14, y - 16, radius * 0.62, "#566a49")
    easel.box(374, 470, 10, 100, "#2b2b2b")
    easel.box(566, 470, 10, 100, "#2b2b2b")
    easel.box(344, 440, 262, 74, RED, round_by=8)
    easel.box(352, 448, 246, 58, WHITE, round_by=5)
    easel.text(475, 478, "ROAD CLOSED", 31, RED, at="mm", bold=True)
    easel.strokes(23, 500, _rain, "#ffffff2a")
    return easel


def dark_town() -> Easel:
    """A hillside town without power, one window lit."""
    easel = Easel("#141a24")
    easel.fade(0, 420, ("#10151f", "#3a4453"))
    chance = random.Random(31)
    for _ in range(60):
        x, y = chance.uniform(-80, 960), chance.uniform(10, 190)
        easel.box(
            x,
            y,
            chance.uniform(120, 320),
            chance.uniform(8, 26),
            chance.choice(("#2a3240", "#343d4c", "#1d2430")),
            round_by=12,
        )
    easel.area([(0, 420), (180, 330), (420, 270), (700, 300), (960, 380), (960, 600), (0, 600)], "#151b22")
    for row in range(4):
        for place in range(11 - row % 2):
            x, y = 10 + place * 88 + (row % 2) * 44, 330 + row * 66 - 40 * math.sin(place / 3.3)
            wall = ("#222a34", "#1c232c", "#28303b")[(row + place) % 3]
            easel.box(x, y, 62, 80, wall)
            easel.area([(x - 6, y), (x + 68, y), (x + 31, y - 34)], "#0f141a")
            lit = (row, place) == (2, 6)
            if lit:
                easel.disc(x + 31, y + 34, 74, "#ffcf6a20")
            for pane in (10, 36):
                easel.box(x + pane, y + 22, 16, 20, "#ffcf6a" if lit else "#39434f")
    easel.strokes(27, 700, _rain, "#ffffff18")
    return easel


PICTURES: Final[dict[str, Callable[[], Easel]]] = {
    "warning-map.png": warning_map,
    "red-warning.png": red_warning,
    "power-cuts.png": power_cuts,
    "pressure-chart.png": pressure_chart,
    "river-level.png": river_level,
    "harbour-waves.jpg": harbour_waves,
    "fallen-tree.jpg": fallen_tree,
    "dark-town.jpg": dark_town,
}
