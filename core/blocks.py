"""What an entry is made of: typed blocks of text runs and media, and their plain JSON form.

Blocks keep the source's characters exactly (typos and curly quotes included). They say what a piece *is*, never how it
looks: that is each platform's `render.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look. `url` makes it a link (http or https only)."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str | None = None


Text = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Subheading:
    """A short heading inside an entry."""

    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list. `ordered` numbers the points from 1."""

    points: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words set apart, with who said them when the source names them."""

    text: Text
    speaker: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. Without `asset` (the sha256 of stored bytes) readers get its words, never a broken link."""

    alt: str = ""
    caption: str = ""
    credit: str = ""
    asset: str | None = None
    url: str | None = None
    graphic: bool = False
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Video:
    """A film or sound clip, by address when the source has one. `duration` is an ISO 8601 duration."""

    title: str = ""
    caption: str = ""
    credit: str = ""
    url: str | None = None
    duration: str | None = None
    sound_only: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """Something of another site, shown by its words and its address."""

    url: str
    provider: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A line that points elsewhere; `url` is None when the source lost it."""

    text: str
    url: str | None = None


Block = Paragraph | Subheading | Bullets | Quote | Image | Video | Embed | Link

_NAMES: dict[str, type[Block]] = {
    "paragraph": Paragraph,
    "subheading": Subheading,
    "bullets": Bullets,
    "quote": Quote,
    "image": Image,
    "video": Video,
    "embed": Embed,
    "link": Link,
}
_KINDS = {kind: name for name, kind in _NAMES.items()}


def text(words: str) -> Text:
    """Plain words as a text of one run; no words make an empty text."""
    return (Run(words),) if words else ()


def plain(words: Text) -> str:
    """The characters of a text without its looks."""
    return "".join(run.text for run in words)


def to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as plain JSON values; `from_json` gives the same blocks back."""
    return [_block_to_json(block) for block in blocks]


def from_json(values: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    """Blocks from the form `to_json` writes.

    Raises ValueError when a value is not a block of ours.
    """
    return tuple(_block_from_json(value) for value in values)


def text_to_json(words: Text) -> list[dict[str, Any]]:
    """A text as plain JSON: a list of runs, default looks left out."""
    return [{name: value for name, value in _fields(run) if value not in (False, None)} for run in words]


def text_from_json(values: Sequence[Mapping[str, Any]]) -> Text:
    """A text from the form `text_to_json` writes."""
    return tuple(Run(**value) for value in values)


def _fields(value: Run | Block) -> list[tuple[str, Any]]:
    return [(name, getattr(value, name)) for name in value.__dataclass_fields__]


def _block_to_json(block: Block) -> dict[str, Any]:
    written: dict[str, Any] = {"type": _KINDS[type(block)]}
    for name, value in _fields(block):
        if name == "text" and isinstance(value, tuple):
            written[name] = text_to_json(value)
        elif name == "points":
            written[name] = [text_to_json(point) for point in value]
        elif value not in ("", None, False):
            written[name] = value
    return written


def _block_from_json(value: Mapping[str, Any]) -> Block:
    given = dict(value)
    kind: type[Block] | None = _NAMES.get(given.pop("type", ""))
    if kind is None:
        raise ValueError(f"not a block: {value!r:.80}")
    if kind in (Paragraph, Subheading, Quote):
        given["text"] = text_from_json(given["text"])
    if kind is Bullets:
        given["points"] = tuple(text_from_json(point) for point in given["points"])
    if kind is Embed:
        given.setdefault("url", "")
    if kind is Link:
        given.setdefault("text", "")
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"not a block of ours: {error}") from error
