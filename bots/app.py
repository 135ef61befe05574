"""Puts the house together: the only file that knows every room.

A house is one process: its accounts, the desk they bring people to, and the courier that carries what the newsroom
says. The same house runs with real tokens and on the stage; only the addresses differ.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bots.discord.bot import DiscordBot
from bots.discord.gateway import AccountRefusedError
from bots.discord.invalid import InvalidRequests
from bots.discord.listener.listener import Listener
from bots.discord.listener.listener import Rooms as DiscordRooms
from bots.discord.memory import StoredMemory
from bots.discord.transport import Way
from bots.health.signs import AccountSigns, Budget, Signs
from bots.lives import Account, Life
from bots.telegram import bot as telegram
from bots.telegram.bot import TelegramAccount
from bots.telegram.transport import Bot as TelegramBot
from core import media, pacing
from core.commands.desk import Desk
from core.commands.rooms import Rooms, furnish
from core.courier import AccountGate, Courier, Terms
from core.model import Asset, Mode, Platform
from core.platform import Sender
from core.schedule import Clockwork
from core.store import Store, accounts
from core.store import media as stored_media

log = logging.getLogger(__name__)

TELEGRAM_HOME = "https://api.telegram.org"
_GLANCE = 0.25
"""Seconds between two looks at the leases: well within the margin that an owner leaves before another may come."""
_PACES = {Platform.TELEGRAM: pacing.TELEGRAM, Platform.DISCORD: pacing.DISCORD}


@dataclass(frozen=True, slots=True)
class Member:
    """One account the house speaks with. `stage` is the rehearsal stage's address: then nothing else is reachable."""

    name: str
    platform: Platform
    token: str = field(repr=False)
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """What an installation chooses about its newsroom, in seconds."""

    undo: float = 5
    alert_delay: float = 30


