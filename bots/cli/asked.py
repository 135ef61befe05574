"""What was asked of every subcommand alike: which settings, and how much to say when something fails."""

from dataclasses import dataclass
from pathlib import Path

import typer


@dataclass(frozen=True, slots=True)
class Asked:
    """The options before the subcommand's name."""

    config: Path | None
    debug: bool


def of(context: typer.Context) -> Asked:
    """The options given before the subcommand of this context."""
    asked = context.find_root().obj
    if not isinstance(asked, Asked):
        raise TypeError("a subcommand ran without the door")
    return asked
