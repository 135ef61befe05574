"""The stage in a process of its own, with several towns on it: nobody who is killed takes it along.

Asked by JSON lines on its standard input, one answer a line: `play` puts towns on the stage, `fault` lets something go
wrong, `witness` opens a door at which every request is noted, `seen` tells what every reader ever saw. It leaves when
its input ends.
"""

import asyncio
import itertools
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.journal import Call
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import Chat
from bots.rehearsal.telegram_world.messages import SeenMessage
from bots.rehearsal.telegram_world.people import Person
from tests.faults.cases import Copy, Places

_HEAD = b" HTTP/1.1\r\n"
_CHANNEL = re.compile(r"/channels/(\d+)/messages")
_WELCOME = (0, 200, 204)
"""Answers a call may get: 0 is for a caller that was gone."""
_Nonce = tuple[int, str]
"""(channel, nonce)"""


@dataclass
class Street:
    """One town as the stage knows it."""

    places: Places
    bot: BotAccount
    app: App
    editor: Person
    chats: list[Chat] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)

    def seen(self, moments: Mapping[tuple[int, int], tuple[float, str]], sent: Mapping[_Nonce, str]) -> list[Copy]:
        """Every message of ours that ever stood in one of its places. `sent`: Discord's first words by nonce."""
        copies = []
        for chat in self.chats:
            for one in chat.history:
                if one.author is self.bot:
                    at, first = moments[id(chat), one.id]
                    copies.append(Copy(chat.id, one.id, at, first, one.shown, one.deleted, one.reply_to))
        for channel in self.channels:
            for said in channel.history:
                first = sent[channel.id, said.nonce or ""]
                copies.append(Copy(channel.id, said.id, said.created, first, said.text, said.deleted, said.reference))
        return copies


class Theatre:
    """The stage, its towns, and the doors at which requests are counted."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._streets: list[Street] = []
        self._moments: dict[tuple[int, int], tuple[float, str]] = {}
        self._doors: list[list[float]] = []
        self._servers: list[asyncio.Server] = []
        stage.telegram.watchers.append(self._notice)

    def _notice(self, message: SeenMessage) -> None:
        self._moments.setdefault((id(message.chat), message.id), (time.time(), message.shown))

    async def play(
        self, *, towns: int, people: int, groups: int, channels: int, slowest: float, rates: bool, seed: str
    ) -> Any:
        """Put so many towns on the stage. Each place answers as late as its lot says, up to `slowest` seconds.

        Without `rates` nobody minds how fast anybody talks.
        """
        fate = random.Random(seed)
        self._stage.telegram.enforce_rates = self._stage.discord.enforce_rates = rates
        for _ in range(towns):
            street = await self._build(len(self._streets), people, groups, channels)
            self._streets.append(street)
            places = [("telegram", chat.id) for chat in street.chats]
            places += [("discord", channel.id) for channel in street.channels]
            for platform, chat in places if slowest else ():
                late = fate.uniform(slowest / 10, slowest)
                self._stage.faults.add("late", platform=platform, chat=chat, times=None, seconds=late)
        return {"url": self._stage.url, "towns": [asdict(street.places) for street in self._streets]}

    async def says(self, *, town: int, text: str) -> Any:
        """A town's editor says something to the Telegram bot."""
        street = self._streets[town]
        await street.editor.says(street.editor.private_chat(street.bot), text)
        return {}

    async def answers(self, *, town: int) -> Any:
        """What a town's editor was answered."""
        street = self._streets[town]
        return {
            "texts": [one.shown for one in street.editor.private_chat(street.bot).messages if one.author is street.bot]
        }

    async def heard(self, *, town: int) -> Any:
        """When a town's Telegram bot called last; 0 when it never did."""
        mine = str(self._streets[town].bot.id)
        return {"at": max((call.ts for call in self._stage.journal.of("telegram") if call.account == mine), default=0)}

    async def fault(self, **asked: Any) -> Any:
        """Let something go wrong, before the lateness everybody is used to."""
        self._stage.faults.add(**asked)
        self._stage.faults.waiting.insert(0, self._stage.faults.waiting.pop())
        return {}

    async def witness(self) -> Any:
        """Open another door to the stage, at which the moment of each request is noted."""
        noted: list[float] = []
        port = int(self._stage.url.rpartition(":")[2])

        async def enters(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            inside, outside = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_carry(reader, outside, noted), _carry(inside, writer, None))

        server = await asyncio.start_server(enters, "127.0.0.1", 0)
        self._servers.append(server)
        self._doors.append(noted)
        door = server.sockets[0].getsockname()[1]
        return {"door": len(self._doors) - 1, "url": f"http://127.0.0.1:{door}"}

    async def noted(self, *, door: int) -> Any:
        """When requests came through a door."""
        return {"at": self._doors[door]}

    async def seen(self) -> Any:
        """What every reader of every town ever saw, and what no real bot would have done."""
        sent: dict[_Nonce, str] = {}
        for call in self._stage.journal.of("discord", "POST"):
            if place := _CHANNEL.fullmatch(call.route or ""):
                sent.setdefault((int(place[1]), call.params.get("nonce", "")), json.dumps(call.params))
        seen = [street.seen(self._moments, sent) for street in self._streets]
        return {
            "towns": [[list(asdict(copy).values()) for copy in copies] for copies in seen],
            "violations": [f"{one.platform} {one.call}: {one.what}" for one in self._stage.violations],
            "refused": [call.line() for call in self._refused()],
        }

    def _refused(self) -> Iterator[Call]:
        """The calls that were refused, but for an edit that says again what an earlier one said before its kill."""
        done = set()
        for call in self._stage.journal.calls:
            said = (call.method, call.route, json.dumps(call.params, sort_keys=True, default=str))
            if call.status in _WELCOME:
                done.add(said)
            elif not (call.method == "editMessageText" and said in done):
                yield call

    async def _build(self, number: int, people: int, groups: int, channels: int) -> Street:
        world, other = self._stage.telegram, self._stage.discord
        telegram = f"{700_100_000 + number}:STAGE-only-token-that-opens-nothing-{number:03}"
        discord = f"c3RhZ2U{number:03}.only.a-token-that-opens-nothing-but-the-stage"
        bot = world.add_bot(telegram, f"town{number}_bot", "Livedesk")
        app = other.add_bot(discord, f"Livedesk {number}")
        editor = world.add_person("Erin")
        street = Street(Places(telegram, discord, editor.id), bot, app, editor)
        for _ in range(people):
            reader = world.add_person("Ann")
            await reader.starts(bot)
            street.chats.append(reader.private_chat(bot))
        for _ in range(groups):
            group = world.add_group("Neighbours", admins=[reader], supergroup=True)
            group.add_bot(bot, by=reader)
            street.chats.append(group)
        guild = other.add_guild("Harbour", bots=[app])
        street.channels = [guild.add_text_channel(f"live-{one}") for one in range(channels)]
        street.places.chats = [chat.id for chat in street.chats]
        street.places.channels = [channel.id for channel in street.channels]
        return street


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, noted: list[float] | None) -> None:
    try:
        while data := await reader.read(65536):
            if noted is not None:
                noted.extend(itertools.repeat(time.time(), data.count(_HEAD)))
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


async def main(journal: Path) -> None:
    """Play until nobody asks any more."""
    loop, asked = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async with Stage(journal=journal) as stage:
        theatre = Theatre(stage)
        while line := await asked.readline():
            wanted = json.loads(line)
            answer = await getattr(theatre, wanted.pop("do"))(**wanted)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
