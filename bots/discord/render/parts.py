"""What a drawn bulletin is made of on Discord: messages with their words, pictures and cards."""

from dataclasses import dataclass

from core.platform import Part

CONTENT_LIMIT = 2000
"""Code points of a message's content, signs of its Markdown included (docs, message resource; api-docs#1315)."""
PICTURES_LIMIT = 10
"""Attachments of one message (docs, uploading files)."""
DESCRIPTION_LIMIT = 1024
"""Code points of an attachment's description (docs, attachment object)."""
CARDS_LIMIT = 10
"""Embeds of one message (docs, embed limits)."""
CARDS_TOGETHER_LIMIT = 6000
"""Code points of all the embeds of a message together (docs, embed limits)."""
TITLE_LIMIT = 256
"""Code points of an embed's title, and of its author's name (docs, embed limits)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by the sha256 of its bytes; `alt` is what a screen reader says."""

    asset: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card under the words for something on another site. It repeats what the words say, in a form one can press."""

    title: str
    url: str
    source: str
    colour: int | None = None

    @property
    def length(self) -> int:
        """What Discord counts of it."""
        return len(self.title) + len(self.source)


@dataclass(frozen=True, slots=True)
class Drawn(Part):
    """One message. `bare` are the words when its pictures and cards cannot go along."""

    content: str
    bare: str
    pictures: tuple[Picture, ...] = ()
    cards: tuple[Card, ...] = ()
