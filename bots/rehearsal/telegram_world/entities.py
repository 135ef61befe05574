"""What Telegram finds by itself in a text: commands, mentions, addresses, hashtags. Offsets count UTF-16 units."""

import re
from collections.abc import Iterable

from bots.rehearsal.telegram_world.messages import Entity

FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}»”’])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<!\w)(?P<hashtag>\#(?=\w*[^\W\d_])\w{1,256})"
)


def utf16(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def detect(text: str) -> tuple[Entity, ...]:
    """Return what Telegram would mark in a text by itself, in order."""
    found = []
    for match in FOUND.finditer(text):
        kind = match.lastgroup or ""
        found.append(Entity(utf16(text[: match.start()]), utf16(match.group()), kind))
    return tuple(found)


def with_detected(text: str, given: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return the given entities and what Telegram adds by itself where none of its own kind stands in the way."""
    given = tuple(given)
    fixed = [each for each in given if each.type in ("text_link", "text_mention", "code", "pre", "custom_emoji")]
    added = [new for new in detect(text) if not any(new.offset < old.end and old.offset < new.end for old in fixed)]
    return tuple(sorted((*given, *added), key=lambda each: (each.offset, -each.length)))
