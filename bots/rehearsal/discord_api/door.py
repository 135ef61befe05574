"""Through here every REST call goes: journal, faults, token, rate limits, handler, answer, in Discord's own order."""

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from bots.rehearsal import faults
from bots.rehearsal.discord_api import rates, refusals, routes
from bots.rehearsal.discord_api.call import Call, Reply, Route, Upload
from bots.rehearsal.discord_api.rates import OVER_ALL, Bucket, Rates
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.world import PLATFORM, DiscordWorld
from bots.rehearsal.faults import Fault
from bots.rehearsal.journal import Call as Line

BOT_AGENT = re.compile(r"DiscordBot \(\S+,? [^)]+\)")
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")
SHUT_OUT = 10_000
"""Docs, rate limits: so many invalid requests in ten minutes and Cloudflare answers instead of Discord."""


class Door:
    """Finds the route of a call and sees it through."""

    def __init__(self, world: DiscordWorld) -> None:
        """Open the routes of this stage."""
        self._world = world
        self._rates = Rates()
        self._routes = [(re.compile(_pattern(route.path)), route) for route in routes.ALL]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Hand out an uploaded file, as Discord's CDN does."""
        file = self._world.files.get(int(request.match_info["file"]))
        if file is None or file.filename != request.match_info["name"]:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.content, headers={"Content-Type": file.content_type})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = "/" + request.match_info["path"].rstrip("/")
        visit = Visit(self._world, self._rates, request, path)
        await visit.read()
        route, ids = self._find(request.method, path)
        fault = self._world.backstage.faults.take(PLATFORM, f"{request.method} {path}", ids.get("channel_id"))
        if fault is None:
            return visit.finish(visit.perform(route, ids))
        if not fault.wire:
            return visit.finish(visit.refused(visit.worded(fault, route, ids)))

        async def effect() -> web.Response:
            return visit.perform(route, ids)

        return await faults.play(fault, request, effect, visit.record, self._world.backstage)

    def _find(self, verb: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for pattern, route in self._routes:
            fits = pattern.fullmatch(path)
            if fits and route.verb == verb:
                return route, fits.groupdict()
        return None, {}


class Visit:
    """One call on its way through the door."""

    def __init__(self, world: DiscordWorld, counted: Rates, request: web.Request, path: str) -> None:
        """Take the call as it arrived."""
        self._world = world
        self._rates = counted
        self._request = request
        self._path = path
        self._arrived = world.now()
        self._headers: dict[str, str] = {}
        self._body: Any = None
        self._files: tuple[Upload, ...] = ()
        self._broken = False
        self.caller = self._who()

    def _who(self) -> App | None:
        scheme, _, token = self._request.headers.get("Authorization", "").partition(" ")
        return self._world.app_of(token) if scheme == "Bot" else None

    async def read(self) -> None:
        """Read the body: JSON, or a form of files with `payload_json`."""
        if not self._request.can_read_body:
            return
        if self._request.content_type == "multipart/form-data":
            await self._read_parts()
            return
        raw = await self._request.read()
        self._body = self._parse(raw)

    async def _read_parts(self) -> None:
        files = []
        async for part in await self._request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read(decode=True))
            if part.name == "payload_json":
                self._body = self._parse(content)
            elif (numbered := re.fullmatch(r"files\[(\d+)\]", part.name or "")) and part.filename:
                kind = part.headers.get("Content-Type", "application/octet-stream")
                files.append(Upload(int(numbered[1]), part.filename, content, kind))
            else:
                self._note(f"unknown form part {part.name!r}")
        self._files = tuple(files)

    def _parse(self, raw: bytes) -> Any:
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            self._broken = True
            return None

    def _note(self, what: str) -> None:
        self._world.backstage.note(PLATFORM, f"{self._request.method} {self._path}", what)

    def perform(self, route: Route | None, ids: dict[str, str]) -> web.Response:
        """Do what is asked, or refuse it."""
        try:
            if self._world.invalid_requests >= SHUT_OUT:
                return _shut_out()
            self._check_caller(route)
            known = self._known(route)
            self._check_rates(known, ids)
            return self._respond(known.handler(self._call(ids)))
        except Refusal as refusal:
            return self.refused(refusal)

    def _known(self, route: Route | None) -> Route:
        if route is None:
            self._note("no such route")
            raise Refusal(0)
        return route

    def _call(self, ids: dict[str, str]) -> Call:
        if self._broken:
            raise Refusal(50109)
        query = dict(self._request.query)
        return Call(self._world, self._request.method, self._path, ids, query, self._body, self._files, self.caller)

    def _check_caller(self, route: Route | None) -> None:
        agent = self._request.headers.get("User-Agent", "")
        needs_token = route is None or route.token
        if not agent or (needs_token and not BOT_AGENT.match(agent)):
            self._note(f"User-Agent {agent!r} is not DiscordBot ($url, $versionNumber)")
            raise Refusal(40333)
        if needs_token and self.caller is None:
            raise refusals.unauthorized()

    def _check_rates(self, route: Route, ids: dict[str, str]) -> None:
        if not self._world.enforce_rates:
            return
        now = self._arrived
        if route.globally and ids.get("webhook_token") not in self._world.interactions:
            whole = self._rates.bucket(OVER_ALL, self._speaker())
            self._complain_if_deaf(whole, now)
            self._rates.pass_or_refuse(whole, now, "global")
        own = self._bucket(route, ids)
        self._complain_if_deaf(own, now)
        self._rates.pass_or_refuse(own, now)
        self._headers = own.headers(now)
        hidden = self._hidden(route, ids)
        if hidden is not None:
            self._rates.pass_or_refuse(hidden, now, "shared")

    def _hidden(self, route: Route, ids: dict[str, str]) -> Bucket | None:
        if route.rate.name != "webhook" or not ids.get("webhook_id", "").isdigit():
            return None
        webhook = self._world.webhooks.get(int(ids["webhook_id"]))
        return None if webhook is None else self._rates.bucket(rates.WEBHOOK_CHANNEL, str(webhook.channel.id))

    def _complain_if_deaf(self, bucket: Bucket, now: float) -> None:
        if self._rates.deaf(bucket, now):
            self._note(f"called during retry_after ({bucket.rate.name})")

    def _name(self, ids: dict[str, str]) -> str:
        return str(self.caller.id) if self.caller else ids.get("webhook_token", "anybody")

    def _speaker(self) -> str:
        """Return who the 50 a second count for: a bot, or without a token the address."""
        return str(self.caller.id) if self.caller else "address"

    def _bucket(self, route: Route, ids: dict[str, str]) -> Bucket:
        majors = [ids[name] for name in MAJOR if name in ids]
        return self._rates.bucket(route.rate, self._name(ids), *majors)

    def worded(self, fault: Fault, route: Route | None, ids: dict[str, str]) -> Refusal:
        """Return the refusal a fault asks for, in Discord's words; who calls on during a flood is noticed."""
        if fault.name != "flood" or route is None:
            return _worded(fault)
        wait, everything = float(fault.arguments["retry_after"]), fault.arguments["scope"] == "bot"
        bucket = self._rates.bucket(OVER_ALL, self._speaker()) if everything else self._bucket(route, ids)
        self._rates.told(bucket, self._arrived, wait)
        return rates.too_many(
            wait, "global" if everything else "user", {} if everything else bucket.headers(self._arrived)
        )

    def _respond(self, reply: Reply) -> web.Response:
        if reply.body is None:
            return web.Response(status=204, headers=self._headers)
        return _json(reply.body, reply.status, self._headers)

    def refused(self, refusal: Refusal) -> web.Response:
        """Return a refusal, and count what Discord counts against an address (docs, rate limits: invalid requests)."""
        shared = refusal.headers.get("X-RateLimit-Scope") == "shared"
        if refusal.status in (401, 403) or (refusal.status == 429 and not shared):
            self._world.invalid.append(self._arrived)
        return _json(refusal.body, refusal.status, {**self._headers, **refusal.headers})

    def finish(self, answer: web.Response) -> web.Response:
        """Write the journal and return the answer."""
        self.record(answer.status)
        return answer

    def record(self, status: int) -> None:
        """Write this call to the journal."""
        self._world.backstage.journal.write(
            Line(
                platform=PLATFORM,
                method=self._request.method,
                ts=self._arrived,
                status=status,
                params=self._body,
                route=_without_secrets(self._path),
                query=dict(self._request.query) or None,
                files=len(self._files) or None,
                account=self.caller.name if self.caller else None,
            )
        )


def _pattern(path: str) -> str:
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)


def _without_secrets(path: str) -> str:
    """Return the route without the token of a webhook or an interaction, told apart by its beginning."""
    return re.sub(r"(/(?:webhooks|interactions)/\d+/)([^/]{6})[^/]*", r"\1\2", path)


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    # Exactly this content type: discord.py takes `application/json; charset=utf-8` for text.
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json", **headers}
    )


def _shut_out() -> web.Response:
    return web.Response(status=429, text="<html><body>error code: 1015</body></html>", content_type="text/html")


def _worded(fault: Fault) -> Refusal:
    """Return the refusal a fault asks for, in Discord's words."""
    given = fault.arguments
    if fault.name == "unauthorized":
        return refusals.unauthorized()
    statuses = {"forbidden": 403, "bad_request": 400, "not_found": 404}
    if fault.name not in statuses:
        raise ValueError(f"Discord has no fault {fault.name!r}")
    codes = {"forbidden": 50013, "bad_request": 50035, "not_found": 10003}
    code = given["code"] or codes[fault.name]
    return Refusal(code, status=statuses[fault.name], message=given["description"] or None)
