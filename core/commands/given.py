"""Reads what was typed: which command it is and what it was given. On Telegram from words, on Discord from options.

Telegram's forms, made for a phone's keyboard: an entry is `17`, `#17` or `slug#17`; a coverage before text is `slug#`;
what an option is called stands on a line of its own, first or last: "Note: the number was wrong".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.commands import forms
from core.commands.forms import Command, Kind, Option
from core.commands.heard import Incoming
from core.model import Platform

_ENTRY = re.compile(r"(?P<entry>(?:[a-z0-9-]+#|#)?\d{1,9})[:.,]?(?=\s|$)", re.IGNORECASE)
_CERTAIN_ENTRY = re.compile(r"(?P<entry>[a-z0-9-]*#\d{1,9})[:.,]?(?=\s|$)", re.IGNORECASE)
_COVERAGE = re.compile(r"(?P<coverage>[a-z0-9][a-z0-9-]*)#(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """A command with what it was given, by option name; what was left out is not there."""

    command: Command
    options: Mapping[str, str]

    def get(self, name: str) -> str:
        """What an option was given; "" when it was left out."""
        return self.options.get(name, "")


def understand(incoming: Incoming) -> Given | None:
    """The command somebody typed and what they gave it; None when there is no such command."""
    platform = incoming.place.platform
    if platform is Platform.DISCORD:
        command = forms.find(platform, incoming.command)
        options = {name: value for name, value in incoming.options.items() if value.strip()}
        return Given(command, options) if command else None
    second, rest = _word(incoming.words)
    command = forms.find(platform, f"{incoming.command} {second}") if second else None
    if command:
        return read(command, rest, answers=incoming.reply_to is not None)
    command = forms.find(platform, incoming.command) or forms.find(platform, f"{incoming.command} list")
    return read(command, incoming.words, answers=incoming.reply_to is not None) if command else None


def read(command: Command, words: str, *, answers: bool = False) -> Given:
    """What a command was given in words. `answers`: it was typed in answer to a message, so that a bare number may be
    the first word of the text; `#17` still names an entry.
    """
    found, words = _labelled(command, words.strip())
    steady = [option for option in command.options if not option.labelled]
    for option in steady:
        if option.kind is Kind.CHOICE:
            value, words = _last_choice(option, words)
            found |= {option.name: value} if value else {}
    has_text = any(option.kind is Kind.TEXT for option in steady)
    # A coverage stands before the text it is for, wherever the table lists it.
    for option in sorted(steady, key=lambda one: not (has_text and one.kind is Kind.COVERAGE)):
        value, words = _take(option, words, has_text=has_text, answers=answers)
        found |= {option.name: value} if value else {}
    return Given(command, found)


def _take(option: Option, words: str, *, has_text: bool, answers: bool) -> tuple[str, str]:
    match option.kind:
        case Kind.COVERAGE if has_text:
            return _front(_COVERAGE, words)
        case Kind.ENTRY:
            return _front(_CERTAIN_ENTRY if answers else _ENTRY, words)
        case Kind.COVERAGE | Kind.LINE:
            line, _, rest = words.partition("\n")
            return line.strip(), rest.strip()
        case Kind.WORD:
            return _word(words)
        case Kind.TEXT:
            return words, ""
        case _:
            return "", words


def _front(pattern: re.Pattern[str], words: str) -> tuple[str, str]:
    match = pattern.match(words)
    return (match[1], words[match.end() :].strip()) if match else ("", words)


def _word(words: str) -> tuple[str, str]:
    first, *rest = words.split(maxsplit=1) or [""]
    return first, rest[0].strip() if rest else ""


def _last_choice(option: Option, words: str) -> tuple[str, str]:
    *rest, last = words.split() or [""]
    return (last.lower(), " ".join(rest)) if last.lower() in option.choices else ("", words)


def _labelled(command: Command, words: str) -> tuple[dict[str, str], str]:
    """Lines "Name: value" before or after the text (or right after its first line); inside it they belong to it."""
    options = {option.name: option for option in command.options if option.labelled}
    if not options:
        return {}, words
    found: dict[str, str] = {}
    lines = words.split("\n")
    for at in (0, 1, -1):
        while (line := _at(lines, at)) is not None and (label := _label(options, line)):
            found.setdefault(*label)
            del lines[at]
            lines = "\n".join(lines).rstrip().split("\n")
    return found, "\n".join(lines).strip()


def _at(lines: list[str], at: int) -> str | None:
    return lines[at] if at < len(lines) else None


def _label(options: Mapping[str, Option], line: str) -> tuple[str, str] | None:
    name, colon, value = line.partition(":")
    option = options.get(name.strip().lower())
    value = value.strip()
    if not (colon and option and value):
        return None
    if option.kind is Kind.CHOICE:
        return (option.name, value.lower()) if value.lower() in option.choices else None
    return option.name, value
