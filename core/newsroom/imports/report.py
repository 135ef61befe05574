"""What an import is told, and what it tells."""

from dataclasses import dataclass
from datetime import datetime

from core.model import Audience, Coverage, Mode


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An entry of the page that may be one of ours under another headline."""

    number: int
    headline: str
    """As the page has it now."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, and what sending it would do. The lists of numbers hold public entry numbers."""

    coverage: Coverage
    opened: bool
    """Whether the page made a new coverage."""
    added: tuple[int, ...]
    changed: tuple[int, ...]
    """Entries nobody had yet, so that they took the page's words at once."""
    proposed: tuple[int, ...]
    """Entries readers have: the page's words wait for an editor's decision."""
    unchanged: int
    summary_changed: bool
    unsent: int
    """Bulletins of this coverage that nobody was sent: what `--publish` sends."""
    audience: Audience
    sent: int = 0
    """Bulletins this import did send."""
    rewritten: tuple[Rewritten, ...] = ()
    """Not taken in: an editor decides whether each is a new headline of that entry, or an entry of its own."""
    withdrawn: tuple[int, ...] = ()
    """Entries the page took back and readers have: an editor retracts them, or does not."""
    held: tuple[int, ...] = ()
    """Entries nobody was sent and `--publish` does not send either, before an editor has decided about them."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who imports, when, and in which mode the house runs."""

    by: str
    now: datetime
    mode: Mode
    into: str = ""
    """The coverage's slug, when somebody said which; a new coverage gets it."""


class NotKept(Exception):
    """Carries a report out of a transaction that leaves nothing behind."""

    def __init__(self, report: ImportReport) -> None:
        """`report` says what would have happened."""
        super().__init__()
        self.report = report
