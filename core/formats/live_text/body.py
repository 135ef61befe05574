"""The lines of one entry as typed blocks. Words are never changed; what is a guess is said.

A rendered page that became text has lost its tags, so a picture's words, a sub-heading and a paragraph look alike. Only
labels ("Image source,") are certain.
"""

import itertools
import re
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from core import blocks
from core.formats.live_text.sheet import Line

# Greedy on the left: an alternative text may hold the words, the credit follows the last of them.
_SOURCE = re.compile(r"(?P<alt>.*)Image source,\s*(?P<credit>.+)")
_CAPTION = re.compile(r"(?P<what>Image|Media|Video|Audio) caption,\s*(?P<words>.*)")
_POINT = re.compile(r"[•‣◦▪]\s*(?P<words>\S.*)")
_DRAWN = re.compile(r"\b(map|graphic|infographic|chart|diagram|graph)\b", re.IGNORECASE)
_SHOWN = re.compile(r"\b(this|the|our) (map|graphic|infographic|chart|diagram|graph)\b", re.IGNORECASE)
_CALL = re.compile(r"(more|stay|follow|live|watch|read|listen|get|scroll|click|you|we|join|updates?)\b", re.IGNORECASE)
_LOST_LINK = re.compile(
    r"(?:^|(?<=[.?!] ))((?:Read (?:more|our|the|about)|Find out|Click here|Watch (?:here|the)|Listen (?:here|to))\b"
    r"[^.?!]*)[.?!]?$"
)
_ENDS = (".", "?", "!", ":", ";", ",", "…", '"', "”", "'", "’", ")")
_SUBHEADING, _ALT = 40, 120
"""Longest sub-heading and longest bare alternative text, in characters."""

Draft = str | blocks.Image | blocks.Video | blocks.Bullets


@dataclass(slots=True)
class Body:
    """What became of an entry's lines, and the (field, what) pairs for the loss report."""

    made: tuple[blocks.Block, ...] = ()
    doubts: list[tuple[str, str]] = field(default_factory=list)
    subheadings: int = 0
    bare_graphic: bool = False
    """A picture known only by its words, which the text itself calls a map, a chart or a graphic."""


def build(lines: Sequence[Line]) -> Body:
    """Typed blocks in the order of the lines."""
    body = Body()
    drafts = _drafts(lines, body)
    headings = _subheadings(drafts)
    body.subheadings = len(headings)
    if headings:
        named = ", ".join(f"“{line}”" for line in headings.values())
        body.doubts.append(("subheading", f"short lines taken as sub-headings: {named}"))
    bare = _bare_pictures(drafts, headings)
    made: list[blocks.Block] = []
    for index, draft in enumerate(drafts):
        if isinstance(draft, str):
            made.append(_from_words(draft, body, heading=index in headings, picture=index in bare, around=drafts))
        else:
            made.append(draft)
    body.made = tuple(made)
    if any(isinstance(block, blocks.Image) for block in made):
        body.doubts.append(("image", "the text names a picture without its bytes: readers get its words"))
    if any(isinstance(block, blocks.Video) for block in made):
        body.doubts.append(("video", "the text names a film without its address: readers get its words"))
    return body


def _drafts(lines: Sequence[Line], body: Body) -> list[Draft]:
    """First pass: what labels and bullet marks make certain; everything else stays words."""
    drafts: list[Draft] = []
    rest = deque(lines)
    while rest:
        line = rest.popleft()
        if line.margin:
            body.doubts.append(("body", f"“{line.text:.40}” hangs at the margin: kept as part of this entry"))
        if caption := _CAPTION.fullmatch(line.text):
            words = caption["words"] or _next_words(rest, caption["what"], body)
            _attach_caption(drafts, caption["what"], words)
        elif source := _SOURCE.fullmatch(line.text):
            credit, _, words = source["credit"].partition("Image caption,")
            drafts.append(blocks.Image(alt=source["alt"].strip(), credit=credit.strip(), caption=words.strip()))
        elif point := _POINT.fullmatch(line.text):
            drafts.append(_points(point["words"], rest))
        else:
            drafts.append(line.text)
    return drafts


