"""Telegram's Bot API as HTTP: reads requests, asks the world, answers in Telegram's own words."""

from aiohttp import web

from bots.rehearsal.telegram_api.door import Door
from bots.rehearsal.telegram_world.world import TelegramWorld


def mount(app: web.Application, world: TelegramWorld) -> None:
    """Add the Bot API's addresses to the stage's server."""
    door = Door(world)
    app.router.add_route("*", "/bot{token}/{method}", door.call)
    app.router.add_route("GET", "/file/bot{token}/{path:.+}", door.download)