class House:
    """One process's newsroom: make it inside a running loop, `live` in it, `leave` it."""

    def __init__(
        self,
        store: Store,
        members: Sequence[Member],
        *,
        mode: Mode,
        clock: Callable[[], datetime],
        habits: Habits,
        terms: Terms | None = None,
    ) -> None:
        """Nothing is opened yet. `members` need a name each; `terms` are those of their leases."""
        self._gates = {member.name: AccountGate(_PACES[member.platform]) for member in members}
        self._store = store
        self._clock = clock
        self._invalid = InvalidRequests()
        self.rooms: Rooms = furnish(
            store,
            clock=clock,
            mode=mode,
            wake=self._wake,
            undo_seconds=habits.undo,
            alert_delay_seconds=habits.alert_delay,
        )
        self._desk = Desk(self.rooms)
        self._over = asyncio.Event()
        self._lives = {
            member.name: Life(self._open(member), self._gates[member.name], self._look_who_is_left)
            for member in members
        }
        senders = [life.account.sender for life in self._lives.values()]
        self._courier = Courier(store, senders, self._gates, clock=clock, terms=terms or Terms(), watch=self._watch)
        self._clockwork = Clockwork(store, clock)

    def troubles(self) -> dict[str, str]:
        """The accounts that need a person, each with one line that says what to do."""
        return {name: why for name, life in self._lives.items() if (why := life.account.trouble)}

    def signs(self) -> Signs:
        """How everything is, for whoever watches from outside; asks nobody."""
        told = tuple(
            AccountSigns(name, life.account.sender.platform, life.account.trouble, life.account.phase)
            for name, life in self._lives.items()
        )
        invalid = Budget(self._invalid.count, self._invalid.limit)
        return Signs(accounts=told, courier=self._courier.reading(), invalid_requests=invalid)

    async def live(self) -> None:
        """Live until `leave`, or until no account is left. What is on the wire then is waited for."""
        # Before anybody is heard: what they follow needs an account in the store.
        lanes = [(life.account.sender.account, life.account.sender.platform) for life in self._lives.values()]
        await self._store.write(accounts.enrol_lanes, lanes, self._clock())
        self._clockwork.start()
        carrying = asyncio.create_task(self._courier.run(), name="courier")
        over = asyncio.create_task(self._over.wait(), name="over")
        guarding = asyncio.create_task(self._guard(), name="leases")
        try:
            await asyncio.wait((carrying, over, guarding), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clockwork.stop()
            over.cancel()
            await self._courier.stop()
            try:
                # Account by account: first what is on the wire, then nobody is heard, then the lane is free.
                await carrying
            finally:
                guarding.cancel()
                await asyncio.wait((guarding,))
                for life in self._lives.values():
                    await life.end()
        for failure in (life.failure for life in self._lives.values()):
            if failure is not None:
                raise failure
        if not guarding.cancelled():
            guarding.result()

    async def leave(self) -> None:
        """Start nothing more; `live` returns when everything on the wire has its receipt."""
        await self._courier.stop()

    async def _watch(self, account: str, held: bool) -> None:  # noqa: FBT001 -- the courier's signature
        """The courier holds an account's lane from now on, or no longer: it lives here, or elsewhere."""
        life = self._lives[account]
        await (life.begin() if held else life.end())

    async def _guard(self) -> None:
        """Look at every lease: who is stopped, or cut off from the store, must stop hearing before another hears."""
        while True:
            await asyncio.gather(*(life.follow() for life in self._lives.values() if life.changed))
            await asyncio.sleep(_GLANCE)

    def _look_who_is_left(self) -> None:
        lives = self._lives.values()
        if all(life.spent for life in lives) or any(life.failure is not None for life in lives):
            self._over.set()

    def _wake(self) -> None:
        self._courier.wake()

    def _open(self, member: Member) -> Account:
        gate = self._gates[member.name]
        pictures = _Pictures(self._store, member.name)
        if member.platform is Platform.TELEGRAM:
            bot = TelegramBot(member.token, member.stage or TELEGRAM_HOME, gate)
            parts = telegram.build(
                member.name, bot, assets=pictures, desk=self._desk, rooms=self.rooms, keep_picture=self._keep_picture
            )
            return _OnTelegram(TelegramAccount(parts, self._store, clock=self._clock))
        rooms = DiscordRooms(self._desk, self.rooms.readership, self._store)
        listener = Listener(member.name, rooms, fetch=pictures.bytes, take=self._keep_picture, clock=self._clock)
        discord = DiscordBot(
            member.name,
            member.token,
            gate=gate,
            way=_way(member),
            hears=listener,
            fetch=pictures.bytes,
            memory=StoredMemory(member.name, self._store, self._clock, gate.permitted),
            invalid=self._invalid,
        )
        return _OnDiscord(discord, listener)

    async def _keep_picture(self, data: bytes) -> Asset:
        picture = await media.check(data)
        await self._store.write(stored_media.keep, picture.asset, picture.data, self._clock())
        return picture.asset


class _Pictures:
    """One account's pictures: their bytes are everybody's, the platform's names for them its own."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    async def remote(self, digest: str) -> str | None:
        return await self._store.read(stored_media.remote, self._account, digest)

    async def bytes(self, digest: str) -> bytes | None:
        try:
            return await self._store.read(stored_media.read, digest)
        except LookupError:
            return None

    async def remember(self, digest: str, remote_id: str) -> None:
        await self._store.write(stored_media.remember, self._account, digest, remote_id)


class _OnTelegram:
    """A Telegram account as the house sees it."""

    phase = ""

    def __init__(self, account: TelegramAccount) -> None:
        self._account = account
        self.sender: Sender = account.sender
        self.open, self.hear, self.close = account.open, account.hear, account.close

    @property
    def trouble(self) -> str:
        return self._account.trouble


class _OnDiscord:
    """A Discord account as the house sees it."""

    def __init__(self, bot: DiscordBot, listener: Listener) -> None:
        self._bot = bot
        self._listener = listener
        self.sender: Sender = bot.sender
        self.open = bot.open
        self._refused = ""

    @property
    def trouble(self) -> str:
        return self._refused or self._bot.foreign

    @property
    def phase(self) -> str:
        return self._bot.standing.phase.value

    async def hear(self) -> None:
        self._refused = ""
        try:
            await self._bot.hear()
        except AccountRefusedError as refused:
            self._refused = str(refused)
            log.error("%s: %s", self._bot.account, refused)  # noqa: TRY400  the line says it all, a trace adds nothing

    async def close(self) -> None:
        self._listener.close()
        await self._bot.close()


def _way(member: Member) -> Way:
    if not member.stage:
        return Way()
    return Way(f"{member.stage}/api/v10", f"{member.stage.replace('http', 'ws', 1)}/gw", sealed=True)
