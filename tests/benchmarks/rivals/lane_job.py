"""Procrastinate as the owner of lanes: one long job for each, locked by its name, and a rescuer, as its manual says.

Asked on its input: {"do": "prepare" | "work" | "wake", "url": …, "log": …, …}.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from procrastinate import App, PsycopgConnector

HEARTBEAT, STALLED = 1.0, 4.0
"""Seconds; its defaults are 10 and 30."""
_LOOK = 0.5
_RATE = 30 / 1.1
"""Messages a second, as our own pace on one free token."""


def _app(order: dict[str, Any]) -> App:
    app = App(connector=PsycopgConnector(conninfo=order["url"]))
    log = os.open(order["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def note(number: int) -> None:
        os.write(log, f"{os.getpid()} {time.time():.6f} {number}\n".encode())

    @app.task(name="carry")
    async def carry() -> None:
        number = 0
        while True:
            note(number := number + 1)
            await asyncio.sleep(1 / _RATE)

    @app.task(name="speak")
    async def speak(lane: int) -> None:
        note(lane)

    return app


@asynccontextmanager
async def _opened(order: dict[str, Any]) -> AsyncIterator[App]:
    app = _app(order)
    async with app.open_async():
        yield app


async def prepare(order: dict[str, Any]) -> None:
    """Its tables, and the one job that owns a lane."""
    async with _opened(order) as app:
        await app.schema_manager.apply_schema_async()
        if order.get("carry"):
            await app.configure_task("carry", lock="lane:1", queueing_lock="lane:1").defer_async()


async def work(order: dict[str, Any]) -> None:
    """A worker, and the rescuer that it leaves to whoever uses it."""
    async with _opened(order) as app:
        rescuing = asyncio.create_task(_rescue(app))
        try:
            await app.run_worker_async(
                concurrency=order.get("at_once", 1),
                fetch_job_polling_interval=_LOOK,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                install_signal_handlers=False,
            )
        finally:
            rescuing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rescuing


async def _rescue(app: App) -> None:
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await app.job_manager.retry_job(job)
        await asyncio.sleep(_LOOK)


async def wake(order: dict[str, Any]) -> None:
    """A job for each lane, one by one or in one go; says when it began and ended."""
    async with _opened(order) as app:
        began = time.time()
        lanes = range(order["lanes"])
        if order["in_one_go"]:
            # Refused as a whole when one of them still has a job waiting.
            jobs = app.configure_task("speak")
            await jobs.batch_defer_async(*({"lane": lane} for lane in lanes))
        else:
            for lane in lanes:
                name = f"lane:{lane}"
                await app.configure_task("speak", lock=name, queueing_lock=name).defer_async(lane=lane)
        sys.stdout.write(json.dumps({"began": began, "ended": time.time()}) + "\n")


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    asyncio.run({"prepare": prepare, "work": work, "wake": wake}[asked["do"]](asked))
