"""Draw a bulletin: lay it out, find the messages it goes into, deal the text over them."""

from collections.abc import Iterable, Sequence

from bots.telegram.render.entities import write
from bots.telegram.render.lines import Layout, lay_out, leftover, notice, pictures
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
from core import locales, markup
from core.markup import Line
from core.model import Bulletin, Form

_PICTURES = (Form.PHOTO, Form.ALBUM)


def draw(bulletin: Bulletin, words: locales.Words, kept: tuple[Form, ...] = ()) -> tuple[Words | Photo | Album, ...]:
    """The messages of a bulletin, always the same for the same bulletin.

    `kept`: the forms of the messages it goes into again. Their order stays; text that no longer fits makes further
    messages at the end, text that is no longer needed makes fewer. A photo cannot become a text: one that has no
    picture any more gets the plate. A retraction has something to say in each of them.
    """
    frames = _kept_frames(kept) if kept else _frames(len(pictures(bulletin)))
    if bulletin.retracted:
        return _retracted(bulletin, words, frames, texts=_texts(kept))
    layout = lay_out(bulletin, words, shown=sum(frames))
    if not frames:
        return tuple(map(_words, markup.deal(layout.lines, limit=TEXT_LIMIT, measure=markup.line_length)))
    caption, texts = _captioned(layout, alone=not _texts(kept))
    return (*_pictures(frames, layout.assets, caption), *map(_words, texts))


def _frames(count: int) -> tuple[int, ...]:
    """How many pictures go into each photo or album: as few messages as Telegram allows."""
    return tuple(min(ALBUM_LIMIT, count - start) for start in range(0, count, ALBUM_LIMIT))


def _kept_frames(kept: tuple[Form, ...]) -> tuple[int, ...]:
    frames: list[int] = []
    albums = 0
    for form in (*kept, Form.TEXT):
        if form is Form.ALBUM:
            albums += 1
            continue
        frames += _frames(albums)
        frames += [1] if form is Form.PHOTO else []
        albums = 0
    return tuple(frames)


def _texts(kept: tuple[Form, ...]) -> int:
    return sum(form not in _PICTURES for form in kept)


def _captioned(layout: Layout, *, alone: bool) -> tuple[tuple[Line, ...], tuple[tuple[Line, ...], ...]]:
    """What stands under the picture, and the texts after it.

    Everything, when it fits and the picture may stand alone; else the headline and the picture's own words.
    """
    top = (*layout.head, *layout.captions)
    if alone and _length(layout.lines) <= CAPTION_LIMIT:
        return layout.lines, ()
    if top and _length(top) <= CAPTION_LIMIT:
        return top, markup.deal(layout.rest, limit=TEXT_LIMIT, measure=markup.line_length)
    dealt = markup.deal(layout.lines, limit=TEXT_LIMIT, measure=markup.line_length, first_limit=CAPTION_LIMIT)
    return dealt[0], dealt[1:]


def _length(lines: Sequence[Line]) -> int:
    return len(markup.whole(lines))


def _words(lines: Sequence[Line]) -> Words:
    return words_part(*write(lines))


def _pictures(frames: Iterable[int], assets: tuple[str, ...], caption: tuple[Line, ...]) -> list[Photo | Album]:
    """The photos and albums, the caption under the first; where pictures are missing there are plates."""
    parts: list[Photo | Album] = []
    left = iter(assets)
    for size in frames:
        shown = tuple(next(left, None) for _ in range(size))
        parts.append(pictures_part(shown, *(write(caption) if not parts else ("", ()))))
    return parts


def _retracted(
    bulletin: Bulletin, words: locales.Words, frames: tuple[int, ...], *, texts: int
) -> tuple[Words | Photo | Album, ...]:
    if bulletin.entry is None:
        raise ValueError("only an entry can be retracted")
    limit = CAPTION_LIMIT if frames else TEXT_LIMIT
    said = markup.deal(
        notice(bulletin, bulletin.entry, words), limit=TEXT_LIMIT, measure=markup.line_length, first_limit=limit
    )
    rest = leftover(bulletin, bulletin.entry, words)
    under, after = (said[:1], said[1:]) if frames else ((), said)
    captions = (*under, *[rest] * (len(frames) - len(under)))
    plates = (pictures_part((None,) * size, *write(lines)) for size, lines in zip(frames, captions, strict=True))
    return (*plates, *map(_words, after), *[_words(rest)] * (texts - len(after)))
