"""What is told, in the same words on every platform: pieces that a platform's `render` orders and draws."""

from core.telling.bulletin import BULLET, Lines, Telling, picture, retracted, retracted_part, shown, tell
from core.telling.merged import merged

__all__ = ["BULLET", "Lines", "Telling", "merged", "picture", "retracted", "retracted_part", "shown", "tell"]
