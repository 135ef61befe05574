"""What somebody at a terminal, or reading a log, sees of a rehearsal."""

import asyncio
import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bots.cli.rehearse.cast import Line, Seat
from bots.cli.rehearse.screen import Board, Log, Picture
from core.store.broadcasts import Progress

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def line(message_id: int, text: str, **more) -> Line:
    return Line(message_id, "Livedesk", text, **{"edited": False, **more})


class Hall:
    """A place and a board that a test changes while they are shown."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.news: tuple[str, ...] = ()
        self.seats = [Seat("Ann", 5, 0, lambda: list(self.lines))]
        self.looks = 0
        self.looked = asyncio.Event()

    async def board(self) -> Board:
        self.looks += 1
        self.looked.set()
        return Board("Storm Ada", {"telegram-stage": Progress(3, 1, 0, 2, 0, finished=False)}, self.news)

    async def shown_again(self) -> None:
        """Wait until everything that stands there now was looked at."""
        for _ in range(2):
            self.looked.clear()
            await asyncio.wait_for(self.looked.wait(), 10)


@pytest.fixture
async def hall() -> Hall:
    return Hall()


async def watched(screen: Log | Picture, hall: Hall, *scenes) -> None:
    """Show the hall through some scenes, then end the show as the rehearsal does."""
    showing = asyncio.create_task(screen.show(hall.seats, hall.board))
    for scene in scenes:
        scene()
        await hall.shown_again()
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)


async def test_a_log_has_a_line_for_what_appears_changes_and_goes(hall: Hall) -> None:
    told: list[str] = []

    def appears() -> None:
        hall.news = ("#1 goes out",)
        hall.lines = [line(11, "Three rescued\n\nNobody was hurt"), line(12, "The harbour", pictures=1)]

    def changes() -> None:
        hall.lines[0] = line(11, "Four rescued", edited=True)

    def goes() -> None:
        del hall.lines[1]

    await watched(Log(told.append, lambda: NOON), hall, appears, changes, goes)
    assert told == [
        "12:00:00 · #1 goes out",
        "12:00:00 Ann: Three rescued Nobody was hurt",
        "12:00:00 Ann: [1 picture] The harbour",
        "12:00:00 Ann: changed to Four rescued",
        "12:00:00 Ann: gone [1 picture] The harbour",
    ]


async def test_a_log_still_tells_what_happened_last_when_it_is_ended_at_once(hall: Hall) -> None:
    told: list[str] = []
    await watched(Log(told.append, lambda: NOON), hall, lambda: None)
    hall.lines = [line(11, "Bridge closed")]
    log = Log(told.append, lambda: NOON)
    showing = asyncio.create_task(log.show(hall.seats, hall.board))
    await hall.shown_again()
    hall.lines.append(line(12, "The last word"))
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)
    assert told[-1] == "12:00:00 Ann: The last word"


async def test_a_long_message_takes_one_line_of_a_log(hall: Hall) -> None:
    told: list[str] = []

    def appears() -> None:
        hall.lines = [line(11, "word " * 100)]

    await watched(Log(told.append, lambda: NOON), hall, appears)
    (row,) = told
    assert row.endswith("…")
    assert len(row) <= 110


async def test_a_terminal_shows_places_newest_at_the_bottom_and_the_board(hall: Hall) -> None:
    paper = io.StringIO()
    console = Console(file=paper, width=100, height=30, force_terminal=True, color_system=None)

    def appears() -> None:
        hall.news = ("Ann follows", "#1 goes out")
        hall.lines = [line(number, f"Entry number {number}") for number in range(1, 31)]
        hall.lines.append(line(31, "Four rescued", edited=True, pictures=2))

    await watched(Picture(console), hall, appears)
    shown = paper.getvalue()
    assert "Ann" in shown
    assert "Livedesk (edited)" in shown
    assert "[2 pictures]" in shown
    assert "Storm Ada" in shown
    assert "telegram-stage" in shown
    assert "#1 goes out" in shown
    last = shown.rpartition("Storm Ada")[0]
    assert "Four rescued" in last
    assert "Entry number 1 " not in last
