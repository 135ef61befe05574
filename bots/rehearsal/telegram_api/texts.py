"""A message's words and formatting, cleaned, checked and counted as Telegram does.

Texts and captions are counted in code points after cleaning, offsets in UTF-16 units (tdlib, fix_formatted_text and
process_input_message_text). The stage parses no markup: parse_mode is refused, because our bots send entities.
"""

import unicodedata
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import bad
from bots.rehearsal.telegram_world.entities import utf16, with_detected
from bots.rehearsal.telegram_world.messages import Entity

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LARGEST_RAW = 1 << 15
MOST_ENTITIES = 100
GIVEN_KINDS = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "blockquote",
        "expandable_blockquote",
        "date_time",
    }
)
FOUND_KINDS = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
LINK_SCHEMES = frozenset({"http", "https", "ftp", "tg", "ton", "tonsite"})
PREVIEW_FIELDS = frozenset({"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"})
Formatted = tuple[str, tuple[Entity, ...]]


def text(query: Query) -> Formatted:
    """Return the text of sendMessage or editMessageText, checked."""
    raw = query.text("text")
    if not raw:
        raise bad("message text is empty")
    shown, entities = read(query, raw, query.json_list("entities"))
    if not shown:
        raise bad("text must be non-empty")
    if len(shown) > LONGEST_TEXT:
        raise bad("message is too long")
    return shown, entities


def caption(query: Query, raw: str, entities: list[Any]) -> Formatted:
    """Return a caption, checked; it may be empty."""
    shown, marks = read(query, raw, entities)
    if len(shown) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return shown, marks


def link_preview(query: Query) -> dict[str, Any] | None:
    """Return how a link should be previewed, or nothing."""
    return query.object("link_preview_options", "link preview options", PREVIEW_FIELDS)


def read(query: Query, raw: str, given: list[Any]) -> Formatted:
    """Clean a text and its entities, and add what Telegram finds by itself."""
    try:
        size = len(raw.encode("utf-8"))
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    if size > LARGEST_RAW:
        raise bad("text is too long")
    if query.text("parse_mode").lower() not in ("", "none"):
        query.blame("parse_mode: the stage parses no markup, send entities")
        raise bad("can't parse entities: the stage parses no markup, send entities")
    marks = [mark for each in given if (mark := _entity(query, each)) is not None]
    if len(marks) > MOST_ENTITIES:
        query.blame(f"{len(marks)} entities: Telegram shows the first {MOST_ENTITIES}")
    marks = sorted(marks, key=lambda mark: (mark.offset, -mark.length))[:MOST_ENTITIES]
    if marks:
        _check_places(raw, marks)
        _check_nesting(query, marks)
    shown, kept = _trim(*_clean(raw, marks))
    return shown, with_detected(shown, kept)


def _entity(query: Query, given: Any) -> Entity | None:
    """Read one entity; None for those Telegram finds by itself or drops without a word."""
    try:
        kind = given["type"]
        mark = Entity(int(given["offset"]), int(given["length"]), str(kind))
        if kind in FOUND_KINDS:
            return None
        if mark.length <= 0:
            query.blame(f"an empty entity: {given}")
            return None
        furnished = _furnished(query, mark, given)
    except (TypeError, KeyError, ValueError) as missing:
        raise bad(f"can't parse MessageEntity: wrong or missing field {missing}") from None
    if kind not in GIVEN_KINDS:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    return furnished


def _furnished(query: Query, mark: Entity, given: dict[str, Any]) -> Entity | None:
    """Add what this kind of entity needs; KeyError, TypeError or ValueError where it is not there."""
    match mark.type:
        case "text_link":
            url = str(given.get("url", ""))
            if not _is_link(url):
                query.blame(f"text_link to {url!r}: Telegram drops such a link without a word")
                return None
            return replace(mark, url=url)
        case "text_mention":
            return replace(mark, user_id=int(given["user"]["id"]))
        case "custom_emoji":
            return replace(mark, custom_emoji_id=str(given["custom_emoji_id"]))
        case "date_time":
            return replace(mark, unix_time=int(given["unix_time"]), date_time_format=given.get("date_time_format"))
        case "pre":
            return replace(mark, language=given.get("language") or None)
        case _:
            return mark


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in LINK_SCHEMES and bool(parts.netloc)


def _check_places(raw: str, marks: list[Entity]) -> None:
    """Refuse entities outside the text or inside a surrogate pair (tdlib, clean_input_string_with_entities)."""
    units = raw.encode("utf-16-le")
    at = len(units) // 2
    for mark in marks:
        if mark.offset < 0:
            raise bad(f"receive an entity with incorrect offset {mark.offset}")
        if mark.offset >= at:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {mark.offset}")
        if mark.end > at:
            raise bad(f"entity beginning at UTF-16 offset {mark.offset} ends after the end of the text")
        if _is_second_half(units, mark.offset):
            raise bad(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {mark.offset}")
        if _is_second_half(units, mark.end):
            raise bad(f"entity beginning at UTF-16 offset {mark.offset} ends in a middle of a UTF-16 symbol")


def _is_second_half(units: bytes, at: int) -> bool:
    """Tell whether a letter's second UTF-16 unit (0xDC00-0xDFFF) stands at this place."""
    return 0xDC <= int.from_bytes(units[2 * at + 1 : 2 * at + 2], "little") <= 0xDF


def _check_nesting(query: Query, marks: list[Entity]) -> None:
    """Blame what the documentation forbids and Telegram repairs in its own way (Bot API, formatting options)."""
    for index, outer in enumerate(marks):
        for inner in marks[index + 1 :]:
            if inner.offset >= outer.end:
                break
            if inner.end > outer.end:
                query.blame(f"{outer.type} and {inner.type} overlap partly at {inner.offset}")
            elif outer.type in ("code", "pre") or (inner.type in ("code", "pre") and outer.length == inner.length):
                query.blame(f"{outer.type} and {inner.type} share a stretch at {inner.offset}")
            elif "blockquote" in outer.type and "blockquote" in inner.type:
                query.blame(f"a quote inside a quote at {inner.offset}")


def _clean(raw: str, marks: list[Entity]) -> Formatted:
    """Drop carriage returns and turn control characters into spaces; entities move along."""
    if raw.isprintable() or not any(letter != "\n" and unicodedata.category(letter) == "Cc" for letter in raw):
        return raw, tuple(marks)
    kept = ["" if letter == "\r" else " " if _is_control(letter) else letter for letter in raw]
    moved: dict[int, int] = {0: 0}
    old = new = 0
    for letter, instead in zip(raw, kept, strict=True):
        old += utf16(letter)
        new += utf16(instead)
        moved[old] = new
    shifted = [replace(mark, offset=moved[mark.offset], length=moved[mark.end] - moved[mark.offset]) for mark in marks]
    return "".join(kept), tuple(mark for mark in shifted if mark.length)


def _is_control(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) == "Cc"


def _trim(shown: str, marks: tuple[Entity, ...]) -> Formatted:
    """Cut blank ends: all of the right one, the left one up to the first entity (tdlib, fix_formatted_text)."""
    shown = shown.rstrip(" \n")
    end = utf16(shown)
    marks = tuple(replace(mark, length=min(mark.end, end) - mark.offset) for mark in marks if mark.offset < end)
    blank = len(shown) - len(shown.lstrip(" \n"))
    cut = min([blank, *(mark.offset for mark in marks)])
    return shown[cut:], tuple(replace(mark, offset=mark.offset - cut) for mark in marks)
