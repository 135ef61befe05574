"""Who an entry is by: strings, persons and organisations, both ways."""

from collections.abc import Mapping
from typing import Any

from core.formats.jsonld import terms
from core.formats.jsonld.find import Node, kinds
from core.formats.jsonld.reading import Reading, many, strings
from core.model import Contributor, ContributorKind

_HOUSES = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "NGO", "GovernmentOrganization"})


def read(reading: Reading, node: Node, publisher: str) -> tuple[Contributor, ...]:
    """The contributors of an entry.

    On foreign pages the publisher as author means "nobody in particular" and is left out.
    """
    found: list[Contributor] = []
    for given in [*many(node.get("author")), *many(node.get("contributor"))]:
        who = _contributor(reading, given)
        default = who.kind is ContributorKind.ORGANISATION and who.name == publisher and not reading.ours
        if who.name and not default and who not in found:
            found.append(who)
    return tuple(found)


def write(who: Contributor) -> dict[str, Any]:
    """A contributor as schema.org writes one. We know no better type than Person for a name we cannot place."""
    house = who.kind is ContributorKind.ORGANISATION
    return {
        "@type": "Organization" if house else "Person",
        "additionalType": terms.UNKNOWN_CONTRIBUTOR if who.kind is ContributorKind.UNKNOWN else None,
        "name": who.name,
        "jobTitle": who.role,
        "worksFor": {"@type": "Organization", "name": who.desk} if who.desk else None,
        "workLocation": {"@type": "Place", "name": who.place} if who.place else None,
        "url": who.url,
    }


def _contributor(reading: Reading, given: Any) -> Contributor:
    if not isinstance(given, Mapping):
        return Contributor(reading.words(given), ContributorKind.UNKNOWN)
    node = reading.node(given)
    url = next((node[key] for key in ("url", "sameAs", "link") if node.get(key)), None)
    return Contributor(
        name=reading.words(node.get("name")),
        kind=_kind(node),
        role=reading.words(node.get("jobTitle")),
        desk=reading.words(node.get("worksFor")),
        place=reading.words(node.get("workLocation")),
        url=reading.address(url, "author") if url else None,
    )


def _kind(node: Node) -> ContributorKind:
    if kinds(node) & _HOUSES:
        return ContributorKind.ORGANISATION
    certain = "Person" in kinds(node) and terms.UNKNOWN_CONTRIBUTOR not in strings(node.get("additionalType"))
    return ContributorKind.PERSON if certain else ContributorKind.UNKNOWN
