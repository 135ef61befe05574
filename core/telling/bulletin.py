"""What one bulletin says: its pieces, each in reading order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core import blocks, locales, markup
from core.blocks import Block, Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Text, Video
from core.locales import Moment
from core.markup import Line, Look
from core.model import Bulletin, BulletinKind, Content, Contributor, Correction, Entry, Importance, Summary

Lines = tuple[Line, ...]

BULLET = "• "
"""The lead of a point in a list without numbers."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The pieces of a bulletin, each in reading order. A picture it shows is not told in the body."""

    body: Lines
    head: Lines = ()
    """Kicker and headline; a summary's two titles."""
    breaking: str = ""
    """What breaking news begins with."""
    byline: Lines = ()
    corrections: Lines = ()
    captions: Lines = ()
    """The words of the pictures it shows."""
    foot: Lines = ()
    """Its clock and its mark."""
    images: tuple[Image, ...] = ()
    """The pictures it shows, each once."""
    elsewhere: tuple[Video | Embed, ...] = ()
    """What it tells of on other sites, where readers may be sent."""


def tell(bulletin: Bulletin, words: locales.Words, *, pictures: int) -> Telling:
    """The bulletin with at most so many pictures shown; any more are told in words."""
    if bulletin.entry is not None:
        return _entry(bulletin, bulletin.entry, words, shown(bulletin)[:pictures])
    if bulletin.summary is not None:
        return _summary(bulletin, bulletin.summary, words)
    return Telling((Line(blocks.text(bulletin.words)),))


def shown(bulletin: Bulletin) -> tuple[Image, ...]:
    """The pictures of an entry whose bytes we have, the first telling of each."""
    found: dict[str, Image] = {}
    for block in bulletin.entry.content.blocks if bulletin.entry else ():
        if isinstance(block, Image) and block.asset:
            found.setdefault(block.asset, block)
    return tuple(found.values())


def picture(image: Image, words: locales.Words) -> Lines:
    """A picture in words, without its address: what cannot be shown must not lead to a broken link."""
    return _pointed(words.say("render.image"), _both(image.alt, image.caption), None, image.credit)


def retracted(bulletin: Bulletin, entry: Entry, words: locales.Words) -> Lines:
    """What stands in place of a retracted entry."""
    now = entry.display_at
    reason = (Line(blocks.text(entry.content.reason)),) if entry.content.reason.strip() else ()
    return (withdrawn(bulletin, entry, words, now=now), *reason, foot(bulletin, entry, words, now=now))


def retracted_part(bulletin: Bulletin, entry: Entry, words: locales.Words) -> Lines:
    """What stands in place of each further message of a retracted entry."""
    return (Line(_say(words, "render.retracted_part", mark=_mark(bulletin, entry)), Look.SMALL),)


def urgent(bulletin: Bulletin, entry: Entry) -> bool:
    """Whether it is breaking news."""
    return bulletin.kind is BulletinKind.ALERT or entry.content.importance is Importance.BREAKING


def body(untold: Iterable[Block], words: locales.Words) -> Lines:
    """Blocks in words."""
    return tuple(line for block in untold for line in _block(block, words))


def withdrawn(bulletin: Bulletin, entry: Entry, words: locales.Words, *, now: datetime) -> Line:
    """That an entry no longer stands, and since when."""
    at = Moment(entry.updated_at, bulletin.coverage.zone, now=now)
    return Line(_say(words, "render.retracted", at=at), Look.HEADLINE)


def corrected(bulletin: Bulletin, one: Correction, words: locales.Words, *, now: datetime) -> Line:
    """What was corrected, and when."""
    at = Moment(one.at, bulletin.coverage.zone, now=now)
    return Line(_say(words, "render.corrected", at=at, note=one.note), Look.SMALL)


def foot(bulletin: Bulletin, entry: Entry, words: locales.Words, *, now: datetime, linked: bool = True) -> Line:
    """An entry's clock, with its date where that is not `now`'s day, and its mark, which leads to its page."""
    at = Moment(entry.display_at, bulletin.coverage.zone, now=now)
    url = entry.content.url if linked else None
    return _marked(_say(words, "render.clock", at=at), _mark(bulletin, entry), url)


def _entry(bulletin: Bulletin, entry: Entry, words: locales.Words, images: tuple[Image, ...]) -> Telling:
    content = entry.content
    breaking = words.say("render.breaking") if urgent(bulletin, entry) else ""
    seen = {image.asset for image in images}
    untold = [block for block in content.blocks if not (isinstance(block, Image) and block.asset in seen)]
    return Telling(
        body=body(untold, words),
        head=_head(content, breaking),
        breaking=breaking,
        byline=_byline(content, words),
        corrections=_corrections(bulletin, entry, words),
        captions=tuple(line for image in images for line in _caption(image)),
        foot=(foot(bulletin, entry, words, now=entry.display_at),),
        images=images,
        elsewhere=tuple(
            block for block in content.blocks if isinstance(block, Video | Embed) and markup.safe_url(block.url or "")
        ),
    )


