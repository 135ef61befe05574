"""What an account remembers of Discord's gateway from one connection to the next, one process to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import yarl

from core.store import Store, gateways, house

# Discord does not tell how long it waits for a client to come back; minutes, by all accounts. Asking in vain costs 5 s.
_RESUMABLE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection can be taken up again with; `at` is when it was heard of last."""

    id: str
    sequence: int | None
    address: yarl.URL
    at: datetime = field(compare=False)


class Memory(Protocol):
    """Where it is kept. Every method may raise StoreTrouble."""

    def now(self) -> datetime:
        """What the clock says."""
        ...

    async def recognises(self, bot_id: int) -> bool:
        """Whether the account has always been this bot's."""
        ...

    async def session(self) -> Session | None:
        """The session to take up again, if there is one."""
        ...

    async def keep(self, session: Session | None) -> None:
        """Remember how far we have heard, or that there is no session any more."""
        ...

    async def next_identify(self) -> datetime | None:
        """When we may introduce ourselves; None: now."""
        ...

    async def identify(self) -> datetime | None:
        """Spend one introduction, or say when there will be one again."""
        ...


class StoredMemory:
    """Implements `Memory` with the store: whoever owns the account next goes on where we were."""

    def __init__(self, account: str, store: Store, clock: Callable[[], datetime], ours: Callable[[], bool]) -> None:
        """`ours` says whether the account is still this process's: the next owner's notes are not written over."""
        self._account = account
        self._store = store
        self._clock = clock
        self._ours = ours

    def now(self) -> datetime:
        """What the clock says."""
        return self._clock()

    async def recognises(self, bot_id: int) -> bool:
        """Whether the account has always been this bot's; the first one it ever had is remembered."""
        return await self._store.write(house.stamp, f"discord.bot.{self._account}", str(bot_id)) == str(bot_id)

    async def session(self) -> Session | None:
        """The session to take up again, if there is one young enough."""
        kept = await self._store.read(gateways.session, self._account)
        if kept is None or kept.at < self._clock() - _RESUMABLE:
            return None
        return Session(kept.id, kept.sequence, yarl.URL(kept.address), kept.at)

    async def keep(self, session: Session | None) -> None:
        """Remember how far we have heard."""
        if not self._ours():
            return
        if session is None:
            await self._store.write(gateways.forget, self._account)
        else:
            kept = gateways.Session(session.id, session.sequence, str(session.address), session.at)
            await self._store.write(gateways.keep, self._account, kept)

    async def next_identify(self) -> datetime | None:
        """When we may introduce ourselves."""
        return await self._store.read(gateways.next_identify, self._account, self._clock())

    async def identify(self) -> datetime | None:
        """Spend one introduction."""
        return await self._store.write(gateways.identify, self._account, self._clock())
