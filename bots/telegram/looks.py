"""What a phone's own formatting says: a message's entities as the Markdown an editor would have typed."""

import itertools
from collections.abc import Iterable, Sequence

from telegram import MessageEntity

from core import markup
from core.blocks import Run, Text

_BOLD, _ITALIC, _LINK = MessageEntity.BOLD, MessageEntity.ITALIC, MessageEntity.TEXT_LINK
_QUOTES = (MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE)
_KNOWN = (_BOLD, _ITALIC, _LINK, *_QUOTES)


def typed(text: str, entities: Sequence[MessageEntity]) -> str:
    """The words with bold, italic, links and quotes as Markdown; anything else is the bare text."""
    known = [entity for entity in entities if entity.type in _KNOWN]
    return markup.typed(runs(text, known)) if known else text


def runs(text: str, entities: Iterable[MessageEntity]) -> Text:
    """The text as runs, each row of a quote after the mark "> ". Offsets are UTF-16 units (Bot API, MessageEntity)."""
    places = _places(text)
    last = len(places) - 1
    spans = [
        (places[min(last, max(0, one.offset))], places[min(last, one.offset + one.length)], one) for one in entities
    ]
    edges = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    made: list[Run] = []
    for start, end in itertools.pairwise(edges):
        here = [one for first, past, one in spans if first <= start and end <= past]
        words = text[start:end]
        made += _quoted(_run(words, here), starts_row=_starts_row(made)) if _any(here, _QUOTES) else [_run(words, here)]
    return tuple(run for run in made if run.text)


def _places(text: str) -> list[int]:
    """The place in the text of each UTF-16 unit, and of its end. Half a pair counts as its beginning."""
    places = [at for at, sign in enumerate(text) for _ in range(1 + (sign > "\uffff"))]
    return [*places, len(text)]


def _run(words: str, here: Sequence[MessageEntity]) -> Run:
    link = next((one.url for one in here if one.type == _LINK), None)
    return Run(words, _any(here, (_BOLD,)), _any(here, (_ITALIC,)), link)


def _quoted(run: Run, *, starts_row: bool) -> list[Run]:
    """A run inside a quote, with the mark of a quote before each row it begins."""
    made: list[Run] = []
    for at, row in enumerate(run.text.split("\n")):
        made += [Run("\n")] if at else []
        made += [Run("> ")] if at or starts_row else []
        made.append(Run(row, run.bold, run.italic, run.url))
    return made


def _starts_row(made: Sequence[Run]) -> bool:
    return not made or made[-1].text.endswith("\n")


def _any(here: Iterable[MessageEntity], kinds: tuple[str, ...]) -> bool:
    return any(one.type in kinds for one in here)
