"""What an editor typed, with its pictures, as an entry's content; and content as they would have typed it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core import blocks, markup
from core.blocks import Block, Bullets, Embed, Image, Link, Paragraph, Quote, Subheading, Text, Video
from core.formats import page
from core.model import Asset, Content, Correction, Importance

_MEDIA = (Image, Video, Embed)
_BULLET = re.compile(r"^\s*(?:[•*·–—-]\s+|\d{1,2}[.)]\s+)")


def written(
    words: str,
    pictures: Sequence[Asset] = (),
    *,
    alt: str = "",
    importance: Importance = Importance.NORMAL,
) -> Content:
    """A new entry's content; pictures come after the words, described by `alt` when the editor gave one."""
    typed = markup.parse(words)
    return Content(typed.headline, (*typed.blocks, *_images(pictures, alt)), importance=importance)


def corrected(old: Content, words: str, pictures: Sequence[Asset] = (), *, note: str = "", now: datetime) -> Content:
    """An entry with new words, new pictures or both; what did not come anew stays. A note tells readers why."""
    kept: tuple[Block, ...] = tuple(block for block in old.blocks if isinstance(block, _MEDIA))
    said: tuple[Block, ...] = tuple(block for block in old.blocks if not isinstance(block, _MEDIA))
    headline = old.headline
    if words.strip():
        typed = markup.parse(words)
        headline, said = typed.headline, typed.blocks
    # Contributors, tags and importance were not retyped, so they stay too.
    changed = replace(old, headline=headline, blocks=(*said, *(_images(pictures, "") or kept)))
    note = markup.clean_line(note)
    return replace(changed, corrections=(*old.corrections, Correction(note, now))) if note else changed


def withdrawn(old: Content, why: str) -> Content:
    """An entry as it reads once it is taken back, with why."""
    return replace(old, reason=reason(why))


def reason(words: str) -> str:
    """Why something is taken back, as readers get it: one line."""
    return markup.clean_line(words)


def points(words: str) -> tuple[str, ...]:
    """A standing summary's points: one a line, or parted by " | " on one line; leading bullets are not part of them."""
    rows = words.split("\n") if "\n" in words.strip() else words.split(" | ")
    cleaned = (markup.clean_line(_BULLET.sub("", row)) for row in rows)
    return tuple(point for point in cleaned if point)


def length(content: Content) -> int:
    """Characters of words readers see, media apart."""
    return len("\n\n".join(words for words in (content.headline, page.body_text(content.blocks)) if words))


def shrinks(old: Content, new: Content) -> bool:
    """Whether most of what stood under the headline would be gone."""
    return 2 * len(page.body_text(new.blocks)) < len(page.body_text(old.blocks))


def first_line(content: Content) -> str:
    """What a list calls an entry: its headline, or its first words without one."""
    return content.headline or page.body_text(content.blocks).strip().partition("\n")[0]


def typed_again(content: Content) -> str:
    """The words as an editor would have typed them, to start a correction from; media have none."""
    pieces = [content.headline]
    for at, block in enumerate(content.blocks):
        before = content.blocks[at - 1] if at else None
        # Markdown keeps two lists in a row apart only by another mark.
        twin = isinstance(block, Bullets) and isinstance(before, Bullets) and block.ordered == before.ordered
        pieces.append(_typed(block, other=twin and not pieces[-1].startswith(("* ", "1)"))))
    return "\n\n".join(piece for piece in pieces if piece)


def _images(pictures: Sequence[Asset], alt: str) -> tuple[Block, ...]:
    alt = markup.clean_line(alt)
    return tuple(Image(alt=alt, asset=one.digest, width=one.width, height=one.height) for one in pictures)


def _typed(block: Block, *, other: bool) -> str:
    match block:
        case Paragraph():
            return markup.typed(block.text)
        case Subheading():
            return f"## {_line(block.text)}"
        case Bullets():
            return _listed(block, (")" if other else ".") if block.ordered else ("*" if other else "-"))
        case Quote():
            rows = [f"> {row}" for row in markup.typed(block.text).split("\n")]
            speaker = ", ".join(name for name in (block.speaker, block.role) if name)
            return "\n".join((*rows, *((f"> — {speaker}",) if speaker else ())))
        case Link():
            return (
                f"[{block.text}](<{block.url}>)" if block.url and block.text != block.url else block.url or block.text
            )
        case Image() | Video() | Embed():
            return ""


def _line(text: Text) -> str:
    return " ".join(markup.typed(text).split("\n")) if "\n" in blocks.plain(text) else markup.typed(text)


def _listed(block: Bullets, mark: str) -> str:
    marks = (f"{at}{mark}" if block.ordered else mark for at in range(1, len(block.points) + 1))
    return "\n".join(f"{each} {_line(point)}" for each, point in zip(marks, block.points, strict=True))
