"""Discord's modals: what a command still needs, asked for in a form with several lines to write in."""

from core.commands.call import Call
from core.commands.forms import Command, Kind, Option
from core.commands.reply import Ask, Field
from core.locales import say
from core.model import Platform

_LONGEST = 4000
"""Characters of a modal's text field (docs.discord.com/developers/components/reference: text input)."""


def missing(call: Call, *, value: str = "", **known: str) -> Ask | None:
    """A modal for the text a command came without; None where there are no modals.

    `value` is there to start from; `known` is what else was meant, such as the entry whose copy was answered.
    """
    command = call.given.command
    if call.place.platform is not Platform.DISCORD or not any(one.kind is Kind.TEXT for one in command.options):
        return None
    return form(command, dict(call.given.options) | known, value)


def form(command: Command, kept: dict[str, str], value: str = "") -> Ask | None:
    """A modal for a command's words, with what is known already handed in again."""
    if command.discord is None or len(value) > _LONGEST:
        return None
    wanted = [one for one in command.options if _asked(one) and one.name not in kept]
    fields = tuple(
        Field(
            one.name,
            say(f"field.{one.name}"),
            value if one.kind is Kind.TEXT else "",
            long=one.kind is Kind.TEXT,
            required=one.required,
            max_length=_LONGEST if one.kind is Kind.TEXT else 300,
        )
        for one in wanted
    )
    return Ask(say(f"ask.{command.name}"), fields, command.discord, tuple(kept.items()))


def _asked(option: Option) -> bool:
    # A command that brings a picture has what it needs, so no form is ever about one.
    if option.name == "alt":
        return False
    return option.kind is Kind.TEXT or (option.kind is Kind.LINE and option.labelled)
