"""Whom a message rings: what its text mentions, cut down to what its sender allowed."""

import re
from typing import Any

from bots.rehearsal.discord_api.form import Form, Path
from bots.rehearsal.discord_world.accounts import Account
from bots.rehearsal.discord_world.messages import Message, every_component
from bots.rehearsal.discord_world.permissions import Permission

Json = dict[str, Any]

EVERYONE = re.compile(r"@(everyone|here)\b")
ACCOUNT = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
KINDS = ("everyone", "roles", "users")


def read(form: Form, body: Json, path: Path = ()) -> Json | None:
    """Return allowed_mentions, checked; None where the sender said nothing about it."""
    if body.get("allowed_mentions") is None:
        return None
    here = (*path, "allowed_mentions")
    value = form.table(body["allowed_mentions"], here)
    form.known(value, {"parse", "users", "roles", "replied_user"}, here)
    for index, kind in enumerate(form.listing(value, "parse", here, most=3)):
        if kind not in KINDS:
            form.wrong(
                (*here, "parse", index), "BASE_TYPE_CHOICES", "Value must be one of ('everyone', 'roles', 'users')."
            )
    for kind in ("users", "roles"):
        named = form.listing(value, kind, here, most=100)
        if named and kind in (value.get("parse") or []):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.wrong(here, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
    return value


def ring(message: Message, allowed: Json | None, sender: Account) -> None:
    """Set whom the message mentions from its text."""
    text = "\n".join([message.content, *(part.get("content") or "" for part in every_component(message.components))])
    channel, world = message.channel, message.channel.world
    parse = list(KINDS) if allowed is None else allowed.get("parse") or []
    held = channel.permissions_of(sender)
    anybody = channel.guild is None or message.webhook_id is not None or Permission.MENTION_EVERYONE in held
    message.mention_everyone = bool(EVERYONE.search(text)) and "everyone" in parse and anybody
    named = [int(found) for found in ACCOUNT.findall(text)]
    accounts = [world.accounts[found] for found in dict.fromkeys(named) if found in world.accounts]
    message.mentions = [one for one in accounts if _may(one.id, "users", parse, allowed)]
    roles = channel.guild.roles if channel.guild else {}
    called = [int(found) for found in ROLE.findall(text)]
    message.mention_roles = [
        role
        for role in dict.fromkeys(called)
        if role in roles and _may(role, "roles", parse, allowed) and (anybody or roles[role].mentionable)
    ]
    answers = message.reference
    if (
        answers is not None
        and (allowed is None or allowed.get("replied_user"))
        and answers.author not in message.mentions
    ):
        message.mentions.append(answers.author)


def _may(snowflake: int, kind: str, parse: list[str], allowed: Json | None) -> bool:
    return kind in parse or str(snowflake) in [str(one) for one in (allowed or {}).get(kind) or []]
