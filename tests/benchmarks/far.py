"""The other end of the wire, in a process of its own: the stage behind a network, or something that only answers.

The stage checks everything and counts every limit, and costs as much for it as a client does; where a client is to go
as fast as it can, the far end only answers, so that what is measured is not the stage.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import multiprocessing
import random
import re
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import web

from bots.rehearsal import discord_api, telegram_api
from bots.rehearsal.stage import Stage

TELEGRAM_TOKEN = "42:BENCH-no-token-of-anybodys"
DISCORD_TOKEN = "bench.no.token-of-anybodys"
_CHANNELS = 500
"""Of one Discord server, at most (Discord's support pages)."""
_START_UP = 120.0


@dataclass(frozen=True)
class Wire:
    """Seconds a request is on its way, and its answer, each drawn evenly between two ends."""

    there: tuple[float, float] = (0.0, 0.0)
    back: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Far:
    """A far end that runs."""

    url: str
    readers: Sequence[int]
    """Telegram's private chats."""
    channels: Sequence[int]
    """Discord's channels."""
    _pipe: Connection

    def report(self) -> "Report":
        """What came since it started, or since the last report."""
        self._pipe.send("report")
        report: Report = self._pipe.recv()
        return report


@dataclass(frozen=True)
class Report:
    """Calls that say something, by platform: when they came, and with which status they were answered."""

    arrivals: dict[str, list[float]]
    statuses: dict[str, Counter[int]]
    violations: list[str] = field(default_factory=list)

    def rate(self, platform: str = "telegram") -> float:
        """Messages a second between the first and the last that came."""
        times = self.arrivals.get(platform, [])
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0

    def most(self, seconds: float, platform: str = "telegram") -> int:
        """The most that came in any so many seconds."""
        times = self.arrivals.get(platform, [])
        return max((bisect_right(times, at + seconds - 1e-9) - first for first, at in enumerate(times)), default=0)

    def answered(self, status: int, platform: str = "telegram") -> int:
        """How many were answered so."""
        return self.statuses.get(platform, Counter())[status]


@contextlib.contextmanager
def stage(*, readers: int = 0, channels: int = 0, wire: Wire | None = None, strict: bool = True) -> Iterator[Far]:
    """The stage. `strict`: with the free limits of Telegram, not only Discord's."""
    with _running(_play, readers, channels, wire or Wire(), strict) as far:
        yield far


@contextlib.contextmanager
def answerer(*, readers: int, wire: Wire | None = None) -> Iterator[Far]:
    """Something that takes every message for a good one."""
    with _running(_answer, readers, wire or Wire()) as far:
        yield far


@contextlib.contextmanager
def _running(play: Callable[..., None], *given: Any) -> Iterator[Far]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=play, args=(there, *given), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(_START_UP):
            raise TimeoutError("the far end does not start")
        yield Far(*here.recv(), here)
        here.send("end")
        process.join(_START_UP)
    finally:
        process.terminate()
        process.join()


def _play(pipe: Connection, readers: int, channels: int, wire: Wire, strict: bool) -> None:
    # Who hangs up before the answer is a finding about the client, not about the far end.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)

    async def live() -> None:
        played = Stage()
        played.telegram.enforce_rates = strict
        played.discord.identify_spacing = 0.0
        people, places = _readers(played, readers), _channels(played, channels)
        async with _listening(played, wire) as url:
            pipe.send((url, people, places))
            while await _asked(pipe) == "report":
                pipe.send(_reported(played))

    asyncio.run(live())


def _readers(played: Stage, many: int) -> list[int]:
    """People who have all pressed Start. Nobody polls: what they said is not kept."""
    bot = played.telegram.add_bot(TELEGRAM_TOKEN, "bench_bot", "Bench")
    people = [played.telegram.add_person("Reader") for _ in range(many)]
    for person in people:
        played.telegram.private_chat(person, bot).begun = True
    return [person.id for person in people]


def _channels(played: Stage, many: int) -> list[int]:
    app = played.discord.add_bot(token=DISCORD_TOKEN, name="Bench")
    made: list[int] = []
    while len(made) < many:
        guild = played.discord.add_guild("Town", bots=[app])
        made += [guild.add_text_channel("live").id for _ in range(min(_CHANNELS, many - len(made)))]
    return made


@contextlib.asynccontextmanager
async def _listening(played: Stage, wire: Wire) -> Any:
    """As the stage starts itself, but with a network in front of it."""

    @web.middleware
    async def network(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        await asyncio.sleep(random.uniform(*wire.there))
        answer = await handler(request)
        await asyncio.sleep(random.uniform(*wire.back))
        return answer

    app = web.Application(middlewares=[network])
    telegram_api.mount(app, played.telegram)
    discord_api.mount(app, played.discord)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    played.discord.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield played.discord.origin
    finally:
        await played.close()
        await runner.cleanup()


def _reported(played: Stage) -> Report:
    arrivals: dict[str, list[float]] = {"telegram": [], "discord": []}
    statuses: dict[str, Counter[int]] = {"telegram": Counter(), "discord": Counter()}
    for call in played.journal.calls:
        if call.method == "sendMessage" or (call.method == "POST" and str(call.route).endswith("/messages")):
            arrivals[call.platform].append(call.ts)
            statuses[call.platform][call.status] += 1
    played.journal.calls.clear()
    return Report(
        {one: sorted(times) for one, times in arrivals.items()}, statuses, [str(v) for v in played.violations]
    )


async def _asked(pipe: Connection) -> str:
    """What the near end wants next; it is gone when the benchmark is."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pipe.fileno(), heard.set)
    await heard.wait()
    loop.remove_reader(pipe.fileno())
    try:
        asked: str = pipe.recv()
    except EOFError:
        return "end"
    return asked


def _answer(pipe: Connection, readers: int, wire: Wire) -> None:
    async def live() -> None:
        arrivals: list[float] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(wire, arrivals), "127.0.0.1", 0)
        first = 5_000_000_001
        pipe.send((f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", range(first, first + readers), ()))
        while await _asked(pipe) == "report":
            pipe.send(Report({"telegram": sorted(arrivals)}, {"telegram": Counter({200: len(arrivals)})}))
            arrivals.clear()
        server.close()

    asyncio.run(live())


class _Answering(asyncio.Protocol):
    """HTTP/1.1 as far as a well-behaved client needs it: one request after the other, its length told."""

    _LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
    _CHAT = re.compile(rb"""chat_id["']?(?:\r\n.*?\r\n\r\n|[=:%\s"]+)(-?\d+)""", re.DOTALL)
    _NUMBERS = itertools.count(1)

    def __init__(self, wire: Wire, arrivals: list[float]) -> None:
        self._seconds = (wire.there[0] + wire.back[0], wire.there[1] + wire.back[1])
        self._arrivals = arrivals
        self._came = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            length = self._LENGTH.search(self._came, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._came) < whole:
                return
            body, self._came = self._came[end + 4 : whole], self._came[whole:]
            self._take(body)

    def _take(self, body: bytes) -> None:
        chat = self._CHAT.search(body)
        self._arrivals.append(time.time())
        result = _message(next(self._NUMBERS), int(chat[1])) if chat else _BOT
        asyncio.get_running_loop().call_later(random.uniform(*self._seconds), self._say, result)

    def _say(self, result: dict[str, Any]) -> None:
        said = json.dumps({"ok": True, "result": result}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said)
        if self._transport is not None:
            self._transport.write(head + said)


_BOT = {"id": 42, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


def _message(number: int, chat: int) -> dict[str, Any]:
    """As much as Telegram answers for a text with a look or two."""
    return {
        "message_id": number,
        "from": _BOT,
        "chat": {"id": chat, "first_name": "Reader", "type": "private"},
        "date": 1_700_000_000,
        "text": "The river is rising\n\nThe water stands at the second mark and goes on rising.\n\n14:05 GMT · storm#1",
        "entities": [{"offset": 0, "length": 19, "type": "bold"}],
        "link_preview_options": {"is_disabled": True},
    }
