"""Does this subscription get this bulletin, how loudly, and why: pure, and it explains itself.

Whether it rings is the bulletin's own matter for now; quiet hours, bundling and budgets join here.
"""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Bulletin, BulletinKind, Importance, Level, Rules

# design.md, Freshness: what is older is shown, but rings no more.
_RINGS = timedelta(minutes=15)
_LEAST = {Level.ALL: Importance.NORMAL, Level.KEY: Importance.KEY, Level.BREAKING: Importance.BREAKING}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and the name of the rule that gave it."""

    deliver: bool
    why: str


def decide(rules: Rules, bulletin: Bulletin) -> Decision:
    """Whether a destination with these rules gets this bulletin."""
    asked = bulletin.entry.content.importance if bulletin.kind is BulletinKind.ENTRY and bulletin.entry else None
    return _decided(rules.entries, bulletin.kind, asked)


@functools.cache
def _decided(level: Level, kind: BulletinKind, importance: Importance | None) -> Decision:
    if level is Level.NOTHING:
        return Decision(deliver=False, why="entries_nothing")
    if importance is None:
        return Decision(deliver=True, why=kind.value)
    if importance >= _LEAST[level]:
        return Decision(deliver=True, why=f"entries_{level.value}")
    return Decision(deliver=False, why=f"below_{level.value}")


def asked_for(importance: Importance) -> tuple[Level, ...]:
    """The wishes that an entry of this importance meets."""
    return tuple(level for level, least in _LEAST.items() if importance >= least)


def rings(bulletin: Bulletin, now: datetime) -> bool:
    """Whether a bulletin makes a sound when it arrives now: a fresh alert does."""
    return bulletin.loud and (bulletin.entry is None or now - bulletin.entry.published_at <= _RINGS)
