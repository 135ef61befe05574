"""sendMessage, sendPhoto, sendMediaGroup, sendChatAction: what makes something new appear in a chat."""

from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram_api import access, keyboards, media, texts
from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import bad
from bots.rehearsal.telegram_world import drawing
from bots.rehearsal.telegram_world.chats import Chat
from bots.rehearsal.telegram_world.messages import SeenMessage

CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
REPLY_FIELDS = frozenset(
    {
        "message_id",
        "chat_id",
        "allow_sending_without_reply",
        "quote",
        "quote_parse_mode",
        "quote_entities",
        "quote_position",
    }
)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a new message goes and how, checked."""

    chat: Chat
    how: dict[str, Any]


def send_message(query: Query) -> Any:
    """Say something."""
    words, entities = texts.text(query)
    markup = keyboards.read(query)
    preview = texts.link_preview(query)
    target = _target(query, "can_send_messages", "text messages")
    access.spend(query, target.chat)
    content = {"text": words, "entities": entities, "link_preview": preview}
    return _said(query, target, content | {"buttons": markup.buttons, "keyboard": markup.keyboard})


def send_photo(query: Query) -> Any:
    """Show a picture with a caption."""
    words, entities = texts.caption(query, query.text("caption"), query.json_list("caption_entities"))
    markup = keyboards.read(query)
    picture = media.photo(query, "photo")
    target = _target(query, "can_send_photos", "photos")
    access.spend(query, target.chat)
    content = {"caption": words, "entities": entities, "photo": picture}
    above = {"caption_above": query.flag("show_caption_above_media")}
    return _said(query, target, content | above | {"buttons": markup.buttons, "keyboard": markup.keyboard})


def send_media_group(query: Query) -> Any:
    """Show several pictures as one album."""
    if "reply_markup" in query.values:
        query.blame("reply_markup: an album takes none")
    items = media.album(query)
    target = _target(query, "can_send_photos", "photos")
    access.spend(query, target.chat, len(items))
    album = query.world.next_album()
    said = []
    for item in items:
        content = {"caption": item.caption, "entities": item.entities, "photo": item.picture}
        said.append(_add(query, target, content | {"caption_above": item.caption_above, "album": album}))
    return [drawing.message(message, query.bot) for message in said]


def send_chat_action(query: Query) -> Any:
    """Show that the bot is about to say something."""
    where = access.reachable(query)
    access.topic(query, where)
    if query.required("action") not in CHAT_ACTIONS:
        raise bad("wrong parameter action in request")
    return True


def _target(query: Query, permission: str, words: str) -> _Target:
    chat = access.reachable(query)
    topic = access.topic(query, chat)
    access.may_say(query, chat, permission, words)
    access.may_write_in(query, chat, topic)
    if query.flag("allow_paid_broadcast"):
        query.blame("allow_paid_broadcast: this stage gives nobody Stars")
    how = {
        "thread": None if topic is None else topic.id,
        "reply_to": _reply_to(query, chat),
        "silent": query.flag("disable_notification"),
        "protected": query.flag("protect_content"),
        "sender_chat": chat if chat.kind == "channel" else None,
    }
    return _Target(chat, how)


def _reply_to(query: Query, chat: Chat) -> int | None:
    given = query.object("reply_parameters", "reply parameters", REPLY_FIELDS)
    if given is None:
        return None
    if "chat_id" in given and str(given["chat_id"]) != str(chat.id):
        query.blame("reply_parameters.chat_id: the stage knows replies within one chat only")
    number = given.get("message_id")
    if isinstance(number, int) and chat.find(number) is not None:
        return number
    if given.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _said(query: Query, target: _Target, content: dict[str, Any]) -> Any:
    return drawing.message(_add(query, target, content), query.bot)


def _add(query: Query, target: _Target, content: dict[str, Any]) -> SeenMessage:
    message = target.chat.add(query.bot, **content, **target.how)
    query.world.post.discuss(message)
    return message