def _next_words(rest: deque[Line], what: str, body: Body) -> str:
    if rest and not _SOURCE.fullmatch(rest[0].text) and not _CAPTION.fullmatch(rest[0].text):
        return rest.popleft().text
    body.doubts.append(("caption", f"“{what} caption,” has no words behind it"))
    return ""


def _attach_caption(drafts: list[Draft], what: str, words: str) -> None:
    last = drafts[-1] if drafts else None
    if what != "Image":
        drafts.append(blocks.Video(title=words, sound_only=what == "Audio"))
    elif isinstance(last, blocks.Image) and not last.caption:
        drafts[-1] = replace(last, caption=words)
    else:
        drafts.append(blocks.Image(caption=words))


def _points(first: str, rest: deque[Line]) -> blocks.Bullets:
    points = [blocks.text(first)]
    while rest and (point := _POINT.fullmatch(rest[0].text)):
        points.append(blocks.text(point["words"]))
        rest.popleft()
    return blocks.Bullets(tuple(points))


def _subheadings(drafts: Sequence[Draft]) -> dict[int, str]:
    """Short lines before longer paragraphs, believed only when an entry has at least two of them."""
    quoted = _inside_quotation(drafts)
    found = {
        index: line
        for index, (line, below) in enumerate(itertools.pairwise(drafts))
        if isinstance(line, str)
        and isinstance(below, str)
        and index not in quoted
        and len(line) <= _SUBHEADING < len(below)
        and (line.endswith("?") or not line.endswith(_ENDS))
    }
    return found if len(found) >= 2 else {}


def _bare_pictures(drafts: Sequence[Draft], headings: Collection[int]) -> tuple[int, ...]:
    """First or last lines that end like no sentence: probably the alternative text of a picture without a credit."""
    words = [index for index, draft in enumerate(drafts) if isinstance(draft, str)]
    if len(words) < 2:
        return ()
    quoted = _inside_quotation(drafts)
    return tuple(
        index
        for index in dict.fromkeys((0, len(drafts) - 1))
        if isinstance(line := drafts[index], str)
        and index not in headings
        and index not in quoted
        and len(line) <= _ALT
        and not line.endswith(_ENDS)
        and not _CALL.match(line)
    )


def _inside_quotation(drafts: Sequence[Draft]) -> frozenset[int]:
    """Lines that begin inside a quotation opened earlier, or open one.

    A quotation of several paragraphs is opened again at each and closed at the last.
    """
    inside: set[int] = set()
    still_open = False
    for index, draft in enumerate(drafts):
        if not isinstance(draft, str):
            continue
        if still_open or draft[:1] in '"“':
            inside.add(index)
        straight = draft.count('"') - (still_open and draft.startswith('"'))
        curly = draft.count("“") - draft.count("”")
        still_open = straight % 2 == 1 or curly > 0
    return frozenset(inside)


def _from_words(
    words: str, body: Body, *, heading: bool, picture: bool, around: Sequence[Draft]
) -> blocks.Paragraph | blocks.Subheading | blocks.Image:
    if heading:
        return blocks.Subheading(blocks.text(words))
    if picture:
        said = any(isinstance(draft, str) and _SHOWN.search(draft) for draft in around if draft is not words)
        drawn = said or bool(_DRAWN.search(words))
        body.bare_graphic = body.bare_graphic or drawn
        body.doubts.append(
            ("image", f"“{words}” is taken as the words of a {'graphic' if drawn else 'picture'} (unsure)")
        )
        return blocks.Image(alt=words, graphic=drawn)
    if link := _LOST_LINK.search(words):
        body.doubts.append(("link", f"“{link[1]}” reads like a link: its address is not in the text"))
    return blocks.Paragraph(blocks.text(words))
