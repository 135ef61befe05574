"""The stage itself: one HTTP server on one loopback port that plays both platforms, and the doors to their worlds."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from aiohttp import web

from bots.rehearsal import discord_api, telegram_api
from bots.rehearsal.backstage import Backstage
from bots.rehearsal.discord_world.world import DiscordWorld
from bots.rehearsal.faults import Faults
from bots.rehearsal.journal import Journal, Violation
from bots.rehearsal.telegram_world.world import TelegramWorld

LARGEST_BODY = 60 * 1024 * 1024
"""Bytes of one request: above every limit of the platforms, so that they refuse it and not the HTTP library."""


class Stage:
    """Start it, point the real clients at `url`, act in its worlds, close it.

    `clock` gives seconds since 1970 and drives every date and rate limit, not the waiting itself.
    Also an async context manager.
    """

    def __init__(self, *, journal: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Build both worlds; nothing listens yet. `journal` names the file that gets a line for every call."""
        self.journal = Journal(journal)
        self.faults = Faults()
        self._backstage = Backstage(clock, self.journal, self.faults)
        self.violations: list[Violation] = self._backstage.violations
        self.telegram = TelegramWorld(self._backstage)
        self.discord = DiscordWorld(self._backstage)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The address to point clients at, without a slash at its end. Known once the stage has started."""
        if not self._port:
            raise RuntimeError("the stage has not started")
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on a free loopback port."""
        app = web.Application(client_max_size=LARGEST_BODY)
        telegram_api.mount(app, self.telegram)
        discord_api.mount(app, self.discord)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.discord.origin = self.url

    async def close(self) -> None:
        """End every wait and every connection at once. May be called twice, or without a start."""
        self._backstage.closing.set()
        self.telegram.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.journal.close()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()
