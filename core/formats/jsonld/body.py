"""An entry's body: our own block structure when the file carries it and it still says what the plain words say."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from core import blocks
from core.formats import beside, opening, page
from core.formats.jsonld import assets, html_body
from core.formats.jsonld.find import Node
from core.formats.jsonld.reading import Reading, count, many, web_address

_CUT_AT = 1_000
"""Characters. The Guardian cuts every `articleBody` there."""
_ONE_LUMP = 800
"""A plain body this long without a line end has lost its paragraphs (BBC, Automattic)."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def read(reading: Reading, node: Node) -> tuple[blocks.Block, ...]:
    """The blocks of an entry. Pictures stand first when the file does not say where they belong."""
    written = reading.words(node.get("articleBody") or node.get("text"))
    if "ext:blocks" in node and reading.ours:
        own = _own(node["ext:blocks"])
        if own is not None and page.body_text(own) == written:
            return own
        reading.lose("body", "its block structure is not ours or contradicts articleBody: the plain words were taken")
    made = (
        html_body.read(written) if not reading.ours and html_body.suspected(written) else _paragraphs(reading, written)
    )
    if not reading.ours:
        _doubt(reading, written)
        _lost_quotations(reading, node, written)
    return (*assets.images(reading, node), *made, *assets.videos(reading, node), *assets.embeds(reading, node))


def _paragraphs(reading: Reading, written: str) -> tuple[blocks.Block, ...]:
    parts = written.split("\n\n") if reading.ours else re.split(r"\s*\n\s*\n\s*", written)
    return tuple(blocks.Paragraph(blocks.text(part)) for part in parts if part)


def _doubt(reading: Reading, written: str) -> None:
    if html_body.suspected(written):
        reading.lose("body", "HTML in a plain text field: read as blocks, its styling left out")
    if len(written) == _CUT_AT:
        reading.lose("body", "exactly 1,000 characters long: the page cuts its entries there, the rest is missing")
    elif len(written) > _ONE_LUMP and "\n" not in written and "<" not in written:
        reading.lose("body", "the page gives no paragraphs: kept as one")


def _lost_quotations(reading: Reading, node: Node, written: str) -> None:
    """A citation is shown only as far as the body says it too."""
    for given in many(node.get("citation")):
        words = reading.words(reading.node(given).get("text"))
        if words and words not in written:
            reading.lose("citation", f"“{words:.60}” is not in the body: left out")


def _own(value: Any) -> tuple[blocks.Block, ...] | None:
    try:
        made = blocks.from_json(value)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return made if _sound(made, "") else None


def _sound(value: Any, name: str) -> bool:
    """Whether a value from a file really is what the block's field promises: its type, clean text, a safe address."""
    if isinstance(value, tuple) and name in ("", "text", "points"):
        return all(_sound(part, name if name == "points" else "") for part in value)
    if is_dataclass(value):
        return all(_sound(getattr(value, each.name), _field(value, each.name)) for each in fields(value))
    return _CHECKS.get(name, _is_text)(value)


def _field(value: Any, name: str) -> str:
    """A picture's address may lie beside the page; a link's may not."""
    return "picture" if isinstance(value, blocks.Image) and name == "url" else name


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and opening.clean(value) == value


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "bold": _is_flag,
    "italic": _is_flag,
    "ordered": _is_flag,
    "graphic": _is_flag,
    "sound_only": _is_flag,
    "width": lambda value: value is None or count(value) == value,
    "height": lambda value: value is None or count(value) == value,
    "speaker": lambda value: value is None or _is_text(value),
    "role": lambda value: value is None or _is_text(value),
    "duration": lambda value: value is None or _is_text(value),
    "asset": lambda value: value is None or (isinstance(value, str) and bool(_DIGEST.fullmatch(value))),
    "url": lambda value: value is None or (isinstance(value, str) and web_address(value)),
    "picture": lambda value: value is None or (isinstance(value, str) and (web_address(value) or beside.inside(value))),
}
