"""Pictures on their way out: uploaded once per account, then named by the file id Telegram gave."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import Any, Protocol

from telegram import error

from bots.telegram import outcomes

Media = str | bytes
"""A file id, or the bytes to upload."""
_PLATE = ""
"""Our own name for the plate that stands where a picture was withdrawn; no digest is empty."""


class Assets(Protocol):
    """Where pictures come from, and what is remembered of them for this account."""

    async def remote(self, digest: str) -> str | None:
        """The file id this account knows it by, if it has sent it before."""
        ...

    async def bytes(self, digest: str) -> bytes | None:
        """The picture itself; None when the store has lost it."""
        ...

    async def remember(self, digest: str, remote_id: str) -> None:
        """Keep the file id."""
        ...


class PictureMissingError(error.TelegramError):
    """The store has no bytes for a picture: it cannot be sent."""


class Pictures:
    """One account's pictures."""

    def __init__(self, assets: Assets) -> None:
        """Nothing is known yet but what `assets` remember."""
        self._assets = assets
        self._ids: dict[str, str] = {}
        self._stale: set[str] = set()
        self._uploading = asyncio.Lock()

    async def shown(self, digests: Sequence[str | None], speak: Callable[[list[Media]], Awaitable[Any]]) -> Any:
        """Call `speak` with the pictures (None: the plate) and return its answer.

        Uploads go one at a time, and what waited for one sends by file id: Telegram slows down repeated uploads of one
        size (platform.md A1). A file id that is no longer good is uploaded again.
        Raises PictureMissingError, and what `speak` raises.
        """
        names = [digest or _PLATE for digest in digests]
        known = await self._known(names)
        if known is None:
            async with self._uploading:
                known = await self._known(names)
                if known is None:
                    return await self._upload(names, speak)
        try:
            return await speak(known)
        except error.BadRequest as refused:
            if not outcomes.stale(refused):
                raise
            self._stale.update(str(one) for one in known)
        async with self._uploading:
            return await self._upload(names, speak)

    async def _known(self, names: list[str]) -> list[Media] | None:
        """The file ids, when there is one for every picture."""
        ids = [await self._id(name) for name in names]
        return [one for one in ids if one] if all(ids) else None

    async def _id(self, name: str) -> str | None:
        found = self._ids.get(name) or (await self._assets.remote(name) if name else None)
        return None if found in self._stale else found

    async def _upload(self, names: list[str], speak: Callable[[list[Media]], Awaitable[Any]]) -> Any:
        media: list[Media] = [await self._id(name) or await self._content(name) for name in names]
        answer = await speak(media)
        for name, sent in zip(names, answer if isinstance(answer, list) else [answer], strict=False):
            if remote := _file_id(sent):
                self._ids[name] = remote
                if name:
                    await self._assets.remember(name, remote)
        return answer

    async def _content(self, name: str) -> bytes:
        content = await self._assets.bytes(name) if name else _plate()
        if content is None:
            raise PictureMissingError("the store has no bytes for this picture")
        return content


def _plate() -> bytes:
    return resources.files("bots.telegram").joinpath("withdrawn.png").read_bytes()


def _file_id(message: Any) -> str | None:
    """The largest size's file id of a photo Telegram answered with; None when the answer is not one."""
    sizes = message.get("photo") if isinstance(message, dict) else None
    last = sizes[-1] if isinstance(sizes, list) and sizes else None
    found = last.get("file_id") if isinstance(last, dict) else None
    return found if isinstance(found, str) else None
