"""Pictures in calls: uploaded bytes, a file_id of this bot, or an attachment named in a list; and Telegram's limits.

A photo weighs at most 10 MB, width and height add up to at most 10,000, their ratio is at most 20 (Bot API,
sendPhoto). The stage fetches nothing from the network: an address is refused as one that cannot be reached.
"""

from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram_api import texts
from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import RefusalError, bad
from bots.rehearsal.telegram_world import pictures
from bots.rehearsal.telegram_world.messages import Entity, Picture

HEAVIEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIDES = 10_000
LONGEST_RATIO = 20
ATTACHED = "attach://"
ALBUM = range(2, 11)
KNOWN = frozenset(
    {
        "type",
        "media",
        "caption",
        "parse_mode",
        "caption_entities",
        "show_caption_above_media",
        "has_spoiler",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One InputMediaPhoto, checked."""

    picture: Picture
    caption: str
    entities: tuple[Entity, ...]
    caption_above: bool


def photo(query: Query, name: str) -> Picture:
    """Return the picture a call sends in the field `name`."""
    if name in query.files:
        return _uploaded(query.files[name])
    return _named(query, query.text(name))


def album(query: Query) -> list[Item]:
    """Return the pictures of sendMediaGroup."""
    given = query.json("media", "media")
    if not isinstance(given, list):
        raise bad("expected an Array of InputMedia")
    if len(given) not in ALBUM:
        raise bad("too many messages to send as an album" if given else "there are no messages to send")
    return [item(query, each) for each in given]


def item(query: Query, given: Any) -> Item:
    """Return one InputMediaPhoto; other kinds are none of this stage's."""
    if not isinstance(given, dict):
        raise bad("can't parse InputMedia: expected an Object")
    if given.get("type") != "photo":
        query.blame(f"media of type {given.get('type')!r}: the stage shows photos only")
        raise bad(f"can't parse InputMedia: type {given.get('type')!r} is unsupported")
    strange = set(given) - KNOWN
    if strange:
        query.blame(f"unknown fields of InputMediaPhoto: {sorted(strange)}")
    if given.get("parse_mode"):
        query.blame("parse_mode: the stage parses no markup, send entities")
        raise bad("can't parse entities: the stage parses no markup, send entities")
    words, entities = texts.caption(query, str(given.get("caption", "")), given.get("caption_entities") or [])
    return Item(
        _named(query, str(given.get("media", ""))), words, entities, bool(given.get("show_caption_above_media"))
    )


def _named(query: Query, name: str) -> Picture:
    """Return the picture behind a name: an upload of this call, or a file_id of this bot."""
    if not name:
        raise bad("there is no photo in the request")
    if name.startswith(ATTACHED):
        content = query.files.get(name.removeprefix(ATTACHED))
        if content is None:
            raise bad("there is no photo in the request")
        return _uploaded(content)
    known = query.bot.pictures.get(name)
    if known is not None:
        return known
    if name.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    if any(name in other.pictures for other in query.world.bots.values()):
        query.blame("a file_id of another bot")
    raise bad("wrong file identifier/HTTP URL specified")


def _uploaded(content: bytes) -> Picture:
    if not content:
        raise bad("file must be non-empty")
    if len(content) > HEAVIEST_PHOTO:
        raise bad(f"file of size {len(content)} bytes is too big for a photo")
    try:
        picture = pictures.read(content)
    except pictures.NotAPictureError:
        raise RefusalError(400, "IMAGE_PROCESS_FAILED") from None
    sides = (picture.width, picture.height)
    if sum(sides) > LARGEST_SIDES or max(sides) > LONGEST_RATIO * min(sides):
        raise RefusalError(400, "PHOTO_INVALID_DIMENSIONS")
    return picture
