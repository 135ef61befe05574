"""What the desk answers, as Discord's messages and forms (docs, message and component reference)."""

from typing import Any

import discord

from bots.discord.calls import Payload
from bots.discord.messages import NOBODY
from bots.discord.render.markdown import fitted
from bots.discord.render.parts import CONTENT_LIMIT
from core import locales
from core.commands.call import short
from core.commands.reply import Ask, Button, Reply, Style

ONLY_THEM = discord.MessageFlags(ephemeral=True).value
_SILENT = discord.MessageFlags(suppress_notifications=True).value

_BUTTON_LABEL, _FIELD_LABEL, _TITLE = 80, 45, 45
_STYLES = {Style.PLAIN: 2, Style.GO: 3, Style.STOP: 4}
_LINK = 5
_ROW, _BUTTON, _INPUT, _LABEL = 1, 2, 4, 18


def card(reply: Reply) -> Payload:
    """A reply's lines and buttons."""
    return {
        "content": fitted(reply.text(), CONTENT_LIMIT),
        "components": [_row(row, reply.language) for row in reply.buttons],
        "embeds": [],
        "allowed_mentions": NOBODY.to_dict(),
    }


def flags(reply: Reply) -> int:
    """Who sees it, and that it rings nobody."""
    return ONLY_THEM if reply.private or reply.toast else _SILENT


def form(ask: Ask, language: str, custom_id: str) -> Payload:
    """A form."""
    speak = locales.words(language)
    return {
        "custom_id": custom_id,
        "title": short(speak.tell(ask.title), _TITLE),
        "components": [
            {
                "type": _LABEL,
                "label": short(speak.tell(field.label), _FIELD_LABEL),
                "component": _input(field.name, field.value, field.max_length, long=field.long, needed=field.required),
            }
            for field in ask.fields
        ],
    }


def _input(name: str, value: str, most: int, *, long: bool, needed: bool) -> Payload:
    told: Payload = {
        "type": _INPUT,
        "custom_id": name,
        "style": 2 if long else 1,
        "required": needed,
        "max_length": most,
    }
    return told | ({"value": value[:most]} if value else {})


def _row(row: tuple[Button, ...], language: str) -> dict[str, Any]:
    return {"type": _ROW, "components": [_button(button, language) for button in row]}


def _button(button: Button, language: str) -> dict[str, Any]:
    label = short(locales.words(language).tell(button.label), _BUTTON_LABEL)
    if button.url:
        return {"type": _BUTTON, "style": _LINK, "label": label, "url": button.url}
    return {"type": _BUTTON, "style": _STYLES[button.style], "label": label, "custom_id": button.id}