def _head(content: Content, breaking: str) -> Lines:
    kicker = (Line(blocks.text(content.kicker), Look.KICKER),) if content.kicker.strip() else ()
    if breaking and _bare(content.kicker) == _bare(breaking):
        kicker = ()
    if not content.headline.strip():
        return kicker
    return (*kicker, Line(blocks.text(content.headline), Look.HEADLINE, joint="\n"))


def _bare(words: str) -> str:
    """Words without case, and without the colon after them."""
    return words.strip().rstrip(":\uff1a").rstrip().casefold()


def _byline(content: Content, words: locales.Words) -> Lines:
    who = "; ".join(_credited(one) for one in content.contributors)
    return (Line(_say(words, "render.byline", who=who), Look.SMALL, joint="\n"),) if who else ()


def _credited(one: Contributor) -> str:
    return ", ".join(piece for piece in (one.name, one.role, one.desk, one.place) if piece.strip())


def _corrections(bulletin: Bulletin, entry: Entry, words: locales.Words) -> Lines:
    now = entry.display_at
    return tuple(corrected(bulletin, one, words, now=now) for one in entry.content.corrections)


def _block(block: Block, words: locales.Words) -> Lines:
    match block:
        case Paragraph(text):
            return (Line(markup.honest(text)),) if blocks.plain(text).strip() else ()
        case Subheading(text):
            return (Line(text, Look.HEADING),) if blocks.plain(text).strip() else ()
        case Bullets():
            return _points(block)
        case Quote():
            return _quote(block)
        case Image():
            return picture(block, words)
        case _:
            return _pointer(block, words)


def _pointer(block: Video | Embed | Link, words: locales.Words) -> Lines:
    """A line that tells of something that is not here."""
    match block:
        case Video():
            label = words.say("render.audio" if block.sound_only else "render.video")
            return _pointed(label, _both(block.title, block.caption), block.url, block.credit)
        case Embed(url, provider, text):
            return _pointed(f"{provider}:" if provider else "", text, url, "")
        case Link(text, url):
            return _pointed("", text, url, "")


def _points(block: Bullets) -> Lines:
    points = [point for point in block.points if blocks.plain(point).strip()]
    return tuple(
        Line(markup.honest(point), Look.POINT, f"{at}. " if block.ordered else BULLET, "\n" if at > 1 else "\n\n")
        for at, point in enumerate(points, 1)
    )


def _quote(block: Quote) -> Lines:
    words = (Line(markup.honest(block.text), Look.QUOTE),) if blocks.plain(block.text).strip() else ()
    who = ", ".join(piece for piece in (block.speaker, block.role) if piece)
    return (*words, *((Line(blocks.text(f"— {who}"), Look.QUOTE, joint="\n"),) if who else ()))


def _caption(image: Image) -> Lines:
    words = " ".join(piece for piece in (image.caption, f"({image.credit})" if image.credit else "") if piece)
    return (Line(blocks.text(words), Look.SMALL),) if words.strip() else ()


def _pointed(label: str, words: str, url: str | None, credit: str) -> Lines:
    """One line, "Image: words (credit)"; the words are a link when readers may be sent to the address."""
    address = markup.safe_url(url or "")
    named = markup.honest((Run(words or address or "", url=address),)) if words.strip() or address else ()
    ending = f"({credit})" if credit.strip() else ""
    if not named and not ending:
        return ()
    runs: list[Run] = []
    for piece in (blocks.text(label), named, blocks.text(ending)):
        runs += [Run(" "), *piece] if runs and piece else piece
    return (Line(tuple(runs)),)


def _both(first: str, second: str) -> str:
    return " – ".join(dict.fromkeys(piece for piece in (first.strip(), second.strip()) if piece))


def _summary(bulletin: Bulletin, summary: Summary, words: locales.Words) -> Telling:
    coverage = bulletin.coverage
    as_of = Moment(summary.as_of, coverage.zone, now=summary.as_of)
    return Telling(
        body=_points(Bullets(tuple(blocks.text(point) for point in summary.points))),
        head=(
            Line(blocks.text(coverage.title), Look.HEADLINE),
            Line(_say(words, "render.summary"), Look.SUBTITLE),
        ),
        foot=(_marked(_say(words, "render.summary_at", at=as_of), coverage.slug, coverage.url),),
    )


def _marked(clock: Text, mark: str, url: str | None) -> Line:
    return Line((*clock, Run(" · "), Run(mark, url=markup.safe_url(url or ""))), Look.FOOT)


def _mark(bulletin: Bulletin, entry: Entry) -> str:
    return f"{bulletin.coverage.slug}#{entry.number}"


def _say(words: locales.Words, key: str, **params: locales.Value) -> Text:
    return blocks.text(words.say(key, **params))
