"""The Bot API's two addresses: reads a request in any of Telegram's shapes, answers it, and journals it."""

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bots.rehearsal import faults
from bots.rehearsal.journal import NO_ANSWER, Call
from bots.rehearsal.telegram_api.methods import METHODS, Method
from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import RefusalError, of_fault
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.rates import BOT
from bots.rehearsal.telegram_world.world import TelegramWorld

TOKEN = re.compile(r"(\d+):[\w-]+", re.ASCII)
HEAVIEST_REQUEST = 50 * 1024 * 1024


@dataclass(slots=True)
class Given:
    """What came with a request: strings by name, uploads by name."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


class Door:
    """Answers requests for one world."""

    def __init__(self, world: TelegramWorld) -> None:
        """Stand before this world."""
        self._world = world
        self._backstage = world.backstage

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer `/bot<token>/<method>`."""
        arrived = self._backstage.clock()
        name = request.match_info["method"]
        method = METHODS.get(name.lower())
        shown = method.name if method else name
        given = Given()
        try:
            given = await _read(request)
            bot = self._bot(request.match_info["token"])
        except RefusalError as refusal:
            self._record(shown, given, arrived, refusal.code, None)
            return _answer(refusal.code, refusal.body())

        def record(status: int) -> None:
            # Who hung up meanwhile, as a client does with its long poll when it stops, gets no answer.
            listens = request.transport is not None and not request.transport.is_closing()
            self._record(shown, given, arrived, status if listens else NO_ANSWER, bot)

        async def effect() -> web.Response:
            return await self._perform(bot, method, shown, given)

        fault = self._backstage.faults.take("telegram", shown, given.values.get("chat_id"))
        if fault is not None and fault.wire:
            return await faults.play(fault, request, effect, record, self._backstage)
        response = await effect() if fault is None else self._refuse(bot, given, fault)
        record(response.status)
        return response

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Answer `/file/bot<token>/<path>` with a picture's bytes."""
        try:
            bot = self._bot(request.match_info["token"])
        except RefusalError as refusal:
            return _answer(refusal.code, refusal.body())
        key = request.match_info["path"].rpartition("/")[2].partition(".")[0]
        picture = next((each for each in bot.pictures.values() if each.key == key), None)

        async def effect() -> web.Response:
            if picture is None:
                return _answer(404, RefusalError(404, "Not Found").body())
            return web.Response(body=picture.content, content_type="application/octet-stream")

        fault = self._backstage.faults.take("telegram", "download")
        if fault is None:
            return await effect()
        if fault.wire:
            return await faults.play(fault, request, effect, lambda _status: None, self._backstage)
        worded = of_fault(fault)
        return _answer(worded.code, worded.body())

    def _bot(self, token: str) -> BotAccount:
        shape = TOKEN.fullmatch(token)
        if shape is None:
            raise RefusalError(404, "Not Found")
        bot = self._world.bots.get(int(shape.group(1)))
        if bot is None or not bot.opens_with(token):
            raise RefusalError(401, "Unauthorized")
        return bot

    async def _perform(self, bot: BotAccount, method: Method | None, shown: str, given: Given) -> web.Response:
        query = Query(self._world, bot, shown, given.values, given.files)
        if method is None:
            query.blame("no such method")
            return _answer(404, RefusalError(404, "Not Found: method not found").body())
        try:
            strange = sorted((given.values.keys() | given.files.keys()) - method.parameters - _attached(given))
            if strange:
                query.blame(f"unknown parameters, which Telegram ignores: {strange}")
            result = method.handler(query)
            if inspect.isawaitable(result):
                result = await result
        except RefusalError as refusal:
            return _answer(refusal.code, refusal.body())
        return _answer(200, {"ok": True, "result": result})

    def _refuse(self, bot: BotAccount, given: Given, fault: faults.Fault) -> web.Response:
        refusal = of_fault(fault)
        if fault.name == "flood":
            scope = BOT if fault.arguments["scope"] == BOT else given.values.get("chat_id", BOT)
            bot.rates.pause(scope, fault.arguments["retry_after"], self._backstage.clock())
        return _answer(refusal.code, refusal.body())

    def _record(self, method: str, given: Given, arrived: float, status: int, bot: BotAccount | None) -> None:
        account = None if bot is None else str(bot.id)
        call = Call("telegram", method, arrived, status, given.values, files=sorted(given.files), account=account)
        self._backstage.journal.write(call)


def _attached(given: Given) -> set[str]:
    """Return the uploads that another parameter names with attach://."""
    named = " ".join(value for value in given.values.values() if "attach://" in value)
    return {name for name in given.files if f"attach://{name}" in named}


async def _read(request: web.Request) -> Given:
    given = Given(dict(request.query))
    if (request.content_length or 0) > HEAVIEST_REQUEST:
        raise RefusalError(413, "Request Entity Too Large")
    if request.content_type == "application/json":
        given.values |= _strings(_loads(await request.read()))
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, given)
    elif request.can_read_body:
        given.values |= {name: str(value) for name, value in (await request.post()).items()}
    return given


async def _read_parts(request: web.Request, given: Given) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename is not None:
            given.files[part.name] = content
        else:
            given.values[part.name] = content.decode("utf-8", "replace")


def _loads(body: bytes) -> Mapping[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise RefusalError(400, "Can't parse parameters JSON object")
    return values


def _strings(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a JSON body's values as the wire's strings; those that are null are not there."""
    given = {name: value for name, value in values.items() if value is not None}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def _answer(status: int, body: Mapping[str, Any]) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json")
