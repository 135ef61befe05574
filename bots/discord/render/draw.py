"""Draw a bulletin: put it in order and deal its words over as few messages as they need."""

from collections.abc import Sequence
from itertools import pairwise

from bots.discord.render.markdown import fitted, room, written
from bots.discord.render.order import Order, order
from bots.discord.render.parts import (
    CARDS_LIMIT,
    CARDS_TOGETHER_LIMIT,
    CONTENT_LIMIT,
    DESCRIPTION_LIMIT,
    PICTURES_LIMIT,
    TITLE_LIMIT,
    Card,
    Drawn,
    Picture,
)
from core import locales, markup, telling
from core.blocks import Embed, Video
from core.markup import Line
from core.model import Bulletin, BulletinKind, Form, Importance
from core.telling import Telling

# Only what stands out has a colour: breaking news red, key entries amber.
_COLOURS = {Importance.BREAKING: 0xC4161C, Importance.KEY: 0xE8A317}


def draw(bulletin: Bulletin, words: locales.Words, kept: tuple[Form, ...] = ()) -> tuple[Drawn, ...]:
    """The messages of a bulletin, always the same for the same bulletin.

    Pictures go with the first message and cards with the last. `kept` are the forms of the messages it goes into
    again: on Discord any message may take any form, so only a retraction, which has something to say in each, asks.
    """
    if bulletin.entry is not None and bulletin.retracted:
        said = _deal(telling.retracted(bulletin, bulletin.entry, words))
        rest = _content(telling.retracted_part(bulletin, bulletin.entry, words))
        return tuple(Drawn(Form.TEXT, text, text) for text in (*said, *[rest] * (len(kept) - len(said))))
    told = telling.tell(bulletin, words, pictures=PICTURES_LIMIT)
    contents = _contents(order(told))
    pictures = tuple(Picture(image.asset or "", image.alt[:DESCRIPTION_LIMIT]) for image in told.images)
    cards = _cards(bulletin, told)
    bare = _bare(contents[0], told, words)
    last = len(contents) - 1
    return tuple(
        Drawn(
            Form.PHOTO if pictures and not at else Form.TEXT,
            content,
            content if at else bare,
            () if at else pictures,
            cards if at == last else (),
        )
        for at, content in enumerate(contents)
    )


def merge(bulletins: Sequence[Bulletin], words: locales.Words) -> Drawn:
    """Entries of one coverage as one message of nothing but words, always the same for the same bulletins."""
    content = _content(telling.merged(bulletins, words, limit=CONTENT_LIMIT, measure=room))
    return Drawn(Form.MERGED, content, content)


def _contents(ordered: Order) -> tuple[str, ...]:
    """The words of each message. The pictures' own stand right above them while all fits into one."""
    whole = _deal(ordered.lines)
    return whole if len(whole) == 1 else _deal(ordered.captions_first)


def _deal(said: Sequence[Line]) -> tuple[str, ...]:
    return tuple(map(_content, markup.deal(said, limit=CONTENT_LIMIT, measure=room)))


def _content(said: Sequence[Line]) -> str:
    return written(said[0]) + "".join(line.joint + written(line) for _, line in pairwise(said))


def _bare(content: str, told: Telling, words: locales.Words) -> str:
    """The first message's words with its pictures told instead of shown, as far as there is room."""
    for image in told.images:
        for line in telling.picture(image, words):
            if len(content) + len(line.joint) + room(line) <= CONTENT_LIMIT:
                content += line.joint + written(line)
    return content


def _cards(bulletin: Bulletin, told: Telling) -> tuple[Card, ...]:
    content = bulletin.entry.content if bulletin.entry else None
    colour = _COLOURS.get(content.importance) if content else None
    if bulletin.kind is BulletinKind.ALERT:
        colour = _COLOURS[Importance.BREAKING]
    cards: list[Card] = []
    for block in told.elsewhere[:CARDS_LIMIT]:
        card = _card(block, colour)
        if sum(one.length for one in cards) + card.length <= CARDS_TOGETHER_LIMIT:
            cards.append(card)
    return tuple(cards)


def _card(block: Video | Embed, colour: int | None) -> Card:
    url = markup.safe_url(block.url or "") or ""
    host = markup.shown_host(url)
    title, source = (block.title, host) if isinstance(block, Video) else (block.text, block.provider or host)
    return Card(fitted(" ".join(title.split()) or host, TITLE_LIMIT), url, source[:TITLE_LIMIT], colour)
