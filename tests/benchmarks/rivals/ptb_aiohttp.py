"""python-telegram-bot on aiohttp: what a team that knows of its client's limits would write in an afternoon."""

from urllib.parse import urlencode

import aiohttp
import offered
import orjson
from telegram import Bot, MessageEntity
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class AiohttpRequest(BaseRequest):
    """PTB's door for another HTTP client."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> object:
        return orjson.loads(payload)

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: object
    ) -> tuple[int, bytes]:
        assert self._session is not None
        body = urlencode(request_data.json_parameters).encode() if request_data else None
        timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=10)
        try:
            async with self._session.request(method, url, data=body, headers=_FORM, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError as late:
            raise TimedOut from late
        except aiohttp.ClientError as failed:
            raise NetworkError(str(failed)) from failed


async def rival(order: offered.Order) -> offered.Told:
    looks = [MessageEntity(**look) for look in offered.LOOKS]
    async with Bot(order.token, base_url=f"{order.url}/bot", request=AiohttpRequest()) as bot:
        return await offered.run(
            order, lambda chat: bot.send_message(chat, offered.TEXT, entities=looks, disable_notification=True)
        )


if __name__ == "__main__":
    offered.answer(rival)
