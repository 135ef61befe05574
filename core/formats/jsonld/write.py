"""A Page as a LiveBlogPosting: plain schema.org for everybody, `ext:` terms for what only we can say."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core import blocks
from core.formats import page, zones
from core.formats.jsonld import assets, names, people, summary, terms
from core.model import Content, CoverageStatus, EntryStatus, Importance, Source

_ENDED = (CoverageStatus.CLOSED, CoverageStatus.ARCHIVED)
# So that the text may stand inside an HTML script element, whatever an entry says.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write(given: page.Page, *, now: datetime) -> bytes:
    """The page as JSON-LD in UTF-8. `now` is when it was written."""
    document = {"@context": terms.CONTEXT, **_coverage(given, now)}
    return (json.dumps(document, ensure_ascii=False, indent=1).translate(_ESCAPES) + "\n").encode(errors="replace")


def write_script(given: page.Page, *, now: datetime) -> bytes:
    """The same as the script element that goes into an HTML page."""
    return b'<script type="application/ld+json">\n' + write(given, now=now) + b"</script>\n"


def _coverage(given: page.Page, now: datetime) -> dict[str, Any]:
    zone = zones.named(given.zone)
    shown = [entry for entry in given.entries if entry.status is not EntryStatus.UNDONE]
    clocks = [entry.updated_at or entry.display_at for entry in shown]
    first = given.starts_at or (shown[0].display_at if shown else None)
    return _full(
        {
            "@type": terms.LIVE_BLOG,
            "@id": names.of_page(given),
            "identifier": given.source.identity,
            "url": given.url,
            "mainEntityOfPage": {"@type": "WebPage", "@id": given.url} if given.url else None,
            "headline": given.title,
            "description": given.standfirst,
            "inLanguage": given.language,
            "publisher": {"@type": "NewsMediaOrganization", "name": given.publisher} if given.publisher else None,
            "creativeWorkStatus": given.status.value,
            "coverageStartTime": _clock(given.starts_at, zone),
            "coverageEndTime": _clock(given.ends_at, zone) if given.status in _ENDED else None,
            "datePublished": _clock(first, zone),
            "dateModified": _clock(max([*clocks, given.summary_as_of or first or now]), zone),
            "abstract": "\n".join(given.summary),
            "hasPart": summary.write(given.summary),
            "sdPublisher": {"@type": "Organization", "name": terms.PUBLISHER},
            "sdDatePublished": _clock(now, zone),
            "ext:format": terms.FORMAT,
            "ext:timeZone": given.zone,
            "ext:summaryAsOf": _clock(given.summary_as_of, zone),
            "ext:source": _source(given.source),
            "liveBlogUpdate": [
                _entry(entry, name, zone)
                for entry, name in reversed([*zip(shown, names.of_entries(given, shown), strict=True)])
            ],
        }
    )


def _entry(entry: page.PageEntry, name: str, zone: ZoneInfo) -> dict[str, Any]:
    content = entry.content
    retracted = entry.status is EntryStatus.RETRACTED
    # A retracted entry stays as an object, so that nobody keeps its old text for want of a word from us.
    body = () if retracted else content.blocks
    return _full(
        {
            "@type": "BlogPosting",
            "@id": name,
            "identifier": entry.source.identity,
            "url": content.url,
            "position": entry.number,
            "version": entry.revision,
            "headline": content.headline,
            "articleSection": content.kicker,
            "genre": content.kind.value,
            "additionalType": _marks(content),
            "creativeWorkStatus": "Retracted" if retracted else None,
            "dateCreated": _clock(entry.first_published, zone),
            "datePublished": _clock(entry.display_at, zone),
            "dateModified": _clock(entry.updated_at, zone) if entry.updated_at != entry.display_at else None,
            "inLanguage": content.language,
            "author": [_full(people.write(who)) for who in content.contributors],
            "keywords": list(content.tags),
            "articleBody": page.body_text(body),
            **_parts(body),
            "correction": _corrections(entry, zone),
            "ext:firstPublished": _clock(entry.first_published, zone),
            "ext:timed": None if entry.timed else False,
            "ext:source": _source(entry.source),
            "ext:blocks": blocks.to_json(body),
        }
    )


def _marks(content: Content) -> list[str]:
    important = content.importance is not Importance.NORMAL
    return [
        terms.kind_uri(content.kind),
        *([terms.importance_uri(content.importance)] if important else []),
        *([terms.PINNED] if content.pinned else []),
    ]


def _parts(body: tuple[blocks.Block, ...]) -> dict[str, Any]:
    """What of the blocks has a property of its own in schema.org."""
    images = [_full(assets.write_image(block)) for block in body if isinstance(block, blocks.Image)]
    videos = [block for block in body if isinstance(block, blocks.Video)]
    embeds = [_full(assets.write_embed(block)) for block in body if isinstance(block, blocks.Embed)]
    quotes = [_quotation(block) for block in body if isinstance(block, blocks.Quote)]
    return {
        "image": images,
        "video": [_full(assets.write_video(video)) for video in videos if not video.sound_only],
        "audio": [_full(assets.write_video(video)) for video in videos if video.sound_only],
        "sharedContent": embeds,
        "citation": quotes,
    }


def _quotation(quote: blocks.Quote) -> dict[str, Any]:
    speaker = _full({"@type": "Person", "name": quote.speaker, "jobTitle": quote.role}) if quote.speaker else None
    return _full({"@type": "Quotation", "text": blocks.plain(quote.text), "spokenByCharacter": speaker})


def _corrections(entry: page.PageEntry, zone: ZoneInfo) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"@type": "CorrectionComment", "text": correction.note, "datePublished": _clock(correction.at, zone)}
        for correction in entry.content.corrections
    ]
    if entry.content.reason:
        at = _clock(entry.updated_at or entry.display_at, zone)
        reason = {"text": entry.content.reason, "datePublished": at, "additionalType": terms.RETRACTION}
        made.append({"@type": "CorrectionComment", **reason})
    return made


def _source(source: Source) -> dict[str, Any]:
    return _full(
        {
            "system": source.system,
            "identity": source.identity,
            "fingerprint": source.fingerprint,
            "position": source.position,
            "label": source.label,
        }
    )


def _clock(at: datetime | None, zone: ZoneInfo) -> str | None:
    """The instant in the coverage's zone, with the offset it has there at that instant."""
    return at.astimezone(zone).isoformat() if at else None


def _full(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing. False and 0 say something."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [])}
