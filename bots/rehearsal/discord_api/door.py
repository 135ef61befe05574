"""Where REST calls come in: finds the route, plays the fault that waits for it if one does, hands out files."""

import re
from dataclasses import dataclass

from aiohttp import web

from bots.rehearsal import faults
from bots.rehearsal.discord_api import routes
from bots.rehearsal.discord_api.call import Route
from bots.rehearsal.discord_api.rates import Rates
from bots.rehearsal.discord_api.visit import Visit
from bots.rehearsal.discord_world.world import PLATFORM, DiscordWorld


@dataclass(frozen=True, slots=True)
class Door:
    """The routes of one stage, sorted by the number of their steps."""

    world: DiscordWorld
    rates: Rates
    routes: dict[int, list[tuple[re.Pattern[str], Route]]]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Hand out an uploaded file, as Discord's CDN does."""
        number = request.match_info["file"]
        file = self.world.files.get(int(number)) if number.isdigit() else None
        if file is None or file.filename != request.match_info["name"]:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.content, headers={"Content-Type": file.content_type})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = "/" + request.match_info["path"].rstrip("/")
        route, ids, verbs = self._find(request.method, path)
        visit = Visit(self.world, self.rates, request, path, ids)
        await visit.read()
        fault = self.world.backstage.faults.take(PLATFORM, f"{request.method} {path}", ids.get("channel_id"))
        if fault is None:
            return visit.finish(visit.perform(route, verbs))
        if not fault.wire:
            return visit.finish(visit.refused(visit.worded(fault, route)))

        async def effect() -> web.Response:
            return visit.perform(route, verbs)

        return await faults.play(fault, request, effect, visit.record, self.world.backstage)

    def _find(self, verb: str, path: str) -> tuple[Route | None, dict[str, str], list[str]]:
        """Return the route and the ids in it; else the verbs this path is known with."""
        verbs: list[str] = []
        for pattern, route in self.routes.get(path.count("/"), ()):
            fits = pattern.fullmatch(path)
            if fits and route.verb == verb:
                return route, fits.groupdict(), verbs
            if fits:
                verbs.append(route.verb)
        return None, {}, verbs


def open_door(world: DiscordWorld) -> Door:
    """Return the door to everything this half of the stage plays."""
    by_steps: dict[int, list[tuple[re.Pattern[str], Route]]] = {}
    for route in routes.ALL:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path))
        by_steps.setdefault(route.path.count("/"), []).append((pattern, route))
    return Door(world, Rates(), by_steps)
