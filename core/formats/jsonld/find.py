"""Finding the LiveBlogPosting in a file: bare, in an array, in a @graph, under a NewsArticle, or in an HTML page."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.formats.jsonld import terms
from core.formats.page import NotAPage

Node = Mapping[str, Any]

_WRAPPING = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*;?\s*$|;\s*$")
_OPENING = re.compile(r"<!--|<script\b[^<>]{0,2000}>", re.IGNORECASE)
_COMMENT_END = re.compile(r"-->")
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The live page's object, every object of the file by its `@id`, and what else a reader should hear of."""

    blog: Node
    nodes: Mapping[str, Node]
    doubts: tuple[str, ...]


def in_json(text: str, *, name: str) -> Found:
    """The live page in a JSON file. Raises NotAPage when the JSON is broken or holds none."""
    return _choose([_parsed(text, name)], (), name)


def in_html(text: str, *, name: str) -> Found:
    """The live page in the `application/ld+json` scripts of an HTML page. Raises NotAPage when none holds one.

    A broken script of something else (an advertisement, a breadcrumb) does no harm beside one that can be read.
    """
    documents: list[Any] = []
    broken: list[str] = []
    for number, script in enumerate(_scripts(text), start=1):
        try:
            documents.append(_parsed(script, f"{name}, JSON-LD script {number}"))
        except NotAPage as error:
            if terms.LIVE_BLOG in script:
                raise
            broken.append(str(error))
    if not documents and not broken:
        raise NotAPage(
            f"{name} is an HTML page without JSON-LD, so its entries cannot be told apart: "
            "save the live page as text (select all, copy, paste into a file) and import that"
        )
    return _choose(documents, broken, name)


def kinds(node: Node) -> frozenset[str]:
    """The object's types by their bare names, however they are written (`http://schema.org/X`, `schema:X`, a list)."""
    given = node.get("@type")
    named = given if isinstance(given, list) else [given]
    return frozenset(re.split(r"[/#:]", value)[-1] for value in named if isinstance(value, str))


def _scripts(text: str) -> Iterator[str]:
    """What the JSON-LD scripts hold, comments left out.

    The page around them is never parsed: parsers take for ever on markup nested very deeply.
    """
    at = 0
    while opening := _OPENING.search(text, at):
        comment = opening[0] == "<!--"
        ending = (_COMMENT_END if comment else _SCRIPT_END).search(text, opening.end())
        if ending is None:
            return
        if not comment and _is_json_ld(opening[0]):
            yield _WRAPPING.sub(_blank, text[opening.end() : ending.start()])
        at = ending.end()


def _blank(found: re.Match[str]) -> str:
    """As much room, so that what is broken behind it is told by its own line and column."""
    return re.sub(r"[^\n]", " ", found[0])


def _is_json_ld(tag: str) -> bool:
    from selectolax.lexbor import LexborHTMLParser

    script = LexborHTMLParser(f"{tag}</script>").css_first("script")
    kind = (script.attributes.get("type") or "") if script else ""
    return kind.split(";")[0].strip().lower() == "application/ld+json"


def _parsed(text: str, where: str) -> Any:
    try:
        # Not strict: line ends inside strings are forbidden by the standard and common on the web.
        return json.loads(text.lstrip("\ufeff"), strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise NotAPage(
            f"{where}: the JSON is broken at line {error.lineno}, column {error.colno} ({error.msg}): "
            "save the page again, or correct that place"
        ) from error
    except RecursionError as error:
        raise NotAPage(f"{where}: the JSON is nested too deeply to be a live page") from error
    except ValueError as error:
        raise NotAPage(f"{where}: the JSON holds a number too long to be one") from error


def _choose(documents: Sequence[Any], broken: Sequence[str], name: str) -> Found:
    nodes: dict[str, Node] = {}
    blogs: list[Node] = []
    for node in _objects(documents):
        identity = node.get("@id")
        # The longest object of an @id is the thing itself, the others only point to it.
        if isinstance(identity, str) and len(node) > len(nodes.get(identity, ())):
            nodes[identity] = node
        if terms.LIVE_BLOG in kinds(node):
            blogs.append(node)
    if not blogs:
        if broken:
            raise NotAPage(f"{name} holds no LiveBlogPosting that can be read; {broken[0]}")
        raise NotAPage(
            f"{name} holds no LiveBlogPosting: is it the live page itself? Its text (select all, copy, paste) can be "
            "imported too"
        )
    best = max(blogs, key=lambda node: _size(node.get("liveBlogUpdate")))
    doubts = [f"a JSON-LD script could not be read ({error})" for error in broken]
    if len(blogs) > 1:
        doubts.append(f"the file holds {len(blogs)} live pages: the one with the most entries was taken")
    return Found(best, nodes, tuple(doubts))


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else int(value is not None)


def _objects(documents: Sequence[Any]) -> Iterator[Node]:
    """Every object in the documents, outer before inner. A stack: hostile files nest deeper than Python calls."""
    waiting = list(reversed(documents))
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
