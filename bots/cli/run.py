"""`livedesk run`: the house with real tokens, until it is told to stop."""

import asyncio
import logging
import signal
from typing import Annotated

import typer

from bots import logs
from bots.app import Habits, House, Member
from bots.cli import asked, stores, troubles
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
    logs.start(level=settings.log.level, form=settings.log.form, secrets=[member.token for member in members])
    # The store first, and held: a crash loop must never cost logins (Discord resets a token after 1,000 a day).
    with stores.opened(settings, make=create) as store, store.hold():
        troubled = asyncio.run(_run(store, members, settings))
    if troubled:
        raise troubles.Trouble("; ".join(f"{name}: {why}" for name, why in troubled.items()))


async def _run(store: Store, members: list[Member], settings: Settings) -> dict[str, str]:
    habits = Habits(settings.newsroom.undo_seconds, settings.newsroom.alert_delay_seconds)
    house = House(store, members, mode=Mode.LIVE, clock=asked.now, habits=habits)
    loop = asyncio.get_running_loop()
    leaving: set[asyncio.Task[None]] = set()

    def leave() -> None:
        log.info("stopping: what is on the wire is waited for")
        leaving.add(loop.create_task(house.leave()))

    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, leave)
    log.info("running", extra={"accounts": [member.name for member in members], "store": store.where})
    await house.live()
    log.info("stopped")
    return house.troubles()
