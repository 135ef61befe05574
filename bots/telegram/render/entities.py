"""Lines of one part as Telegram takes them: a text, and its looks as entities in UTF-16 units."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bots.telegram.render.parts import ENTITY_LIMIT, Entity
from core.markup import Line, Look

# The looks a reader would miss most come first; surplus ones are dropped from the end of this list.
_WEIGHTS = ("text_link", "bold", "blockquote", "italic")
_BOLD = (Look.HEADLINE, Look.SUBTITLE, Look.HEADING)
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    bold: bool = False
    italic: bool = False
    quote: bool = False
    url: str | None = None


def write(lines: Sequence[Line]) -> tuple[str, tuple[Entity, ...]]:
    """The text of the lines with their joints, and at most 100 entities in order."""
    pieces = tuple(_pieces(lines))
    found = [
        *_entities("text_link", pieces, lambda piece: piece.url),
        *_entities("bold", pieces, lambda piece: piece.bold),
        *_entities("italic", pieces, lambda piece: piece.italic),
        *_entities("blockquote", pieces, lambda piece: piece.quote),
    ]
    found.sort(key=lambda entity: _WEIGHTS.index(entity.type))
    kept = sorted(found[:ENTITY_LIMIT], key=lambda entity: (entity.offset, -entity.length, entity.type))
    return "".join(piece.text for piece in pieces), tuple(kept)


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, which entity offsets count."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def units(line: Line) -> int:
    """A line's length in UTF-16 units: never less than what Telegram counts, which is code points."""
    return utf16_length(line.plain)


def _pieces(lines: Sequence[Line]) -> Iterator[_Piece]:
    before: Line | None = None
    for line in lines:
        quote = line.look is Look.QUOTE
        if before is not None:
            # Lines of one quote stay one block; a blank line parts two quotes.
            yield _Piece(line.joint, quote=quote and before.look is Look.QUOTE and "\n\n" not in line.joint)
        bold, italic = line.look in _BOLD, line.look is Look.SMALL
        if line.lead:
            yield _Piece(line.lead, bold=bold, italic=italic, quote=quote)
        for run in line.text:
            words = _LONE_SURROGATES.sub("\ufffd", run.text)
            yield _Piece(words, run.bold or bold, run.italic or italic, quote, run.url)
        before = line


def _entities(kind: str, pieces: Sequence[_Piece], look: Callable[[_Piece], str | bool | None]) -> Iterator[Entity]:
    """Neighbouring pieces of one look are one entity; white space at its ends is not part of it, as in TDLib."""
    at = 0
    for value, group in groupby(pieces, key=look):
        text = "".join(piece.text for piece in group)
        inner = text.strip()
        if value and inner:
            start = at + utf16_length(text[: text.index(inner)])
            yield Entity(kind, start, utf16_length(inner), value if isinstance(value, str) else None)
        at += utf16_length(text)
