"""Draw a bulletin: put it in order, find the messages it goes into, deal the text over them."""

from collections.abc import Sequence
from itertools import groupby, islice

from bots.telegram.render.entities import units, write
from bots.telegram.render.order import Order, order
from bots.telegram.render.parts import (
    ALBUM_LIMIT,
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Album,
    Photo,
    Words,
    pictures_part,
    words_part,
)
from core import locales, markup, telling
from core.model import Bulletin, Entry, Form
from core.telling import Lines

_TEXT = 0
"""A slot for a text; any other number is a slot for so many pictures."""


def draw(bulletin: Bulletin, words: locales.Words, kept: tuple[Form, ...] = ()) -> tuple[Words | Photo | Album, ...]:
    """The messages of a bulletin, always the same for the same bulletin.

    `kept`: the forms of the messages it goes into again, in their order. Text that no longer fits makes further
    messages at the end, text that is no longer needed makes fewer. A photo cannot become a text: one that has no
    picture any more gets the plate. A retraction has something to say in each of them.
    """
    slots = _slots(kept) if kept else _full(len(telling.shown(bulletin)))
    if bulletin.entry is not None and bulletin.retracted:
        return _retracted(bulletin, bulletin.entry, words, slots or (_TEXT,))
    told = telling.tell(bulletin, words, pictures=sum(slots))
    ordered = order(told)
    caption, texts = _captioned(ordered, slots)
    # Messages are matched by their order, so a text that stands before a picture must stay one.
    owed = _texts(slots[: _last_picture(slots)]) - len(texts)
    assets = [image.asset for image in told.images]
    return _fill(slots, assets, (caption,), [*texts, *[ordered.lines[-1:]] * owed])


def merge(bulletins: Sequence[Bulletin], words: locales.Words) -> Words:
    """Entries of one coverage as one text, always the same for the same bulletins."""
    lines = telling.merged(bulletins, words, limit=TEXT_LIMIT, measure=units)
    return Words(Form.MERGED, *write(lines))


def _full(count: int) -> tuple[int, ...]:
    """Slots for so many pictures, in as few messages as Telegram allows."""
    return tuple(min(ALBUM_LIMIT, count - start) for start in range(0, count, ALBUM_LIMIT))


def _slots(kept: tuple[Form, ...]) -> tuple[int, ...]:
    """The messages there are. An album's pictures are kept one by one; full albums come first."""
    slots: list[int] = []
    for form, group in groupby(kept):
        count = len(tuple(group))
        slots += {Form.ALBUM: _full(count), Form.PHOTO: (1,) * count}.get(form, (_TEXT,) * count)
    return tuple(slots)


def _texts(slots: Sequence[int]) -> int:
    return sum(slot == _TEXT for slot in slots)


def _last_picture(slots: Sequence[int]) -> int:
    return max((at for at, slot in enumerate(slots) if slot != _TEXT), default=0)


def _captioned(ordered: Order, slots: Sequence[int]) -> tuple[Lines, list[Lines]]:
    """What stands under the first picture, and the texts.

    Everything stands there, when it fits and there is no text yet; else the headline and the picture's own words.
    Nothing does where there is no picture, or a text comes before it.
    """
    if not slots or slots[0] == _TEXT:
        return (), _dealt(ordered.lines)
    top = (*ordered.head, *ordered.captions)
    if not _texts(slots) and _length(ordered.lines) <= CAPTION_LIMIT:
        return ordered.lines, []
    if top and _length(top) <= CAPTION_LIMIT:
        return top, _dealt(ordered.rest)
    first, *rest = _dealt(ordered.lines, CAPTION_LIMIT)
    return first, rest


def _retracted(
    bulletin: Bulletin, entry: Entry, words: locales.Words, slots: Sequence[int]
) -> tuple[Words | Photo | Album, ...]:
    """The notice in the first message, and in each other one that it was part of what was withdrawn."""
    pictured = slots[0] != _TEXT
    first, *more = _dealt(telling.retracted(bulletin, entry, words), CAPTION_LIMIT if pictured else TEXT_LIMIT)
    rest = telling.retracted_part(bulletin, entry, words)
    captions = ([first] if pictured else []) + [rest] * len(slots)
    texts = ([] if pictured else [first]) + more
    return _fill(slots, (), captions, [*texts, *[rest] * (_texts(slots) - len(texts))])


def _fill(
    slots: Sequence[int], assets: Sequence[str | None], captions: Sequence[Lines], texts: Sequence[Lines]
) -> tuple[Words | Photo | Album, ...]:
    """Put pictures, captions and texts into the slots in their order; where a picture is missing there is a plate."""
    shown, under, told = iter(assets), iter(captions), iter(texts)
    parts: list[Words | Photo | Album] = []
    for slot in slots:
        if slot == _TEXT:
            parts += [words_part(*write(lines)) for lines in islice(told, 1)]
        else:
            parts.append(pictures_part(tuple(next(shown, None) for _ in range(slot)), *write(next(under, ()))))
    return (*parts, *(words_part(*write(lines)) for lines in told))


def _dealt(lines: Lines, first_limit: int = TEXT_LIMIT) -> list[Lines]:
    return list(markup.deal(lines, limit=TEXT_LIMIT, measure=markup.line_length, first_limit=first_limit))


def _length(lines: Lines) -> int:
    return len(markup.whole(lines))
