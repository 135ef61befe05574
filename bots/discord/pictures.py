"""Pictures on their way out: their bytes from the store, ready to go with a message.

Discord has no ids for files sent before, so each message brings its own; the last few stay at hand for a whole fan-out.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable

from bots.discord import messages
from bots.discord.calls import Upload
from bots.discord.render import Picture

_log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes | None]]
"""Gives a picture's bytes by the sha256 of them; None when the store has them no more."""

_AT_HAND = 32_000_000
"""Bytes."""


class Pictures:
    """Pictures as files of a message."""

    def __init__(self, fetch: Fetch) -> None:
        """`fetch` asks the store."""
        self._fetch = fetch
        self._at_hand: dict[str, bytes] = {}

    async def uploads(self, pictures: Iterable[Picture]) -> tuple[Upload, ...]:
        """The files of those pictures that are there."""
        found: list[Upload] = []
        for picture in pictures:
            content = await self._content(picture.asset)
            if content is None:
                _log.warning("a picture is gone from the store", extra={"asset": picture.asset})
            else:
                found.append(messages.upload(picture, content))
        return tuple(found)

    async def _content(self, asset: str) -> bytes | None:
        content = self._at_hand.pop(asset, None) or await self._fetch(asset)
        if content is not None:
            # Put last, so that the one nobody asked for the longest goes first.
            self._at_hand[asset] = content
            while len(self._at_hand) > 1 and sum(map(len, self._at_hand.values())) > _AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
        return content
