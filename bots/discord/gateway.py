"""Keep one account connected to Discord's gateway: connect, resume, connect anew, and give up only when told to.

discord.py's own loop dies when the first connection fails, logs a traceback for each lost one, and keeps its session to
itself. Here the session is a value that outlives the connection and the process: whoever owns the account next takes it
up (RESUME) before it introduces itself anew (IDENTIFY), for which there is a budget.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bots.discord.client import Client
from bots.discord.memory import Memory, Session
from bots.discord.transport import NotOursError
from core.errors import StoreTrouble

_log = logging.getLogger(__name__)

_CONNECT = 60.0
_GOODBYE = 1.0
# Discord docs, gateway: 1000 and 1001 end the session, anything else leaves it to be resumed, here or elsewhere.
_BACK_SOON = 4000
# Discord docs, gateway: one IDENTIFY per 5 s; a session that was refused is begun anew after 1 to 5 s.
_FRESH_START = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# After so many failures in a row the place to resume is given up and the front door is tried again.
_RESUME_TRIES = 3
# How often the sequence is written down. After a kill Discord tells again what came since; it is heard once.
_NOTE_EVERY = 5.0
# With fewer introductions left for the day than this, the rest is left to whoever repairs what goes wrong.
_LEAST_LEFT = 100
# A wait longer than the five seconds between two introductions is worth a line in the log.
_WORTH_SAYING = timedelta(seconds=10)

_FATAL = {
    4004: "Discord does not know this token any more; put a new one into the settings",
    4010: "Discord refuses the shard; this is a mistake in Livedesk, please report it",
    4011: "the bot is in too many servers for one connection; split it over several accounts",
    4012: "Discord has retired this version of its gateway; update Livedesk",
    4013: "Discord refuses the intents; this is a mistake in Livedesk, please report it",
    4014: "Discord does not allow this bot the intents it asks for; reset them in the developer portal",
}


class AccountRefusedError(Exception):
    """Discord will not take this account as it is: one line that says what to do. Other accounts go on."""


class WithheldError(Exception):
    """We do not introduce ourselves before `until`: the budget is spent."""

    def __init__(self, until: datetime, why: str) -> None:
        """`why` is for the operator."""
        super().__init__(why)
        self.until, self.why = until, why


class Phase(StrEnum):
    """Where a connection is."""

    OFF = "off"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    WAITING = "waiting"
    """For its turn to introduce itself; sending goes on."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What health and doctor are told."""

    phase: Phase = Phase.OFF
    why: str = ""


