"""The door to the world of Telegram: who exists, and how a chat is found by its number or name."""

from bots.rehearsal.backstage import Backstage


class TelegramWorld:
    """Everybody and everything on the stage's Telegram."""

    def __init__(self, backstage: Backstage) -> None:
        """Begin with an empty world."""
        self.backstage = backstage
