"""What an editor typed becomes a headline and typed blocks: a small part of Markdown, read by markdown-it-py."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from core import blocks
from core.blocks import Block, Bullets, Link, Paragraph, Quote, Run, Subheading, Text
from core.markup.clean import clean, clean_line
from core.markup.links import safe_url

LONGEST_HEADLINE = 200
"""Characters. A longer first line is somebody typing without a headline: it becomes the first paragraph."""

# Everything else (pictures, code, tables, HTML, rules) stays the characters it is.
_RULES = (
    *("blockquote", "list", "heading", "paragraph"),
    *("text", "newline", "escape", "emphasis", "link", "autolink", "balance_pairs", "fragments_join"),
)
_MARKED = re.compile(r" {0,3}(?:>|[-*+] |\d{1,9}[.)] )")
_SPEAKER = re.compile(r"\s*(?:—|–|--)\s*(?P<speaker>[^,\n]+?)\s*(?:,\s*(?P<role>[^\n]+?)\s*)?")


@dataclass(frozen=True, slots=True)
class Written:
    """What was typed: a headline ("" when the first line is too long to be one) and the blocks under it."""

    headline: str
    blocks: tuple[Block, ...]


def parse(words: str) -> Written:
    """Read what an editor typed. The first line is the headline; the rest may hold **bold**, *italic*,
    [links](https://…), lists, > quotes (a last line "— Name, role" is their speaker) and ## sub-headings.
    """
    parser = MarkdownIt("zero").enable(_RULES)
    source = clean(words).strip()
    first, _, rest = source.partition("\n")
    headline = _one_line(parser, first)
    if len(headline) > LONGEST_HEADLINE:
        headline, rest = "", source
    return Written(headline, tuple(_blocks(SyntaxTreeNode(parser.parse(_parted(rest))))))


def _parted(source: str) -> str:
    """In a chat a plain row after a list or a quote is no part of it, whatever Markdown would say."""
    rows: list[str] = []
    marked = False
    for row in source.split("\n"):
        now = bool(_MARKED.match(row))
        if marked and not now and row.strip() and not row.startswith(" "):
            rows.append("")
        rows.append(row)
        marked = now or (marked and row.startswith(" "))
    return "\n".join(rows)


def _one_line(parser: MarkdownIt, line: str) -> str:
    line = re.sub(r"^#+\s+|\s+#+$", "", line)
    return clean_line(blocks.plain(_joined(_runs(SyntaxTreeNode(parser.parseInline(line)), Run("")))))


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    for child in node.children:
        text = _text(child)
        match child.type:
            case "bullet_list" if text:
                yield Bullets(tuple(_points(child)))
            case "ordered_list" if text:
                yield _numbered(child)
            case "blockquote" if text:
                yield _quote(text)
            case "heading" if text:
                yield Subheading(text)
            case "paragraph" if text:
                yield _paragraph(text)


def _paragraph(text: Text) -> Paragraph | Link:
    if len(text) == 1 and text[0].url:
        return Link(text[0].text, text[0].url)
    bare = safe_url(text[0].text) if len(text) == 1 else None
    return Link(bare, bare) if bare else Paragraph(text)


def _numbered(node: SyntaxTreeNode) -> Bullets | Paragraph:
    """A list that counts from 1. One that does not keeps the numbers it was typed with, as text."""
    start, points = int(node.attrs.get("start", 1)), tuple(_points(node))
    if start == 1:
        return Bullets(points, ordered=True)
    rows = ((Run("\n" * bool(at) + f"{start + at}. "), *point) for at, point in enumerate(points))
    return Paragraph(_joined(run for row in rows for run in row))


def _points(node: SyntaxTreeNode) -> Iterator[Text]:
    """The points of a list; those of a list inside it follow the point they belong to."""
    for item in node.children:
        lists = [child for child in item.children if child.type.endswith("_list")]
        own = _lines(child for child in item.children if child not in lists)
        if own:
            yield own
        for inner in lists:
            yield from _points(inner)


def _quote(text: Text) -> Quote:
    *said, last = blocks.plain(text).split("\n")
    match = _SPEAKER.fullmatch(last) if said else None
    if match is None:
        return Quote(text)
    return Quote(_first(text, len("\n".join(said).rstrip())), match["speaker"], match["role"])


def _first(text: Text, length: int) -> Text:
    taken: list[Run] = []
    for run in text:
        piece = run.text[:length]
        length -= len(piece)
        taken.append(Run(piece, run.bold, run.italic, run.url))
    return _joined(taken)


def _text(node: SyntaxTreeNode) -> Text:
    """All the text in a block, its inner blocks a line each."""
    if any(child.type == "inline" for child in node.children):
        return _joined(run for child in node.children for run in _runs(child, Run("")))
    return _lines(node.children)


def _lines(nodes: Iterable[SyntaxTreeNode]) -> Text:
    runs: list[Run] = []
    for node in nodes:
        text = _text(node)
        runs += [Run("\n"), *text] if runs and text else text
    return _joined(runs)


def _runs(node: SyntaxTreeNode, look: Run) -> Iterator[Run]:
    match node.type:
        case "text":
            yield Run(node.content, look.bold, look.italic, look.url)
        case "softbreak" | "hardbreak":
            yield Run("\n", look.bold, look.italic, look.url)
        case _:
            inner = _looked(node, look)
            for child in node.children:
                yield from _runs(child, inner)


def _looked(node: SyntaxTreeNode, look: Run) -> Run:
    match node.type:
        case "strong":
            return Run("", bold=True, italic=look.italic, url=look.url)
        case "em":
            return Run("", bold=look.bold, italic=True, url=look.url)
        case "link":
            return Run("", look.bold, look.italic, safe_url(str(node.attrs.get("href", ""))))
        case _:
            return look


def _joined(runs: Iterable[Run]) -> Text:
    """Runs of one look put together, empty ones left out."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and (last.bold, last.italic, last.url) == (run.bold, run.italic, run.url):
            joined[-1] = Run(last.text + run.text, run.bold, run.italic, run.url)
        elif run.text:
            joined.append(run)
    return tuple(joined)
