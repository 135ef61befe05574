"""Discord's road: discord.py's own HTTP client, made to pass the account's gate and to tell us the truth about a call.

Left alone, discord.py repeats 429s and 5xxs by itself, unseen by the gate (five times, up to 25 s, its bucket held);
the call that takes a bucket's last token sleeps until the bucket refills before it returns; and from 256 buckets on,
each new channel costs a scan of all of them. Here every call is one attempt, and the courier decides what follows.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.http import HTTPClient, Ratelimit, Route, json_or_text

from bots.discord.invalid import InvalidRequests
from core.courier.gate import AccountGate, NotOurs
from core.platform import Reach

LONGEST_WAIT = 30.0
"""Seconds a call may wait for its bucket before `discord.RateLimited` is raised: the smallest discord.py takes."""

LARGEST_ANSWER = 20 * 1024 * 1024
"""Bytes: far more than any answer of Discord's API."""

_JSON = "application/json"
_CONNECT = 10.0
_ANSWER = 60.0
_SCAN_EVERY = 60.0
# Cloudflare's refusals say nothing of when to come back: a minute, then twice as long each time, up to a quarter hour.
_CLOUDFLARE, _CLOUDFLARE_MOST = 60.0, 900.0


@dataclass(frozen=True, slots=True)
class Way:
    """Where Discord is. `sealed` lets nothing connect anywhere else: a rehearsal cannot reach a real chat (P11)."""

    api: str = "https://discord.com/api/v10"
    gateway: str = "wss://gateway.discord.gg/"
    sealed: bool = False


@dataclass(slots=True)
class Crossing:
    """One request on its way. `left` says whether any of it may have reached Discord."""

    chat: int | None = None
    left: bool = False
    departed: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self) -> None:
        """The request's head is on the wire: from here on no answer means nobody knows."""
        self.left = True
        self.departed.set()


class Flooded(discord.DiscordException):
    """Discord refused the call for now (429): come back in `seconds`."""

    def __init__(self, seconds: float, reach: Reach, why: str) -> None:
        """`reach` says whether one place or the whole account has to wait."""
        super().__init__(f"{why}; again in {seconds:g} s")
        self.seconds, self.reach, self.why = seconds, reach, why


class ElsewhereError(aiohttp.ClientConnectionError):
    """Something asked for an address outside the stage, and nothing was sent there."""


class NotDiscordError(aiohttp.ClientError):
    """Something answers in Discord's place: a captive portal, a proxy."""


class NotLoggedInError(aiohttp.ClientConnectionError):
    """The account has not reached Discord yet."""


class NotOursError(aiohttp.ClientConnectionError):
    """Another process owns the account now: nothing was sent."""


class Connector(aiohttp.TCPConnector):
    """Hands out no connection while the account is not ours: the last look before any byte leaves (P10, P11).

    Calls, interaction callbacks, the gateway and files alike come through here.
    """

    def __init__(self, gate: AccountGate, allowed: Iterable[yarl.URL] | None) -> None:
        """`allowed` are the only addresses whose hosts and ports may be reached; None: any."""
        super().__init__(limit=0)
        self._gate = gate
        self._allowed = None if allowed is None else frozenset((url.host, url.port) for url in allowed)

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- aiohttp's signature
    ) -> aiohttp.connector.Connection:
        """Refuse a foreign address with ElsewhereError, and everything with NotOursError once we have lost the lane."""
        if self._allowed is not None and (req.url.host, req.url.port) not in self._allowed:
            raise ElsewhereError(f"a rehearsal does not connect to {req.url.host}:{req.url.port}")
        connection = await super().connect(req, traces, timeout)
        # Connecting may take longer than a lease lasts, and so may the sleep of a process that was stopped.
        if not self._gate.permitted():
            connection.release()
            raise NotOursError("this account is another process's now")
        return connection


class Bucket(Ratelimit):
    """discord.py's bucket, except that who took its last token returns at once; who comes next does the waiting."""

    async def __aexit__(self, *_: object) -> None:
        """Give the token back and wake who waits, now or when the bucket refills."""
        self.outgoing -= 1
        tokens = self.remaining - self.outgoing
        if tokens > 0:
            self._wake(tokens)
        elif self.expires is not None:
            self._loop.call_at(self.expires + 0.01, self._refill)
        else:
            # No answer told the limit (a cut connection): the one token there was is free again.
            self._refill_blind()

    async def _refresh(self) -> None:
        if self.expires is not None:
            await asyncio.sleep(max(0.0, self.expires - self._loop.time()) + 0.01)
        self._refill()

    def _refill(self) -> None:
        if self.is_expired():
            self._refill_blind()

    def _refill_blind(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]  # discord.py annotates all of the class but this
        self._wake(self.remaining)


