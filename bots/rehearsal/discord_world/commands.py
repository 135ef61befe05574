"""The commands a bot has synced, and finding among them what a person typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SUB_COMMAND = 1
SUB_COMMAND_GROUP = 2
CHAT_INPUT = 1
USER_COMMAND = 2
MESSAGE_COMMAND = 3


class CannotDo(Exception):
    """A person tried what the real client would not let them do; the message says why, and what there is instead."""


@dataclass(eq=False)
class CommandBook:
    """Commands by id, as synced: everywhere, and in single servers."""

    everywhere: dict[int, Json] = field(default_factory=dict)
    in_guild: dict[int, dict[int, Json]] = field(default_factory=dict)
    created: list[float] = field(default_factory=list)
    """When commands were created (not overwritten), in seconds since 1970: Discord allows 200 a day."""

    def scope(self, guild_id: int | None) -> dict[int, Json]:
        """Return the commands of one scope, to be changed in place."""
        return self.everywhere if guild_id is None else self.in_guild.setdefault(guild_id, {})

    def offered(self, guild_id: int | None, kind: int) -> list[Json]:
        """Return what a person finds in a server (None: in a private conversation with the bot)."""
        commands = [one for one in self.everywhere.values() if guild_id is not None or _fits_private(one)]
        if guild_id is not None:
            commands += self.in_guild.get(guild_id, {}).values()
        return [one for one in commands if one["type"] == kind]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command somebody found: `path` are the sub-commands below it, `options` what the last one takes."""

    command: Json
    path: tuple[Json, ...]
    options: Sequence[Json]

    def data(self, values: Sequence[Json]) -> list[Json]:
        """Wrap the values in the sub-commands they belong to."""
        wrapped = list(values)
        for step in reversed(self.path):
            wrapped = [{"name": step["name"], "type": step["type"], "options": wrapped}]
        return wrapped


def find(commands: Sequence[Json], typed: str) -> Spoken | None:
    """Return the command of these words (`live follow`, in any language), or None.

    A command with sub-commands needs one of them.
    """
    first, *rest = typed.removeprefix("/").split()
    for command in commands:
        if first in _names(command):
            return _descend(command, rest)
    return None


def spellings(commands: Sequence[Json]) -> list[str]:
    """Return every command a person could type, with its options: `/live follow coverage`."""
    return [line for command in commands for line in _spellings(command, f"/{command['name']}")]


def values(spoken: Spoken, given: Mapping[str, Any]) -> list[tuple[Json, Any]]:
    """Pair the options of a command with what was given; CannotDo where a name is unknown or a value is missing."""
    known = {option["name"] for option in spoken.options}
    unknown = sorted(set(given) - known)
    missing = [one["name"] for one in spoken.options if one.get("required") and given.get(one["name"]) is None]
    if unknown or missing:
        takes = ", ".join(sorted(known)) or "no options"
        raise CannotDo(f"/{_title(spoken)} takes {takes}; unknown: {unknown or '-'}, missing: {missing or '-'}")
    return [(one, given[one["name"]]) for one in spoken.options if given.get(one["name"]) is not None]


def plain_value(option: Json, value: Any) -> Any:
    """Return a text, number or truth value as the client sends it; CannotDo where the client would refuse it."""
    kind, name = option["type"], option["name"]
    fits: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 5: (bool,), 10: (int, float)}
    if not isinstance(value, fits[kind]) or (kind != 5 and isinstance(value, bool)):
        raise CannotDo(f"option {name!r} takes {fits[kind][-1].__name__}, not {value!r}")
    choices = option.get("choices") or []
    if choices:
        return _choice(name, choices, value)
    size = len(str(value)) if kind == 3 else value
    least, most = ("min_length", "max_length") if kind == 3 else ("min_value", "max_value")
    if option.get(least) is not None and size < option[least]:
        raise CannotDo(f"option {name!r}: {value!r} is below {least} {option[least]}")
    if option.get(most) is not None and size > option[most]:
        raise CannotDo(f"option {name!r}: {value!r} is above {most} {option[most]}")
    if kind == 3 and len(str(value)) > 6000:
        raise CannotDo(f"option {name!r}: the client takes at most 6000 characters")
    return value


def _choice(name: str, choices: Sequence[Json], value: Any) -> Any:
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise CannotDo(f"option {name!r} offers {[choice['name'] for choice in choices]}, not {value!r}")


def _fits_private(command: Json) -> bool:
    contexts = command.get("contexts")
    return command.get("dm_permission") is not False if contexts is None else 1 in contexts


def _descend(node: Json, words: Sequence[str]) -> Spoken | None:
    path: list[Json] = []
    here = node
    for word in words:
        steps = [one for one in _steps(here) if word in _names(one)]
        if not steps:
            return None
        here = steps[0]
        path.append(here)
    return None if _steps(here) else Spoken(node, tuple(path), here.get("options") or [])


def _names(node: Json) -> tuple[str, ...]:
    """Return its name and what it is called in other languages."""
    return (node["name"], *(node.get("name_localizations") or {}).values())


def _steps(node: Json) -> list[Json]:
    return [one for one in node.get("options") or [] if one["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP)]


def _spellings(node: Json, so_far: str) -> list[str]:
    steps = _steps(node)
    if not steps:
        return [" ".join([so_far, *(one["name"] for one in node.get("options") or [])])]
    return [line for step in steps for line in _spellings(step, f"{so_far} {step['name']}")]


def _title(spoken: Spoken) -> str:
    return " ".join(step["name"] for step in (spoken.command, *spoken.path))
