"""Draw a bulletin as Telegram messages: pure, and without a chat library."""

from bots.telegram.render.draw import draw, merge
from bots.telegram.render.parts import Album, Entity, Photo, Words

__all__ = ["Album", "Entity", "Photo", "Words", "draw", "merge"]
