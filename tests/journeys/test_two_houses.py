"""Two houses share four accounts and one store: whoever leaves or is cut off, nobody is heard twice, nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots import app
from bots.app import Habits, House, Member
from bots.discord import transport as on_discord
from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.person import Person as DiscordPerson
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import PrivateChat
from bots.rehearsal.telegram_world.people import Person as TelegramPerson
from bots.telegram import connector as on_telegram
from bots.telegram.bot import Rhythm, TelegramAccount
from core.courier import AccountGate, Terms
from core.errors import StoreTrouble
from core.model import Coverage, Mode, Person, Platform, Role
from core.pacing import Pace, Window
from core.store import Store, broadcasts, inbox
from tests.doubles.databases import Databases
from tests.journeys.morning import GIVE_UP, content, now, until

pytestmark = pytest.mark.journey

TELEGRAMS, DISCORDS = ("berlin", "hamburg"), ("oslo", "bergen")
TERMS = Terms(ttl=3.0, margin=0.75)
_FAST = Window(1000, 1.0)


class Line(Store):
    """A house's line to the store, which somebody may cut."""

    cut = False

    async def write(self, *args: Any, **more: Any) -> Any:
        self._check()
        return await super().write(*args, **more)

    async def write_urgent(self, *args: Any, **more: Any) -> Any:
        self._check()
        return await super().write_urgent(*args, **more)

    async def read(self, *args: Any, **more: Any) -> Any:
        self._check()
        return await super().read(*args, **more)

    def _check(self) -> None:
        if self.cut:
            raise StoreTrouble("the store is out of reach", passing=True)


@dataclass
class Machine:
    """One of the two."""

    store: Line
    house: House
    living: "asyncio.Task[None]"

    @property
    def held(self) -> set[str]:
        if self.living.done():
            self.living.result()
        return set(self.house._courier.held())

    @property
    def gates(self) -> tuple[AccountGate, ...]:
        return tuple(self.house._gates.values())

    async def leaves(self) -> None:
        """End in order."""
        await self.house.leave()
        async with asyncio.timeout(GIVE_UP):
            await self.living


@dataclass
class Town:
    """Who speaks with the four accounts: a reader in private on Telegram, a moderator in a channel on Discord."""

    stage: Stage
    url: str
    bots: dict[str, BotAccount] = field(default_factory=dict)
    chats: dict[str, PrivateChat] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    departures: list[AccountGate] = field(default_factory=list)
    """Whose requests got a connection, in order."""
    ann: TelegramPerson = field(init=False, repr=False)
    mo: DiscordPerson = field(init=False, repr=False)
    erin: Person = field(init=False, repr=False)
    coverage: Coverage = field(init=False, repr=False)

    def settles(self) -> None:
        """Move in."""
        self.stage.telegram.enforce_rates = self.stage.discord.enforce_rates = False
        self.ann, self.mo = self.stage.telegram.add_person("Ann"), self.stage.discord.add_person("mo")
        for at, name in enumerate(TELEGRAMS):
            self.bots[name] = self.stage.telegram.add_bot(_token(name, at), f"{name}_bot", name)
            self.chats[name] = self.ann.private_chat(self.bots[name])
        for at, name in enumerate(DISCORDS):
            self.apps[name] = self.stage.discord.add_bot(_token(name, at), name)
            guild = self.stage.discord.add_guild(f"{name} community", bots=[self.apps[name]])
            guild.join(self.mo, permissions=Permission.MANAGE_GUILD)
            self.channels[name] = guild.add_text_channel("live-news")

    async def builds(self) -> Machine:
        """Open a house that may carry all four."""
        store = Line.open(self.url, mode=Mode.REHEARSAL)
        assert isinstance(store, Line)
        telegrams = [
            Member(name, Platform.TELEGRAM, _token(name, at), self.stage.url) for at, name in enumerate(TELEGRAMS)
        ]
        discords = [
            Member(name, Platform.DISCORD, _token(name, at), self.stage.url) for at, name in enumerate(DISCORDS)
        ]
        house = House(
            store, [*telegrams, *discords], mode=Mode.REHEARSAL, clock=now, habits=Habits(undo=0.05), terms=TERMS
        )
        machine = Machine(store, house, asyncio.create_task(house.live()))
        self.machines.append(machine)
        return machine

    async def shares(self, *shares: tuple[Machine, int]) -> None:
        """Wait until each machine holds so many accounts."""
        await until(
            lambda: all(len(machine.held) == many for machine, many in shares),
            lambda: str([machine.held for machine, _ in shares]),
        )

    async def works(self, house: House) -> None:
        """Enrol an editor, open a coverage, and let everybody follow it, by their own commands."""
        invitation = await house.rooms.enrolment.invite("Erin", Role.EDITOR, by="journey")
        self.erin = await house.rooms.enrolment.redeem(invitation.code, Platform.TELEGRAM, 4711)
        self.coverage = await house.rooms.newsroom.new_coverage(
            self.erin, "Storm Ada", zone="Europe/London", slug="storm"
        )
        await until(lambda: all(each.connected and each.commands.everywhere for each in self.apps.values()))
        for name in TELEGRAMS:
            await self.ann.says(self.chats[name], "/start c_storm")
        for name in DISCORDS:
            await self.mo.uses("live follow", channel=self.channels[name], coverage="storm", patience=GIVE_UP)
        for chat in self.chats.values():
            await chat.wait_for(lambda seen: seen.author in self.bots.values(), GIVE_UP)

    async def publishes(self, house: House, *headlines: str) -> None:
        """Say something to everybody."""
        for headline in headlines:
            await house.rooms.newsroom.publish(self.erin, self.coverage, content(headline), token=headline)

    async def everybody_reads_once(self, *headlines: str) -> None:
        """Wait until nothing is under way, and count."""
        store = next(each.store for each in self.machines if not each.living.done() and not each.store.cut)

        async def carried() -> bool:
            return not await store.read(broadcasts.unfinished)

        await until(carried)
        for texts in self.texts().values():
            assert [headline for text in texts for headline in headlines if headline in text] == list(headlines)

    def texts(self) -> dict[str, list[str]]:
        """What is to be read in each place."""
        read = {name: [seen.shown for seen in chat.messages] for name, chat in self.chats.items()}
        return read | {name: [seen.content for seen in channel.messages] for name, channel in self.channels.items()}

    async def asks_all(self) -> None:
        """Ask every Telegram bot for its coverages."""
        for chat in self.chats.values():
            await self.ann.says(chat, "/live")

    async def all_answered(self, machine: Machine) -> None:
        """Wait until no bot owes an answer."""

        async def heard() -> bool:
            waiting = [len(await machine.store.read(inbox.pending, name)) for name in TELEGRAMS]
            return not sum(waiting) and not any(bot.updates.pending for bot in self.bots.values())

        await until(heard)

    def answers(self) -> list[int]:
        """How often each Telegram bot said what there is to follow."""
        return [sum(seen.shown.startswith("On now:") for seen in chat.messages) for chat in self.chats.values()]


