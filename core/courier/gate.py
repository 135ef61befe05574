"""One gate per account: every call of it passes here, the libraries' own included, in order of urgency.

`core/pacing.py` says when; the gate owns the heap and the timer. Time is the running loop's, so a test's loop may
make it up.
"""

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.courier.readings import GateReading
from core.model import Platform, Urgency
from core.pacing import Limiter, Pace, Spacing
from core.store.leases import Parting

# Telegram does not say whether a 429 is about the chat or the bot; two chats within so many seconds mean the bot.
_TOGETHER = 1.0
# A call that left its slot behind for longer asks again: the exact windows leave 100 ms for everything on the way.
_FRESH = 0.05
_FORGET_ABOVE = 10_000
# Seconds for which a call is still waited for while the account is given back.
_PATIENCE = 0.5
_GOING = "the account is being given back"
_BROADCASTS = frozenset({Urgency.ENTRY, Urgency.EDIT, Urgency.SUMMARY, Urgency.CARD, Urgency.BACKFILL})

_urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.ANSWER)
_ticket: ContextVar[list[float] | None] = ContextVar("ticket", default=None)
_wanted: ContextVar[Callable[[], bool]] = ContextVar("wanted", default=lambda: True)


@contextmanager
def speaking(urgency: Urgency) -> Iterator[None]:
    """Calls made inside pass their gate with this urgency."""
    token = _urgency.set(urgency)
    try:
        yield
    finally:
        _urgency.reset(token)


def speak_as(urgency: Urgency, admitted_at: float, wanted: Callable[[], bool]) -> None:
    """`speaking` for the rest of this task, which the courier makes for each carrying.

    Its first call passed the gate at this instant of the loop's clock; none leaves that is not `wanted` any more.
    """
    _urgency.set(urgency)
    _ticket.set([admitted_at])
    _wanted.set(wanted)


class NotOurs(ConnectionError):
    """The account is another process's now, or the call was called off: certainly nothing was sent."""


