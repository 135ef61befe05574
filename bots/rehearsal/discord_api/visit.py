"""One REST call seen through: token, rate limits, handler, answer, journal, in Discord's own order."""

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from bots.rehearsal.discord_api import rates, refusals
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
FAULTS = {"forbidden": (403, 50013), "bad_request": (400, 50035), "not_found": (404, 10003)}
"""The status of a fault, and the code it has unless it names another."""


class Visit:
    """One call on its way through the door."""

    def __init__(
        self, world: DiscordWorld, counted: Rates, request: web.Request, path: str, ids: dict[str, str]
    ) -> None:
        """Take the call as it arrived, and the ids its route names."""
        self._world = world
        self._rates = counted
        self._request = request
        self._path = path
        self._ids = ids
        self._arrived = world.now()
        self._headers: dict[str, str] = {}
        self._body: Any = None
        self._files: tuple[Upload, ...] = ()
        self._broken = False
        self._caller = self._who()

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
        if raw and self._request.content_type != "application/json":
            self._note(f"Content-Type {self._request.content_type}")
            self._broken = True
        self._body = self._parse(raw)

    async def _read_parts(self) -> None:
        files = []
        async for part in await self._request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read(decode=True))
            numbered = re.fullmatch(r"files\[(\d+)\]", part.name or "")
            if part.name == "payload_json":
                self._body = self._parse(content)
            elif numbered and part.filename:
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
        self._world.backstage.note(PLATFORM, f"{self._request.method} {without_secrets(self._path)}", what)

    def perform(self, route: Route | None, other_verbs: list[str]) -> web.Response:
        """Do what is asked, or refuse it."""
        if self._world.invalid_requests >= SHUT_OUT:
            return web.Response(status=429, text="<html>error code: 1015</html>", content_type="text/html")
        try:
            self._check_caller(route)
            known = self._known(route, other_verbs)
            self._check_rates(known)
            return self._respond(known.handler(self._call()))
        except Refusal as refusal:
            return self.refused(refusal)

    def _known(self, route: Route | None, other_verbs: list[str]) -> Route:
        if route is not None:
            return route
        self._note("no such route")
        if other_verbs:
            raise Refusal(0, status=405, message="405: Method Not Allowed")
        raise Refusal(0)

    def _call(self) -> Call:
        if self._broken:
            raise Refusal(50109)
        query, verb = dict(self._request.query), self._request.method
        return Call(
            self._world, verb, without_secrets(self._path), self._ids, query, self._body, self._files, self._caller
        )

    def _check_caller(self, route: Route | None) -> None:
        agent = self._request.headers.get("User-Agent", "")
        needs_token = route is None or route.token
        if not agent or (needs_token and not BOT_AGENT.match(agent)):
            self._note(f"User-Agent {agent!r} is not DiscordBot ($url, $versionNumber)")
            raise Refusal(40333)
        if needs_token and self._caller is None:
            raise refusals.unauthorized()

    def _check_rates(self, route: Route) -> None:
        if not self._world.enforce_rates:
            return
        now = self._arrived
        if route.globally and self._ids.get("webhook_token") not in self._world.interactions:
            self._count(self._overall(), "global")
        own = self._own(route)
        self._count(own, "user")
        self._headers = own.headers(now)
        hidden = self._hidden(route)
        if hidden is not None:
            self._count(hidden, "shared")

    def _count(self, bucket: Bucket, scope: str) -> None:
        if self._rates.deaf(bucket, self._arrived):
            self._note(f"called during retry_after ({bucket.rate.name})")
        self._rates.pass_or_refuse(bucket, self._arrived, scope)

    def _overall(self) -> Bucket:
        """Return the bucket of the 50 a second: a bot's, or without a token the address's."""
        return self._rates.bucket(OVER_ALL, str(self._caller.id) if self._caller else "address")

    def _own(self, route: Route) -> Bucket:
        who = self._ids.get("webhook_token") or (str(self._caller.id) if self._caller else "anybody")
        return self._rates.bucket(route.rate, who, *(self._ids[name] for name in MAJOR if name in self._ids))

    def _hidden(self, route: Route) -> Bucket | None:
        number = self._ids.get("webhook_id", "")
        if route.rate.name != "webhook" or not number.isdigit():
            return None
        webhook = self._world.webhooks.get(int(number))
        return None if webhook is None else self._rates.bucket(rates.WEBHOOK_CHANNEL, str(webhook.channel.id))

    def worded(self, fault: Fault, route: Route | None) -> Refusal:
        """Return the refusal a fault asks for, in Discord's words; who calls on during a flood is noticed."""
        given = fault.arguments
        if fault.name == "unauthorized":
            return refusals.unauthorized()
        if fault.name == "flood":
            whole = given["scope"] == "bot" or route is None
            bucket = self._overall() if whole or route is None else self._own(route)
            self._rates.told(bucket, self._arrived, float(given["retry_after"]))
            return rates.too_many(float(given["retry_after"]), "global" if whole else "user")
        if fault.name not in FAULTS:
            raise ValueError(f"Discord has no fault {fault.name!r}")
        status, code = FAULTS[fault.name]
        return Refusal(given["code"] or code, status=status, message=given["description"] or None)

    def _respond(self, reply: Reply) -> web.Response:
        if reply.body is None:
            return web.Response(status=204, headers=self._headers)
        return _json(reply.body, reply.status, self._headers)

    def refused(self, refusal: Refusal) -> web.Response:
        """Return a refusal, and count what Discord counts against an address (docs, rate limits: invalid requests)."""
        shared = refusal.headers.get("X-RateLimit-Scope") == "shared"
        if refusal.status in (401, 403) or (refusal.status == 429 and not shared):
            self._world.count_invalid()
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
                route=without_secrets(self._path),
                query=dict(self._request.query) or None,
                files=len(self._files) or None,
                account=self._caller.name if self._caller else None,
            )
        )


def without_secrets(path: str) -> str:
    """Return the route with no more than the beginning of a webhook's or an interaction's token."""
    return re.sub(r"(/(?:webhooks|interactions)/\d+/)([^/]{6})[^/]*", r"\1\2", path)


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    # Exactly this content type: discord.py takes `application/json; charset=utf-8` for text.
    headers = {"Content-Type": "application/json", **headers}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
