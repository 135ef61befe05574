"""Does this entry say what another one just said? (fault E4: a double click, or two editors with one thought)"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from core.formats import page
from core.model import Content, Entry, EntryStatus

WINDOW = timedelta(minutes=10)
_SAME = 92.0


def words(content: Content) -> str:
    """An entry's words, folded so that capitals, spaces and look-alike letters make no difference."""
    whole = f"{content.headline}\n{page.body_text(content.blocks)}"
    return " ".join(unicodedata.normalize("NFKC", whole).casefold().split())


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


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    # "3 dead" and "4 dead" are two entries however like they look.
    return bool(one) and _numbers(one) == _numbers(other) and fuzz.ratio(one, other) >= _SAME


def _numbers(said: str) -> list[str]:
    return re.findall(r"\d+", said)
