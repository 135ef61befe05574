"""Pictures on their way out: their bytes from the store, ready to go with a message."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from bots.discord import messages
from bots.discord.calls import Upload
from bots.discord.render import Picture

_log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes | None]]
"""Gives a picture's bytes by the sha256 of them; None when the store has them no more."""


async def uploads(fetch: Fetch, pictures: Iterable[Picture]) -> tuple[Upload, ...]:
    """The files of those pictures that are there."""
    found: list[Upload] = []
    for picture in pictures:
        content = await fetch(picture.asset)
        if content is None:
            _log.warning("a picture is gone from the store", extra={"asset": picture.asset})
        else:
            found.append(messages.upload(picture, content))
    return tuple(found)
