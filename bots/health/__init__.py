"""Seen from outside: whether this process lives and is ready, and its numbers. Nothing here names a reader."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bots.health.server import Server
from bots.health.watching import Watch
from core.store import Store

log = logging.getLogger(__name__)


@asynccontextmanager
async def watched(
    listen: tuple[str, int] | None, store: Store, *, clock: Callable[[], datetime], safe: Callable[[str], str]
) -> AsyncIterator[Watch]:
    """Answer at `listen` (host, port) while inside; None answers nobody. Tell the watch's `house` once there is one.

    Nothing that goes wrong here ends what it watches. `safe` takes secrets and control characters out of a line.
    """
    watch = Watch(store, clock)
    if listen is None:
        yield watch
        return
    host, port = listen
    tasks = [
        asyncio.create_task(work, name=name)
        for name, work in (
            ("health: watch", watch.run()),
            ("health: server", Server(watch, host, port, safe=safe).run()),
        )
    ]
    for task in tasks:
        task.add_done_callback(_say_what_ended)
    try:
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _say_what_ended(task: asyncio.Task[None]) -> None:
    # A mistake of ours: sending goes on, and whoever asks for health finds nobody or a store that went silent.
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.error("health has ended", exc_info=failure)
