"""What is to be seen while a rehearsal runs: the three places as their readers see them, and the delivery board.

On a terminal it is a picture that redraws itself; elsewhere a plain log with a line for each message that appears,
changes or goes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bots.cli.rehearse import looks
from bots.cli.rehearse.cast import Line, Seat
from core.store.broadcasts import Progress

_REDRAW = 0.25


@dataclass(frozen=True, slots=True)
class Board:
    """How far everything is, per account."""

    title: str
    progress: dict[str, Progress]
    news: tuple[str, ...]
    """What the director did last, oldest first."""


class Screen(Protocol):
    """Something that shows a rehearsal."""

    async def show(self, seats: Sequence[Seat], board: Callable[[], Awaitable[Board]]) -> None:
        """Show until cancelled."""
        ...


class Picture:
    """The terminal's screen."""

    def __init__(self, console: Console) -> None:
        """Draw on this console."""
        self._console = console

    async def show(self, seats: Sequence[Seat], board: Callable[[], Awaitable[Board]]) -> None:
        """Show until cancelled; the last picture stays on the screen."""
        with Live(console=self._console, refresh_per_second=4, transient=False) as live:
            try:
                while True:
                    live.update(self._draw(seats, await board()))
                    await asyncio.sleep(_REDRAW)
            finally:
                live.update(self._draw(seats, await board()), refresh=True)

    def _draw(self, seats: Sequence[Seat], board: Board) -> Layout:
        height = max(12, self._console.height - 1)
        layout = Layout(size=height)
        layout.split_column(Layout(name="places"), Layout(_board(board), size=9))
        rows, width = height - 11, self._console.width // len(seats)
        layout["places"].split_row(*(Layout(_place(seat, rows, width, self._console)) for seat in seats))
        return layout


class Log:
    """A line for everything that appears or changes, for scripts and pipes."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], datetime]) -> None:
        """`write` takes one line."""
        self._write = write
        self._clock = clock
        self._seen: dict[tuple[str, int], Line] = {}
        self._told = 0

    async def show(self, seats: Sequence[Seat], board: Callable[[], Awaitable[Board]]) -> None:
        """Log until cancelled."""
        try:
            while True:
                self._news(seats, await board())
                await asyncio.sleep(_REDRAW)
        finally:
            self._news(seats, await board())

    def _news(self, seats: Sequence[Seat], board: Board) -> None:
        for happened in board.news[self._told :]:
            self._say(f"· {happened}")
        self._told = len(board.news)
        for seat in seats:
            standing = {line.message_id: line for line in seat.read()}
            for line in standing.values():
                before = self._seen.get((seat.name, line.message_id))
                if before is None:
                    self._say(f"{seat.name}: {_first_words(line)}")
                elif before.text != line.text:
                    self._say(f"{seat.name}: changed to {_first_words(line)}")
                self._seen[seat.name, line.message_id] = line
            gone = [key for key in self._seen if key[0] == seat.name and key[1] not in standing]
            for key in gone:
                self._say(f"{seat.name}: gone {_first_words(self._seen.pop(key))}")

    def _say(self, line: str) -> None:
        self._write(f"{self._clock():%H:%M:%S} {line}")


def _place(seat: Seat, rows: int, width: int, console: Console) -> Panel:
    shown = Text("\n").join(_message(line) for line in seat.read()[-12:])
    # The newest words are at the bottom, as in every chat.
    kept = shown.wrap(console, max(10, width - 4))[-max(3, rows) :]
    return Panel(Text("\n").join(kept), title=seat.name, border_style="blue")


def _message(line: Line) -> Text:
    text = Text()
    text.append(f"{line.sender}{' (edited)' if line.edited else ''}\n", style="bold cyan")
    if line.pictures:
        text.append(f"[{line.pictures} picture{'s' if line.pictures > 1 else ''}]\n", style="magenta")
    return text.append_text(looks.drawn(line)).append("\n")


def _board(board: Board) -> Panel:
    table = Table(expand=True, box=None)
    for name in ("account", "delivered", "waiting", "filtered", "failed", "unknown"):
        table.add_column(name)
    for account, progress in sorted(board.progress.items()):
        counts = (progress.sent, progress.waiting, progress.skipped, progress.failed, progress.unknown)
        table.add_row(account, *(str(count) for count in counts))
    news = [Text(f"· {line}", style="dim") for line in board.news[-4:]]
    return Panel(Group(table, *news), title=board.title, border_style="green")


def _first_words(line: Line) -> str:
    first = " ".join(line.text.split())
    picture = f"[{line.pictures} picture] " if line.pictures else ""
    return picture + (first if len(first) <= 90 else first[:89] + "…")
