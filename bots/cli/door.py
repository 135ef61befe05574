"""The door: every subcommand, and the one place where a failure becomes a line that says what to do."""

import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from bots.cli import db, doctor, export_page, import_page, person, rehearse, run, troubles
from bots.cli.asked import Asked

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
        for line in troubles.lines(error) or (_unexpected(error),):
            sys.stderr.write(f"livedesk: {line}\n")
        return 1
    return 0


def app() -> typer.Typer:
    """All subcommands, put together."""
    built = typer.Typer(
        help="Live news coverage, delivered where people already talk.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    built.callback()(_before)
    built.command("rehearse")(rehearse.command)
    built.command("run")(run.command)
    built.command("import")(import_page.command)
    built.command("export")(export_page.command)
    built.command("doctor")(doctor.command)
    built.add_typer(db.group(), name="db")
    built.add_typer(person.group(), name="person")
    return built


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
    context.obj = Asked(config=config, debug=debug)
