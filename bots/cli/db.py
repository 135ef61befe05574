"""`livedesk db`: makes the store, brings it up to date, says how it is."""

import typer

from bots.cli import asked, stores


def group() -> typer.Typer:
    """The subcommands of `livedesk db`."""
    built = typer.Typer(
        help="Make the store, bring it up to date, say how it is.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
    )
    built.command("upgrade")(upgrade)
    built.command("check")(check)
    return built


def upgrade(context: typer.Context) -> None:
    """Make the store, or bring an older one up to date. Nothing changes when it is current."""
    with stores.opened(asked.of(context).settings(), upgrade=True) as store:
        print(f"{store.where} is up to date")


def check(context: typer.Context) -> None:
    """Say whether the store can be used; change nothing."""
    with stores.opened(asked.of(context).settings()) as store:
        print(f"{store.where} is whole and up to date")
