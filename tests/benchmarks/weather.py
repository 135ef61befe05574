"""The stage in a process of its own, on which something goes wrong every few seconds."""

import asyncio
import logging
import math
import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.faults import Fault
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import Chat

TELEGRAM_TOKEN = "42:SOAK-no-token-of-anybodys"
DISCORD_TOKEN = "soak.no.token-of-anybodys"
DOUBTFUL = frozenset({"drop_after_effect", "malformed", "late", "never"})
"""After these nobody but the stage knows whether the message is there (promise P3 allows for them)."""

_START_UP = 60.0
_CALLS = {
    "telegram": ("send*", "edit*", "*"),
    "discord": ("POST /channels/*/messages", "PATCH /channels/*/messages/*", "* /channels/*"),
}
_KINDS: tuple[tuple[float, str, dict[str, Any]], ...] = (
    (3, "late", {"seconds": 2.0}),
    (1, "never", {}),
    (1, "malformed", {}),
    (1, "html", {}),
    (3, "server_error", {"status": 502}),
    (2, "drop_after_effect", {}),
    (2, "drop_before_effect", {}),
    (1, "flood_html", {}),
    (2, "flood", {"retry_after": 3}),
)
_GLANCE = 0.02
_STALL = 0.05
"""Half of what Telegram's gate leaves for everything on the way."""
_AFTER = 3.0
_RATES = ("more than", "a call inside retry_after")
_BLOCKED = {"description": "Forbidden: bot was blocked by the user"}


@dataclass(frozen=True, slots=True)
class Copy:
    """One message of ours as it stands now."""

    id: int
    text: str
    deleted: bool
    answers: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything a reader of any chat sees, in the order in which it came, and what went wrong on its way."""

    chats: dict[int, list[Copy]]
    violations: list[str]
    stumbles: int
    """Violations of a rate while this machine let somebody stand still: calls then come all at once."""
    faults: Counter[tuple[str, str]]
    """How often each met a call, by platform and name."""


@dataclass(frozen=True)
class Stormy:
    """A stage that runs, with what may be asked of it."""

    url: str
    chats: list[int]
    channels: list[int]
    _pipe: Connection

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self._pipe.send("calm")
        self._pipe.recv()

    def look(self) -> Sight:
        """What everybody sees now."""
        self._pipe.send("look")
        sight: Sight = self._pipe.recv()
        return sight


@contextmanager
def stage(*, people: int, channels: int, seed: str, every: float = 4.0) -> Iterator[Stormy]:
    """A stage with so many private chats and Discord channels; `every` so many seconds something goes wrong."""
    here, there = multiprocessing.Pipe()
    given = (there, people, channels, seed, every)
    process = multiprocessing.get_context("spawn").Process(target=_play, args=given, daemon=True)
    process.start()
    there.close()
    try:
        assert here.poll(_START_UP), "the stage does not start"
        yield Stormy(*here.recv(), here)
    finally:
        process.terminate()
        process.join()


@dataclass
class _Fairness:
    """Tells who called too fast from who was let through too late: a stage that stood still takes calls in a heap."""

    played: Stage
    stumbles: int = 0
    fair: list[str] = field(default_factory=list)

    async def watches(self) -> None:
        loop = asyncio.get_running_loop()
        looked, stood_still, known = loop.time(), -math.inf, 0
        while True:
            await asyncio.sleep(_GLANCE)
            now = loop.time()
            if now - looked > _GLANCE + _STALL:
                stood_still = now
            looked = now
            for one in self.played.violations[known:]:
                # What follows from a refusal that came of it is no better founded.
                if one.what.startswith(_RATES) and (now - stood_still < _AFTER or _overloaded()):
                    self.stumbles += 1
                    stood_still = now
                else:
                    self.fair.append(f"{one.platform} {one.call}: {one.what}")
            known = len(self.played.violations)


def _overloaded() -> bool:
    """Whether more wants to run than can: then the sender is held up as well, where nobody here sees it."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


@dataclass
class _Sky:
    """What goes wrong, drawn from one seed."""

    played: Stage
    fate: random.Random
    asked: list[tuple[Fault, int]] = field(default_factory=list)

    async def storms(self, every: float) -> None:
        while True:
            await asyncio.sleep(self.fate.expovariate(1 / every))
            self.breaks()

    def breaks(self) -> None:
        """The next thing."""
        platform = self.fate.choice(("telegram", "discord"))
        if platform == "telegram" and self.fate.random() < 0.03:
            self._ask("forbidden", platform, "sendMessage", 1, _BLOCKED)
            return
        (kind,) = self.fate.choices(_KINDS, [weight for weight, _, _ in _KINDS])
        method = self.fate.choices(_CALLS[platform], (6, 3, 1))[0]
        self._ask(kind[1], platform, method, self.fate.randint(1, 4), kind[2])

    def met(self) -> Counter[tuple[str, str]]:
        counted: Counter[tuple[str, str]] = Counter()
        for fault, times in self.asked:
            counted[fault.platform, fault.name] += times - max(0, fault.times or 0)
        return counted

    def _ask(self, name: str, platform: str, method: str, times: int, arguments: dict[str, Any]) -> None:
        fault = self.played.faults.add(name, platform=platform, method=method, times=times, **arguments)
        self.asked.append((fault, times))


def _play(pipe: Connection, people: int, channels: int, seed: str, every: float) -> None:
    # Who hangs up before the answer is a finding about the client, not about the stage.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)

    async def live() -> None:
        async with Stage() as played:
            bot = played.telegram.add_bot(TELEGRAM_TOKEN, "soak_bot", "Livedesk")
            app = played.discord.add_bot(DISCORD_TOKEN, "Livedesk")
            chats = [_started(played, bot) for _ in range(people)]
            guild = played.discord.add_guild("Harbour", bots=[app])
            places = [guild.add_text_channel(f"live-{number}") for number in range(channels)]
            pipe.send((played.url, [chat.id for chat in chats], [place.id for place in places]))
            sky = _Sky(played, random.Random(seed))
            storming = asyncio.create_task(sky.storms(every))
            fairness = _Fairness(played)
            watching = asyncio.create_task(fairness.watches())
            while (asked := await asyncio.to_thread(_asked, pipe)) != "end":
                if asked == "calm":
                    storming.cancel()
                    pipe.send(sky.met())
                    played.faults.clear()
                else:
                    pipe.send(Sight(_seen(chats, places, bot), fairness.fair, fairness.stumbles, sky.met()))
                played.journal.calls.clear()
            watching.cancel()

    asyncio.run(live())


def _started(played: Stage, bot: BotAccount) -> Chat:
    """Somebody who pressed Start long ago."""
    chat = played.telegram.private_chat(played.telegram.add_person("Reader"), bot)
    chat.begun = True
    return chat


def _asked(pipe: Connection) -> str:
    try:
        asked: str = pipe.recv()
    except EOFError:
        return "end"
    return asked


def _seen(chats: list[Chat], places: list[Channel], bot: BotAccount) -> dict[int, list[Copy]]:
    seen: dict[int, list[Copy]] = {}
    for chat in chats:
        ours = [one for one in chat.history if one.author is bot]
        seen[chat.id] = [Copy(one.id, one.shown, one.deleted, one.reply_to is not None) for one in ours]
    for place in places:
        seen[place.id] = [Copy(one.id, one.text, one.deleted, one.reference is not None) for one in place.history]
    return seen
