"""Faults by name: what can go wrong between a bot and a platform, asked for by tests and rehearsals.

A fault waits until a call fits it (platform, method pattern, chat), is used up `times` times, and then is gone. Faults
of the wire (late, cut, broken answers) are played here for both platforms; refusals in a platform's own words
(`flood`, `forbidden` …) are worded by that platform's half of the stage, through `refuse`.
"""

import asyncio
import fnmatch
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault of this name means, and the arguments it takes with their defaults (... where one must be given).

    An `effect` argument says whether the call still does what was asked, unseen by the caller.
    """

    meaning: str
    arguments: Mapping[str, Any]
    wire: bool = True


KINDS: dict[str, Kind] = {
    "late": Kind("does it, answers after so many seconds", {"seconds": ...}),
    "never": Kind("never answers", {"effect": True}),
    "trickle": Kind("does it, answers one byte every so many seconds", {"seconds": 1.0}),
    "malformed": Kind("200 with a broken body", {"body": b'{"ok":true,"resu', "effect": True}),
    "html": Kind("200 with a web page, as a captive portal would", {"effect": False}),
    "server_error": Kind("a 5xx page", {"status": 500, "effect": False}),
    "drop_after_effect": Kind("does it, then cuts the connection", {}),
    "drop_before_effect": Kind("cuts the connection and does nothing", {}),
    "flood_html": Kind("429 with a web page instead of JSON, as Cloudflare's 1015", {}),
    "flood": Kind("429; scope: chat or bot", {"retry_after": ..., "scope": "chat"}, wire=False),
    "forbidden": Kind("403 in these words", {"description": "", "code": 0}, wire=False),
    "bad_request": Kind("400 in these words", {"description": ..., "code": 0}, wire=False),
    "not_found": Kind("404 in these words", {"description": "", "code": 0}, wire=False),
    "unauthorized": Kind("401, as after a revoked token", {}, wire=False),
    "conflict": Kind("409, as with a second poller", {}, wire=False),
    "migrate": Kind("400 that names the new chat", {"to": ...}, wire=False),
}


class UnknownFaultError(LookupError):
    """The name or an argument of a fault is not known; the message names what is."""


@dataclass(slots=True)
class Fault:
    """One fault that waits for a call. `times` counts down; None never ends."""

    name: str
    platform: str
    method: str | None
    chat: str | None
    times: int | None
    arguments: Mapping[str, Any]

    @property
    def wire(self) -> bool:
        """Whether it is played on the wire, the same for every platform."""
        return KINDS[self.name].wire

    def fits(self, platform: str, method: str, chat: str | None) -> bool:
        """Tell whether this call meets it. `method` of the fault may hold wildcards: `send*`."""
        if self.platform != platform or (self.chat is not None and self.chat != chat):
            return False
        return self.method is None or fnmatch.fnmatchcase(method, self.method)


class Faults:
    """The faults that wait, in the order they were asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self.waiting: list[Fault] = []

    def add(
        self,
        name: str,
        *,
        platform: str,
        method: str | None = None,
        chat: int | str | None = None,
        times: int | None = 1,
        **arguments: Any,
    ) -> Fault:
        """Ask for a fault. `method`: `sendMessage`, `send*`; on Discord `POST /channels/*/messages`.

        Raises UnknownFaultError for an unknown name or argument, or where a necessary argument is missing.
        """
        kind = KINDS.get(name)
        if kind is None:
            raise UnknownFaultError(f"no fault is called {name!r}; known: {', '.join(sorted(KINDS))}")
        unknown = sorted(set(arguments) - set(kind.arguments))
        missing = sorted(key for key, value in kind.arguments.items() if value is ... and key not in arguments)
        if unknown or missing:
            known = ", ".join(kind.arguments) or "nothing"
            raise UnknownFaultError(f"{name!r} takes {known}; unknown: {unknown or '-'}, missing: {missing or '-'}")
        there = None if chat is None else str(chat)
        fault = Fault(name, platform, method, there, times, {**kind.arguments, **arguments})
        self.waiting.append(fault)
        return fault

    def take(self, platform: str, method: str, chat: int | str | None = None) -> Fault | None:
        """Use up one turn of the first fault that fits, or return None."""
        there = None if chat is None else str(chat)
        for fault in self.waiting:
            if fault.fits(platform, method, there):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every fault that waits."""
        self.waiting.clear()


Effect = Callable[[], Awaitable[web.Response]]
Record = Callable[[int], None]


class Curtain(Protocol):
    """What a fault needs of the stage: to wait without outliving it (None: for ever)."""

    async def pause(self, seconds: float | None) -> None:
        """Wait so many seconds, or until the stage closes."""


async def play(
    fault: Fault, request: web.Request, effect: Effect, record: Record, curtain: Curtain
) -> web.StreamResponse:
    """Play a fault of the wire around `effect`, which does the call and returns the honest answer.

    `record` is told the status the caller sees (0: none) once it is decided.
    """
    answer = await effect() if _has_effect(fault) else web.Response()
    match fault.name:
        case "late":
            record(answer.status)
            await curtain.pause(fault.arguments["seconds"])
            return answer
        case "trickle":
            record(answer.status)
            return await _trickle(request, answer, fault.arguments["seconds"], curtain)
        case "never":
            record(0)
            await curtain.pause(None)
        case "drop_after_effect" | "drop_before_effect":
            record(0)
        case _:
            broken = _broken(fault)
            record(broken.status)
            return broken
    cut(request)
    return web.Response(status=503)


def cut(request: web.Request) -> None:
    """Cut the caller's connection at once, without an answer."""
    if request.transport is not None:
        request.transport.abort()


def _has_effect(fault: Fault) -> bool:
    return fault.name in ("late", "trickle", "drop_after_effect") or bool(fault.arguments.get("effect"))


def _broken(fault: Fault) -> web.Response:
    if fault.name == "malformed":
        body = fault.arguments["body"]
        return web.Response(body=body, content_type="application/json")
    if fault.name == "flood_html":
        return _page(429, "Error 1015: you are being rate limited")
    if fault.name == "html":
        return _page(200, "Welcome to the guest network")
    return _page(fault.arguments["status"], f"{fault.arguments['status']} Server Error")


def _page(status: int, title: str) -> web.Response:
    return web.Response(status=status, text=HTML.format(title=title), content_type="text/html")


async def _trickle(request: web.Request, answer: web.Response, seconds: float, curtain: Curtain) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""
    slow = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    slow.content_length = len(body)
    await slow.prepare(request)
    for offset in range(len(body)):
        await curtain.pause(seconds)
        if request.transport is None or request.transport.is_closing():
            break
        await slow.write(body[offset : offset + 1])
        await asyncio.sleep(0)
    return slow
