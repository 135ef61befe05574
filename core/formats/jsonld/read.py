"""A LiveBlogPosting into a Page: the coverage's own fields, and its entries put in order, oldest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from core.formats import page, zones
from core.formats.jsonld import entry, find, summary, terms
from core.formats.jsonld.find import Node
from core.formats.jsonld.reading import Reading, many
from core.model import CoverageStatus, Source

_SHARED = 0.9
"""Share of entries with one and the same time from which that time is the page's, not theirs (Guardian)."""


@dataclass(frozen=True, slots=True)
class _Coverage:
    """The page's own fields that its entries need too."""

    node: Node
    title: str
    url: str | None
    publisher: str
    updates: tuple[Node, ...]


def read(found: find.Found, *, name: str, zone: str | None, language: str | None) -> page.Read:
    """The page in the object that was found.

    Raises UnknownZone when its times carry no offset and neither the file nor `zone` says where they are.
    """
    node = found.blog
    ours = _ours(node)
    stated = node.get("ext:timeZone") if ours else None
    where = zone or (stated if isinstance(stated, str) else None)
    reading = Reading(found.nodes, ours, zones.named(where) if where else None)
    for doubt in found.doubts:
        reading.lose("page", doubt)
    coverage = _coverage(reading, node, name)
    entries = _entries(reading, coverage)
    reading.entry = ""
    made = _page(reading, coverage, entries, where, language)
    _report_rest(reading, coverage)
    return page.Read(made, tuple(reading.losses))


def _ours(node: Node) -> bool:
    """Whether this is a Livedesk export, whose words stand exactly as they were."""
    publisher, version = node.get("sdPublisher"), node.get("ext:format", terms.FORMAT)
    named = isinstance(publisher, Mapping) and publisher.get("name") == terms.PUBLISHER
    return named and isinstance(version, int) and version <= terms.FORMAT


def _coverage(reading: Reading, node: Node, name: str) -> _Coverage:
    title = reading.words(node.get("headline") or node.get("name"))
    if not title:
        title = PurePath(name).stem
        reading.lose("title", f"the page names none: the file's name stands in (“{title}”)")
    given = many(node.get("liveBlogUpdate"))
    updates = tuple(update for value in given if (update := reading.node(value)))
    if len(updates) < len(given):
        reading.lose("liveBlogUpdate", f"{len(given) - len(updates)} of {len(given)} are no entries: left out")
    if not given and not reading.ours:
        reading.lose("liveBlogUpdate", "the page has no entries")
    url = reading.address(node.get("url")) or reading.address(node.get("mainEntityOfPage"))
    return _Coverage(node, title, url, reading.words(node.get("publisher")), updates)


def _entries(reading: Reading, coverage: _Coverage) -> tuple[page.PageEntry, ...]:
    around = _around(reading, coverage)
    read_in_order = (entry.read(reading, node, around, at) for at, node in enumerate(coverage.updates, start=1))
    found = _once(reading, [made for made in read_in_order if made is not None])
    if found and (not around.timed or found[0].display_at >= found[-1].display_at):
        found.reverse()
    if around.timed:
        # Stable: entries of one minute keep the order in which the page grew.
        found.sort(key=lambda made: made.display_at)
    return page.distinct(found)


def _around(reading: Reading, coverage: _Coverage) -> entry.Around:
    """What the entries repeat of their page, and whether their clocks are their own."""
    url, publisher = coverage.url, coverage.publisher
    if reading.ours:
        return entry.Around(url, publisher, "", None, timed=True)
    updates = coverage.updates
    headlines = sum(reading.words(node.get("headline")) == coverage.title for node in updates)
    pictures = [node.get("image") for node in updates]
    one_picture = len(pictures) > 1 and pictures[0] is not None and all(each == pictures[0] for each in pictures)
    [(_, shared)] = Counter(str(node.get("datePublished")) for node in updates).most_common(1) or [("", 0)]
    timed = len(updates) < 3 or shared < _SHARED * len(updates)
    if not timed:
        reading.lose(
            "datePublished", "the entries share one time: kept in page order, their clocks are not to be trusted"
        )
    if headlines > 1:
        reading.lose("headline", f"{headlines} entries repeat the page's headline: they have none of their own")
    if one_picture:
        reading.lose("image", "every entry repeats one picture: it is the page's, left out")
    return entry.Around(
        url, publisher, coverage.title if headlines > 1 else "", pictures[0] if one_picture else None, timed
    )


