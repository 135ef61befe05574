"""The other way round: the Markdown somebody would have typed for words that came with looks of their own."""

import unicodedata
from dataclasses import replace

from core import blocks
from core.blocks import Block, Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Text, Video
from core.markup.links import safe_url
from core.markup.written import parse


def typed(text: Text) -> str:
    """Words an editor set in bold or italic or linked by hand (a phone's own formatting), as Markdown for `parse`.

    A look that Markdown cannot say at its place is left out: the characters a reader gets never change.
    """
    bare = blocks.plain(text)
    marked = "".join(_marked(text, at) for at in range(len(text)))
    return marked if _shown(marked) == _shown(bare) else bare


def _shown(words: str) -> str:
    written = parse(words)
    return "\n".join((written.headline, *(_block_plain(block) for block in written.blocks)))


def _block_plain(block: Block) -> str:
    match block:
        case Bullets(points):
            return "\n".join(blocks.plain(point) for point in points)
        case Quote(text, speaker, role):
            return f"{blocks.plain(text)}\n{speaker}\n{role}"
        case Paragraph(text) | Subheading(text):
            return blocks.plain(text)
        case Link(words, _) | Embed(_, _, words):
            return words
        case Image() | Video():
            return ""


def _marked(text: Text, at: int) -> str:
    run = text[at]
    before = text[at - 1].text[-1:] if at else ""
    after = text[at + 1].text[:1] if at + 1 < len(text) else ""
    rows = run.text.split("\n")
    edges = [before, *[""] * (len(rows) - 1)], [*[""] * (len(rows) - 1), after]
    return "\n".join(_row(replace(run, text=row), left, right) for row, left, right in zip(rows, *edges, strict=True))


def _row(run: Run, before: str, after: str) -> str:
    """One row of one look; white space at its ends stays outside the marks."""
    inner = run.text.strip()
    if not inner:
        return run.text
    head, _, tail = run.text.partition(inner)
    url = safe_url(run.url) if run.url else None
    words = f"[{inner}](<{url}>)" if url and not set(inner) & set("[]") and not set(url) & set("<>") else inner
    mark = "**" * run.bold + "*" * run.italic
    opens = _may_flank(head[-1:] or before, words[0])
    closes = _may_flank(tail[:1] or after, words[-1])
    return f"{head}{mark}{words}{mark}{tail}" if opens and closes else f"{head}{words}{tail}"


def _may_flank(outside: str, inside: str) -> bool:
    """Whether emphasis may begin or end here (CommonMark: left- and right-flanking delimiter runs)."""
    return not _is_punctuation(inside) or not outside or outside.isspace() or _is_punctuation(outside)


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"
