"""From the inbox to the listener: in order within a chat, side by side between chats, albums put together first."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Update

from bots.telegram.listener import Listener
from core.errors import StoreTrouble
from core.store import Store, inbox

_LOG = logging.getLogger(__name__)
_AT_ONCE = 32
_MOST_WAITING = 500
# The pictures of an album come as messages of their own, one update each, in quick succession.
_SETTLE_SECONDS = 0.7
_STORE_SECONDS = 5.0


@dataclass(slots=True)
class _Piece:
    """One call of the listener in the making: an update, or an album that may still grow."""

    ids: list[int] = field(default_factory=list)
    payloads: list[Mapping[str, Any]] = field(default_factory=list)


class Inlet:
    """Hands each update of one account to its listener once."""

    def __init__(
        self, account: str, listener: Listener, store: Store, clock: Callable[[], datetime], ours: Callable[[], bool]
    ) -> None:
        """Nothing is taken up before `resume`. `ours` says whether we may still speak for the account."""
        self._account = account
        self._ours = ours
        self._listener = listener
        self._store = store
        self._clock = clock
        self._busy: set[int] = set()
        self._albums: dict[str, _Piece] = {}
        self._last: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._closing = asyncio.Event()

    async def resume(self) -> None:
        """Take up what is in the inbox and not in hand: a new batch, or what a restart left."""
        # What ends while the store is read may still look pending there.
        in_hand = frozenset(self._busy)
        for number, payload in await self._store.read(inbox.pending, self._account):
            if number not in in_hand:
                self._busy.add(number)
                self._take(number, payload)

    async def room(self) -> None:
        """Wait until there is little enough in hand to ask for more."""
        while len(self._busy) > _MOST_WAITING:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, seconds: float) -> None:
        """Let handlers finish for so long. What is not done stays in the inbox for the next start."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self, number: int, payload: Mapping[str, Any]) -> None:
        album = _album(payload)
        piece = self._albums.get(album) if album else None
        if piece is None:
            piece = _Piece()
            self._start(_chat(payload), piece, album)
            if album:
                self._albums[album] = piece
        piece.ids.append(number)
        piece.payloads.append(payload)

    def _start(self, chat: int, piece: _Piece, album: str | None) -> None:
        before = self._last.get(chat)
        task = asyncio.create_task(self._handle(piece, album, before))
        self._last[chat] = task
        self._tasks.add(task)

        def forget(done: asyncio.Task[None]) -> None:
            self._tasks.discard(done)
            if self._last.get(chat) is done:
                del self._last[chat]

        task.add_done_callback(forget)

    async def _handle(self, piece: _Piece, album: str | None, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait((before,))
        if album is not None:
            await self._settle(piece, album)
        async with self._slots:
            while not (await self._heard(piece) or await self._closed_within(_STORE_SECONDS)):
                pass

    async def _closed_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _settle(self, piece: _Piece, album: str) -> None:
        seen = 0
        while seen != len(piece.ids):
            seen = len(piece.ids)
            await asyncio.sleep(_SETTLE_SECONDS)
        del self._albums[album]

    async def _heard(self, piece: _Piece) -> bool:
        """Hand it over and tick it off. False while the store is in trouble: then it stays in the inbox.

        So does what we may not or could not answer, because the account is another process's: that one hears it.
        """
        try:
            if not self._ours():
                return False
            await self._hand_over(piece)
            # Asked again: the account may have been lost while it was answered.
            if not self._ours():
                return False
            for number in piece.ids:
                await self._store.write(inbox.done, self._account, number, self._clock())
        except StoreTrouble as trouble:
            _LOG.warning("%s: an update waits for the store: %s", self._account, trouble)
            return False
        self._busy.difference_update(piece.ids)
        return True

    async def _hand_over(self, piece: _Piece) -> None:
        try:
            updates = [Update.de_json(dict(payload), None) for payload in piece.payloads]
            await self._listener.hear(updates)
        except StoreTrouble:
            raise
        except Exception:  # noqa: BLE001 - one poisonous update must not stop all that follow it, at each restart
            _LOG.exception("%s: update not understood", self._account, extra={"updates": piece.ids})


def _album(payload: Mapping[str, Any]) -> str | None:
    message = payload.get("message")
    group = message.get("media_group_id") if isinstance(message, dict) else None
    return f"{_chat(payload)}:{group}" if group else None


def _chat(payload: Mapping[str, Any]) -> int:
    """The chat an update belongs to; 0 for any other."""
    for body in payload.values():
        if isinstance(body, dict):
            holder = body.get("message") if "chat" not in body else body
            chat = holder.get("chat") if isinstance(holder, dict) else None
            number = chat.get("id") if isinstance(chat, dict) else None
            return number if isinstance(number, int) else 0
    return 0
