"""A Telegram message as something heard: where, by whom, under which reservations, and which command. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Chat, Message, MessageEntity, Update

from bots.telegram import looks
from core.commands.heard import Mark, Place
from core.model import Address, PlaceKind, Platform

# Telegram's own accounts: a group's anonymous admin, somebody sending as a channel, and the service account that
# forwards a channel's posts into its group (Bot API, Message.from and sender_chat).
ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM_ITSELF = 1087968824, 136817688, 777000
_COMMAND = re.compile(r"/(?P<name>\w{1,64})(?:@(?P<bot>\w{1,64}))?(?=\s|$)\s*", re.ASCII)
_KINDS = {
    Chat.PRIVATE: PlaceKind.PRIVATE,
    Chat.GROUP: PlaceKind.GROUP,
    Chat.SUPERGROUP: PlaceKind.GROUP,
    Chat.CHANNEL: PlaceKind.CHANNEL,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says: a command's name ("" for none) and the words, a phone's formatting as Markdown."""

    command: str
    words: str


def worth_keeping(update: Mapping[str, Any]) -> bool:
    """Whether an update may enter the store: what people say in groups and is no command never does (P15)."""
    for kind in ("message", "edited_message", "channel_post"):
        message = update.get(kind)
        if isinstance(message, Mapping) and isinstance(chat := message.get("chat"), Mapping):
            moved = "migrate_to_chat_id" in message or "migrate_from_chat_id" in message
            words = message.get("text") or message.get("caption") or ""
            return chat.get("type") == Chat.PRIVATE or moved or str(words).startswith("/")
    return True


def place_of(chat: Chat, account: str, bot: str, message: Message | None = None) -> Place:
    """Where something was said. A topic is a place of its own; the General topic is the group."""
    topic = message.message_thread_id if message is not None and message.is_topic_message else None
    address = Address(Platform.TELEGRAM, chat.id, topic or 0)
    kind = PlaceKind.TOPIC if topic else _KINDS.get(str(chat.type), PlaceKind.GROUP)
    # In private a title would be a person's name, which we do not keep (P15).
    return Place(account, address, kind, chat.title or "", bot)


def said(message: Message, bot: str) -> Said | None:
    """The command or the words of a message; None for a command meant for another bot."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    match = _COMMAND.match(text)
    if match is None or not _marks_command(entities):
        return Said("", looks.typed(text, entities))
    if match["bot"] and match["bot"].lower() != bot.lower():
        return None
    rest = [_moved(one, match.end()) for one in entities if one.offset >= match.end()]
    return Said(match["name"].lower(), looks.typed(text[match.end() :], rest))


def caller_of(message: Message) -> int:
    """The numeric id of whoever speaks; a channel speaks as itself."""
    if message.from_user is not None:
        return message.from_user.id
    return message.sender_chat.id if message.sender_chat is not None else message.chat.id


def marks_of(message: Message, update: Update) -> frozenset[Mark]:
    """Every reason why the message may not be the caller's own fresh words (TH3-TH5)."""
    sender = message.from_user.id if message.from_user is not None else None
    as_chat = message.sender_chat is not None or sender is None
    anonymous = sender == ANONYMOUS_ADMIN or (message.sender_chat is not None and message.sender_chat == message.chat)
    anonymous = anonymous and message.chat.type != Chat.CHANNEL
    ours = sender in (ANONYMOUS_ADMIN, CHANNEL_BOT)
    found = {
        Mark.FORWARDED: message.forward_origin is not None,
        Mark.EDITED: update.edited_message is not None or update.edited_channel_post is not None,
        Mark.VIA_BOT: message.via_bot is not None or message.sender_business_bot is not None,
        Mark.ANONYMOUS: anonymous,
        Mark.AS_CHANNEL: sender == CHANNEL_BOT or (as_chat and not anonymous),
        Mark.AUTO_FORWARDED: bool(message.is_automatic_forward) or sender == TELEGRAM_ITSELF,
        Mark.FROM_BOT: message.from_user is not None and message.from_user.is_bot and not ours,
    }
    return frozenset(mark for mark, holds in found.items() if holds)


def token_of(message: Message, account: str, update: Update) -> str:
    """The message's own identity, the same at every redelivery; an edit of it is another."""
    edit = f":{message.edit_date.timestamp():.0f}" if update.edited_message and message.edit_date else ""
    return f"{_identity(message, account)}{edit}"


def edited_token(message: Message, account: str, update: Update) -> str:
    """The identity the message had before it was edited; "" for one that was not."""
    return _identity(message, account) if update.edited_message else ""


def _identity(message: Message, account: str) -> str:
    return f"telegram:{account}:{message.chat.id}:{message.message_id}"


def _marks_command(entities: tuple[MessageEntity, ...]) -> bool:
    """Whether Telegram itself saw a command at the very beginning."""
    return any(one.type == MessageEntity.BOT_COMMAND and one.offset == 0 for one in entities)


def _moved(entity: MessageEntity, by: int) -> MessageEntity:
    # A command and the white space after it are of one UTF-16 unit a sign.
    return MessageEntity(entity.type, entity.offset - by, entity.length, url=entity.url)
