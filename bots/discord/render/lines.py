"""A bulletin as lines in reading order: the headline first, where it came from last, as small print."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core import blocks, locales, markup
from core.blocks import Block, Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Text, Video
from core.locales import Moment
from core.markup import Line, Look
from core.model import Bulletin, BulletinKind, Content, Contributor, Entry, Importance, Summary


@dataclass(frozen=True, slots=True)
class Layout:
    """What a bulletin says: the head, the body, the words of the pictures it shows, the foot."""

    head: tuple[Line, ...]
    body: tuple[Line, ...]
    captions: tuple[Line, ...] = ()
    foot: tuple[Line, ...] = ()
    images: tuple[Image, ...] = ()
    """The pictures it shows, each once."""
    elsewhere: tuple[Video | Embed, ...] = ()
    """What it tells of on other sites."""


def lay_out(bulletin: Bulletin, words: locales.Words, pictures: int) -> Layout:
    """The bulletin with at most so many pictures shown; any more are told in words."""
    if bulletin.entry is not None:
        return _entry(bulletin, bulletin.entry, words, pictures)
    if bulletin.summary is not None:
        return _summary(bulletin, bulletin.summary, words)
    return Layout((), (Line(blocks.text(bulletin.words)),))


def notice(bulletin: Bulletin, entry: Entry, words: locales.Words) -> tuple[Line, ...]:
    """What stands in place of a retracted entry."""
    at = Moment(entry.updated_at, bulletin.coverage.zone, now=entry.display_at)
    reason = (Line(blocks.text(entry.content.reason)),) if entry.content.reason.strip() else ()
    return (Line(_say(words, "render.retracted", at=at), Look.HEADLINE), *reason, _foot(bulletin, entry, words))


def leftover(bulletin: Bulletin, entry: Entry, words: locales.Words) -> tuple[Line, ...]:
    """What stands in place of each further message of a retracted entry."""
    return (Line(_say(words, "render.retracted_part", mark=_mark(bulletin, entry)), Look.SMALL),)


def told(image: Image, words: locales.Words) -> tuple[Line, ...]:
    """A picture in words."""
    return _told(words.say("render.image"), _both(image.alt, image.caption), image.url, image.credit)


def safe(url: str | None) -> str | None:
    """The address if readers may be sent there."""
    return markup.safe_url(url) if url else None


def _entry(bulletin: Bulletin, entry: Entry, words: locales.Words, pictures: int) -> Layout:
    content = entry.content
    shown = _shown(content, pictures)
    body: list[Line] = []
    for block in content.blocks:
        if not (isinstance(block, Image) and block.asset in shown):
            body += _block(block, words)
    head = _broken_in(bulletin, content, words, _head(content))
    return Layout(
        (*head, *_byline(content, words)),
        tuple(body),
        _close_up(line for image in shown.values() for line in _caption(image)),
        _close_up((*_corrections(bulletin, entry, words), _foot(bulletin, entry, words))),
        tuple(shown.values()),
        tuple(block for block in content.blocks if isinstance(block, Video | Embed) and safe(block.url)),
    )


def _shown(content: Content, most: int) -> dict[str, Image]:
    """The pictures whose bytes we have, by digest, the first telling of each."""
    found: dict[str, Image] = {}
    for block in content.blocks:
        if isinstance(block, Image) and block.asset and len(found) < most:
            found.setdefault(block.asset, block)
    return found


def _head(content: Content) -> list[Line]:
    kicker = [Line(blocks.text(content.kicker), Look.SMALL)] if content.kicker.strip() else []
    if not content.headline.strip():
        return kicker
    return [*kicker, Line(blocks.text(content.headline), Look.HEADLINE, joint="\n")]


def _broken_in(bulletin: Bulletin, content: Content, words: locales.Words, head: list[Line]) -> list[Line]:
    """Breaking news says so before its headline, or above its first words when it has none."""
    if bulletin.kind is not BulletinKind.ALERT and content.importance is not Importance.BREAKING:
        return head
    breaking = Run(words.say("render.breaking"), bold=True)
    if head and head[-1].look is Look.HEADLINE:
        return [*head[:-1], replace(head[-1], text=(breaking, Run(" "), *head[-1].text))]
    return [*head, Line((breaking,), joint="\n")]


def _byline(content: Content, words: locales.Words) -> list[Line]:
    who = "; ".join(_credited(one) for one in content.contributors)
    return [Line(_say(words, "render.byline", who=who), Look.SMALL, joint="\n")] if who else []


def _credited(one: Contributor) -> str:
    return ", ".join(piece for piece in (one.name, one.role, one.desk, one.place) if piece.strip())


def _corrections(bulletin: Bulletin, entry: Entry, words: locales.Words) -> list[Line]:
    def said(at: Moment, note: str) -> Text:
        return _say(words, "render.corrected", at=at, note=note)

    zone = bulletin.coverage.zone
    return [
        Line(said(Moment(one.at, zone, now=entry.display_at), one.note), Look.SMALL)
        for one in entry.content.corrections
    ]


def _close_up(said: Iterable[Line]) -> tuple[Line, ...]:
    """Small print stands row under row."""
    return tuple(replace(line, joint="\n") if at else line for at, line in enumerate(said))


def _block(block: Block, words: locales.Words) -> list[Line]:
    match block:
        case Paragraph(text):
            return [Line(markup.honest(text))] if blocks.plain(text).strip() else []
        case Subheading(text):
            return [Line(text, Look.HEADING)] if blocks.plain(text).strip() else []
        case Bullets():
            return _points(block)
        case Quote():
            return _quote(block)
        case _:
            return list(_pointer(block, words))


def _pointer(block: Image | Video | Embed | Link, words: locales.Words) -> tuple[Line, ...]:
    """A line that tells of something that is not here."""
    match block:
        case Image():
            return told(block, words)
        case Video():
            label = words.say("render.audio" if block.sound_only else "render.video")
            return _told(label, _both(block.title, block.caption), block.url, block.credit)
        case Embed(url, provider, text):
            return _told(f"{provider}:" if provider else "", text, url, "")
        case Link(text, url):
            return _told("", text, url, "")


def _points(block: Bullets) -> list[Line]:
    points = [point for point in block.points if blocks.plain(point).strip()]
    return [
        Line(markup.honest(point), Look.POINT, f"{at}. " if block.ordered else "- ", "\n" if at > 1 else "\n\n")
        for at, point in enumerate(points, 1)
    ]


def _quote(block: Quote) -> list[Line]:
    lines = [Line(markup.honest(block.text), Look.QUOTE)] if blocks.plain(block.text).strip() else []
    who = ", ".join(piece for piece in (block.speaker, block.role) if piece)
    return [*lines, *([Line(blocks.text(f"— {who}"), Look.QUOTE, joint="\n")] if who else [])]


def _caption(image: Image) -> list[Line]:
    words = " ".join(piece for piece in (image.caption, f"({image.credit})" if image.credit else "") if piece)
    return [Line(blocks.text(words), Look.SMALL)] if words.strip() else []


def _told(label: str, words: str, url: str | None, credit: str) -> tuple[Line, ...]:
    """One line, "Image: words (credit)"; the words are a link when readers may be sent to the address."""
    address = safe(url)
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


def _summary(bulletin: Bulletin, summary: Summary, words: locales.Words) -> Layout:
    coverage = bulletin.coverage
    head = (
        Line(blocks.text(coverage.title), Look.HEADLINE),
        Line(_say(words, "render.summary"), Look.SMALL, joint="\n"),
    )
    points = _points(Bullets(tuple(blocks.text(point) for point in summary.points)))
    as_of = _say(words, "render.summary_at", at=Moment(summary.as_of, coverage.zone, now=summary.as_of))
    mark = Run(coverage.slug, url=safe(coverage.url))
    return Layout(head, tuple(points), foot=(Line((*as_of, Run(" · "), mark), Look.SMALL),))


def _foot(bulletin: Bulletin, entry: Entry, words: locales.Words) -> Line:
    at = Moment(entry.display_at, bulletin.coverage.zone, now=entry.display_at)
    mark = Run(_mark(bulletin, entry), url=safe(entry.content.url))
    return Line((*_say(words, "render.clock", at=at), Run(" · "), mark), Look.SMALL)


def _mark(bulletin: Bulletin, entry: Entry) -> str:
    return f"{bulletin.coverage.slug}#{entry.number}"


def _say(words: locales.Words, key: str, **params: locales.Value) -> Text:
    return blocks.text(words.say(key, **params))
