"""The standing summary as schema.org can carry it: an ItemList for machines, an abstract for everybody."""

from collections.abc import Sequence
from typing import Any

from core.formats.jsonld.find import Node, kinds
from core.formats.jsonld.reading import Reading, many


def read(reading: Reading, node: Node) -> tuple[str, ...]:
    """The points: from the ItemList in `hasPart`, else the lines of `abstract`."""
    for part in many(node.get("hasPart")):
        listed = reading.node(part)
        if "ItemList" in kinds(listed):
            points = (_point(reading, given) for given in many(listed.get("itemListElement")))
            return tuple(point for point in points if point)
    lines = reading.words(node.get("abstract")).split("\n")
    return tuple(line.strip(" •\t") for line in lines if line.strip(" •\t"))


def write(points: Sequence[str]) -> dict[str, Any] | None:
    """The points as an ItemList."""
    if not points:
        return None
    items = [{"@type": "ListItem", "position": at, "name": point} for at, point in enumerate(points, start=1)]
    return {"@type": "ItemList", "itemListElement": items}


def _point(reading: Reading, given: Any) -> str:
    inner = reading.node(given)
    return reading.words(given if inner.get("name") or "item" not in inner else inner["item"])
