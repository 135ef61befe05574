"""Commands as Discord takes them: names, descriptions, options and how many (docs, application commands)."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bots.rehearsal.discord_api.form import Form, Path

Json = dict[str, Any]

NAME = re.compile(r"[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}")
COMMAND_FIELDS = {
    "name", "name_localizations", "description", "description_localizations", "options", "default_member_permissions",
    "dm_permission", "default_permission", "integration_types", "contexts", "type", "nsfw", "handler", "id",
}  # fmt: skip
OPTION_FIELDS = {
    "type", "name", "name_localizations", "description", "description_localizations", "required", "choices", "options",
    "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete",
}  # fmt: skip
SERVER_MADE = {"id", "application_id", "version", "guild_id"}
MOST = {1: 100, 2: 15, 3: 15}
LONGEST = 8000
STEPS = (1, 2)


def read_all(note: Callable[[str], None], value: Any) -> list[Json]:
    """Return a whole set of commands, or refuse it."""
    form = Form(note)
    listed = value if isinstance(value, list) else []
    if not isinstance(value, list):
        form.wrong((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    commands = [_command(form, form.table(one, (index,)), (index,)) for index, one in enumerate(listed)]
    form.finish()
    check_number(commands)
    return commands


def read_one(note: Callable[[str], None], value: Any, *, server_made: bool = False) -> Json:
    """Return one command, or refuse it. `server_made`: with the fields only Discord fills in."""
    form = Form(note)
    body = form.table(value, ())
    if server_made:
        body = {name: told for name, told in body.items() if name not in SERVER_MADE}
    command = _command(form, body, ())
    form.finish()
    return command


def check_number(commands: Sequence[Json]) -> None:
    """Refuse too many of a type, and two of one name."""
    form = Form(lambda _: None)
    kinds = Counter(one["type"] for one in commands)
    for kind, most in MOST.items():
        if kinds[kind] > most:
            words = f"Maximum number of application commands of type {kind} reached ({most})."
            form.wrong((), "BASE_TYPE_MAX_LENGTH", words)
    for (name, _), times in Counter((one["name"], one["type"]) for one in commands).items():
        if times > 1:
            words = f"Application command names must be unique: {name}"
            form.wrong((), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
    form.finish()


def _command(form: Form, body: Json, path: Path) -> Json:
    form.known(body, COMMAND_FIELDS, path)
    kind = body.get("type", 1)
    if kind not in tuple(MOST):
        form.one_of(body, "type", path, tuple(MOST))
        return {**body, "type": 1, "name": ""}
    if kind == 1:
        _named(form, body, path)
        _options(form, body, path, depth=0)
    else:
        form.text(body, "name", path, most=32, least=1)
        if body.get("description"):
            form.wrong((*path, "description"), "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Must be empty")
    if not form.errors and _size(body) > LONGEST:
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({LONGEST})")
    return {**body, "type": kind, "description": body.get("description") or ""}


def _named(form: Form, body: Json, path: Path) -> None:
    name = form.text(body, "name", path, most=32, least=1)
    translations = _translations(form, body, "name_localizations", path)
    spelled = [
        ((*path, "name"), name),
        *(((*path, "name_localizations", key), told) for key, told in translations.items()),
    ]
    for here, told in spelled:
        if isinstance(told, str) and told and (told != told.lower() or not NAME.fullmatch(told)):
            form.wrong(here, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    form.text(body, "description", path, most=100, least=1)
    described = _translations(form, body, "description_localizations", path)
    for key in described:
        form.text(described, key, (*path, "description_localizations"), most=100, least=1)


def _translations(form: Form, body: Json, name: str, path: Path) -> Json:
    return {} if body.get(name) is None else form.table(body[name], (*path, name))


def _options(form: Form, body: Json, path: Path, *, depth: int) -> None:
    options = form.listing(body, "options", path, most=25)
    here = (*path, "options")
    tables = [form.table(one, (*here, index)) for index, one in enumerate(options)]
    steps = [one for one in tables if one.get("type") in STEPS]
    if steps and len(steps) < len(tables):
        form.wrong(here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and value options cannot be mixed")
    for name, times in Counter(str(one.get("name")) for one in tables).items():
        if times > 1:
            form.wrong(here, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", f"Option name {name} is used twice")
    required = [bool(one.get("required")) for one in tables]
    if required != sorted(required, reverse=True):
        words = "Required options must be placed before non-required options"
        form.wrong(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
    for index, one in enumerate(tables):
        _option(form, one, (*here, index), depth)


def _option(form: Form, body: Json, path: Path, depth: int) -> None:
    form.known(body, OPTION_FIELDS, path)
    form.one_of(body, "type", path, range(1, 12))
    _named(form, body, path)
    kind = body.get("type")
    if kind in STEPS:
        if depth >= 2 or (depth == 1 and kind == 2):
            form.wrong((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands cannot nest so deep")
        _options(form, body, path, depth=depth + 1)
        return
    choices = form.listing(body, "choices", path, most=25)
    if choices and body.get("autocomplete"):
        words = "choices and autocomplete are mutually exclusive"
        form.wrong(path, "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_INVALID", words)
    for index, one in enumerate(choices):
        here = (*path, "choices", index)
        choice = form.table(one, here)
        form.known(choice, {"name", "name_localizations", "value"}, here)
        form.text(choice, "name", here, most=100, least=1)
        if kind == 3:
            form.text(choice, "value", here, most=100, least=1)
    form.whole(body, "min_length", path, least=0, most=6000)
    form.whole(body, "max_length", path, least=1, most=6000)


def _size(body: Json) -> int:
    total = _longest(body, "name") + _longest(body, "description")
    for choice in body.get("choices") or []:
        total += _longest(choice, "name") + len(str(choice.get("value", "")))
    return total + sum(_size(one) for one in body.get("options") or [] if isinstance(one, dict))


def _longest(body: Json, name: str) -> int:
    """Return the length of a text in the language where it is longest, as Discord counts it."""
    told = [body.get(name) or "", *(body.get(f"{name}_localizations") or {}).values()]
    return max(len(str(text)) for text in told)
