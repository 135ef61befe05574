"""One gate per account: every call of it passes here, the libraries' own included, in order of urgency.

`core/pacing.py` says when; the gate owns the heap and the timer. Time is the running loop's, so a test's loop may
make it up.
"""

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.model import Urgency
from core.pacing import Limiter, Pace

# Telegram does not say whether a 429 is about the chat or the bot; two chats within so many seconds mean the bot.
_TOGETHER = 1.0
_FORGET_ABOVE = 10_000
_BROADCASTS = frozenset({Urgency.ENTRY, Urgency.EDIT, Urgency.SUMMARY, Urgency.CARD, Urgency.BACKFILL})

_urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.ANSWER)
_ticket: ContextVar[list[bool] | None] = ContextVar("ticket", default=None)


@contextmanager
def speaking(urgency: Urgency) -> Iterator[None]:
    """Calls made inside pass their gate with this urgency."""
    token = _urgency.set(urgency)
    try:
        yield
    finally:
        _urgency.reset(token)


@contextmanager
def admitted() -> Iterator[None]:
    """The first call made inside has already passed the gate (the courier waited for it)."""
    token = _ticket.set([True])
    try:
        yield
    finally:
        _ticket.reset(token)


class AccountGate:
    """The pace of one account, overall and per chat."""

    def __init__(self, pace: Pace) -> None:
        """Open at once; `start_full` is for a new owner that cannot know what was sent just before."""
        self._pace = pace
        self._overall = Limiter(pace.overall, smooth=True)
        self._chats: dict[int, Limiter] = {}
        self._queue: list[tuple[Urgency, int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._refused: tuple[int | None, float] | None = None

    def start_full(self) -> None:
        """Assume that the last owner used everything up just now."""
        self._overall.fill(asyncio.get_running_loop().time())

    def chat_ready_at(self, chat: int, urgency: Urgency, weight: int = 1) -> float:
        """When this chat may next get `weight` messages, in loop time. In the past means now."""
        limiter = self._chats.get(chat)
        if limiter is None:
            return 0.0
        keep = self._pace.crowd_reserve if urgency in _BROADCASTS else 0
        return limiter.ready_at(asyncio.get_running_loop().time(), weight, keep)

    def take_chat(self, chat: int, weight: int = 1, after: float = 0.0) -> None:
        """Use up `weight` of this chat's messages now, or reserve them `after` so many seconds."""
        now = asyncio.get_running_loop().time() + after
        limiter = self._chats.get(chat)
        if limiter is None:
            self._forget_idle(now)
            limiter = self._chats[chat] = Limiter(*self._pace.of_chat(chat))
        limiter.take(now, weight)

    def give_back_chat(self, chat: int) -> None:
        """The last message to this chat never left."""
        if chat in self._chats:
            self._chats[chat].give_back()

    async def slot(self, urgency: Urgency, weight: int = 1) -> None:
        """Wait for the account's turn: the most urgent first, then first come, first served."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (urgency, next(self._order), weight, turn))
        if self._timer is None:
            self._pump()
        await turn

    async def enter(self, chat: int | None = None, weight: int = 1) -> None:
        """Wait until a call may leave. Transports await this before every request but long polls."""
        ticket = _ticket.get()
        if ticket:
            ticket.clear()
            return
        urgency = _urgency.get()
        if chat is not None:
            loop = asyncio.get_running_loop()
            wait = self.chat_ready_at(chat, urgency, weight) - loop.time()
            self.take_chat(chat, weight, after=max(0.0, wait))
            if wait > 0:
                await asyncio.sleep(wait)
        await self.slot(urgency, weight)

    def refused(self, chat: int | None, seconds: float) -> None:
        """The platform asked us to wait: this chat does, and the account when it cannot be only the chat."""
        now = asyncio.get_running_loop().time()
        until = now + seconds
        before, self._refused = self._refused, (chat, now)
        elsewhere = before is not None and before[0] != chat and now - before[1] <= _TOGETHER
        if chat is None or elsewhere:
            self._overall.pause(until)
        if chat is not None:
            self._chats.setdefault(chat, Limiter(*self._pace.of_chat(chat))).pause(until)

    def pause(self, seconds: float) -> None:
        """Let nothing of this account leave for so long."""
        self._overall.pause(asyncio.get_running_loop().time() + seconds)

    def paused_for(self) -> float:
        """Seconds until the account's pause ends; 0 when there is none."""
        return max(0.0, self._overall.paused_until() - asyncio.get_running_loop().time())

    def _pump(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._queue:
            _, _, weight, turn = self._queue[0]
            if turn.done():
                heapq.heappop(self._queue)
                continue
            now = loop.time()
            ready = self._overall.ready_at(now, weight)
            if ready > now:
                self._timer = loop.call_at(ready, self._pump)
                return
            heapq.heappop(self._queue)
            self._overall.take(now, weight)
            turn.set_result(None)

    def _forget_idle(self, now: float) -> None:
        if len(self._chats) >= _FORGET_ABOVE:
            self._chats = {chat: limiter for chat, limiter in self._chats.items() if not limiter.idle(now)}
