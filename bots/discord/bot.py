"""The life of one Discord account: log in, so that we can speak; connect, so that people are heard; leave quietly."""

import asyncio
import base64
import binascii
import logging
from functools import partial
from typing import NoReturn

import aiohttp
import discord

from bots.discord.calls import PATIENCE, Calls, NotDone
from bots.discord.client import READY_TIMEOUT, Client, Hears
from bots.discord.foreign import Foreign
from bots.discord.gateway import AccountRefusedError, Gateway, Phase, Standing
from bots.discord.invalid import InvalidRequests
from bots.discord.memory import Memory
from bots.discord.pictures import Fetch
from bots.discord.sender import DiscordSender
from bots.discord.transport import Way
from core.courier.gate import AccountGate
from core.errors import StoreTrouble

_log = logging.getLogger(__name__)

_WAITS = (1.0, 2.0, 5.0, 15.0, 60.0)
_PASSING = (
    *(OSError, aiohttp.ClientError, discord.DiscordException, NotDone, StoreTrouble),
    # An answer that is not what Discord would say.
    *(ValueError, KeyError, TypeError),
)
"""What a network, a platform or a store does and time heals."""
_CONFIRM = 30.0
"""Seconds between two tries at a token that Discord refuses (faults.md A1)."""
_UNKNOWN = "Discord does not know this token; copy it anew from the developer portal into the settings"
_ANOTHER_BOT = (
    "this token is another bot's than the one this account had so far, and those who follow do not know it: put a "
    "token of the same bot into the settings, or give this bot an account with a name of its own"
)
_FAREWELL = 5.0
"""Seconds for those who are being answered when we leave; Discord gives an answer three."""


class DiscordBot:
    """One account. Make it inside the running loop and hand its `sender` to the courier.

    `open` it when the account is ours, `hear` while it is, `close` it when it is not; all of it any number of times.
    """

    def __init__(
        self,
        account: str,
        token: str,
        *,
        gate: AccountGate,
        way: Way,
        hears: Hears,
        fetch: Fetch,
        memory: Memory,
        invalid: InvalidRequests | None = None,
        patience: float = PATIENCE,
        ready_timeout: float = READY_TIMEOUT,
        unit: float = 1.0,
    ) -> None:
        """`account` is the name in the settings; `unit` scales the waits between tries (seconds: 1.0).

        `invalid` counts what Discord refuses, for all accounts of the process together.
        """
        self.account = account
        self._foreign = Foreign(account, gate)
        self._calls = Calls(patience, self._foreign.refused)
        self._token = token
        self._hears = hears
        self._memory = memory
        self._unit = unit
        self._new_client = partial(
            Client, gate, way, hears, self._calls, invalid=invalid or InvalidRequests(), ready_timeout=ready_timeout
        )
        self._new_gateway = partial(Gateway, address=way.gateway, memory=memory, unit=unit)
        self.client = self._new_client()
        self._gateway = self._new_gateway(self.client)
        self.sender = DiscordSender(account, self._calls, fetch, self._missing_right)
        self._login = Standing()
        self._logging_in: asyncio.Task[None] | None = None

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

    @property
    def foreign(self) -> str:
        """What to do about another program that has our token; "" while there is none."""
        return self._foreign.trouble

    async def run(self) -> None:
        """Live until cancelled. Raises AccountRefusedError when only a person can help; other accounts go on."""
        await self.open()
        try:
            await self.hear()
        finally:
            await self.close()

    async def open(self) -> None:
        """Begin to log in. What is sent from now on goes out as soon as Discord can be reached."""
        if self.client.is_closed():
            self.client = self._new_client()
            self._gateway = self._new_gateway(self.client)
        self._login = Standing(Phase.CONNECTING)
        # Before anything is sent: to another bot every reader's chat is one it may not write to.
        known = await self._is_known(_bot_of(self._token))
        self._logging_in = asyncio.create_task(self._log_in() if known else self._turn_away())
        # Its first step opens the line: nobody who wants to send need wait for Discord's answer to it.
        await asyncio.sleep(0)

    async def hear(self) -> None:
        """Hear people until cancelled. Raises AccountRefusedError."""
        if self._logging_in is None:
            raise RuntimeError("an account hears after it was opened")
        # Shielded: who hears no more may still speak.
        await asyncio.shield(self._logging_in)
        await self._gateway.recall()
        introducing = asyncio.create_task(self._introduce())
        try:
            await self._gateway.run()
        finally:
            introducing.cancel()
            await asyncio.gather(introducing, return_exceptions=True)

    async def close(self) -> None:
        """Finish answering, then speak no more until the next `open`."""
        if self._logging_in is not None:
            self._logging_in.cancel()
            await asyncio.gather(self._logging_in, return_exceptions=True)
        await self.client.settled(_FAREWELL)
        await self.client.close()
        await self._calls.close()
        if self.standing.phase is not Phase.REFUSED:
            self._login = Standing()

    def _missing_right(self, chat: int) -> str:
        return self.client.missing_right(chat)

    async def _log_in(self) -> None:
        tries = refusals = 0
        while not self.can_send:
            self._login = Standing(Phase.CONNECTING, self._login.why)
            try:
                await self.client.login(self._token)
                us = self.client.user
                if not await self._is_known(us.id if us else None):
                    self._refuse(_ANOTHER_BOT)
            except discord.LoginFailure:
                # One refusal may be a proxy's or an outage's: only a second one, later, ends the account.
                if refusals:
                    self._refuse(_UNKNOWN)
                refusals += 1
                await self._wait(_CONFIRM, "Discord does not know this token; asking once more")
            except _PASSING as error:
                self._login = Standing(Phase.LOST, f"cannot log in to Discord ({type(error).__name__})")
                await self._wait(_WAITS[min(tries, len(_WAITS) - 1)], self._login.why)
                tries += 1
            else:
                self._login = Standing(Phase.CONNECTED)
                _log.info("logged in to Discord", extra={"account": self.account})

    async def _is_known(self, bot_id: int | None) -> bool:
        """Whether this is the bot the account has always been; also when nobody can say."""
        try:
            return bot_id is None or await self._memory.recognises(bot_id)
        except StoreTrouble as trouble:
            _log.warning("cannot tell whose the token is", extra={"account": self.account, "why": str(trouble)})
            return True

    async def _turn_away(self) -> None:
        self._refuse(_ANOTHER_BOT)

    def _refuse(self, why: str) -> NoReturn:
        self._login = Standing(Phase.REFUSED, why)
        raise AccountRefusedError(why) from None

    async def _introduce(self) -> None:
        """Tell Discord our commands. Whoever waits for an entry does not wait for this."""
        tries = 0
        while True:
            try:
                await self._hears.logged_in(self.client)
                return await self.client.learn_servers() if self.client.since is not None else None
            except _PASSING as error:
                wait = _WAITS[min(tries, len(_WAITS) - 1)]
                await self._wait(wait, f"cannot tell Discord our commands ({type(error).__name__})")
                tries += 1

    async def _wait(self, seconds: float, why: str) -> None:
        wait = seconds * self._unit
        _log.warning(why, extra={"account": self.account, "seconds": wait})
        await asyncio.sleep(wait)


def _bot_of(token: str) -> int | None:
    """The bot's id, which is the first part of its token; None where it does not look like one."""
    head = token.partition(".")[0]
    try:
        told = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))
    except (binascii.Error, ValueError):
        return None
    return int(told) if told.isdigit() else None
