"""What was asked of every subcommand alike: which settings, and how much to say when something fails."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from config import settings
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """The options before the subcommand's name."""

    config: Path | None
    debug: bool

    def settings(self) -> Settings:
        """The settings in force. Raises SettingsTrouble."""
        return settings.read(self.config)


def of(context: typer.Context) -> Asked:
    """The options given before the subcommand of this context."""
    asked = context.find_root().obj
    if not isinstance(asked, Asked):
        raise TypeError("a subcommand ran without the door")
    return asked


def now() -> datetime:
    """The time, for commands: the one clock that is not handed in, because nobody stands above them."""
    return datetime.now(UTC)
