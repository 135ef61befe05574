"""The door: every subcommand, and the one place where a failure becomes a line that says what to do.

A subcommand's own room, and with it what is slow to load (databases, the platforms' clients), opens when it is called.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

_PLAIN: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
_ROOMS = {
    "rehearse": "Replay a coverage on a stage of its own; needs no tokens.",
    "run": "Run the bots until Ctrl-C.",
    "lanes": "Who holds each account, what waits on it, and when that is done.",
    "import": "Read a live page into a coverage.",
    "export": "Write a coverage as a page.",
    "doctor": "Check everything an installation needs.",
    "db": "Make the store, bring it up to date, say how it is.",
    "person": "Who may speak for the newsroom.",
}
_FILES = {"import": "import_page", "export": "export_page"}
"""Where a room cannot be called like its command."""
_INTERRUPTED = 130  # what a shell calls "ended by Ctrl-C"


def enter(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Nothing but the command's own output goes to stdout."""
    try:
        app()(list(arguments), prog_name="livedesk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # the last door: whoever typed gets a line, never a traceback
        if "--debug" in arguments:
            raise
        from bots.cli import troubles

        for line in troubles.lines(error) or (_unexpected(error),):
            sys.stderr.write(f"livedesk: {line}\n")
        return 1
    return 0


def app() -> typer.Typer:
    """All subcommands, put together."""
    built = typer.Typer(
        help="Live news coverage, delivered where people already talk.",
        no_args_is_help=True,
        cls=_Rooms,
        **_PLAIN,
    )
    built.callback()(_before)
    for name, sentence in _ROOMS.items():
        built.command(name, help=sentence)(_closed)
    return built


class _Rooms(TyperGroup):
    """Puts the real subcommand in the place of its name once it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, known, rest = super().resolve_command(ctx, args)
        return name, _open(name) if name else known, rest


def _open(name: str) -> Any:
    room = importlib.import_module(f"bots.cli.{_FILES.get(name, name)}")
    if hasattr(room, "group"):
        return typer.main.get_command(room.group())
    alone = typer.Typer(**_PLAIN)
    alone.command(name)(room.command)
    return typer.main.get_command(alone)


def _closed() -> None:
    """Stands for a subcommand whose room nobody entered."""


def _unexpected(error: Exception) -> str:
    return f"that should not have happened ({type(error).__name__}): `livedesk --debug …` shows where it came from"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"livedesk {metadata.version('livedesk')}")
        raise typer.Exit


def _before(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file (else LIVEDESK_CONFIG, else config/livedesk.toml).")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where a failure came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it and end.")
    ] = False,
) -> None:
    from bots.cli.asked import Asked

    context.obj = Asked(config=config, debug=debug)
