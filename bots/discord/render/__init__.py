"""Draw a bulletin as Discord messages: pure, and without a chat library."""

from bots.discord.render.draw import draw, merge
from bots.discord.render.parts import Card, Drawn, Picture

__all__ = ["Card", "Drawn", "Picture", "draw", "merge"]
