"""What changes between two versions of an entry, said in a few lines for somebody on a phone (pure)."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

from core.blocks import Embed, Image, Video
from core.commands import content as contents
from core.commands.call import short
from core.locales import Said, say
from core.model import Content

_SHOWN = 3
_WIDTH = 120
"""Characters of a changed line that are shown."""
_BEFORE = 30
"""Of them, at most, what stands before the change."""


def told(before: Content, after: Content) -> tuple[Said, ...]:
    """The first changes of words, each as it was and as it will be, how many more there are, and what else changes."""
    words = list(_of_words(_lines(before), _lines(after)))
    more = (say("change.more", count=len(words) - _SHOWN),) if len(words) > _SHOWN else ()
    rest = _of_the_rest(before, after)
    shown = (*(line for change in words[:_SHOWN] for line in change), *more, *rest)
    return shown or (say("change.details"),)


def _of_words(before: list[str], after: list[str]) -> Iterator[tuple[Said, ...]]:
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = before[a:b], after[c:d]
        both = min(len(gone), len(come))
        for old, new in zip(gone[:both], come[:both], strict=True):
            was, now = _around(old, new)
            yield say("change.before", words=was), say("change.after", words=now)
        yield from ((say("change.gone", words=short(one, _WIDTH)),) for one in gone[both:])
        yield from ((say("change.new", words=short(one, _WIDTH)),) for one in come[both:])


def _of_the_rest(before: Content, after: Content) -> tuple[Said, ...]:
    other = {
        "change.media": _media(before) != _media(after),
        "change.byline": before.contributors != after.contributors,
        "change.importance": before.importance is not after.importance,
    }
    return tuple(say(key) for key, changes in other.items() if changes)


def _around(old: str, new: str) -> tuple[str, str]:
    """Both lines from a little before the first letter that differs."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = old.rfind(" ", 0, max(0, same - _BEFORE)) + 1 if same > _BEFORE else 0
    lead = "…" if start else ""
    return lead + short(old[start:], _WIDTH), lead + short(new[start:], _WIDTH)


def _lines(content: Content) -> list[str]:
    rows = (content.kicker, *contents.typed_again(content).split("\n"), *(one.note for one in content.corrections))
    return [row for row in rows if row.strip()]


def _media(content: Content) -> tuple[object, ...]:
    return tuple(block for block in content.blocks if isinstance(block, Image | Video | Embed))
