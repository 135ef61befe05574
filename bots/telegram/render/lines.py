"""A bulletin as lines in reading order: the headline first, where it came from last."""

from dataclasses import dataclass

from core import blocks, locales, markup
from core.blocks import Block, Bullets, Embed, Image, Link, Paragraph, Quote, Run, Subheading, Text, Video
from core.locales import Moment
from core.markup import Line, Look
from core.model import Bulletin, BulletinKind, Content, Contributor, Entry, Importance, Summary


@dataclass(frozen=True, slots=True)
class Layout:
    """What a bulletin says, in order: the headline, the words of its shown pictures, the rest; and those pictures."""

    head: tuple[Line, ...]
    captions: tuple[Line, ...]
    rest: tuple[Line, ...]
    assets: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything."""
        return (*self.head, *self.captions, *self.rest)


def pictures(bulletin: Bulletin) -> tuple[str, ...]:
    """The pictures of an entry whose bytes we have, by digest, each once."""
    found = bulletin.entry.content.blocks if bulletin.entry else ()
    return tuple(dict.fromkeys(block.asset for block in found if isinstance(block, Image) and block.asset))


def lay_out(bulletin: Bulletin, words: locales.Words, shown: int) -> Layout:
    """The bulletin with its first `shown` pictures as pictures; any more are told in words."""
    if bulletin.entry is not None:
        return _entry(bulletin, bulletin.entry, words, pictures(bulletin)[:shown])
    if bulletin.summary is not None:
        return _summary(bulletin, bulletin.summary, words)
    return Layout((), (), (Line(blocks.text(bulletin.words)),))


def notice(bulletin: Bulletin, entry: Entry, words: locales.Words) -> tuple[Line, ...]:
    """What stands in place of a retracted entry."""
    at = Moment(entry.updated_at, bulletin.coverage.zone, now=entry.display_at)
    reason = (Line(blocks.text(entry.content.reason)),) if entry.content.reason.strip() else ()
    return (Line(_say(words, "render.retracted", at=at), Look.HEADLINE), *reason, _footer(bulletin, entry, words))


def leftover(bulletin: Bulletin, entry: Entry, words: locales.Words) -> tuple[Line, ...]:
    """What stands in place of each further message of a retracted entry."""
    return (Line(_say(words, "render.retracted_part", mark=_mark(bulletin, entry)), Look.SMALL),)


def _entry(bulletin: Bulletin, entry: Entry, words: locales.Words, shown: tuple[str, ...]) -> Layout:
    content = entry.content
    breaking = bulletin.kind is BulletinKind.ALERT or content.importance is Importance.BREAKING
    rest = [*_bylines(content, words), *_corrections(bulletin, entry, words)]
    captions: list[Line] = []
    told: set[str] = set()
    for block in content.blocks:
        if isinstance(block, Image) and block.asset in shown:
            captions += _caption(block) if block.asset not in told else ()
            told.add(block.asset or "")
        else:
            rest += _block(block, words)
    rest.append(_footer(bulletin, entry, words))
    head = _head(content)
    if breaking:
        prefix = Run(words.say("render.breaking") + " ", bold=True)
        head, rest = _prefixed(prefix, head, rest)
    return Layout(tuple(head), tuple(captions), tuple(rest), shown)


def _prefixed(prefix: Run, head: list[Line], rest: list[Line]) -> tuple[list[Line], list[Line]]:
    """Before the headline, or before the first words when there is none."""
    lines = head or rest
    at = len(head) - 1 if head else 0
    first = lines[at]
    lines[at] = Line((prefix, *first.text), first.look, first.lead, first.joint)
    return head, rest


def _head(content: Content) -> list[Line]:
    kicker = [Line(blocks.text(content.kicker))] if content.kicker.strip() else []
    joint = "\n" if kicker else "\n\n"
    return [
        *kicker,
        *([Line(blocks.text(content.headline), Look.HEADLINE, joint=joint)] if content.headline.strip() else []),
    ]


def _bylines(content: Content, words: locales.Words) -> list[Line]:
    who = "; ".join(_credit(one) for one in content.contributors)
    return [Line(_say(words, "render.byline", who=who), Look.SMALL, joint="\n")] if who else []


def _credit(one: Contributor) -> str:
    return ", ".join(piece for piece in (one.name, one.role, one.desk, one.place) if piece.strip())


def _corrections(bulletin: Bulletin, entry: Entry, words: locales.Words) -> list[Line]:
    def told(at: Moment, note: str) -> Text:
        return _say(words, "render.corrected", at=at, note=note)

    zone = bulletin.coverage.zone
    return [
        Line(told(Moment(one.at, zone, now=entry.display_at), one.note), Look.SMALL)
        for one in entry.content.corrections
    ]


def _block(block: Block, words: locales.Words) -> list[Line]:
    match block:
        case Paragraph(text):
            return _plain(text)
        case Subheading(text):
            return [Line(text, Look.HEADING)] if blocks.plain(text).strip() else []
        case Bullets():
            return _points(block)
        case Quote():
            return _quote(block)
        case _:
            return _pointer(block, words)


def _pointer(block: Image | Video | Embed | Link, words: locales.Words) -> list[Line]:
    """A line that tells of something that is not here."""
    match block:
        case Image():
            # Never the address: a picture we have no bytes of may be gone tomorrow.
            return _told(words.say("render.image"), _both(block.alt, block.caption), None, block.credit)
        case Video():
            label = words.say("render.audio" if block.sound_only else "render.video")
            return _told(label, _both(block.title, block.caption), block.url, block.credit)
        case Embed(url, provider, text):
            return _told(f"{provider}:" if provider else "", text, url, "")
        case Link(text, url):
            return _told("", text, url, "")


def _plain(text: Text) -> list[Line]:
    return [Line(markup.honest(text))] if blocks.plain(text).strip() else []


def _points(block: Bullets) -> list[Line]:
    points = [point for point in block.points if blocks.plain(point).strip()]
    return [
        Line(markup.honest(point), Look.POINT, f"{at}. " if block.ordered else "• ", "\n" if at > 1 else "\n\n")
        for at, point in enumerate(points, 1)
    ]


def _quote(block: Quote) -> list[Line]:
    lines = [Line(markup.honest(block.text), Look.QUOTE)] if blocks.plain(block.text).strip() else []
    who = ", ".join(piece for piece in (block.speaker, block.role) if piece)
    return [*lines, *([Line(blocks.text(f"— {who}"), Look.QUOTE, joint="\n")] if who else [])]


def _caption(image: Image) -> list[Line]:
    words = " ".join(piece for piece in (image.caption, f"({image.credit})" if image.credit else "") if piece)
    return [Line(blocks.text(words), Look.SMALL)] if words.strip() else []


def _told(label: str, words: str, url: str | None, credit: str) -> list[Line]:
    """One line, "Image: words (credit)"; the words are a link when readers may be sent to the address."""
    safe = markup.safe_url(url) if url else None
    named = markup.honest((Run(words or safe or "", url=safe),)) if words.strip() or safe else ()
    if not named and not credit.strip():
        return []
    ending = f"({credit})" if credit.strip() else ""
    runs: list[Run] = []
    for piece in (blocks.text(label), named, blocks.text(ending)):
        runs += [Run(" "), *piece] if runs and piece else piece
    return [Line(tuple(runs))]


def _both(first: str, second: str) -> str:
    return " – ".join(dict.fromkeys(piece for piece in (first.strip(), second.strip()) if piece))


def _summary(bulletin: Bulletin, summary: Summary, words: locales.Words) -> Layout:
    coverage = bulletin.coverage
    head = (
        Line(blocks.text(coverage.title), Look.HEADLINE),
        Line(_say(words, "render.summary"), Look.HEADING),
    )
    points = _points(Bullets(tuple(blocks.text(point) for point in summary.points)))
    as_of = Moment(summary.as_of, coverage.zone, now=summary.as_of)
    footer = Line(
        (*_say(words, "render.summary_at", at=as_of), Run(" · "), Run(coverage.slug, url=_page(coverage.url)))
    )
    return Layout(head, (), (*points, footer))


def _footer(bulletin: Bulletin, entry: Entry, words: locales.Words) -> Line:
    at = Moment(entry.display_at, bulletin.coverage.zone, now=entry.display_at)
    mark = Run(_mark(bulletin, entry), url=_page(entry.content.url))
    return Line((*_say(words, "render.clock", at=at), Run(" · "), mark))


def _mark(bulletin: Bulletin, entry: Entry) -> str:
    return f"{bulletin.coverage.slug}#{entry.number}"


def _page(url: str | None) -> str | None:
    return markup.safe_url(url) if url else None


def _say(words: locales.Words, key: str, **params: locales.Value) -> Text:
    return blocks.text(words.say(key, **params))
