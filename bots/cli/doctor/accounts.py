"""The bots: whether each has a token, whether its platform knows it, and that no two accounts are one bot."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from bots.cli.doctor.finding import Finding, Level
from config.layers import SettingsTrouble
from config.settings import Account
from core.platform import Identity, Stranger, TokenCheck, Unreachable

_NONE = (
    "none: `livedesk rehearse` needs none; `livedesk run` needs an [[accounts]] for each bot in the settings "
    "(docs/operate.md)"
)
# One try: the platforms answer within a second or two, and a person is waiting.
_PATIENCE_SECONDS = 15.0


def checks() -> dict[str, TokenCheck]:
    """How to ask each platform whose a token is."""
    from bots.discord import identity as discord
    from bots.telegram import identity as telegram

    return {"telegram": telegram.identify, "discord": discord.identify}


async def look(accounts: Sequence[Account], checks: Mapping[str, TokenCheck] | None) -> list[Finding]:
    """A finding for each account. `checks` is None to ask nobody."""
    if not accounts:
        return [Finding(Level.WARN, "accounts", _NONE)]
    answers = await asyncio.gather(*(_ask(account, checks) for account in accounts))
    found = [
        answer if isinstance(answer, Finding) else _told(account, answer)
        for account, answer in zip(accounts, answers, strict=True)
    ]
    return [*found, *_doubles(accounts, answers)]


async def _ask(
    account: Account, checks: Mapping[str, TokenCheck] | None
) -> Finding | Identity | Stranger | Unreachable:
    try:
        token = account.secret()
    except SettingsTrouble as trouble:
        return Finding(Level.FAIL, account.name, str(trouble))
    if checks is None:
        return Finding(Level.OK, account.name, f"{account.platform}: has a token (not asked whose: --offline)")
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await checks[account.platform](token)
    except TimeoutError:
        return Unreachable(f"no answer in {_PATIENCE_SECONDS:g} seconds")


def _told(account: Account, answer: Identity | Stranger | Unreachable) -> Finding:
    platform = account.platform
    match answer:
        case Identity(id=number, name=name):
            return Finding(Level.OK, account.name, f"{platform}: {name} ({number})")
        case Stranger():
            words = f"{platform} refuses this token: make a new one for the same bot and put it in its place"
            return Finding(Level.FAIL, account.name, words)
        case Unreachable(why=why):
            words = f"{platform} cannot be asked ({why}): check this machine's way to the internet, then try again"
            return Finding(Level.FAIL, account.name, words)


def _doubles(accounts: Sequence[Account], answers: Sequence[object]) -> Iterator[Finding]:
    seen: dict[tuple[str, int], str] = {}
    for account, answer in zip(accounts, answers, strict=True):
        if isinstance(answer, Identity):
            first = seen.setdefault((account.platform, answer.id), account.name)
            if first != account.name:
                words = f"is the same bot as `{first}`: give it a token of its own, or remove one of the two"
                yield Finding(Level.FAIL, account.name, words)