class Gateway:
    """One account's connection."""

    def __init__(
        self,
        client: Client,
        address: str,
        memory: Memory,
        *,
        unit: float = 1.0,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """`memory` keeps the session and the budget; `unit` scales every wait (seconds: 1.0)."""
        self.standing = Standing()
        self.session: Session | None = None
        self._client = client
        client.introducing = self._introducing
        self._address = yarl.URL(address)
        self._memory = memory
        self._kept: Session | None = None
        self._news = asyncio.Event()
        self._line_class = _kept_by(client)
        self._unit = unit
        self._dice = dice
        self._failures = 0
        self._withheld: datetime | None = None

    async def run(self) -> None:
        """Stay connected until cancelled, with the session that was recalled if there is one.

        Raises AccountRefusedError when trying again is no use.
        """
        noting = asyncio.create_task(self._note_down())
        try:
            while True:
                self.standing = Standing(Phase.CONNECTING, self.standing.why)
                wait = await self._stay()
                self._client.dispatch("disconnect")
                if wait:
                    _log.info("gateway: trying again", extra={"seconds": round(wait, 1), "why": self.standing.why})
                    await asyncio.sleep(wait)
        finally:
            noting.cancel()
            await asyncio.gather(noting, return_exceptions=True)
            await self._keep()

    async def recall(self) -> None:
        """Take up what was left to us. Without knowing, we would introduce ourselves where we need not."""
        while True:
            try:
                self.session = self._kept = await self._memory.session()
            except StoreTrouble as trouble:
                await asyncio.sleep(self._lost(str(trouble)))
            else:
                self._client.since = self.session.at if self.session else None
                return

    async def _stay(self) -> float:
        """Connect and listen until the connection ends; returns the seconds to wait before the next."""
        try:
            await self._listen()
        except (ReconnectWebSocket, discord.ConnectionClosed) as ended:
            return self._ended(ended)
        except WithheldError as withheld:
            return self._wait_for(withheld)
        except StoreTrouble as trouble:
            return self._lost(str(trouble))
        except NotOursError:
            self.standing = Standing(Phase.LOST, "another process owns this account")
            return _FIRST_WAIT * self._unit
        except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
            return self._lost(f"no connection to Discord's gateway ({type(error).__name__})")
        except Exception as error:  # noqa: BLE001 -- logged with its traceback, see below
            # A frame we cannot read must not end the account: say where, and begin anew without this session.
            _log.exception("gateway: a frame broke something")
            self._forget()
            return self._lost(f"Discord's gateway said something unreadable ({type(error).__name__})")

    def _ended(self, ended: ReconnectWebSocket | discord.ConnectionClosed) -> float:
        if isinstance(ended, discord.ConnectionClosed):
            if ended.code in _FATAL:
                self._forget()
                self.standing = Standing(Phase.REFUSED, _FATAL[ended.code])
                raise AccountRefusedError(_FATAL[ended.code]) from None
            return self._lost(f"Discord closed the connection ({ended.code})")
        if ended.resume:
            return self._lost("Discord asked us to reconnect")
        self._forget()
        self.standing = Standing(Phase.LOST, "Discord ended our session")
        return _FRESH_START * self._unit * (1 + self._dice() / 5)

    async def _listen(self) -> NoReturn:
        known = self.session
        try:
            if known is None:
                await self._may_introduce()
            # Not asyncio.wait_for: before Python 3.12 it may swallow the cancellation that is to end us.
            async with asyncio.timeout(_CONNECT):
                ws = await self._line_class.from_client(
                    self._client,
                    initial=known is None,
                    gateway=known.address if known else self._address,
                    session=known.id if known else None,
                    sequence=known.sequence if known else None,
                    resume=known is not None,
                )
            while True:
                await ws.poll_event()
                self._remember(ws)
                if self.standing.phase is not Phase.CONNECTED and ws.session_id:
                    self._failures = 0
                    self.standing = Standing(Phase.CONNECTED)
                    _log.info("gateway: connected", extra={"resumed": known is not None})
        finally:
            await self._hang_up()

    async def _may_introduce(self) -> None:
        """Raises WithheldError while the budget is spent, by our own count or by Discord's."""
        until = await self._memory.next_identify()
        if until is not None:
            raise WithheldError(until, "we have introduced ourselves too often of late")
        left = await self._client.introductions_left()
        if left is not None and left.count < _LEAST_LEFT:
            until = self._memory.now() + timedelta(seconds=left.reset_after)
            raise WithheldError(until, f"Discord grants us only {left.count} more introductions until then")

    async def _introducing(self) -> None:
        """The line is open and says hello: the IDENTIFY is counted before it leaves."""
        until = await self._memory.identify()
        if until is not None:
            raise WithheldError(until, "we have introduced ourselves too often of late")
        self._client.since = None

    def _wait_for(self, withheld: WithheldError) -> float:
        now = self._memory.now()
        why = f"not connecting to Discord before {withheld.until:%H:%M:%S} UTC: {withheld.why}; sending goes on"
        self.standing = Standing(Phase.WAITING, why)
        if withheld.until - now > _WORTH_SAYING and withheld.until != self._withheld:
            self._withheld = withheld.until
            _log.warning(why)
        # In small steps, so that a clock that is put right is followed.
        seconds = min((withheld.until - now).total_seconds(), _LONGEST_WAIT)
        return max(0.05, seconds * self._unit)

    async def _hang_up(self) -> None:
        """Close the line, and end the thread that keeps it alive; the session stays to be taken up again."""
        ws: DiscordWebSocket | None = self._client.ws
        if ws is not None:
            with contextlib.suppress(TimeoutError, OSError, aiohttp.ClientError):
                async with asyncio.timeout(_GOODBYE):
                    await ws.close(_BACK_SOON)

    def _remember(self, ws: DiscordWebSocket) -> None:
        if ws.session_id:
            self.session = Session(ws.session_id, ws.sequence, ws.gateway, self._memory.now())
            if self.session != self._kept:
                self._news.set()

    def _forget(self) -> None:
        self.session = None
        self._news.set()

    async def _note_down(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._keep()
            await asyncio.sleep(_NOTE_EVERY * self._unit)

    async def _keep(self) -> None:
        session = self.session
        if session == self._kept:
            return
        try:
            await self._memory.keep(session)
        except StoreTrouble as trouble:
            # The next owner introduces itself, or is told again what it heard: neither is worth stopping for.
            _log.info("gateway: the session could not be stored", extra={"why": str(trouble)})
        else:
            self._kept = session

    def _lost(self, why: str) -> float:
        if self.standing.phase is not Phase.CONNECTED:
            self._failures += 1
        self.standing = Standing(Phase.LOST, why)
        if self._failures >= _RESUME_TRIES:
            self._forget()
        most: float = min(_FIRST_WAIT * 2**self._failures, _LONGEST_WAIT)
        return self._unit * most * self._dice()


def _kept_by(client: discord.Client) -> type[DiscordWebSocket]:
    """A line the client holds from its first moment: discord.py hands it over only once it has said hello."""

    class Line(DiscordWebSocket):
        def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop) -> None:
            super().__init__(socket, loop=loop)
            client.ws = self

    return Line
