"""A text message as the bytes of a form, written once for all who get the same: what a fan-out costs least with.

Bot API, "Making requests": application/x-www-form-urlencoded, with objects as JSON.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

import orjson

from bots.telegram.render import Entity

_NO_PREVIEW = urlencode({"link_preview_options": '{"is_disabled":true}'})


@lru_cache(maxsize=256)
def words(text: str, looks: tuple[Entity, ...]) -> bytes:
    """What is the same for everybody: the words and their looks, and that no link is shown as a card."""
    dressed = f"&entities={_json(entities(looks))}" if looks else ""
    return f"&text={quote_plus(text)}{dressed}&{_NO_PREVIEW}".encode()


def place(target: Mapping[str, Any]) -> bytes:
    """What is one destination's own: where and how. Numbers and truths are JSON as they are; None is left out."""
    return "&".join([f"{name}={_json(value)}" for name, value in target.items() if value is not None]).encode()


def entities(looks: tuple[Entity, ...]) -> list[dict[str, Any]]:
    """Looks as Telegram's JSON (Bot API, MessageEntity)."""
    return [
        {"type": one.type, "offset": one.offset, "length": one.length} | ({"url": one.url} if one.url else {})
        for one in looks
    ]


def _json(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return quote_plus(orjson.dumps(value))
