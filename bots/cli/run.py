"""`livedesk run`: the house with real tokens, until it is told to stop."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Annotated, Any

import typer

from bots import logs
from bots.app import Habits, House, Member
from bots.cli import asked, stores, troubles
from bots.health import watched
from config.settings import Settings
from core.model import Mode, Platform
from core.store import Store

log = logging.getLogger(__name__)

_NO_ACCOUNT = (
    "there is no account to run: add an [[accounts]] with a token for each bot to the settings (docs/operate.md), "
    "or try everything without one: livedesk rehearse"
)


def command(
    context: typer.Context,
    create: Annotated[bool, typer.Option(help="Make the store where there is none yet.")] = True,
) -> None:
    """Run the bots: hear people, publish what editors say, carry it to everybody who follows. Ctrl-C stops in order."""
    settings = asked.of(context).settings()
    if not settings.accounts:
        raise troubles.Trouble(_NO_ACCOUNT)
    members = [Member(one.name, Platform(one.platform), one.secret()) for one in settings.accounts]
    secrets = [*(member.token for member in members), *settings.store.passwords()]
    redact = logs.start(level=settings.log.level, form=settings.log.form, secrets=secrets)
    # The store first: a crash loop must never cost logins (Discord resets a token after 1,000 a day).
    with stores.opened(settings, make=create) as store:
        troubled = asyncio.run(_run(store, members, settings, lambda line: logs.harmless(redact(line))))
    if troubled:
        raise troubles.Trouble("; ".join(f"{name}: {why}" for name, why in troubled.items()))


async def _run(store: Store, members: list[Member], settings: Settings, safe: Callable[[str], str]) -> dict[str, str]:
    """Be at work, or stand by until that is our turn; until somebody tells us to stop. Returns who needs a person."""
    told = _told_to_stop()
    async with AsyncExitStack() as stack:
        health = watched(settings.health.address, store, clock=asked.now, safe=safe)
        watch = await stack.enter_async_context(health)
        if not await _before(told, stack.enter_async_context(store.hold())):
            log.info("stopped while standing by")
            return {}
        habits = Habits(settings.newsroom.undo_seconds, settings.newsroom.alert_delay_seconds)
        house = House(store, members, mode=Mode.LIVE, clock=asked.now, habits=habits)
        watch.house = house.signs
        settle()
        log.info("running", extra={"accounts": [member.name for member in members], "store": store.where})
        leaving = asyncio.create_task(_leave(house, told))
        try:
            await house.live()
        finally:
            leaving.cancel()
        log.info("stopped")
        return house.troubles()


def settle() -> None:
    """Everything that is there by now stays: the garbage collector need not look through it for every few deliveries.

    Measured at 10,000 deliveries a second: a quarter of the CPU. What a delivery leaves behind has no cycles to find.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _told_to_stop() -> asyncio.Event:
    """Set once somebody wants us to end: SIGTERM, or Ctrl-C."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        log.info("stopping: what is on the wire is waited for")
        told.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)
    return told


async def _before(told: asyncio.Event, waiting: Coroutine[Any, Any, None]) -> bool:
    """Whether this came to its end before somebody told us to stop."""
    task, stopping = asyncio.create_task(waiting), asyncio.create_task(told.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    await asyncio.wait((task,))
    return False


async def _leave(house: House, told: asyncio.Event) -> None:
    await told.wait()
    await house.leave()
