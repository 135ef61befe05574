"""Puts the house together: the only file that knows every room.

A house is one process: its accounts, the desk they bring people to, and the courier that carries what the newsroom
says. The same house runs with real tokens and on the stage; only the addresses differ.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bots.discord.bot import DiscordBot
from bots.discord.gateway import AccountRefusedError
from bots.discord.invalid import InvalidRequests
from bots.discord.listener.listener import Listener
from bots.discord.listener.listener import Rooms as DiscordRooms
from bots.discord.memory import StoredMemory
from bots.discord.transport import Way
from bots.telegram import bot as telegram
from bots.telegram.bot import TelegramAccount
from bots.telegram.transport import Bot as TelegramBot
from core import media, pacing
from core.commands.desk import Desk
from core.commands.rooms import Rooms, furnish
from core.courier import AccountGate, Courier
from core.model import Asset, Mode, Platform
from core.platform import Sender
from core.schedule import Clockwork
from core.store import Store, accounts
from core.store import media as stored_media

log = logging.getLogger(__name__)

TELEGRAM_HOME = "https://api.telegram.org"
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


class _Account(Protocol):
    """What a house needs of an account on any platform."""

    @property
    def sender(self) -> Sender: ...

    async def live(self) -> None: ...

    async def leave(self) -> None: ...

    def trouble(self) -> str: ...


class House:
    """One process's newsroom: make it inside a running loop, `live` in it, `leave` it."""

    def __init__(
        self, store: Store, members: Sequence[Member], *, mode: Mode, clock: Callable[[], datetime], habits: Habits
    ) -> None:
        """Nothing is opened yet. `members` need a name each."""
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
        self._accounts: dict[str, _Account] = {member.name: self._open(member) for member in members}
        senders = [account.sender for account in self._accounts.values()]
        self._courier = Courier(store, senders, self._gates, clock=clock)
        self._clockwork = Clockwork(store, clock)

    def troubles(self) -> dict[str, str]:
        """The accounts that ended by themselves, each with one line that says what to do."""
        return {name: why for name, account in self._accounts.items() if (why := account.trouble())}

    async def live(self) -> None:
        """Live until `leave`, or until no account is left. What is on the wire then is waited for."""
        # Before anybody is heard: what they follow needs an account in the store.
        lanes = [(account.sender.account, account.sender.platform) for account in self._accounts.values()]
        await self._store.write(accounts.enrol_lanes, lanes, self._clock())
        self._clockwork.start()
        carrying = asyncio.create_task(self._courier.run(), name="courier")
        living = [asyncio.create_task(account.live(), name=name) for name, account in self._accounts.items()]
        # Every account on its own: a refused token silences one bot, never the others.
        everybody = asyncio.ensure_future(asyncio.gather(*living))
        try:
            await asyncio.wait((carrying, everybody), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clockwork.stop()
            await self._courier.stop()
            try:
                # First what is on the wire: it needs the accounts' connections.
                await carrying
            finally:
                for account in self._accounts.values():
                    await account.leave()
                await everybody

    async def leave(self) -> None:
        """Start nothing more; `live` returns when everything on the wire has its receipt."""
        await self._courier.stop()

    def _wake(self) -> None:
        self._courier.wake()

    def _open(self, member: Member) -> _Account:
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

    def __init__(self, account: TelegramAccount) -> None:
        self._account = account

    @property
    def sender(self) -> Sender:
        return self._account.sender

    async def live(self) -> None:
        await self._account.run()

    async def leave(self) -> None:
        await self._account.stop()

    def trouble(self) -> str:
        return self._account.trouble


class _OnDiscord:
    """A Discord account as the house sees it."""

    def __init__(self, bot: DiscordBot, listener: Listener) -> None:
        self._bot = bot
        self._listener = listener
        self._task: asyncio.Task[None] | None = None
        self._trouble = ""

    @property
    def sender(self) -> Sender:
        return self._bot.sender

    async def live(self) -> None:
        self._task = asyncio.create_task(self._bot.run())
        try:
            await self._task
        except AccountRefusedError as refused:
            self._trouble = str(refused)
            log.error("%s: %s", self._bot.account, refused)  # noqa: TRY400  the line says it all, a trace adds nothing
        except asyncio.CancelledError:
            if not self._task.cancelled():
                raise
        finally:
            self._listener.close()

    async def leave(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def trouble(self) -> str:
        return self._trouble


def _way(member: Member) -> Way:
    if not member.stage:
        return Way()
    return Way(f"{member.stage}/api/v10", f"{member.stage.replace('http', 'ws', 1)}/gw", sealed=True)
