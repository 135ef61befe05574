"""`livedesk rehearse`: the whole house on a stage of its own, with nothing to sign up for and nobody real to reach."""

import asyncio
import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bots import logs
from bots.app import Habits, House, Member
from bots.cli import asked, pictures, troubles
from bots.cli.import_page import load
from bots.cli.rehearse import cast as casting
from bots.cli.rehearse import verdict
from bots.cli.rehearse.cast import Cast, Seat
from bots.cli.rehearse.screen import Board, Log, Picture, Screen
from bots.cli.rehearse.script import Director, MissedCue
from bots.rehearsal.stage import Stage
from core.model import Coverage, Mode, Platform
from core.store import Store, broadcasts

SAMPLES = Path(casting.__file__).parents[2] / "rehearsal" / "samples"
_TELEGRAM, _DISCORD = "telegram-stage", "discord-stage"
_GIVE_UP = 420.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    page: Path
    speed: float | None
    journal: Path | None
    stay: bool


def command(
    context: typer.Context,
    coverage: Annotated[str, typer.Option(help="A sample's name, or a live page's file.")] = "storm",
    speed: Annotated[
        float | None, typer.Option(min=0.1, help="Times as fast as it happened; by default about two minutes in all.")
    ] = None,
    journal: Annotated[Path | None, typer.Option(help="Write every call the bots make to this file.")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="End by itself, with exit code 1 if anything is missing.")
    ] = False,
) -> None:
    """Replay a coverage to a Telegram chat, a group's topic and a Discord channel, through the real clients."""
    console = Console()
    stay = console.is_terminal and not once
    wishes = Wishes(_find(coverage), speed, journal, stay)
    logs.start(level="warning", form="text")
    told = asyncio.run(_rehearse(wishes, _screen(console)))
    for sentence in told:
        print(f"missing: {sentence}")
    if told:
        raise typer.Exit(1)
    print("Everything arrived: every part has its receipt, and the stage saw nothing illegal.")


def _find(name: str) -> Path:
    sample = SAMPLES / name / "page.jsonld"
    if sample.exists():
        return sample
    if Path(name).exists():
        return Path(name)
    known = ", ".join(sorted(folder.name for folder in SAMPLES.iterdir() if (folder / "page.jsonld").exists()))
    raise troubles.Trouble(f"{name} is neither a file nor a sample; samples: {known}")


def _screen(console: Console) -> Screen:
    if console.is_terminal:
        return Picture(console)
    return Log(lambda line: print(line, flush=True), lambda: datetime.now(UTC))


async def _rehearse(wishes: Wishes, screen: Screen) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="livedesk-rehearsal-") as folder:
        store = Store.open(f"sqlite:///{folder}/rehearsal.sqlite", mode=Mode.REHEARSAL, create=True)
        try:
            async with Stage(journal=wishes.journal) as stage:
                return await _play(wishes, store, stage, screen)
        finally:
            store.close()


async def _play(wishes: Wishes, store: Store, stage: Stage, screen: Screen) -> list[str]:
    cast = casting.assemble(stage)
    members = (
        Member(_TELEGRAM, Platform.TELEGRAM, casting.TELEGRAM_TOKEN, stage.url),
        Member(_DISCORD, Platform.DISCORD, casting.DISCORD_TOKEN, stage.url),
    )
    house = House(store, members, mode=Mode.REHEARSAL, clock=asked.now, habits=Habits())
    director = Director(cast, store, house.rooms.newsroom, house.rooms.enrolment)
    coverage = await _bring(store, house, wishes.page)
    living = asyncio.create_task(house.live())
    showing = asyncio.create_task(screen.show(cast.seats, lambda: _board(store, director, coverage)))
    performing = asyncio.create_task(_perform(wishes, director, house, store, coverage))
    try:
        # Ctrl-C: who stayed to look has seen the end already, and is told how it went.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait((performing, living), return_when=asyncio.FIRST_COMPLETED)
        performing.cancel()
        await asyncio.wait((performing,))
        if not performing.cancelled():
            return performing.result()
        if not living.done():
            raise asyncio.CancelledError
        return ["the bots ended before the rehearsal did", *house.troubles().values()]
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        await house.leave()
        await living


async def _perform(wishes: Wishes, director: Director, house: House, store: Store, coverage: Coverage) -> list[str]:
    cast = director.cast
    seats = _reached(cast)
    try:
        async with asyncio.timeout(_GIVE_UP):
            await director.gather(coverage)
            await director.replay(coverage, wishes.speed)
            await director.type_at_the_desks(coverage)
            await director.everything_is_carried()
    except MissedCue as silence:
        return [str(silence), *house.troubles().values()]
    except TimeoutError:
        director.news.append(f"gave up after {_GIVE_UP:g} seconds")
    told = await verdict.missing(store, cast.stage, coverage, seats)
    director.news.append("the curtain falls: " + ("something is missing" if told else "everything arrived"))
    if wishes.stay:
        director.news.append("Ctrl-C ends the rehearsal")
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    return told


async def _bring(store: Store, house: House, page: Path) -> Coverage:
    read = load(page)
    if not read.page.entries:
        raise troubles.Trouble(f"{page} holds no entry, so there is nothing to rehearse")
    brought, _ = await pictures.bring(store, read.page, page.parent, asked.now(), keep=True)
    report = await house.rooms.newsroom.import_page(brought, publish=False, by="rehearsal")
    return report.coverage


async def _board(store: Store, director: Director, coverage: Coverage) -> Board:
    progress = await store.read(broadcasts.of_coverage, coverage.id)
    return Board(f"{coverage.title} · delivery board", progress, tuple(director.news))


def _reached(cast: Cast) -> Sequence[tuple[Seat, str, Platform]]:
    private, topic, channel = cast.seats
    return (
        (private, _TELEGRAM, Platform.TELEGRAM),
        (topic, _TELEGRAM, Platform.TELEGRAM),
        (channel, _DISCORD, Platform.DISCORD),
    )
