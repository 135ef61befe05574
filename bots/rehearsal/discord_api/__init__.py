"""Discord's REST API on the stage, as strict as the real one about what it accepts. `mount` opens its doors."""

from aiohttp import web

from bots.rehearsal.discord_api.door import open_door
from bots.rehearsal.discord_world.world import DiscordWorld
from bots.rehearsal.gateway import connection


def mount(app: web.Application, world: DiscordWorld) -> None:
    """Add REST (`/api/v10`), the files (`/cdn`) and the gateway (`/gw`) to the stage's server."""
    door = open_door(world)
    app.router.add_route("*", "/api/v{version:[0-9]+}/{path:.+}", door.answer)
    app.router.add_get("/cdn/attachments/{channel}/{file}/{name}", door.file)

    async def gateway(request: web.Request) -> web.StreamResponse:
        return await connection.serve(request, world)

    app.router.add_get("/gw", gateway)
    app.router.add_get("/gw/", gateway)
