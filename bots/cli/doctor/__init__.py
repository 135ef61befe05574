"""`livedesk doctor`: looks at everything an installation needs and says the fix for what is missing."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from bots.cli import asked, troubles
from bots.cli.doctor import accounts, health, machine, storage
from bots.cli.doctor.finding import Finding, Level
from config.layers import SettingsTrouble
from config.settings import Settings, file_in_force
from core.platform import TokenCheck

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


def command(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the platforms about the tokens.")] = False,
) -> None:
    """Check settings, files, store, tokens and clock. Ends with 0 all well, 1 something fails, 2 warnings only."""
    given = asked.of(context)
    findings = [*machine.look(asked.now())]
    try:
        settings = given.settings()
    except SettingsTrouble as trouble:
        findings += [Finding(Level.FAIL, "settings", line) for line in trouble.lines]
    else:
        where = file_in_force(given.config)
        findings.append(Finding(Level.OK, "settings", f"{where or 'defaults'}, and the environment"))
        findings += look(settings, None if offline else accounts.checks())
    for finding in findings:
        print(troubles.safe(f"{_MARKS[finding.level]}  {finding.subject:<12}{finding.words}"))
    worst = {finding.level for finding in findings}
    raise typer.Exit(1 if Level.FAIL in worst else 2 if Level.WARN in worst else 0)


def look(settings: Settings, checks: Mapping[str, TokenCheck] | None) -> list[Finding]:
    """Everything the settings speak of. `checks` asks each platform whose a token is; None: do not ask."""
    found = [*storage.look(settings, asked.now()), health.look(settings.health.address)]
    found += asyncio.run(accounts.look(settings.accounts, checks))
    return found