@asynccontextmanager
async def _a_town(url: str, journal: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    quick = Pace(_FAST, (_FAST,), (_FAST,))
    patch.setattr(app, "_PACES", {Platform.TELEGRAM: quick, Platform.DISCORD: quick})
    patch.setattr(app, "TelegramAccount", partial(TelegramAccount, rhythm=Rhythm(retry=0.1, longest_retry=0.5)))
    async with Stage(journal=journal) as stage:
        town = Town(stage, url)
        _witnesses(town, patch)
        town.settles()
        try:
            yield town
        finally:
            for machine in town.machines:
                machine.store.cut = False
                if not machine.living.done():
                    await machine.leaves()
                machine.store.close()
        assert stage.violations == []


def _witnesses(town: Town, patch: pytest.MonkeyPatch) -> None:
    """Note whose gate each connection was handed out for."""

    def watch(kind: type[Any], gate_of: Callable[[Any], AccountGate]) -> None:
        connect = kind.connect

        async def noted(self: Any, *args: Any, **more: Any) -> Any:
            connection: Awaitable[Any] = await connect(self, *args, **more)
            town.departures.append(gate_of(self))
            return connection

        patch.setattr(kind, "connect", noted)

    watch(on_telegram.Connector, lambda one: one._ours.__self__)
    watch(on_discord.Connector, lambda one: one._gate)


def _token(name: str, at: int) -> str:
    return f"{900 + at}:only-{name}-opens-nothing" if name in TELEGRAMS else f"only.{name}.opens-nothing"


@pytest.fixture
async def town(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: set[str], good_order: None
) -> AsyncIterator[Town]:
    # How fast they speak is not the matter here, and waiting for the platforms' pace would take a minute.
    expected.add(", guidance ")
    async with _a_town(databases.store(), tmp_path / "journal.jsonl", monkeypatch) as town:
        yield town


on_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@on_postgresql
async def test_when_one_leaves_the_other_goes_on_at_once_and_nobody_notices(town: Town) -> None:
    first = await town.builds()
    await town.shares((first, 4))
    await town.works(first.house)
    second = await town.builds()
    await town.shares((first, 2), (second, 2))
    assert first.held.isdisjoint(second.held)
    await town.publishes(first.house, "Bridge closed", "Ferry stopped")
    await town.asks_all()
    leaving = asyncio.create_task(first.leaves())
    await town.publishes(second.house, "Trains stopped", "Schools shut")
    await town.asks_all()
    await leaving
    await town.shares((second, 4))
    await town.asks_all()
    await town.publishes(second.house, "Power cut")
    await town.everybody_reads_once("Bridge closed", "Ferry stopped", "Trains stopped", "Schools shut", "Power cut")
    await town.all_answered(second)
    assert town.answers() == [3, 3], town.texts()
    answer = await town.mo.uses("live now", channel=town.channels["oslo"], patience=GIVE_UP)
    assert "Storm Ada" in answer.text
    # Every account was handed over once at least, and introduced itself once in its life.
    assert [len(each.identified) for each in town.apps.values()] == [1, 1]
    assert not [call for call in town.stage.journal.calls if call.status == 409]


@on_postgresql
async def test_who_is_cut_off_from_the_store_falls_silent_before_the_other_speaks_and_shares_again_later(
    town: Town, expected: set[str]
) -> None:
    expected.update({"the store takes nothing", "out of reach"})
    first = await town.builds()
    await town.shares((first, 4))
    await town.works(first.house)
    second = await town.builds()
    await town.shares((first, 2), (second, 2))
    lost = set(first.held)
    first.store.cut = True
    await until(lambda: not any(gate.permitted() for gate in first.gates))
    silent_from = len(town.departures)
    await town.shares((second, 4))
    await town.asks_all()
    await town.publishes(second.house, "Bridge closed", "Ferry stopped")
    await town.everybody_reads_once("Bridge closed", "Ferry stopped")
    await town.all_answered(second)
    mine = set(first.gates)
    assert not [gate for gate in town.departures[silent_from:] if gate in mine]
    first.store.cut = False
    await town.shares((first, 2), (second, 2))
    await town.asks_all()
    await town.publishes(first.house, "Power cut")
    await town.everybody_reads_once("Bridge closed", "Ferry stopped", "Power cut")
    await town.all_answered(second)
    assert town.answers() == [2, 2]
    assert lost
    assert [len(each.identified) for each in town.apps.values()] == [1, 1]
