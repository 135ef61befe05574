"""`livedesk person`: who may speak for the newsroom."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from bots.cli import asked, stores, troubles
from core.model import Role
from core.newsroom.enrolment import LIFETIME, Enrolment
from core.store import people

BY = "terminal"
"""Who the audit says it was: whoever sits at the machine's own terminal."""


def group() -> typer.Typer:
    """The subcommands of `livedesk person`."""
    built = typer.Typer(
        help="Who may speak for the newsroom.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )
    built.command("invite")(invite)
    built.command("list")(listed)
    built.command("remove")(remove)
    return built


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="How the newsroom calls them.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.EDITOR,
    minutes: Annotated[int, typer.Option(min=1, max=7 * 24 * 60, help="How long the code lives.")] = (
        LIFETIME // timedelta(minutes=1)
    ),
) -> None:
    """Make a one-time code; whoever sends it to the bot in private is enrolled. It is shown once, here."""
    settings = asked.of(context).settings()
    if not name.strip():
        raise troubles.Trouble("Whom? Give a name: livedesk person invite NAME")
    with stores.opened(settings, make=True) as store:
        enrolment = Enrolment(store, clock=asked.now)
        made = asyncio.run(enrolment.invite(name.strip(), role, by=BY, lifetime=timedelta(minutes=minutes)))
    print(f"invited: {name.strip()} ({role.value}), until {made.expires_at:%Y-%m-%d %H:%M} UTC, once")
    print(f"Telegram: send your bot, in a private chat:   /join {made.code}")
    print(f"          or open:   https://t.me/YOUR_BOT?start={made.payload}")
    print(f"Discord:  type:   /desk join code:{made.code}")


def listed(context: typer.Context) -> None:
    """Everyone enrolled, with the accounts they speak from."""
    with stores.opened(asked.of(context).settings()) as store:
        rows = store.read_now(people.listed)
    for person in rows:
        print(f"{person.key}  {person.role.value:<6}  {person.name}")
    if not rows:
        print("nobody is enrolled yet: livedesk person invite NAME")


def remove(
    context: typer.Context, key: Annotated[str, typer.Argument(help="As `livedesk person list` shows it.")]
) -> None:
    """Take away every right at once. What they published stays."""
    with stores.opened(asked.of(context).settings()) as store:
        if not store.write_now(people.remove, key, by=BY, now=asked.now()):
            raise troubles.Trouble(f"Nobody has the key {key}: see livedesk person list")
    print(f"removed: {key}")
