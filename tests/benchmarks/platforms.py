"""Platforms that cost nothing or as much as they are told to: what is measured is the engine before any of them."""

import asyncio
import random
import time
from datetime import UTC, datetime
from itertools import count

from core.model import Address, Bulletin, Form, Platform
from core.pacing import Pace, Window
from core.platform import Copy, Manner, Outcome, Part, Sent
from tests.doubles.platform import Words

# No pace at all: more a second than any engine carries.
WIDE_OPEN = Pace(Window(100_000, 0.1), (Window(1, 0.001),), (Window(1, 0.001),))


def clock() -> datetime:
    return datetime.now(UTC)


class Instant:
    """Answers `Sent` at once, or after `latency` seconds; remembers when each bulletin was first asked for."""

    platform = Platform.TELEGRAM

    def __init__(self, account: str = "desk", *, latency: tuple[float, float] | None = None) -> None:
        self.account = account
        self.sent = 0
        self.edited = 0
        self.first: dict[str, float] = {}
        self._awaited: dict[str, asyncio.Event] = {}
        self._latency = latency
        self._drawn: dict[tuple[int, int], tuple[Part, ...]] = {}
        self._ids = count(700_000_000)

    async def speaks_of(self, words: str) -> float:
        """Wait for the first request with these words; returns when it was, on the clock of `time.perf_counter`."""
        await self._awaited.setdefault(words, asyncio.Event()).wait()
        return self.first[words]

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        key = bulletin.id, bulletin.revision
        if key not in self._drawn:
            assert bulletin.entry is not None
            self._drawn[key] = (Words(Form.TEXT, text=bulletin.entry.content.headline),)
        return self._drawn[key]

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        self.sent += 1
        self._note(part)
        if self._latency is not None:
            await asyncio.sleep(random.uniform(*self._latency))
        return Sent((Copy(next(self._ids), Form.TEXT),))

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        self.edited += 1
        self._note(part)
        if self._latency is not None:
            await asyncio.sleep(random.uniform(*self._latency))
        return Sent(copies)

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        return Sent(())

    def merge(self, bulletins: tuple[Bulletin, ...], language: str) -> Part:
        return Words(Form.MERGED, text=" · ".join(str(one.id) for one in bulletins))

    def _note(self, part: Part) -> None:
        assert isinstance(part, Words)
        if part.text not in self.first:
            self.first[part.text] = time.perf_counter()
            self._awaited.setdefault(part.text, asyncio.Event()).set()
