"""The commands as Discord is told them, made from the one table in `core/commands` (docs, application commands)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import discord

from core import locales
from core.commands import forms
from core.commands.forms import Command, Kind, Option
from core.model import Platform

Json = dict[str, Any]

CORRECT, RETRACT = "desk correct", "desk retract"
"""What the two commands of a message's context menu come to."""

_CHAT_INPUT, _MESSAGE = 1, 3
_SUBCOMMAND, _STRING, _ATTACHMENT = 1, 3, 11
# Only installed in servers, used there and in private with us; never where we are not (TH6).
_WHERE: Json = {"integration_types": [0], "contexts": [0, 1]}
# A hint that keeps the desk out of readers' menus; whoever may use it is decided by the desk each time (TH6).
_DESK_ONLY: Json = {"default_member_permissions": str(discord.Permissions(manage_guild=True).value)}


def tree() -> list[Json]:
    """All commands, as they are told to Discord."""
    groups: dict[str, list[Json]] = {}
    for command in forms.COMMANDS:
        if command.discord:
            group, _, name = command.discord.partition(" ")
            groups.setdefault(group, []).append(_subcommand(name, command))
    return [*(_group(name, options) for name, options in groups.items()), *_menu()]


def fingerprint(application_id: int, commands: Sequence[Json]) -> str:
    """What changes when Discord has to be told anew."""
    told = json.dumps([application_id, commands], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def menu_command(name: str) -> str | None:
    """What a command of the context menu comes to, by the name Discord says it under."""
    return {_said("menu.correct"): CORRECT, _said("menu.retract"): RETRACT}.get(name)


def _group(name: str, options: list[Json]) -> Json:
    key = f"group.{name}"
    hint = _DESK_ONLY if name == "desk" else {}
    return {"name": name, "type": _CHAT_INPUT, **_described(key), "options": options, **_WHERE, **hint}


def _menu() -> list[Json]:
    return [
        {"name": _said(key), "type": _MESSAGE, **_localized("name", key), **_WHERE, **_DESK_ONLY}
        for key in ("menu.correct", "menu.retract")
    ]


def _subcommand(name: str, command: Command) -> Json:
    # Discord wants what is required first.
    options = sorted(command.options, key=lambda option: not _needed(option))
    return {
        "name": name,
        "type": _SUBCOMMAND,
        **_described(command.key),
        "options": [_option(option) for option in options],
    }


def _option(option: Option) -> Json:
    kind = _ATTACHMENT if option.kind is Kind.PICTURE else _STRING
    told: Json = {"name": option.name, "type": kind, **_described(option.key), "required": _needed(option)}
    if option.kind in (Kind.COVERAGE, Kind.ENTRY):
        told["autocomplete"] = True
    if option.kind is Kind.CHOICE:
        told["choices"] = [_choice(value) for value in option.choices]
    return told


def _choice(value: str) -> Json:
    key = f"choice.{value}"
    return {"name": _said(key), **_localized("name", key), "value": value}


def _needed(option: Option) -> bool:
    # A text that is not given is asked for in a form with several lines.
    return option.required and option.kind is not Kind.TEXT


def _described(key: str) -> Json:
    return {"description": _said(key), **_localized("description", key)}


def _localized(field: str, key: str) -> Json:
    said = {code: locales.words(language).say(key) for language, code in _discords_codes()}
    return {f"{field}_localizations": said} if said else {}


def _discords_codes() -> Iterable[tuple[str, str]]:
    """Our languages under every locale Discord has for them; English is what it falls back to."""
    for language in locales.languages():
        base = "no" if language == "nb" else language.replace("_", "-")
        for locale in discord.Locale:
            if language != locales.LAST_RESORT and base in (locale.value, locale.value.partition("-")[0]):
                yield language, locale.value


def _said(key: str) -> str:
    return locales.words(locales.LAST_RESORT).say(key)


def command_of(path: str) -> Command | None:
    """The command typed under a path."""
    return forms.find(Platform.DISCORD, path)
