"""Does this entry say what another one just said? (fault E4: a double click, or two editors with one thought)"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from core.formats import page
from core.formats.page import PageEntry
from core.model import Content, Entry, EntryStatus

WINDOW = timedelta(minutes=10)
_SAME = 92.0
_REWRITTEN = 75.0
"""How much of its words an entry keeps that only got a new headline, and perhaps a better sentence."""


def words(content: Content) -> str:
    """An entry's words, folded so that capitals, spaces and look-alike letters make no difference."""
    return _folded(f"{content.headline}\n{page.body_text(content.blocks)}")


def find(content: Content, recent: Iterable[Entry], now: datetime) -> Entry | None:
    """The newest standing entry of the last ten minutes that says the same, if there is one."""
    wanted = words(content)
    fresh = (
        entry
        for entry in recent
        if entry.status is EntryStatus.PUBLISHED and timedelta() <= now - entry.published_at <= WINDOW
    )
    ordered = sorted(fresh, key=lambda entry: entry.published_at, reverse=True)
    return next((entry for entry in ordered if _alike(wanted, words(entry.content))), None)


def rewritten(given: PageEntry, gone: Iterable[Entry]) -> Entry | None:
    """Which of our entries that vanished from a page this may be: the same minute, another headline, alike words.

    Where neither has more than a headline, the headlines are compared.
    """
    minute, body = _minute(given.display_at), _folded(page.body_text(given.content.blocks))
    scored: list[tuple[float, Entry]] = []
    for entry in gone:
        other = _folded(page.body_text(entry.content.blocks))
        pair = (body, other) if body or other else (_folded(given.content.headline), _folded(entry.content.headline))
        if minute == _minute(entry.display_at):
            scored.append((fuzz.ratio(*pair), entry))
    score, best = max(scored, key=lambda one: one[0], default=(0.0, None))
    return best if score >= _REWRITTEN else None


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    # "3 dead" and "4 dead" are two entries however like they look.
    return bool(one) and _numbers(one) == _numbers(other) and fuzz.ratio(one, other) >= _SAME


def _folded(whole: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", whole).casefold().split())


def _numbers(said: str) -> list[str]:
    return re.findall(r"\d+", said)
