"""The pictures of election night: what the Gazette's graphics desk and its artist would have sent."""

import math
from collections.abc import Callable
from typing import Final

from bots.rehearsal.samples.easel import FAINT, INK, WHITE, Easel, Point, heading, signed

FORWARD, TIDEWATER, LEAGUE, ALONE = "#3c8d5a", "#2f6fb0", "#d0982f", "#7d838d"
_BY: Final = "Gazette graphics"


def ballot_box() -> Easel:
    """A ballot box with a paper halfway through its slot."""
    easel = Easel("#e9eef5")
    easel.disc(480, 300, 250, "#d4e0ee")
    easel.box(150, 500, 660, 14, "#b9c6d6", round_by=7)
    easel.area([(420, 90), (560, 110), (545, 260), (405, 240)], WHITE)
    easel.line([(440, 128), (536, 141)], "#b9c6d6", width=5)
    easel.line([(436, 156), (532, 169)], "#b9c6d6", width=5)
    easel.line([(450, 196), (470, 218), (512, 178)], FORWARD, width=9)
    easel.area([(300, 240), (660, 240), (710, 290), (250, 290)], "#4b87c4")
    easel.box(385, 256, 190, 14, "#163a5e", round_by=7)
    easel.box(250, 290, 460, 212, TIDEWATER, round_by=6)
    easel.box(250, 290, 460, 22, "#25598f")
    easel.box(330, 356, 300, 84, WHITE, round_by=10)
    easel.text(480, 400, "MERROW VOTES", 34, TIDEWATER, at="mm", bold=True)
    easel.line([(710, 330), (770, 360), (776, 440), (800, 486)], "#8a6d3b", width=3)
    easel.area([(792, 484), (800, 480), (880, 498), (878, 508)], "#e0b23c")
    easel.area([(878, 496), (900, 507), (876, 510)], "#f0dcae")
    return easel


def quayside_result() -> Easel:
    """How Quayside voted."""
    easel = Easel()
    heading(easel, "Quayside: Merrow Forward gain", "Votes. Majority 207. Turnout 71.2%")
    rows = [
        ("Dela Prowse", "Merrow Forward", 1912, FORWARD),
        ("Hugh Amory", "Tidewater", 1705, TIDEWATER),
        ("Nan Corry", "Islanders’ League", 388, LEAGUE),
    ]
    for index, (name, party, votes, colour) in enumerate(rows):
        top = 158 + index * 128
        easel.text(48, top + 26, name, 27, bold=True)
        easel.text(48, top + 56, party, 20, "#6a6f79")
        easel.box(290, top, 560, 72, "#ece6d9", round_by=6)
        easel.box(290, top, 560 * votes / 1912, 72, colour, round_by=6)
        inside = votes > 600
        edge = 290 + 560 * votes / 1912
        place, written, at = (edge - 18, WHITE, "rs") if inside else (edge + 16, INK, "ls")
        easel.text(place, top + 46, f"{votes:,}", 30, written, at=at, bold=True)
    signed(easel, _BY)
    return easel


_SEATS: Final = [
    ("Quayside", 610, 360, FORWARD), ("Cobble Bay", 690, 290, FORWARD), ("Sandwick", 655, 200, FORWARD),
    ("St Orrin", 430, 330, TIDEWATER), ("Market Cross", 525, 300, TIDEWATER),
    ("Upper Fell", 330, 215, LEAGUE), ("Lower Fell", 420, 235, LEAGUE),
    ("Castle Ward", 555, 425, FAINT), ("Mill Hill", 470, 410, FAINT), ("East Strand", 640, 450, FAINT),
    ("West Strand", 300, 400, FAINT), ("Priory", 385, 430, FAINT), ("Ferry Road", 545, 500, FAINT),
    ("Gannet Point", 775, 205, FAINT), ("Northhaven", 520, 120, FAINT),
]  # fmt: skip


def seats_map() -> Easel:
    """The island and its seats, declared ones in their colours."""
    easel = Easel("#cfe0e8")
    for radius in (300, 262, 224):
        easel.arc(120, 540, radius, (270, 340), "#bcd2dd", width=3)
    shore: list[Point] = [
        *[(225, 330), (250, 200), (345, 150), (470, 168), (560, 175), (640, 140), (745, 175)],
        *[(770, 270), (720, 370), (705, 470), (610, 545), (470, 530), (360, 490), (250, 450)],
    ]
    easel.area(shore, "#f2ecdd")
    easel.line([*shore, shore[0]], "#b8ab8c", width=3)
    for x, y, radius in ((775, 205, 44), (520, 118, 46), (462, 100, 16), (560, 84, 12)):
        easel.disc(x, y, radius, "#f2ecdd", rim="#b8ab8c")
    for name, x, y, colour in _SEATS:
        easel.disc(x, y, 20, colour, rim="#ffffff" if colour != FAINT else "#a9a294")
        easel.text(x, y + 40, name, 16, INK, at="ms")
    easel.text(40, 58, "Seven seats declared, eight to come", 32, bold=True)
    key = [
        ("Merrow Forward 3", FORWARD),
        ("Tidewater 2", TIDEWATER),
        ("Islanders’ League 2", LEAGUE),
        ("To come 8", FAINT),
    ]
    for index, (words, colour) in enumerate(key):
        easel.disc(52, 466 + index * 32, 11, colour, rim="#a9a294" if colour == FAINT else None)
        easel.text(74, 473 + index * 32, words, 20)
    signed(easel, _BY)
    return easel


