"""Keep one account connected to Discord's gateway: connect, resume, connect anew, and give up only when told to.

discord.py's own loop dies when the first connection fails, logs a traceback for each lost one, and keeps its session to
itself. Here the session is a value that survives reconnecting, so that it can be stored and handed over.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

_log = logging.getLogger(__name__)

_CONNECT = 60.0
_GOODBYE = 1.0
# Discord docs, gateway: 1000 ends the session, anything else leaves it to be resumed.
_FAREWELL, _BACK_SOON = 1000, 4000
# Discord docs, gateway: one IDENTIFY per 5 s; a session that was refused is begun anew after 1 to 5 s.
_FRESH_START = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# After so many failures in a row the place to resume is given up and the front door is tried again.
_RESUME_TRIES = 3

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


class Phase(StrEnum):
    """Where a connection is."""

    OFF = "off"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What health and doctor are told."""

    phase: Phase = Phase.OFF
    why: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection can be taken up again with."""

    id: str
    sequence: int | None
    address: yarl.URL


class Gateway:
    """One account's connection."""

    def __init__(
        self,
        client: discord.Client,
        address: str,
        *,
        session: Session | None = None,
        unit: float = 1.0,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """`session` is one to take up again; `unit` scales every wait (seconds: 1.0)."""
        self.standing = Standing()
        self.session = session
        self._client = client
        self._address = yarl.URL(address)
        self._line_class = _kept_by(client)
        self._unit = unit
        self._dice = dice
        self._failures = 0

    async def run(self) -> None:
        """Stay connected until cancelled. Raises AccountRefusedError when trying again is no use."""
        while True:
            self.standing = Standing(Phase.CONNECTING, self.standing.why)
            wait = await self._stay()
            self._client.dispatch("disconnect")
            if wait:
                _log.info("gateway: trying again", extra={"seconds": round(wait, 1), "why": self.standing.why})
                await asyncio.sleep(wait)

    async def _stay(self) -> float:
        """Connect and listen until the connection ends; returns the seconds to wait before the next."""
        try:
            await self._listen()
        except ReconnectWebSocket as again:
            self._remember()
            if again.resume:
                return self._lost("Discord asked us to reconnect")
            self.session = None
            self.standing = Standing(Phase.LOST, "Discord ended our session")
            return _FRESH_START * self._unit * (1 + self._dice() / 5)
        except discord.ConnectionClosed as closed:
            if closed.code in _FATAL:
                self.standing = Standing(Phase.REFUSED, _FATAL[closed.code])
                raise AccountRefusedError(_FATAL[closed.code]) from None
            self._remember()
            return self._lost(f"Discord closed the connection ({closed.code})")
        except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
            self._remember()
            return self._lost(f"no connection to Discord's gateway ({type(error).__name__})")
        except Exception as error:  # noqa: BLE001 -- logged with its traceback, see below
            # A frame we cannot read must not end the account: say where, and begin anew without this session.
            _log.exception("gateway: a frame broke something")
            self.session = None
            return self._lost(f"Discord's gateway said something unreadable ({type(error).__name__})")

    async def _listen(self) -> NoReturn:
        known = self.session
        try:
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
                if self.standing.phase is not Phase.CONNECTED and ws.session_id:
                    self._failures = 0
                    self.standing = Standing(Phase.CONNECTED)
                    _log.info("gateway: connected", extra={"resumed": known is not None})
        except asyncio.CancelledError:
            await self._hang_up(_FAREWELL)
            raise
        finally:
            await self._hang_up(_BACK_SOON)

    async def _hang_up(self, code: int) -> None:
        """Close the line, and end the thread that keeps it alive; `code` tells Discord whether to keep the session."""
        ws: DiscordWebSocket | None = self._client.ws
        if ws is not None:
            with contextlib.suppress(TimeoutError, OSError, aiohttp.ClientError):
                async with asyncio.timeout(_GOODBYE):
                    await ws.close(code)

    def _remember(self) -> None:
        # discord.py says there always is one, but before the first connection there is none.
        ws: DiscordWebSocket | None = self._client.ws
        if ws is not None and ws.session_id:
            self.session = Session(ws.session_id, ws.sequence, ws.gateway)

    def _lost(self, why: str) -> float:
        if self.standing.phase is not Phase.CONNECTED:
            self._failures += 1
        self.standing = Standing(Phase.LOST, why)
        if self._failures >= _RESUME_TRIES:
            self.session = None
        most: float = min(_FIRST_WAIT * 2**self._failures, _LONGEST_WAIT)
        return self._unit * most * self._dice()


def _kept_by(client: discord.Client) -> type[DiscordWebSocket]:
    """A line the client holds from its first moment: discord.py hands it over only once it has said hello."""

    class Line(DiscordWebSocket):
        def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop) -> None:
            super().__init__(socket, loop=loop)
            client.ws = self

    return Line
