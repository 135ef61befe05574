"""What a rival is asked to do, and how: one message to each chat, at a pace or as fast as it can.

A rival runs alone in a process, sees nothing of Livedesk, is asked on its input and tells what came of it on its last
line.
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

TEXT = "The river is rising\n\nThe water stands at the second mark and goes on rising.\n\n14:05 GMT · storm#1"
LOOKS = [{"type": "bold", "offset": 0, "length": 19}]
_PATIENCE = 15.0


@dataclass(frozen=True)
class Order:
    """One message to each chat for `seconds`, at most `rate` in any 1.05 s; no rate: `in_flight` at once."""

    url: str
    token: str
    chats: list[int]
    seconds: float
    rate: float = 0.0
    in_flight: int = 0


@dataclass
class Told:
    """What came of it. `sent`: answered well within the time; `cpu`: this process's seconds."""

    sent: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu: float = 0.0


Send = Callable[[int], Awaitable[object]]


async def run(order: Order, send: Send) -> Told:
    """Make the calls of an order, counted; what is not answered some time after it ends is given up."""
    told = Told()
    began, cpu = time.perf_counter(), time.process_time()

    async def one(chat: int) -> None:
        try:
            await send(chat)
        except Exception:  # noqa: BLE001 - whatever a library raises, the message did not get there
            told.failed += 1
        else:
            told.sent += 1

    starting = _paced(order, one) if order.rate else _flat_out(order, one)
    running = asyncio.ensure_future(starting)
    await asyncio.wait([running], timeout=order.seconds + _PATIENCE)
    told.seconds, told.cpu = time.perf_counter() - began, time.process_time() - cpu
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return told


async def _paced(order: Order, one: Callable[[int], Awaitable[None]]) -> None:
    """One after the other as the limit lets them, whoever is still on the way."""
    limit, ends, running = Limit(int(order.rate)), time.perf_counter() + order.seconds, set()
    for chat in order.chats:
        await limit.turn()
        if time.perf_counter() > ends:
            break
        task = asyncio.ensure_future(one(chat))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def _flat_out(order: Order, one: Callable[[int], Awaitable[None]]) -> None:
    ends, chats = time.perf_counter() + order.seconds, iter(order.chats)

    async def worker() -> None:
        for chat in chats:
            if time.perf_counter() > ends:
                return
            await one(chat)

    await asyncio.gather(*(worker() for _ in range(order.in_flight)))


class Limit:
    """What anybody needs who must keep a platform's limit: never more than so many in any second and a bit, evenly."""

    _WINDOW = 1.05

    def __init__(self, most: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._gone: deque[float] = deque(maxlen=most)
        self._spacing = self._WINDOW / most * 0.97
        self._due = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self) -> None:
        turn = self._loop.create_future()
        self._waiting.append(turn)
        if self._timer is None:
            self._pump()
        await turn

    def _pump(self) -> None:
        self._timer = None
        while self._waiting:
            now = self._loop.time()
            ready = self._due - self._spacing
            if len(self._gone) == self._gone.maxlen:
                ready = max(ready, self._gone[0] + self._WINDOW)
            if ready > now:
                self._timer = self._loop.call_at(ready, self._pump)
                return
            self._gone.append(now)
            self._due = max(self._due, now) + self._spacing
            self._waiting.popleft().set_result(None)


def answer(rival: Callable[[Order], Awaitable[Told]]) -> None:
    """Do what is asked, and tell."""
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(rival(order)))) + "\n")
