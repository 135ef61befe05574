"""One entry of a LiveBlogPosting: identity, clocks, content."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core import blocks
from core.formats import page
from core.formats.jsonld import body, people, terms, times
from core.formats.jsonld.find import Node
from core.formats.jsonld.reading import Reading, count, many, strings
from core.formats.kickers import kind_of_kicker
from core.model import Content, Correction, EntryStatus, Importance, Kind, Source

_SOURCE_FABRIC = "liveblog._id"
"""Sourcefabric names an entry in the query of its address."""


@dataclass(frozen=True, slots=True)
class Around:
    """What an entry must know of its page: what repeated words and pictures mean nothing there."""

    url: str | None
    publisher: str
    repeated_headline: str
    """The page's own headline where entries repeat it (Guardian); empty otherwise."""
    repeated_image: Any
    timed: bool


def read(reading: Reading, node: Node, around: Around, position: int) -> page.PageEntry | None:
    """The entry in this object, or None (with a loss) when it has no time at all."""
    headline = reading.words(node.get("headline") or (None if reading.ours else node.get("name")))
    reading.entry = page.place(None, headline, f"{position}.")
    clock = reading.moment(node, "datePublished", "dateCreated", "dateModified")
    if clock is None:
        reading.lose("datePublished", "no time: this entry was left out")
        return None
    reading.entry = page.place(clock.at, headline)
    if around.repeated_image is not None and node.get("image") == around.repeated_image:
        node = {key: value for key, value in node.items() if key != "image"}
    made = body.read(reading, node)
    headline = _own_headline(reading, headline, page.body_text(made), around)
    updated = reading.instant(node, "dateModified")
    status = _status(reading, node)
    return page.PageEntry(
        content=_content(reading, node, around, headline, made, updated or clock.at),
        display_at=clock.at,
        source=_source(reading, node, around, clock, headline, made, position),
        updated_at=updated if updated != clock.at else None,
        first_published=reading.instant(node, "ext:firstPublished", "dateCreated"),
        number=count(node.get("position")) if reading.ours else None,
        revision=count(node.get("version")) or 1,
        status=status,
        timed=around.timed and node.get("ext:timed") is not False,
    )


def _own_headline(reading: Reading, headline: str, words: str, around: Around) -> str:
    """The headline if it is the entry's own.

    Guardian entries repeat the page's headline; Automattic makes one of the first ten words and an ellipsis.
    """
    if reading.ours or not headline:
        return headline
    if headline == around.repeated_headline:
        return ""
    start = re.sub(r"\s*(…|\.\.\.|\[…\])$", "", headline)
    return "" if start != headline and _flat(words).startswith(_flat(start)) else headline


def _flat(words: str) -> str:
    return " ".join(words.split()).casefold()


def _content(
    reading: Reading,
    node: Node,
    around: Around,
    headline: str,
    made: tuple[blocks.Block, ...],
    changed: datetime,
) -> Content:
    marks = list(strings(node.get("additionalType")))
    kicker = reading.words(node.get("articleSection"))
    corrections, reason = _corrections(reading, node, changed)
    return Content(
        headline=headline,
        blocks=made,
        kind=_kind(reading, node, marks, kicker),
        kicker=kicker,
        importance=next((found for mark in marks if (found := terms.importance_of(mark))), Importance.NORMAL),
        contributors=people.read(reading, node, around.publisher),
        tags=_tags(reading, node),
        language=reading.words(node.get("inLanguage")),
        pinned=terms.PINNED in marks,
        url=_permalink(reading, node, around),
        corrections=corrections,
        reason=reason,
    )


def _permalink(reading: Reading, node: Node, around: Around) -> str | None:
    url = reading.address(node.get("url"))
    return url if url != around.url else None


def _kind(reading: Reading, node: Node, marks: list[str], kicker: str) -> Kind:
    """A URI of ours first, then the genre's word, then the label of a foreign page."""
    if stated := next((found for mark in marks if (found := terms.kind_of(mark))), None):
        return stated
    genre = reading.words(node.get("genre")).casefold()
    named = next((kind for kind in Kind if kind.value == genre), None)
    return named or (None if reading.ours else kind_of_kicker(kicker)) or Kind.UPDATE


def _tags(reading: Reading, node: Node) -> tuple[str, ...]:
    """`keywords`: a list, or one string with commas."""
    given = node.get("keywords")
    parts = given.split(",") if isinstance(given, str) else many(given)
    words = (reading.words(part) for part in parts)
    return tuple(dict.fromkeys(word.strip() if isinstance(given, str) else word for word in words if word.strip()))


def _status(reading: Reading, node: Node) -> EntryStatus:
    """Retracted only when the page says so; an entry that is missing is no retraction."""
    stated = reading.words(node.get("creativeWorkStatus")).casefold()
    return EntryStatus.RETRACTED if stated == "retracted" else EntryStatus.PUBLISHED


def _corrections(reading: Reading, node: Node, changed: datetime) -> tuple[tuple[Correction, ...], str]:
    """The corrections, and the reason of a retraction. One without a time has that of the entry's last change."""
    corrections: list[Correction] = []
    reason = ""
    for given in many(node.get("correction")):
        inner = reading.node(given) if isinstance(given, Mapping) else {"text": given}
        note = reading.words(inner.get("text"))
        if terms.RETRACTION in strings(inner.get("additionalType")):
            reason = note
        elif note:
            corrections.append(Correction(note, reading.instant(inner, "datePublished") or changed))
    return tuple(corrections), reason


def _source(
    reading: Reading,
    node: Node,
    around: Around,
    clock: times.Moment,
    headline: str,
    made: tuple[blocks.Block, ...],
    position: int,
) -> Source:
    mark = page.fingerprint(clock.at, headline, page.body_text(made))
    identity = _identity(reading, node, around) or f"urn:livedesk:fingerprint:{mark}"
    found = Source(terms.SYSTEM, identity, mark, count(node.get("position")) or position, clock.label)
    return own_source(reading, node, found)


def own_source(reading: Reading, node: Node, found: Source) -> Source:
    """Where the entry first came from, when our own export says so and agrees about the identity."""
    given = node.get("ext:source")
    if not reading.ours or not isinstance(given, Mapping):
        return found
    values = {name: reading.words(given.get(name)) for name in ("system", "identity", "fingerprint", "label")}
    if values["identity"] != found.identity or not values["system"] or not values["fingerprint"]:
        return found
    return Source(position=count(given.get("position")), **values)


def _identity(reading: Reading, node: Node, around: Around) -> str:
    """What tells this entry apart on its page: @id, identifier, the fragment or query of its address, its address.

    In our own exports the identifier comes first: it never changes.
    """
    given = node.get("identifier")
    stated = reading.words(given.get("value") if isinstance(given, Mapping) else given)
    if reading.ours and stated:
        return stated
    identity = node.get("@id")
    # "_:b0" is a blank node: its name changes with every export.
    if isinstance(identity, str) and identity and not identity.startswith("_:"):
        return reading.words(identity)
    return stated or _from_address(reading.words(node.get("url")), around.url)


def _from_address(url: str, of_page: str | None) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.fragment:
        return parts.fragment
    if found := parse_qs(parts.query).get(_SOURCE_FABRIC):
        return found[0]
    return url if url != of_page else ""
