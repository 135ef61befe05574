"""What every part of the JSON-LD reader shares: tolerant access to values, and the losses found on the way."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from core.formats import opening, page
from core.formats.jsonld import times
from core.formats.jsonld.find import Node

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LARGEST = 2**31 - 1


@dataclass(slots=True)
class Reading:
    """One reading of one file. `ours` says the file is a Livedesk export, to be read to the letter."""

    nodes: Mapping[str, Node]
    ours: bool
    zone: tzinfo | None
    losses: list[page.Loss] = field(default_factory=list)
    entry: str = ""
    """The entry now being read, as the loss report names it."""

    def lose(self, what_field: str, what: str) -> None:
        """Note a loss for the entry being read (or for the page)."""
        self.losses.append(page.Loss(self.entry, what_field, what))

    def words(self, value: Any, depth: int = 3) -> str:
        """A value as text: a string, a number, a JSON-LD value object, the name of a thing, or the first of a list.

        Foreign pages write HTML entities and stray spaces where plain text belongs; those are undone.
        """
        for given in many(value)[:1]:
            if isinstance(given, Mapping):
                # A name that is a thing with a name … may go round in a circle, hence the depth.
                node = self.node(given)
                named = next((node[key] for key in ("@value", "name", "headline", "text") if key in node), "")
                return self.words(named, depth - 1) if depth else ""
            if isinstance(given, bool) or not isinstance(given, str | int | float):
                return ""
            text = opening.clean(str(given))
            return text if self.ours else _ENTITY.sub(lambda found: html.unescape(found[0]), text).strip()
        return ""

    def node(self, value: Any) -> Node:
        """The object meant: itself, or the one its bare `@id` points to. Anything else is an empty object."""
        if not isinstance(value, Mapping):
            return {}
        identity = value.get("@id")
        if len(value) == 1 and isinstance(identity, str):
            return self.nodes.get(identity, value)
        return value

    def moment(self, node: Node, *names: str) -> times.Moment | None:
        """The first of these properties that is an instant; what is doubtful about it is noted."""
        for name in names:
            if (found := times.moment(node.get(name), self.zone)) is not None:
                if found.doubt:
                    self.lose(name, found.doubt)
                return found
            if node.get(name) not in (None, "", []):
                self.lose(name, f"“{node[name]!s:.40}” is no time")
        return None

    def instant(self, node: Node, *names: str) -> datetime | None:
        """The same, as the bare instant."""
        found = self.moment(node, *names)
        return found.at if found else None

    def address(self, value: Any, what_field: str = "url") -> str | None:
        """A web address: a string, or an object's `@id`, `url` or `contentUrl`. Other schemes are refused and noted."""
        for given in many(value)[:1]:
            if isinstance(given, Mapping):
                inner = next(
                    (given[key] for key in ("@id", "url", "contentUrl") if isinstance(given.get(key), str)), None
                )
                return self.address(inner, what_field) if inner else None
            text = self.words(given)
            if web_address(text):
                return text
            if text:
                self.lose(what_field, f"“{text:.60}” is no web address: left out")
        return None


def many(value: Any) -> list[Any]:
    """A value as a list: JSON-LD writes one, several, a `@list` or a `@set` for the same thing."""
    if isinstance(value, Mapping) and ("@list" in value or "@set" in value):
        value = value.get("@list", value.get("@set"))
    if value is None:
        return []
    return [each for each in value if each is not None] if isinstance(value, list) else [value]


def web_address(text: str) -> bool:
    """Whether this is an http or https address a link may carry."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(mark.isspace() for mark in text)


def count(value: Any) -> int | None:
    """A positive whole number that fits every store, written as a number or in digits."""
    if isinstance(value, Mapping):
        value = value.get("value", value.get("@value"))
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST else None


def strings(value: Any) -> Iterable[str]:
    """Those of a value's parts that are strings."""
    return (each for each in many(value) if isinstance(each, str))
