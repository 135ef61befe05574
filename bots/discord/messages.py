"""What one message says to Discord, as JSON (docs, resources/message): nothing it holds may ping anybody (TH11)."""

from collections.abc import Iterable, Sequence
from typing import Any

import discord

from bots.discord.calls import Payload, Upload
from bots.discord.render import Card, Drawn, Picture
from core.platform import Manner

NOBODY = discord.AllowedMentions.none()
"""Said with every message and every edit: Discord pings whomever a message names unless it is told not to."""

_SILENT = discord.MessageFlags(suppress_notifications=True).value
_STEM = 16

_TYPES = {
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"\x89PNG": ("png", "image/png"),
    b"GIF8": ("gif", "image/gif"),
    b"RIFF": ("webp", "image/webp"),
}


def created(drawn: Drawn, manner: Manner, uploads: Sequence[Upload]) -> Payload:
    """A new message."""
    payload: Payload = {
        "content": drawn.content,
        "nonce": manner.nonce,
        "enforce_nonce": True,
        "allowed_mentions": NOBODY.to_dict(),
    }
    if manner.silent:
        payload["flags"] = _SILENT
    if manner.reply_to is not None:
        payload["message_reference"] = {"message_id": str(manner.reply_to), "fail_if_not_exists": False}
    if drawn.cards:
        payload["embeds"] = _embeds(drawn.cards)
    if uploads:
        payload["attachments"] = _attachments(drawn.pictures, uploads)
    return payload


def edited(drawn: Drawn) -> Payload:
    """New words and cards for a message of ours; its pictures stay as they are."""
    return {"content": drawn.content, "embeds": _embeds(drawn.cards), "allowed_mentions": NOBODY.to_dict()}


def with_pictures(payload: Payload, pictures: Sequence[Picture], uploads: Sequence[Upload]) -> Payload:
    """The same edit with these pictures in place of those that are there."""
    return payload | {"attachments": _attachments(pictures, uploads)}


def shows(body: Any, pictures: Sequence[Picture]) -> bool:
    """Whether a message, as Discord tells it back, shows these pictures and no others."""
    there = body.get("attachments") or []
    return [(_stem(one["filename"]), one.get("description") or "") for one in there] == [
        (picture.asset[:_STEM], picture.alt) for picture in pictures
    ]


def upload(picture: Picture, content: bytes) -> Upload:
    """A picture's bytes under a name from which it can be told again."""
    ending, media_type = next(
        (kind for magic, kind in _TYPES.items() if content.startswith(magic)), ("bin", "application/octet-stream")
    )
    return Upload(f"{picture.asset[:_STEM]}.{ending}", content, media_type)


def _stem(filename: str) -> str:
    return filename.partition(".")[0]


def _attachments(pictures: Sequence[Picture], uploads: Sequence[Upload]) -> list[Payload]:
    alts = {picture.asset[:_STEM]: picture.alt for picture in pictures}
    return [
        {"id": at, "filename": one.filename, "description": alts[_stem(one.filename)]} for at, one in enumerate(uploads)
    ]


def _embeds(cards: Iterable[Card]) -> list[Payload]:
    return [_embed(card) for card in cards]


def _embed(card: Card) -> Payload:
    embed: Payload = {"title": card.title, "url": card.url, "author": {"name": card.source}}
    return embed if card.colour is None else embed | {"color": card.colour}