class AccountGate:
    """The pace of one account, overall and per chat, and whether it is ours to speak with."""

    def __init__(self, pace: Pace) -> None:
        """Open at once; see `start_full`."""
        self._pace = pace
        self._overall = Limiter(pace.overall, smooth=True)
        self._chats: dict[int, Limiter | Spacing] = {}
        self._forget_above = _FORGET_ABOVE
        self._queue: list[tuple[Urgency, int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._refused: tuple[int | None, float] | None = None
        self._check: Callable[[], bool] | None = None
        self._leaving = False
        self._rests: dict[asyncio.Future[None], float] = {}
        self._passed = 0
        self._refusals = 0

    def permit(self, check: Callable[[], bool]) -> None:
        """From now on nothing leaves while `check` says no. Before the first call of this everything may."""
        self._check = check

    def permitted(self) -> bool:
        """Whether a request may start now."""
        return self._check is None or self._check()

    @property
    def in_turn(self) -> int:
        """How many messages the account may send, to others, before a chat may have its next."""
        overall = self._pace.overall
        return math.ceil(overall.count / overall.seconds * self._between())

    def start_full(self) -> None:
        """Assume that the last owner used everything up just now."""
        self._leaving = False
        self._overall.fill(asyncio.get_running_loop().time())

    def start_after(self, parting: Parting) -> None:
        """Go on where the last owner stopped. To which chats it spoke it may not have said: then every one waits."""
        self._leaving = False
        now = asyncio.get_running_loop().time()
        last = now - parting.since
        self._overall.follow(last)
        if parting.chats is None:
            self._overall.pause(last + self._between())
        for chat, seconds in parting.chats or ():
            self.pause_chat(chat, last + seconds - now)

    def parting(self) -> Parting | None:
        """What whoever speaks on the account next must know; None when nothing was said."""
        now, last = asyncio.get_running_loop().time(), self._overall.last_at()
        if last == -math.inf:
            return None
        waits = ((chat, limiter.ready_at(now)) for chat, limiter in self._chats.items())
        return Parting(now - last, tuple((chat, round(ready - last, 3)) for chat, ready in waits if ready > now))

    def chat_ready_at(self, chat: int, urgency: Urgency, weight: int = 1) -> float:
        """When this chat may next get `weight` messages, in loop time; 0 when it may now."""
        limiter = self._chats.get(chat)
        if limiter is None:
            return 0.0
        now = asyncio.get_running_loop().time()
        ready = limiter.ready_at(now, weight, self._pace.crowd_reserve if urgency in _BROADCASTS else 0)
        # Whoever asks compares with a moment before this one: "now" must not look like the future.
        return ready if ready > now else 0.0

    def take_chat(self, chat: int, weight: int = 1, after: float = 0.0) -> float:
        """Use up `weight` of this chat's messages now, or reserve them `after` so many seconds; returns when."""
        at = asyncio.get_running_loop().time() + after
        self._chat(chat).take(at, weight)
        return at

    def give_back_chat(self, chat: int, at: float) -> None:
        """The message to this chat taken at this instant never left; it counts if another was taken since."""
        if chat in self._chats:
            self._chats[chat].give_back(at)

    def take_now(self) -> bool:
        """Take a turn for one message if nobody waits for one and the account may speak at once."""
        now = asyncio.get_running_loop().time()
        if self._queue or self._overall.ready_at(now) > now:
            return False
        self._overall.take(now)
        self._passed += 1
        return True

    def ask(self, urgency: Urgency, weight: int = 1) -> "asyncio.Future[None]":
        """Ask for the account's turn: the most urgent first, then first come, first served. Cancel it to give it up."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (urgency, next(self._order), weight, turn)
        heapq.heappush(self._queue, entry)
        # Somebody more urgent may need less room than the one the timer was set for.
        if self._timer is None or self._queue[0] is entry:
            self._pump()
        return turn

    async def slot(self, urgency: Urgency, weight: int = 1) -> None:
        """Wait for the account's turn. Raises NotOurs when we `leave` before there could be one."""
        if self._leaving and self.paused_for() > _PATIENCE:
            raise NotOurs(_GOING)
        await self.ask(urgency, weight)

    async def enter(self, chat: int | None = None, weight: int = 1) -> None:
        """Wait until a call may leave. Transports await this before every request but long polls.

        Raises NotOurs when the account is not ours or nobody wants the call any more, also for who was admitted before.
        """
        loop, urgency, ticket = asyncio.get_running_loop(), _urgency.get(), _ticket.get()
        admitted_at = ticket.pop() if ticket else None
        taken_at = math.inf
        if admitted_at is None and chat is not None:
            wait, taken_at = self._line_up(chat, urgency, weight)
            if wait > 0:
                await self._rest(wait)
        if admitted_at is None or loop.time() - admitted_at > _FRESH:
            await self.slot(urgency, weight)
        # The platform may have refused another call while this one waited.
        while (wait := self._paused_for(chat)) > 0 or (chat is not None and loop.time() - taken_at > _FRESH):
            if wait == 0 and chat is not None:
                # The account kept it waiting beyond its time: leaving now it would come too close to who is next.
                self.give_back_chat(chat, taken_at)
                wait, taken_at = self._line_up(chat, urgency, weight)
            if wait > 0:
                await self._rest(wait)
                await self.slot(urgency, weight)
        if not (self.permitted() and _wanted.get()()):
            raise NotOurs("another process owns this account, or it was called off")

    def leave(self) -> None:
        """The account is being given back: who would have to wait for long gives up, whoever owns it next may wait."""
        self._leaving = True
        now = asyncio.get_running_loop().time()
        waiting = [rest for rest, until in self._rests.items() if until - now > _PATIENCE]
        if self.paused_for() > _PATIENCE:
            waiting += [turn for *_, turn in self._queue]
        for one in waiting:
            if not one.done():
                one.set_exception(NotOurs(_GOING))

    async def _rest(self, seconds: float) -> None:
        if self._leaving and seconds > _PATIENCE:
            raise NotOurs(_GOING)
        loop = asyncio.get_running_loop()
        rest: asyncio.Future[None] = loop.create_future()
        self._rests[rest] = loop.time() + seconds
        timer = loop.call_later(seconds, _over, rest)
        try:
            await rest
        finally:
            timer.cancel()
            del self._rests[rest]

    def _line_up(self, chat: int, urgency: Urgency, weight: int) -> tuple[float, float]:
        """Reserve this chat's next free moment; returns how long until then, and when that is."""
        wait = max(0.0, self.chat_ready_at(chat, urgency, weight) - asyncio.get_running_loop().time())
        return wait, self.take_chat(chat, weight, after=wait)

    def refused(self, chat: int | None, seconds: float) -> None:
        """The platform asked us to wait: this chat does, and the account when it cannot be only the chat."""
        now = asyncio.get_running_loop().time()
        until = now + seconds
        before, self._refused = self._refused, (chat, now)
        self._refusals += 1
        elsewhere = before is not None and before[0] != chat and now - before[1] <= _TOGETHER
        elsewhere = elsewhere and not self._pace.scope_told
        if chat is None or elsewhere:
            self._overall.pause(until)
        if chat is not None:
            self.pause_chat(chat, seconds)

    def pause(self, seconds: float) -> None:
        """Let nothing of this account leave for so long."""
        self._overall.pause(asyncio.get_running_loop().time() + seconds)

    def pause_chat(self, chat: int, seconds: float) -> None:
        """Let nothing leave for this chat for so long."""
        self._chat(chat).pause(asyncio.get_running_loop().time() + seconds)

    def paused_for(self) -> float:
        """Seconds until the account's pause ends; 0 when there is none."""
        return self._paused_for(None)

    def reading(self, account: str, platform: Platform) -> GateReading:
        """How it stands, for whoever watches."""
        pace = self._pace.overall.count / self._pace.overall.seconds
        asking = sum(not turn.done() for *_, turn in self._queue)
        return GateReading(account, platform, pace, self._passed, asking, self.paused_for(), self._refusals)

    def _paused_for(self, chat: int | None) -> float:
        until = self._overall.paused_until()
        if chat is not None and chat in self._chats:
            until = max(until, self._chats[chat].paused_until())
        return max(0.0, until - asyncio.get_running_loop().time())

    def _pump(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
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
            self._passed += weight
            turn.set_result(None)

    def _between(self) -> float:
        """Seconds between two messages to one chat."""
        windows = (*self._pace.private, *self._pace.crowd)
        return max((window.seconds for window in windows if window.count == 1), default=1.0)

    def _chat(self, chat: int) -> Limiter | Spacing:
        limiter = self._chats.get(chat)
        if limiter is None:
            if len(self._chats) >= self._forget_above:
                now = asyncio.get_running_loop().time()
                self._chats = {one: known for one, known in self._chats.items() if not known.idle(now)}
                # Looking through them costs one look for each chat that came since the last time.
                self._forget_above = max(_FORGET_ABOVE, 2 * len(self._chats))
            windows = self._pace.of_chat(chat)
            lone = len(windows) == 1 and windows[0].count == 1
            limiter = self._chats[chat] = Spacing(windows[0].seconds) if lone else Limiter(*windows)
        return limiter


def _over(rest: "asyncio.Future[None]") -> None:
    if not rest.done():
        rest.set_result(None)
