"""What a drawn bulletin is made of: one Telegram call's worth of words, a photo or an album."""

from dataclasses import dataclass

from core.model import Form
from core.platform import Part

TEXT_LIMIT = 4096
"""Code points of a message after parsing (Bot API, sendMessage; TDLib message_text_length_max)."""
CAPTION_LIMIT = 1024
"""Code points of a caption after parsing (Bot API, sendPhoto)."""
ENTITY_LIMIT = 100
"""Entities of a message that are shown; Telegram ignores the rest."""
ALBUM_LIMIT = 10
"""Pictures of one album, at least 2 (Bot API, sendMediaGroup)."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A look of a stretch of text. Offset and length count UTF-16 units (Bot API, MessageEntity)."""

    type: str
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Words(Part):
    """A text message."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Photo(Part):
    """A picture by the sha256 of its bytes, with a caption. No `asset`: the plate that says "withdrawn"."""

    asset: str | None
    text: str = ""
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Album(Part):
    """Pictures shown as one; the caption belongs to the first. `weight` is their number."""

    assets: tuple[str | None, ...]
    text: str = ""
    entities: tuple[Entity, ...] = ()


def words_part(text: str, entities: tuple[Entity, ...]) -> Words:
    """A text message."""
    return Words(Form.TEXT, text, entities)


def pictures_part(assets: tuple[str | None, ...], text: str, entities: tuple[Entity, ...]) -> Photo | Album:
    """One picture as a photo, several as an album."""
    if len(assets) == 1:
        return Photo(Form.PHOTO, assets[0], text, entities)
    return Album(Form.ALBUM, assets, text, entities, weight=len(assets))
