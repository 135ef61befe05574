"""Several entries of one coverage told in one message, cut fairly so that it always stays one.

A destination that lagged gets what it is owed in one go instead of one by one: of each entry its headline, or what
stands in its place, and its foot as in a message of its own.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core import blocks, locales, markup
from core.blocks import Run
from core.markup import Line, Look, Measure
from core.model import Bulletin, Content, Entry, EntryStatus, Importance
from core.platform import MERGED_LIMIT
from core.telling import bulletin as telling
from core.telling.bulletin import Lines

_LEGIBLE = 60
"""Signs of each headline that are worth more than a link, where there is no room for both."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """How much is told: at most so many signs of each stretch of words, and the links of these entries."""

    signs: int
    linked: Collection[int]

    def short(self, words: str) -> str:
        return markup.shortened(words, self.signs)


def merged(bulletins: Sequence[Bulletin], words: locales.Words, *, limit: int, measure: Measure) -> Lines:
    """The lines of one message no longer than `limit` by `measure`, always the same for the same bulletins.

    They are told in the order given. What is too long is cut to one length for all, so that a short headline loses
    nothing to a long one; before headlines become hard to read links go, the longest address first.
    Raises ValueError for none, for more than MERGED_LIMIT, and for what is not entries of one coverage.
    """
    entries = _entries(bulletins)

    def told(signs: int) -> Lines:
        return _lines(bulletins, entries, words, _Cut(signs, linked))

    def length(signs: int) -> int:
        return sum(len(line.joint) + measure(line) for line in told(signs))

    linked = sorted(range(len(entries)), key=lambda at: len(entries[at].content.url or ""))
    while linked and length(_LEGIBLE) > limit:
        linked.pop()
    return told(bisect_right(range(limit), limit, key=length) - 1)


def _entries(bulletins: Sequence[Bulletin]) -> tuple[Entry, ...]:
    entries = tuple(one.entry for one in bulletins if one.entry is not None)
    if not 1 <= len(entries) == len(bulletins) <= MERGED_LIMIT or len({one.coverage_id for one in entries}) > 1:
        raise ValueError(f"not 1 to {MERGED_LIMIT} entries of one coverage: bulletins {[one.id for one in bulletins]}")
    return entries


def _lines(bulletins: Sequence[Bulletin], entries: Sequence[Entry], words: locales.Words, cut: _Cut) -> Lines:
    """The heading, then each entry's rows close up, apart from those of the one before."""
    title = cut.short(bulletins[0].coverage.title)
    told = [Line(blocks.text(words.say("render.merged", coverage=title, count=len(entries))), Look.KICKER)]
    now = max(entry.display_at for entry in entries)
    for at, (bulletin, entry) in enumerate(zip(bulletins, entries, strict=True)):
        foot = telling.foot(bulletin, entry, words, now=now, linked=at in cut.linked)
        first, *rows = (*_said(bulletin, entry, words, now, cut), foot)
        told += [first, *(replace(row, joint="\n") for row in rows)]
    return tuple(told)


def _said(bulletin: Bulletin, entry: Entry, words: locales.Words, now: datetime, cut: _Cut) -> Lines:
    """What an entry says in a row or two. Nothing is left of one that does not stand but why."""
    content = entry.content
    if entry.status is not EntryStatus.PUBLISHED:
        reason = cut.short(content.reason)
        why = (Line(blocks.text(reason)),) if reason else ()
        return (telling.withdrawn(bulletin, entry, words, now=now), *why)
    headline = cut.short(content.headline)
    look = Look.HEADLINE if headline else Look.PLAIN
    runs = (*_marked(bulletin, entry, words), *blocks.text(headline or cut.short(_first_words(content, words))))
    return (*((Line(runs, look),) if runs else ()), *_corrected(bulletin, entry, words, now, cut))


def _marked(bulletin: Bulletin, entry: Entry, words: locales.Words) -> blocks.Text:
    """What makes it more than an entry among others."""
    if telling.urgent(bulletin, entry):
        return (Run(f"{words.say('render.breaking')} ", bold=True),)
    return (Run(f"{words.say('render.key')} ", bold=True),) if entry.content.importance is Importance.KEY else ()


def _corrected(bulletin: Bulletin, entry: Entry, words: locales.Words, now: datetime, cut: _Cut) -> Lines:
    """Its last correction."""
    return tuple(
        telling.corrected(bulletin, replace(one, note=cut.short(one.note)), words, now=now)
        for one in entry.content.corrections[-1:]
    )


def _first_words(content: Content, words: locales.Words) -> str:
    """What an entry without a headline begins with."""
    return " ".join(line.plain for line in telling.body(content.blocks, words)) or content.kicker
