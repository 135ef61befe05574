"""HTML where plain text belongs, as some pages send it: read into blocks, everything that is not words left out."""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core import blocks
from core.formats.jsonld.reading import web_address

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TAGS = re.compile(
    r"</?(?:p|br|a|strong|em|b|i|ul|ol|li|h[1-6]|blockquote|figure|img|div|span)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_APART = frozenset({"p", "div", "section", "article", "figure", "figcaption", "table", "tr", "hr", "body", "html"})
_SILENT = frozenset({"script", "style", "head", "template", "noscript", "svg", "object", "-comment", "_comment"})
_DEEPEST = 60
"""Nested elements. Deeper markup is an attack (the parser's time grows with the square): its words are taken flat."""
# Without those that close themselves, or that HTML closes when the next one opens.
_NESTING = re.compile(r"<(/?)(?!(?:p|li|br|img|hr|dd|dt|source|wbr|input|meta|link)\b)[a-z]", re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    """Blocks made so far, and the runs of the block being made."""

    made: list[blocks.Block] = field(default_factory=list)
    runs: list[blocks.Run] = field(default_factory=list)

    def add(self, words: str, look: blocks.Run) -> None:
        """More words in a look; spaces count once, as in a browser."""
        words = re.sub(r"\s+", " ", words)
        if not self.runs or self.runs[-1].text.endswith((" ", "\n")):
            words = words.lstrip(" ")
        if words:
            self.runs.append(replace(look, text=words))

    def break_line(self, look: blocks.Run) -> None:
        """One break is a new line, two are a new paragraph."""
        if self.runs and self.runs[-1].text == "\n":
            self.close()
        elif self.runs:
            self.runs.append(replace(look, text="\n"))

    def take(self) -> blocks.Text:
        """The runs so far as one text, without spaces at its ends."""
        runs, self.runs = self.runs, []
        if runs:
            runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
        return _joined(runs)

    def close(self, kind: type[blocks.Paragraph | blocks.Subheading | blocks.Quote] = blocks.Paragraph) -> None:
        """End the block being made."""
        if words := self.take():
            self.made.append(kind(words))


def suspected(words: str) -> bool:
    """Whether this plain text is HTML. A lone `<` is not."""
    return bool(_TAGS.search(words))


def read(markup: str) -> tuple[blocks.Block, ...]:
    """The blocks in this HTML: paragraphs, sub-headings, lists, quotes, pictures, with bold, italic and links kept."""
    from selectolax.lexbor import LexborHTMLParser

    draft = _Draft()
    root = LexborHTMLParser(_flat(markup) if _too_deep(markup) else markup).body
    if root is not None:
        _walk(root, blocks.Run(""), draft)
    draft.close()
    return tuple(draft.made)


def _too_deep(markup: str) -> bool:
    depth = 0
    for tag in _NESTING.finditer(markup):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            return True
    return False


def _flat(markup: str) -> str:
    return re.sub(r"<[^<>]*>", " ", markup)


def _walk(node: "LexborNode", look: blocks.Run, draft: _Draft) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            draft.add(child.text(deep=False), look)
        elif tag in _SILENT:
            continue
        elif tag in _HEADINGS or tag in _LISTS or tag in ("blockquote", "img", "br"):
            _structure(child, tag, look, draft)
        elif tag in _APART:
            draft.close()
            _walk(child, look, draft)
            draft.close()
        else:
            _walk(child, _look(child, tag, look), draft)


def _structure(child: "LexborNode", tag: str, look: blocks.Run, draft: _Draft) -> None:
    if tag == "br":
        draft.break_line(look)
        return
    draft.close()
    if tag == "img":
        url = child.attributes.get("src") or ""
        alt = child.attributes.get("alt") or ""
        if alt or web_address(url):
            draft.made.append(blocks.Image(alt=alt, url=url if web_address(url) else None))
    elif tag in _LISTS:
        _list(child, look, draft, ordered=tag == "ol")
    else:
        _whole(child, blocks.Subheading if tag in _HEADINGS else blocks.Quote, look, draft)


def _list(child: "LexborNode", look: blocks.Run, draft: _Draft, *, ordered: bool) -> None:
    points = []
    for point in child.iter():
        inner = _Draft()
        _walk(point, look, inner)
        words = [_words(block) for block in inner.made] + [inner.take()]
        points.append(_joined([run for text in words for run in (*text, blocks.Run(" "))][:-1]))
    kept = tuple(point for point in points if blocks.plain(point).strip())
    if kept:
        draft.made.append(blocks.Bullets(kept, ordered))


def _whole(child: "LexborNode", kind: type[blocks.Subheading | blocks.Quote], look: blocks.Run, draft: _Draft) -> None:
    """One block of everything inside: a heading, or each paragraph of a block quotation."""
    inner = _Draft()
    _walk(child, look, inner)
    inner.close(kind)
    for block in inner.made:
        draft.made.append(kind(block.text) if isinstance(block, blocks.Paragraph) else block)


def _look(child: "LexborNode", tag: str, look: blocks.Run) -> blocks.Run:
    if tag == "a":
        url = (child.attributes.get("href") or "").strip()
        return replace(look, url=url) if web_address(url) else look
    return replace(look, bold=look.bold or tag in ("b", "strong"), italic=look.italic or tag in ("i", "em"))


def _words(block: blocks.Block) -> blocks.Text:
    return block.text if isinstance(block, blocks.Paragraph | blocks.Subheading | blocks.Quote) else ()


def _joined(runs: list[blocks.Run]) -> blocks.Text:
    """Neighbouring runs of one look as one."""
    joined: list[blocks.Run] = []
    for run in runs:
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(joined[-1], text=joined[-1].text + run.text)
        elif run.text:
            joined.append(run)
    return tuple(joined)