class Http(HTTPClient):
    """discord.py's HTTP client on our road. Raises what discord.py raises, Flooded, or what aiohttp raises."""

    def __init__(self, gate: AccountGate, way: Way, invalid: InvalidRequests | None = None) -> None:
        """`gate` is the account's; interaction callbacks alone do not wait at it, they have three seconds.

        `invalid` counts what Discord refuses, for all accounts of a process together.
        """
        self._gate = gate
        self._invalid = invalid or InvalidRequests()
        self._scanned = asyncio.get_running_loop().time()
        self._cloudflare = _CLOUDFLARE
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._start)
        trace.on_request_headers_sent.append(self._headers_sent)
        trace.on_request_end.append(self._end)
        self._way = way
        super().__init__(asyncio.get_running_loop(), http_trace=trace, max_ratelimit_timeout=LONGEST_WAIT)

    async def static_login(self, token: str) -> Any:
        """Log in, on a fresh connection each time it is tried."""
        await self.close()
        origins = (yarl.URL(self._way.api), yarl.URL(self._way.gateway))
        self.connector = Connector(self._gate, origins if self._way.sealed else None)
        return await super().static_login(token)

    async def close(self) -> None:
        """Speak no more until the next login. What is still called then was never sent, and is owed."""
        self.token = None
        await super().close()

    async def request(
        self,
        route: Route,
        *,
        files: Sequence[discord.File] | None = None,
        form: Iterable[dict[str, Any]] | None = None,
        crossing: Crossing | None = None,
        **kwargs: Any,
    ) -> Any:
        """Make one attempt at a call. `crossing` is told when it leaves."""
        if self.token is None:
            raise NotLoggedInError
        if (seconds := self._invalid.hold()) > 0:
            raise Flooded(seconds, Reach.ACCOUNT, "Discord has refused so much that its ban is near")
        crossing = crossing or Crossing()
        crossing.chat = int(route.channel_id) if route.channel_id is not None else None
        kwargs.setdefault("timeout", aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_ANSWER))
        return await super().request(route, files=files, form=form, trace_request_ctx=crossing, **kwargs)

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Give the bucket of a key."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self.max_ratelimit_timeout)
            self._try_clear_expired_ratelimits()
        return bucket

    def _try_clear_expired_ratelimits(self) -> None:
        now = self.loop.time()
        if now - self._scanned >= _SCAN_EVERY:
            self._scanned = now
            super()._try_clear_expired_ratelimits()

    async def _start(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        crossing: Crossing | None = context.trace_request_ctx
        # An interaction's first answer has three seconds and Discord does not count it; what is no call of the API
        # (a file, the gateway) has no crossing.
        if crossing is not None and not params.url.path.endswith("/callback"):
            try:
                await self._gate.enter(crossing.chat)
            except NotOurs as lost:
                # aiohttp would take it for an error of the wire.
                raise NotOursError("this account is another process's now") from lost
            if session.closed:
                # We left while it waited for its turn; aiohttp only asserts that this cannot be.
                raise NotLoggedInError

    async def _headers_sent(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx.leave()

    async def _end(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        """Raise here what discord.py would sleep on and repeat by itself."""
        response = params.response
        if context.trace_request_ctx is not None:
            await _cap(response)
            self._invalid.note(response.status, response.headers.get("X-RateLimit-Scope", ""))
        if response.status == 429:
            raise await self._flooded(context.trace_request_ctx, response)
        if response.status >= 500:
            raise discord.DiscordServerError(response, await json_or_text(response))
        if context.trace_request_ctx is not None and response.status == 200 and response.content_type != _JSON:
            raise NotDiscordError(f"{response.content_type} instead of JSON")
        self._cloudflare = _CLOUDFLARE

    async def _flooded(self, crossing: Crossing | None, response: aiohttp.ClientResponse) -> Flooded:
        told = await _told(response)
        seconds = told.get("retry_after")
        if not isinstance(seconds, int | float) or seconds <= 0:
            if told.get("code"):
                raise discord.HTTPException(response, told)
            seconds, self._cloudflare = self._cloudflare, min(self._cloudflare * 2, _CLOUDFLARE_MOST)
            self._gate.refused(None, seconds)
            return Flooded(seconds, Reach.ACCOUNT, "Cloudflare refuses us")
        everywhere = told.get("global") is True or response.headers.get("X-RateLimit-Scope") == "global"
        chat = crossing.chat if crossing is not None else None
        if everywhere or chat is not None:
            self._gate.refused(None if everywhere else chat, seconds)
        reach = Reach.ACCOUNT if everywhere else Reach.DESTINATION
        return Flooded(seconds, reach, "Discord asks us to wait")


async def _cap(response: aiohttp.ClientResponse) -> None:
    """Read an answer only as far as an honest one goes: discord.py would take in whatever comes."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            response.close()
            raise NotDiscordError("the answer is too big to be one")
    response._body = bytes(body)  # noqa: SLF001 -- where aiohttp keeps what was read, for whoever reads it again


async def _told(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """What a refusal says, if it says it in JSON."""
    try:
        body = await response.json(content_type=None)
    except (ValueError, aiohttp.ClientError):
        return {}
    return body if isinstance(body, dict) else {}
