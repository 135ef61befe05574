"""What the desk answers, as Discord's messages and forms (docs, message and component reference)."""

from typing import Any

import discord

from bots.discord.calls import Payload
from bots.discord.messages import NOBODY
from bots.discord.render.markdown import escaped
from bots.discord.render.parts import CONTENT_LIMIT
from core import locales
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
        "content": _fitting(reply.text()),
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
        "title": _clipped(speak.tell(ask.title), _TITLE),
        "components": [
            {
                "type": _LABEL,
                "label": _clipped(speak.tell(field.label), _FIELD_LABEL),
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
    label = _clipped(locales.words(language).tell(button.label), _BUTTON_LABEL)
    if button.url:
        return {"type": _BUTTON, "style": _LINK, "label": label, "url": button.url}
    return {"type": _BUTTON, "style": _STYLES[button.style], "label": label, "custom_id": button.id}


def _clipped(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _fitting(words: str) -> str:
    """Words escaped, cut where escaping made them too long."""
    drawn = escaped(words)
    while len(drawn) > CONTENT_LIMIT:
        words = words[: len(words) - (len(drawn) - CONTENT_LIMIT) // 2 - 1]
        drawn = f"{escaped(words)}…"
    return drawn
