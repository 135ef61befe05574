"""A bot as Telegram knows it: its token and name, its queue, its menu and descriptions, and the files it has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bots.rehearsal.telegram_world.messages import Picture
from bots.rehearsal.telegram_world.rates import Rates
from bots.rehearsal.telegram_world.updates import UpdateQueue

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.chats import PrivateChat

FIRST_UPDATE = 730_000_000


class BotAccount:
    """One token's bot. `privacy` is BotFather's switch: on, it hears only what is meant for it in groups."""

    is_bot = True
    last_name = ""
    language = ""
    deactivated = False

    def __init__(self, token: str, username: str, name: str, *, privacy: bool = True) -> None:
        """Create the bot whose number stands before the colon of `token`; ValueError where none does."""
        number, colon, _secret = token.partition(":")
        if not colon or not number.isdigit():
            raise ValueError("a bot token is NUMBER:SECRET")
        self.id = int(number)
        self._token = token
        self.username = username
        self.name = name
        self.privacy = privacy
        self.revoked = False
        self.updates = UpdateQueue(FIRST_UPDATE + self.id % 1000)
        self.rates = Rates()
        self.private_chats: dict[int, PrivateChat] = {}
        self.met: set[int] = set()
        self.next_quick_conflict = 0.0
        self.webhook: dict[str, Any] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.pictures: dict[str, Picture] = {}
        self._last_message = 0

    def __repr__(self) -> str:
        """Show who it is, never the token."""
        return f"<bot @{self.username} {self.id}>"

    def opens_with(self, token: str) -> bool:
        """Tell whether this is its token and still valid."""
        return not self.revoked and token == self._token

    def next_message_id(self) -> int:
        """Number a message of its private chats: one count for all of them, as Telegram counts per account."""
        self._last_message += 1
        return self._last_message

    def file_id(self, picture: Picture, size: str) -> str:
        """Return the name under which only this bot can send or fetch a picture in one of its sizes."""
        name = f"AgACAgQAAx{size.upper()}{picture.key}-{self.id}"
        self.pictures[name] = picture
        return name