def _once(reading: Reading, entries: Sequence[page.PageEntry]) -> list[page.PageEntry]:
    """Entries with one identity: told apart by their fingerprints, or, if these agree too, one entry given twice."""
    copies: dict[tuple[str, str], page.PageEntry] = {}
    for made in entries:
        key = (made.source.identity, made.source.fingerprint)
        known = copies.get(key)
        if known is None or _changed(made) > _changed(known):
            copies[key] = made
    if len(copies) < len(entries):
        reading.entry = ""
        reading.lose(
            "liveBlogUpdate", f"{len(entries) - len(copies)} entries stand there twice: the newer copy was taken"
        )
    shared = Counter(identity for identity, _ in copies)
    return [
        replace(made, source=replace(made.source, identity=f"urn:livedesk:fingerprint:{made.source.fingerprint}"))
        if shared[made.source.identity] > 1
        else made
        for made in copies.values()
    ]


def _changed(made: page.PageEntry) -> datetime:
    return made.updated_at or made.display_at


def _page(
    reading: Reading, coverage: _Coverage, entries: tuple[page.PageEntry, ...], where: str | None, language: str | None
) -> page.Page:
    node = coverage.node
    status = _status(reading, node)
    return page.Page(
        title=coverage.title,
        source=_source(reading, coverage, entries),
        entries=entries,
        standfirst=reading.words(node.get("description")),
        language=language or _language(reading, node),
        zone=where or _likely(reading, entries),
        starts_at=_start(reading, node, entries),
        ends_at=_end(reading, node, status),
        status=status,
        url=coverage.url,
        publisher=coverage.publisher,
        summary=summary.read(reading, node),
        summary_as_of=reading.instant(node, "ext:summaryAsOf"),
    )


def _source(reading: Reading, coverage: _Coverage, entries: Sequence[page.PageEntry]) -> Source:
    stated = coverage.node.get("identifier") if reading.ours else None
    stated = stated or coverage.node.get("@id")
    identity = reading.words(stated) if isinstance(stated, str) and not stated.startswith("_:") else ""
    if identity.startswith("#"):
        identity = f"{coverage.url}{identity}" if coverage.url else ""
    mark = (
        entries[0].source.fingerprint if entries else page.fingerprint(datetime(1970, 1, 1, tzinfo=UTC), coverage.title)
    )
    found = Source(terms.SYSTEM, identity or coverage.url or f"urn:livedesk:fingerprint:{mark}:page", mark)
    return entry.own_source(reading, coverage.node, found)


def _language(reading: Reading, node: Node) -> str:
    given = node.get("inLanguage")
    code = reading.words(given.get("alternateName") or given if isinstance(given, Mapping) else given)
    if not code and not reading.ours:
        reading.lose("language", "the page names none: --language says it")
    return code


def _likely(reading: Reading, entries: Sequence[page.PageEntry]) -> str:
    likely = zones.likely((made.source.label, made.display_at) for made in entries)
    reading.lose("zone", f"the page gives offsets, no zone: taken as {likely}, --zone says another")
    return likely


def _start(reading: Reading, node: Node, entries: Sequence[page.PageEntry]) -> datetime | None:
    if reading.ours:
        return reading.instant(node, "coverageStartTime")
    stated = reading.instant(node, "coverageStartTime", "datePublished")
    return stated or (entries[0].display_at if entries else None)


def _end(reading: Reading, node: Node, status: CoverageStatus) -> datetime | None:
    """The end, only of a coverage whose status says it has ended: many pages always give one (Guardian, BBC)."""
    end = reading.instant(node, "coverageEndTime")
    if end is None or status in (CoverageStatus.CLOSED, CoverageStatus.ARCHIVED):
        return end
    reading.lose(
        "coverageEndTime", f"it says it ended at {end:%Y-%m-%d %H:%M} UTC: left open, pages often say so while live"
    )
    return None


def _status(reading: Reading, node: Node) -> CoverageStatus:
    stated = reading.words(node.get("creativeWorkStatus"))
    found = next((status for status in CoverageStatus if status.value == stated.casefold()), None)
    if stated and found is None:
        reading.lose("creativeWorkStatus", f"“{stated:.40}” is no status of ours: taken as live")
    return found or CoverageStatus.LIVE


def _report_rest(reading: Reading, coverage: _Coverage) -> None:
    """One line each for the page and its entries: which properties have no place here."""
    if reading.ours:
        return
    for where, kept, nodes in (
        ("the page's", terms.KEPT_OF_COVERAGE, (coverage.node,)),
        ("the entries'", terms.KEPT_OF_ENTRY, coverage.updates),
    ):
        rest = sorted({key for node in nodes for key, value in node.items() if key not in kept and _says(value)})
        if rest:
            named = ", ".join(rest[:12]) + (f" and {len(rest) - 12} more" if len(rest) > 12 else "")
            reading.lose("properties", f"{where} {named} have no place here: left out")


def _says(value: Any) -> bool:
    return value not in (None, "", [], {}, False)