def final_seats() -> Easel:
    """The new Assembly as a half circle."""
    easel = Easel()
    heading(easel, "Nobody has a majority", "The 15 seats of the Merrow Assembly. Eight make a majority")
    colours = [FORWARD] * 7 + [ALONE] + [LEAGUE] * 2 + [TIDEWATER] * 5
    places = []
    for radius, count in ((290, 9), (180, 6)):
        for index in range(count):
            angle = math.pi * (1 - index / (count - 1))
            places.append((angle, 480 + radius * math.cos(angle), 470 - radius * math.sin(angle)))
    places.sort(key=lambda place: -place[0])
    for (_, x, y), colour in zip(places, colours, strict=True):
        easel.disc(x, y, 40, colour)
    easel.text(480, 462, "15", 62, at="ms", bold=True)
    key = [
        ("Merrow Forward", 7, FORWARD),
        ("Independent", 1, ALONE),
        ("League", 2, LEAGUE),
        ("Tidewater", 5, TIDEWATER),
    ]
    for x, (words, seats, colour) in zip((110, 350, 555, 705), key, strict=True):
        easel.disc(x, 548, 12, colour)
        easel.text(x + 22, 556, f"{words} {seats}", 21)
    return easel


def counting_hall() -> Easel:
    """Long tables under lamps, clerks bent over paper."""
    easel = Easel("#3b2f2a")
    easel.fade(0, 260, ("#2a211e", "#5a4636"))
    easel.fade(260, 600, ("#7a5f45", "#4d3a2b"))
    easel.strokes(
        3,
        700,
        lambda chance: ((x := chance.uniform(0, 960), y := chance.uniform(0, 600)), (x + 26, y + 3)),
        "#ffffff0c",
    )
    for x in (190, 480, 770):
        easel.line([(x, 0), (x, 96)], "#15100e", width=3)
        easel.area([(x - 46, 130), (x + 46, 130), (x + 20, 92), (x - 20, 92)], "#1d2b2a")
        for reach in (170, 120, 70):
            easel.area([(x - 40, 132), (x + 40, 132), (x + reach + 60, 600), (x - reach - 60, 600)], "#ffd98a12")
        easel.disc(x, 134, 16, "#fff3c4")
    for row, y in enumerate((250, 350, 470)):
        size = 1 + row * 0.45
        easel.area([(60 - row * 40, y + 30 * size), (900 + row * 40, y + 30 * size), (880, y), (80, y)], "#b98d5b")
        easel.box(60 - row * 40, y + 30 * size, 840 + row * 80, 10 * size, "#7d5a35")
        for place in range(7):
            _clerk(easel, 130 + place * 116, y, size, ("#2f6fb0", "#8c3f4d", "#3c8d5a", "#6b5b95")[(place + row) % 4])
    return easel


def _clerk(easel: Easel, x: float, y: float, size: float, coat: str) -> None:
    easel.box(x - 20 * size, y - 34 * size, 40 * size, 40 * size, coat, round_by=14 * size)
    easel.disc(x, y - 46 * size, 14 * size, ("#e6bf97", "#a9744f", "#f0d3b0")[int(x) % 3])
    easel.arc(x, y - 48 * size, 13 * size, (180, 360), "#2b211c", width=6 * size)
    for sheet in range(3):
        easel.box(x - 26 * size + sheet * 5, y + (14 - sheet * 4) * size, 30 * size, 5 * size, "#fbf7ee")


