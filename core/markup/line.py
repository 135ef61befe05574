"""One line of a drawn bulletin: a text with a look, and where such a text may be cut."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from core import blocks
from core.blocks import Run, Text


class Look(StrEnum):
    """What a line is to a reader; each platform's `render` decides how that looks."""

    PLAIN = "plain"
    KICKER = "kicker"
    HEADLINE = "headline"
    SUBTITLE = "subtitle"
    HEADING = "heading"
    POINT = "point"
    QUOTE = "quote"
    SMALL = "small"
    FOOT = "foot"


@dataclass(frozen=True, slots=True)
class Line:
    """A block's text, or one point of a list, on its way into a part.

    `joint` stands between the line before and this one while both are in one part; `lead` is the mark before the text
    ("• "), which belongs to nobody's words. A line cut in two gives a second line without a lead, whose joint is the
    white space the cut fell on, so that lines and joints put together are always the whole text.
    """

    text: Text
    look: Look = Look.PLAIN
    lead: str = ""
    joint: str = "\n\n"

    @property
    def plain(self) -> str:
        """The characters of the line with its lead and without its looks."""
        return self.lead + blocks.plain(self.text)


def line_length(line: Line) -> int:
    """The measure of a platform that counts code points and draws looks beside the text (Telegram)."""
    return len(line.lead) + sum(len(run.text) for run in line.text)


Cut = tuple[int, int]
"""Where the first piece ends and where the second begins, counted in the text without its lead."""

# A sentence ends at its mark and closing quotes, before white space and something that does not go on in lower case.
# Full-width marks end one without white space. A new line inside a block always may be cut at.
_SENTENCE = re.compile(
    r"""(?:[.!?…]+["'”’»)\]]*(?P<gap>\s+)(?![a-z\s]))|(?P<wide>[。！？]+[」』”）]*)|(?P<row>[ \t]*\n\s*)"""
)
_WORD = re.compile(r"\s+")


def split(line: Line, cut: Cut) -> tuple[Line, Line]:
    """The two lines a cut makes of one. A run the cut falls into becomes two runs of the same look."""
    end, begin = cut
    whole = blocks.plain(line.text)
    first = replace(line, text=_stretch(line.text, 0, end))
    second = replace(line, text=_stretch(line.text, begin, len(whole)), lead="", joint=whole[end:begin])
    return first, second


def cuts(line: Line) -> Iterator[tuple[Cut, ...]]:
    """Every place a line may be cut at, the best sort of place first.

    Outside links and bold or italic stretches before inside them; at sentences, then words, then graphemes; at bare
    code points only when nothing else is left.
    """
    plain = blocks.plain(line.text)
    styled = _styled(line.text)
    sorts = (_sentences, _words, _graphemes)
    for places in sorts:
        yield tuple(cut for cut in places(plain) if not _inside(cut, styled))
    for places in sorts:
        yield tuple(places(plain))
    yield tuple((at, at) for at in range(1, len(plain)))


def sentence_cuts(line: Line) -> tuple[Cut, ...]:
    """The places between two sentences of a line, outside its links and looks."""
    styled = _styled(line.text)
    return tuple(cut for cut in _sentences(blocks.plain(line.text)) if not _inside(cut, styled))


def shortened(words: str, most: int) -> str:
    """Words on one row, no longer than `most` code points, an ellipsis where something is missing; none for 0.

    Cut between words where that leaves half of the room filled, else between graphemes; an address is never cut, since
    half of one leads elsewhere. More room never gives less.
    """
    words = " ".join(words.split())
    if len(words) <= most:
        return words
    places = [0, *(at for at, _ in _graphemes(words[:most]))]
    spaces = [at for at in places if words[at] == " "]
    end = spaces[-1] if spaces and spaces[-1] >= most // 2 else places[-1]
    start = words.rfind(" ", 0, end) + 1
    if words[end] != " " and "://" in words[start:].partition(" ")[0]:
        end = start
    return f"{words[:end].rstrip()}…"[:most]


def _stretch(text: Text, start: int, end: int) -> Text:
    taken: list[Run] = []
    at = 0
    for run in text:
        piece = run.text[max(0, start - at) : max(0, end - at)]
        if piece:
            taken.append(replace(run, text=piece))
        at += len(run.text)
    return tuple(taken)


def _styled(text: Text) -> tuple[tuple[int, int], ...]:
    """The stretches of one look: neighbouring runs that share a link, or bold, or italic, are one stretch."""
    found: list[tuple[int, int]] = []
    for look in ("url", "bold", "italic"):
        at, start, now = 0, 0, None
        for run in (*text, Run("")):
            value = getattr(run, look) or None
            if value != now:
                if now is not None:
                    found.append((start, at))
                start, now = at, value
            at += len(run.text)
    return tuple(found)


def _inside(cut: Cut, styled: tuple[tuple[int, int], ...]) -> bool:
    return any(start < cut[0] < end or start < cut[1] < end for start, end in styled)


def _sentences(plain: str) -> Iterator[Cut]:
    for match in _SENTENCE.finditer(plain):
        end = match.end() if match.group("wide") else match.start(match.lastgroup or 0)
        if end > 0 and match.end() < len(plain):
            yield end, match.end()


def _words(plain: str) -> Iterator[Cut]:
    for match in _WORD.finditer(plain):
        if match.start() > 0 and match.end() < len(plain):
            yield match.span()


def _graphemes(plain: str) -> Iterator[Cut]:
    flags = 0
    for at in range(1, len(plain)):
        before, after = plain[at - 1], plain[at]
        flags = flags + 1 if _is_flag(before) else 0
        if _glued(before, after) or (_is_flag(after) and flags % 2 == 1):
            continue
        yield at, at


def _glued(before: str, after: str) -> bool:
    """Whether a reader would see one sign: combining marks, joiners, variation selectors, skin tones, tags, CR LF."""
    return (
        unicodedata.category(after).startswith("M")
        or after in "\u200c\u200d"
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or (before, after) == ("\r", "\n")
    )


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
