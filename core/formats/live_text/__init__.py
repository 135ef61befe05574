"""The text of a live page as people save it: a summary, then numbered entries, newest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from core import blocks
from core.formats import page, zones
from core.formats.kickers import kind_of_kicker
from core.formats.live_text import body, byline, front, sheet
from core.model import Content, Contributor, Importance, Kind, Source

SYSTEM = "live-text"
"""What `Source.system` says of everything read here."""

_RECAP = re.compile(
    r"what('|’)s been happening|recap\b|what we know|the story so far|catch(ing)? up|just join(ing|ed) us|at a glance",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Dated:
    """An entry whose instant is known."""

    at: datetime
    clock: sheet.Clock
    given: sheet.Sheet


def read(text: str, *, name: str, zone: str | None, language: str | None) -> page.Read:
    """The page in this text.

    Raises NotAPage when no entry has a clock, and UnknownZone when a clock's zone is unknown and `zone` does not help.
    """
    opening, sheets = sheet.cut(text)
    fallback = zones.named(zone) if zone else None
    losses: list[page.Loss] = []
    dated = [found for given in sheets if (found := _dated(given, fallback, losses)) is not None]
    if not dated:
        raise page.NotAPage(
            f"{name} is not a live page: no entry with a clock in it (“1. Headline published at 14:05 Greenwich Mean "
            "Time 10 February 2022”). Save the whole live page as text, or give an HTML or JSON-LD file"
        )
    # Upside down before sorting, so that entries of one minute keep the order in which the page grew.
    dated.reverse()
    dated.sort(key=lambda found: found.at)
    head = front.read(opening)
    likely = zones.likely((found.clock.zone, found.at) for found in dated)
    losses = [*_page_losses(head, name, zone, language, likely), *losses]
    entries = page.distinct([_entry(found, losses) for found in dated])
    oldest = entries[0].source
    made = page.Page(
        title=head.title or PurePath(name).stem,
        source=Source(SYSTEM, head.url or f"{oldest.identity}:page", oldest.fingerprint, label=oldest.label),
        entries=entries,
        language=language or "en",
        zone=zone or likely,
        starts_at=entries[0].display_at,
        url=head.url,
        summary=head.points,
    )
    return page.Read(made, tuple(losses))


def _dated(given: sheet.Sheet, fallback: ZoneInfo | None, losses: list[page.Loss]) -> _Dated | None:
    if given.clock is None:
        losses.append(
            page.Loss(f"{given.ordinal}. {given.kicker:.60}", "clock", "no clock found: this entry was left out")
        )
        return None
    if given.clock.wall is None:
        where = page.place(None, given.clock.headline, f"{given.ordinal}.")
        losses.append(page.Loss(where, "clock", f"“{given.clock.written}” is no time: this entry was left out"))
        return None
    return _Dated(zones.instant(given.clock.wall, given.clock.zone, fallback), given.clock, given)


def _page_losses(head: front.Front, name: str, zone: str | None, language: str | None, likely: str) -> list[page.Loss]:
    found = [page.Loss("", "page", f"“{line:.60}” before the first entry has no place: left out") for line in head.rest]
    if not head.title:
        found.append(
            page.Loss("", "title", f"the text names none: the file's name stands in (“{PurePath(name).stem}”)")
        )
    if not language:
        found.append(
            page.Loss("", "language", "taken as English (en) from the words of its clocks: --language says another")
        )
    if not zone:
        found.append(page.Loss("", "zone", f"taken as {likely} from the words of its clocks: --zone says another"))
    return found


def _entry(found: _Dated, losses: list[page.Loss]) -> page.PageEntry:
    headline = found.clock.headline
    wall = found.clock.wall
    where = page.place(wall, headline)
    contributors, taken, doubt = byline.take(found.given.lines)
    built = body.build(found.given.lines[taken:])
    if doubt:
        losses.append(page.Loss(where, "contributors", doubt))
    losses.extend(page.Loss(where, field, what) for field, what in built.doubts)
    content = _content(found.given.kicker, headline, contributors, built)
    if content.kind is Kind.UPDATE:
        losses.extend(page.Loss(where, "kind", doubt) for doubt in _unsure_kind(content))
    mark = page.fingerprint(found.at, headline, page.body_text(built.made))
    source = Source(SYSTEM, f"urn:livedesk:text:{mark}", mark, found.given.ordinal, found.clock.zone)
    return page.PageEntry(content, found.at, source, first_published=found.at)


def _content(kicker: str, headline: str, contributors: tuple[Contributor, ...], built: body.Body) -> Content:
    breaking = kicker.casefold() in ("breaking", "breaking news")
    return Content(
        headline=headline,
        blocks=built.made,
        kind=kind_of_kicker(kicker) or _kind(headline, built),
        kicker=kicker,
        importance=Importance.BREAKING if breaking else Importance.NORMAL,
        contributors=contributors,
    )


def _kind(headline: str, built: body.Body) -> Kind:
    """The kind when two signs agree; one sign alone is no more than a doubt."""
    first = next((blocks.plain(block.text) for block in built.made if isinstance(block, blocks.Paragraph)), "")
    if built.subheadings and _RECAP.search(f"{headline} {first}"):
        return Kind.RECAP
    if headline.startswith("Watch:") and any(isinstance(block, blocks.Video) for block in built.made):
        return Kind.VIDEO
    return Kind.GRAPHIC if built.bare_graphic and headline.endswith("?") else Kind.UPDATE


def _unsure_kind(content: Content) -> Sequence[str]:
    if content.headline.endswith("?"):
        return ["the headline asks a question: it may be an explainer, kept as an update"]
    if content.headline.startswith("Watch:"):
        return ["the headline says Watch, but the text has no film: kept as an update"]
    if content.kicker and content.importance is Importance.NORMAL:
        return [f"the label “{content.kicker}” is no kind of ours: kept as an update under that label"]
    return []