def _houses_and_ferry(easel: Easel) -> None:
    for index, y in enumerate((260, 240, 252, 230, 262, 240, 268, 290)):
        x = 40 + index * 56
        easel.box(x, y, 46, 332 - y, "#0d1829")
        easel.area([(x - 4, y), (x + 50, y), (x + 23, y - 26)], "#0a1422")
        for window in range(2):
            lit = (index + window) % 3 != 1
            easel.box(x + 8 + window * 20, y + 16, 11, 15, "#ffd77a" if lit else "#22324d")
    easel.box(0, 326, 540, 16, "#0a1322")
    easel.area([(500, 372), (880, 372), (842, 424), (540, 424)], "#e9e4d8")
    easel.area([(518, 398), (862, 398), (842, 424), (540, 424)], "#8c2f39")
    easel.box(570, 322, 230, 50, "#f5f1e6", round_by=6)
    easel.box(640, 290, 90, 34, "#f5f1e6", round_by=4)
    easel.box(750, 286, 30, 38, "#2f6fb0")
    for place in range(9):
        easel.disc(588 + place * 24, 346, 6, "#ffd77a")


def harbour_night() -> Easel:
    """A dark harbour, a moored ferry, a moon on the water."""
    easel = Easel("#0f1c33")
    easel.fade(0, 330, ("#0c1730", "#2a4468"))
    easel.fade(330, 600, ("#17304f", "#0a1526"))
    easel.strokes(
        5,
        500,
        lambda chance: ((x := chance.uniform(0, 960), y := chance.uniform(0, 320)), (x + 30, y - 4)),
        "#ffffff10",
    )
    easel.disc(720, 120, 52, "#f6edc9")
    easel.disc(702, 108, 10, "#e8dcae")
    easel.disc(738, 138, 14, "#e8dcae")
    easel.strokes(
        9,
        320,
        lambda chance: ((x := 720 + chance.gauss(0, 60), y := chance.uniform(345, 590)), (x + 40, y)),
        "#f6edc95a",
    )
    easel.area([(0, 330), (0, 210), (120, 170), (250, 210), (380, 180), (470, 250), (600, 300), (960, 330)], "#16243c")
    _houses_and_ferry(easel)
    easel.strokes(
        11,
        160,
        lambda chance: ((x := chance.uniform(520, 860), y := chance.uniform(428, 520)), (x + 24, y)),
        "#ffd77a38",
    )
    return easel


def platform() -> Easel:
    """A returning officer at a lectern, candidates with rosettes beside her."""
    easel = Easel("#6e2f36")
    for fold in range(16):
        easel.box(fold * 60, 0, 30, 470, "#7d3840")
    easel.box(0, 440, 960, 160, "#a27748")
    easel.strokes(
        13, 260, lambda chance: ((x := chance.uniform(0, 960), y := chance.uniform(442, 600)), (x + 60, y)), "#5d401f30"
    )
    people = [
        (140, 214, "#26303f", FORWARD, "#e6bf97", "#2b211c"),
        (292, 240, "#4d5b3a", TIDEWATER, "#a9744f", "#4a3626"),
        (668, 226, "#5b4636", LEAGUE, "#c98f66", "#1d1714"),
        (820, 204, "#274a4a", ALONE, "#f0d3b0", "#a4662c"),
    ]
    for x, tall, coat, rosette, skin, hair in people:
        for leg in (-34, 4):
            easel.box(x + leg, tall + 230, 30, 320 - tall + 12, "#1c2028", round_by=4)
            easel.box(x + leg - 6, 550, 40, 16, "#120d0b", round_by=8)
        easel.box(x - 48, tall + 64, 96, 210, coat, round_by=36)
        easel.disc(x, tall + 26, 38, skin)
        easel.arc(x, tall + 20, 36, (175, 365), hair, width=15)
        easel.disc(x + 24, tall + 122, 18, rosette, rim=WHITE)
        easel.area([(x + 14, tall + 136), (x + 24, tall + 136), (x + 14, tall + 168)], rosette)
        easel.area([(x + 24, tall + 136), (x + 34, tall + 136), (x + 36, tall + 168)], rosette)
    easel.box(404, 296, 152, 220, "#1b2436", round_by=52)
    easel.disc(480, 252, 46, "#e9c39e")
    easel.arc(480, 246, 44, (165, 375), "#cfcfcf", width=20)
    easel.disc(464, 256, 9, "#e9c39e", rim=INK)
    easel.disc(496, 256, 9, "#e9c39e", rim=INK)
    easel.area([(380, 410), (580, 410), (560, 600), (400, 600)], "#6b4a28")
    easel.area([(364, 396), (596, 396), (580, 420), (380, 420)], "#8a6136")
    easel.area([(430, 366), (536, 366), (548, 398), (420, 398)], "#fbf7ee")
    easel.text(480, 510, "MERROW", 26, "#e2c48f", at="ms", bold=True)
    return easel


PICTURES: Final[dict[str, Callable[[], Easel]]] = {
    "ballot-box.png": ballot_box,
    "quayside-result.png": quayside_result,
    "seats-map.png": seats_map,
    "final-seats.png": final_seats,
    "counting-hall.jpg": counting_hall,
    "harbour-night.jpg": harbour_night,
    "platform.jpg": platform,
}
