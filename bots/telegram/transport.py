"""The wire to Telegram: python-telegram-bot on aiohttp and orjson, through the account's gate, to one address only.

PTB's own transport tells "never sent" and "maybe sent" alike and puts a token into its errors; this one tells them
apart and knows no address but the one it was built for (promises P11, P14).
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
import telegram
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bots.telegram import failures
from bots.telegram.connector import Connector, LostError
from bots.telegram.failures import FloodError, MaybeSentError, NeverSentError, NotOursError
from core.courier.gate import AccountGate, NotOurs

LARGEST_ANSWER = 20 * 1024 * 1024
"""Bytes: what getFile's downloads may have (Bot API); an honest answer is far smaller."""
# A 429 that does not say how long (Cloudflare's web page): double from the first up to the second (faults.md N3).
_FLOOD_SECONDS, _LONGEST_FLOOD = 60.0, 900.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for a call to be answered, and for an upload to be."""

    connect: float = 5.0
    answer: float = 10.0
    upload: float = 60.0

    def wait(self, seconds: float) -> aiohttp.ClientTimeout:
        """For so long a whole call: one timer also ends an answer that comes one byte at a time.

        Never so short that a connection which does not come could be taken for a request that left.
        """
        return aiohttp.ClientTimeout(total=max(seconds, 2 * self.connect), connect=self.connect)


USUAL = Patience()


class Transport(BaseRequest):
    """PTB's request over aiohttp. One for calls, at the account's pace; one without it for long polls."""

    def __init__(self, home: str, gate: AccountGate, patience: Patience = USUAL, *, paced: bool = True) -> None:
        """`home` is the only origin it will ever speak to, such as https://api.telegram.org."""
        self._home = URL(home).origin()
        self._gate = gate
        self._paced = paced
        self._patience = patience
        self._usual = patience.wait(patience.answer)
        self._floods = 0
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds for an answer; PTB adds a long poll's own time."""
        return self._patience.answer

    async def initialize(self) -> None:
        """Open the connection pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=Connector(self._gate.permitted),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Livedesk"},
            )

    async def shutdown(self) -> None:
        """Close it."""
        # Out of reach first: who waits at the gate meanwhile was never sent.
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The answer's JSON; a broken one after the request left leaves us not knowing."""
        try:
            return orjson.loads(payload)
        except orjson.JSONDecodeError as broken:
            raise MaybeSentError("the answer is not JSON") from broken

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Wait for the gate, make one request, and raise what its answer means unless it is good."""
        del write_timeout, connect_timeout, pool_timeout  # ours do not vary by call
        if URL(url, encoded=True).origin() != self._home:
            raise NeverSentError("refused: not the address this account was built for")
        chat, weight = _scope(request_data)
        await self._pass_the_gate(chat, weight)
        seconds = self._patience.upload if request_data and request_data.contains_files else self._patience.answer
        if isinstance(read_timeout, int | float):
            seconds = float(read_timeout)
        form, headers = _body(request_data)
        wait = self._patience.wait(seconds)
        status, body = await self._exchange(method, URL(url, encoded=True), form, headers, wait)
        if method == "GET" and status == HTTPStatus.OK:
            return status, body
        self._judge(chat, status, failures.read(body))
        return status, body

    async def say(self, url: URL, chat: int, form: bytes) -> Any:
        """Make a call that is written already and speaks to one chat once: its result. Fan-outs go this way.

        `url` is of the address this was built for.
        """
        await self._pass_the_gate(chat, 1)
        status, body = await self._exchange("POST", url, form, _FORM, self._usual)
        answer = failures.read(body)
        self._judge(chat, status, answer)
        return answer["result"]

    def _judge(self, chat: int | None, status: int, answer: dict[str, Any]) -> None:
        """Raise what an answer means unless it is good."""
        if status == HTTPStatus.OK and answer.get("ok") is True and "result" in answer:
            self._floods = 0
            return
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._flood(chat, answer)
        raise failures.refusal(status, answer)

    async def _pass_the_gate(self, chat: int | None, weight: int) -> None:
        if not self._gate.permitted():
            raise NotOursError
        if self._paced:
            try:
                await self._gate.enter(chat, weight)
            except NotOurs:
                raise NotOursError from None

    async def _exchange(
        self,
        method: str,
        url: URL,
        body: bytes | aiohttp.FormData | None,
        headers: dict[str, str] | None,
        wait: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes]:
        """One request and its answer. No text of an error of aiohttp's goes on: it may hold the address."""
        if self._session is None:
            raise NeverSentError("the account is closed")
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=wait, allow_redirects=False
            ) as response:
                return response.status, await _capped(response.content)
        except LostError:
            raise NotOursError from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as failed:
            raise NeverSentError(f"no connection: {type(failed).__name__}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as failed:
            raise MaybeSentError(f"no answer: {type(failed).__name__}") from None

    def _flood(self, chat: int | None, answer: dict[str, Any]) -> FloodError:
        seconds = failures.parameter(answer, "retry_after")
        if not seconds:
            chat = None
            seconds = min(_FLOOD_SECONDS * 2**self._floods, _LONGEST_FLOOD)
            self._floods += 1
        if self._paced:
            self._gate.refused(chat, seconds)
        return FloodError(seconds, account=not self._paced or self._gate.paused_for() > 0)


def _quiet() -> logging.Logger:
    """PTB's own log names the token and readers' words at DEBUG (threats TH20, P15)."""
    logger = logging.getLogger(f"{__name__}.library")
    logger.setLevel(logging.WARNING)
    return logger


class Bot(telegram.Bot):
    """PTB's bot, with nothing secret in its repr or log, and a way to get an answer as it came."""

    _LOGGER = _quiet()

    def __init__(self, token: str, home: str, gate: AccountGate, patience: Patience = USUAL) -> None:
        """`home` is the origin of the Bot API: https://api.telegram.org, or the stage's."""
        home = home.rstrip("/")
        self._gate = gate
        self._calls = Transport(home, gate, patience)
        self._polls = Transport(home, gate, patience, paced=False)
        self._addresses: dict[str, URL] = {}
        super().__init__(
            token,
            base_url=f"{home}/bot",
            base_file_url=f"{home}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )

    def __repr__(self) -> str:
        """The account's number only."""
        return f"Bot[{self.token.partition(':')[0]}]"

    def ours(self) -> bool:
        """Whether we may speak for this account now: nothing leaves while we may not."""
        return self._gate.permitted()

    def hold(self, seconds: float) -> None:
        """Let no call leave for so long; polls go on."""
        self._gate.pause(seconds)

    async def open(self) -> None:
        """Open the connections, unless they are.

        Nothing is asked yet: `initialize` of PTB would name the token in its error.
        """
        await asyncio.gather(self._calls.initialize(), self._polls.initialize())

    async def close_connections(self) -> None:
        """Close them. May be called twice."""
        await asyncio.gather(self._calls.shutdown(), self._polls.shutdown())

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method; its result as it came, so that a strange answer cannot break PTB's classes.

        Raises NeverSentError, MaybeSentError, FloodError, or PTB's Forbidden, BadRequest, ChatMigrated, Conflict and
        InvalidToken.
        """
        return await self._post(method, parameters)

    async def say(self, method: str, chat: int, form: bytes) -> Any:
        """`call` for a text to one chat whose form is written already. Raises as `call` does."""
        address = self._addresses.get(method)
        if address is None:
            address = self._addresses[method] = URL(f"{self.base_url}/{method}", encoded=True)
        return await self._calls.say(address, chat, form)

    async def poll(self, offset: int, seconds: float, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """Updates from `offset` on as they came, waiting up to `seconds` for the first. Raises as `call` does."""
        wanted = {"offset": offset, "timeout": int(seconds), "allowed_updates": list(kinds), "limit": 100}
        answer = await self._post("getUpdates", wanted, read_timeout=seconds + self._polls.read_timeout)
        if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
            raise MaybeSentError("the answer is no list of updates")
        return answer

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file somebody sent us."""
        found = await self.call("getFile", file_id=file_id)
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str):
            raise MaybeSentError("Telegram names no path for the file")
        return await self.request.retrieve(f"{self.base_file_url}/{path}")


async def _capped(content: aiohttp.StreamReader) -> bytes:
    first = await content.readany()
    if content.at_eof():
        return first
    body = bytearray(first)
    while not content.at_eof():
        body += await content.readany()
        if len(body) > LARGEST_ANSWER:
            raise MaybeSentError("the answer is too big to be one")
    return bytes(body)


def _scope(data: RequestData | None) -> tuple[int | None, int]:
    """Which chat a call speaks to, and how many messages it makes there."""
    parameters = data.parameters if data else {}
    chat, media = parameters.get("chat_id"), parameters.get("media")
    return (chat if isinstance(chat, int) else None), len(media) if isinstance(media, list) else 1


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    if data is None:
        return None, None
    if not data.contains_files:
        return data.url_encoded_parameters().encode(), _FORM
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None
