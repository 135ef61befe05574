"""Checking reply_markup: inline keyboards, reply keyboards, their removal, and forced replies."""

import re
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import RefusalError, bad
from bots.rehearsal.telegram_world.messages import Button

MOST_BUTTONS = 100
LONGEST_DATA = 64
"""Bytes of callback_data."""

ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
LOOKS = frozenset({"text", "icon_custom_emoji_id", "style"})
URL = re.compile(r"(?i)((https?|tg|ton)://\S+|mailto:\S+)")
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """What a call's reply_markup asks for: buttons under the message, or a keyboard of ready-made answers."""

    buttons: Rows = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None


def read(query: Query) -> Markup:
    """Return the call's reply_markup, checked; an empty one where there is none."""
    given = query.json("reply_markup", "reply keyboard markup")
    if given is None:
        return Markup()
    if not isinstance(given, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in given:
        return Markup(buttons=_inline(query, given["inline_keyboard"]))
    if "keyboard" in given:
        return Markup(keyboard=_ready_made(given["keyboard"]))
    if not (given.get("remove_keyboard") or given.get("force_reply")) and given:
        query.blame(f"reply_markup of no known kind: {sorted(given)}")
    return Markup()


def _rows(given: Any, field: str) -> list[list[Any]]:
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise bad(f'field "{field}" of the markup must be an Array of Arrays')
    rows: list[list[Any]] = [row for row in given if row]
    return rows


def _inline(query: Query, given: Any) -> Rows:
    rows = tuple(tuple(_button(query, button) for button in row) for row in _rows(given, "inline_keyboard"))
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    if any(len(row) > 8 for row in rows):
        query.blame("a row of more than 8 buttons is not shown in full")
    return rows


def _button(query: Query, given: Any) -> Button:
    if not isinstance(given, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label = given.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad("can't parse inline keyboard button: Inline keyboard button text must be non-empty")
    strange = set(given) - ACTIONS - LOOKS
    if strange:
        query.blame(f"unknown fields of a button: {sorted(strange)}")
    actions = ACTIONS & set(given)
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        query.blame(f"a button with several actions: {sorted(actions)}")
    return Button(label, _data(given), _url(given), given)


def _data(given: dict[str, Any]) -> str | None:
    data = given.get("callback_data")
    if data is None:
        return None
    if not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "surrogatepass")) <= LONGEST_DATA:
        raise RefusalError(400, "BUTTON_DATA_INVALID")
    return data


def _url(given: dict[str, Any]) -> str | None:
    url = given.get("url")
    if url is None:
        return None
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url


def _ready_made(given: Any) -> tuple[tuple[str, ...], ...]:
    rows = _rows(given, "keyboard")
    return tuple(
        tuple(str(button["text"]) if isinstance(button, dict) else str(button) for button in row) for row in rows
    )
