"""What a life writes down as it goes, line by line into a file of its own: `kill -9` takes none of it away.

When a message left and when it was answered, when receipts were handed to the store and when the store had them, and
every few milliseconds that its loop still turns. Nothing here changes what the engine does or waits for.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from bots.telegram.sender import TelegramSender
from core.courier import gate
from core.model import Address, Urgency
from core.platform import Manner, Outcome, Part, Sent
from core.store import Store, commits

TICK = 0.01
"""Seconds between two signs that the loop turns."""

_admitted: ContextVar[float | None] = ContextVar("admitted", default=None)
"""When the courier's call passed its gate; nothing else but the courier says so, each carrying in a task of its own."""


class Diary:
    """One life's own account of what it did. Only Telegram's: Discord knows a message again."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._ticking = False

    def begins(self) -> None:
        """From now on everything is written down."""
        self._watch_who_is_admitted()
        self._watch_what_is_sent()
        self._watch_what_is_stored()

    def _note(self, what: str, *more: Any) -> None:
        line = [what, time.time(), time.monotonic(), *more]
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def _watch_who_is_admitted(self) -> None:
        speak_as = gate.speak_as

        def watched(urgency: Urgency, admitted_at: float, *more: Any) -> None:
            _admitted.set(admitted_at)
            speak_as(urgency, admitted_at, *more)

        gate.speak_as = watched  # type: ignore[assignment]  # it takes whatever the real one does

    def _watch_what_is_sent(self) -> None:
        send = TelegramSender.send

        async def watched(sender: TelegramSender, to: Address, part: Part, manner: Manner) -> Outcome:
            admitted_at = _admitted.get()
            if admitted_at is None:
                # An answer of the desk's: nobody has to remember it.
                return await send(sender, to, part, manner)
            self._note("left", to.chat_id, admitted_at)
            outcome = await send(sender, to, part, manner)
            numbers = [copy.message_id for copy in outcome.copies] if isinstance(outcome, Sent) else []
            self._note("answered", to.chat_id, numbers)
            return outcome

        TelegramSender.send = watched  # type: ignore[assignment,method-assign]  # for as long as the process lives

    def _watch_what_is_stored(self) -> None:
        write = Store.write

        async def watched(store: Store, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            if fn is not commits.apply:
                return await write(store, fn, *args, **kwargs)
            if not self._ticking:
                self._ticking = True
                self._tick()
            (batch,) = args
            self._note("handed", [[one.bulletin_id, one.destination_id, one.message_id] for one in batch.receipts])
            answer = await write(store, fn, *args, **kwargs)
            self._note("stored")
            return answer

        Store.write = watched  # type: ignore[assignment,method-assign]  # as above

    def _tick(self) -> None:
        self._note("turns")
        asyncio.get_running_loop().call_later(TICK, self._tick)
