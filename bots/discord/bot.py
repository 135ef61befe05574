"""The life of one Discord account: log in, so that we can speak; connect, so that people are heard; leave quietly."""

import asyncio
import logging

import aiohttp
import discord

from bots.discord.calls import PATIENCE, NotDone
from bots.discord.client import READY_TIMEOUT, Client, Hears
from bots.discord.gateway import AccountRefusedError, Gateway, Phase, Standing
from bots.discord.pictures import Fetch
from bots.discord.sender import DiscordSender
from bots.discord.transport import Way
from core.courier.gate import AccountGate

_log = logging.getLogger(__name__)

_WAITS = (1.0, 2.0, 5.0, 15.0, 60.0)
_PASSING = (OSError, aiohttp.ClientError, discord.DiscordException, NotDone, ValueError, KeyError, TypeError)
"""What a network or a platform does and time heals; the last three: an answer that is not what Discord would say."""


class DiscordBot:
    """One account. Make it inside the running loop, hand its `sender` to the courier, and `run` it."""

    def __init__(
        self,
        account: str,
        token: str,
        *,
        gate: AccountGate,
        way: Way,
        hears: Hears,
        fetch: Fetch,
        patience: float = PATIENCE,
        ready_timeout: float = READY_TIMEOUT,
        unit: float = 1.0,
    ) -> None:
        """`account` is the name in the settings; `unit` scales the waits between tries (seconds: 1.0)."""
        self.account = account
        self.client = Client(gate, way, hears, patience=patience, ready_timeout=ready_timeout)
        self.sender = DiscordSender(account, self.client.calls, fetch, self.client.missing_right)
        self._token = token
        self._hears = hears
        self._gateway = Gateway(self.client, way.gateway, unit=unit)
        self._unit = unit
        self._login = Standing()

    def __repr__(self) -> str:
        """Without the token."""
        return f"<DiscordBot {self.account}>"

    @property
    def standing(self) -> Standing:
        """How it is, for health and doctor."""
        return self._gateway.standing if self._login.phase is Phase.CONNECTED else self._login

    @property
    def can_send(self) -> bool:
        """Whether Discord knows us: sending needs no more than that."""
        return self._login.phase is Phase.CONNECTED

    async def run(self) -> None:
        """Live until cancelled. Raises AccountRefusedError when only a person can help; other accounts go on."""
        introducing: asyncio.Task[None] | None = None
        try:
            await self._log_in()
            introducing = asyncio.create_task(self._introduce())
            await self._gateway.run()
        finally:
            if introducing is not None:
                introducing.cancel()
                await asyncio.gather(introducing, return_exceptions=True)
            await self.client.close()
            await self.client.calls.close()

    async def _log_in(self) -> None:
        tries = 0
        while not self.can_send:
            self._login = Standing(Phase.CONNECTING, self._login.why)
            try:
                await self.client.login(self._token)
            except discord.LoginFailure:
                why = "Discord does not know this token; copy it anew from the developer portal into the settings"
                self._login = Standing(Phase.REFUSED, why)
                raise AccountRefusedError(why) from None
            except _PASSING as error:
                self._login = Standing(Phase.LOST, f"cannot log in to Discord ({type(error).__name__})")
                await self._wait(tries, self._login.why)
                tries += 1
            else:
                self._login = Standing(Phase.CONNECTED)
                _log.info("logged in to Discord", extra={"account": self.account})

    async def _introduce(self) -> None:
        """Tell Discord our commands. Whoever waits for an entry does not wait for this."""
        tries = 0
        while True:
            try:
                return await self._hears.logged_in(self.client)
            except _PASSING as error:
                await self._wait(tries, f"cannot tell Discord our commands ({type(error).__name__})")
                tries += 1

    async def _wait(self, tries: int, why: str) -> None:
        wait = _WAITS[min(tries, len(_WAITS) - 1)] * self._unit
        _log.warning(why, extra={"account": self.account, "seconds": wait})
        await asyncio.sleep(wait)
