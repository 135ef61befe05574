"""What changes or removes what a bot has said: edits, deletions, pins, reactions."""

from typing import Any

from bots.rehearsal.telegram_api import access, keyboards, media, texts
from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import bad
from bots.rehearsal.telegram_world import drawing
from bots.rehearsal.telegram_world.chats import Chat
from bots.rehearsal.telegram_world.messages import SeenMessage, Service

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
OLDEST_DELETABLE = 48 * 3600
MOST_DELETED = 100
REACTIONS = frozenset({"emoji", "custom_emoji", "paid"})


def edit_message_text(query: Query) -> Any:
    """Give a message other words."""
    words, entities = texts.text(query)
    said, change = _editable(query)
    if said.photo is not None:
        raise bad("there is no text in the message to edit")
    preview = texts.link_preview(query)
    return _edited(query, said, change | {"text": words, "entities": entities, "link_preview": preview})


def edit_message_caption(query: Query) -> Any:
    """Give a picture other words."""
    words, entities = texts.caption(query, query.text("caption"), query.json_list("caption_entities"))
    said, change = _editable(query)
    if said.photo is None:
        raise bad("there is no caption in the message to edit")
    above = query.flag("show_caption_above_media")
    return _edited(query, said, change | {"caption": words, "entities": entities, "caption_above": above})


def edit_message_media(query: Query) -> Any:
    """Put another picture, with its words, in place of a picture or a text."""
    new = media.item(query, query.json("media", "input media"))
    said, change = _editable(query)
    content = {"text": "", "caption": new.caption, "entities": new.entities, "photo": new.picture}
    return _edited(query, said, change | content | {"caption_above": new.caption_above})


def edit_message_reply_markup(query: Query) -> Any:
    """Give a message other buttons, or none."""
    said, change = _editable(query)
    return _edited(query, said, change)


def _editable(query: Query) -> tuple[SeenMessage, dict[str, Any]]:
    if query.text("inline_message_id"):
        query.blame("inline_message_id: the stage has no inline messages")
        raise bad("MESSAGE_ID_INVALID")
    markup = keyboards.read(query)
    chat = access.reachable(query)
    said = access.message(chat, query.integer("message_id"), "message to edit")
    access.may_edit(query, said)
    if markup.keyboard is not None:
        raise bad("inline keyboard expected")
    return said, {"buttons": markup.buttons}


def _edited(query: Query, said: SeenMessage, change: dict[str, Any]) -> Any:
    access.spend_edit(query, said.chat)
    if all(getattr(said, name) == value for name, value in change.items()):
        raise bad(NOT_MODIFIED)
    only_buttons = set(change) == {"buttons"}
    when = said.edit_date if only_buttons else query.world.now()
    now = said.chat.change(said, **change, edit_date=when, edits=said.edits + 1)
    return drawing.message(now, query.bot)


def delete_message(query: Query) -> Any:
    """Take a message away for everybody."""
    chat = access.reachable(query)
    said = access.message(chat, query.integer("message_id"), "message to delete")
    _may_delete(query, said)
    chat.change(said, deleted=True)
    return True


def delete_messages(query: Query) -> Any:
    """Take several messages away; those that are not there are skipped (Bot API)."""
    numbers = query.json("message_ids", "message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > MOST_DELETED:
        raise bad("too many message identifiers specified")
    if not all(isinstance(number, int) for number in numbers):
        raise bad("message identifier must be a Number")
    chat = access.reachable(query)
    found = [said for number in numbers if (said := chat.find(number)) is not None]
    for said in found:
        _may_delete(query, said)
    for said in found:
        chat.change(said, deleted=True)
    return True


def _may_delete(query: Query, said: SeenMessage) -> None:
    """Refuse what Telegram refuses (tdlib, can_delete_message and can_revoke_message)."""
    own = said.author is query.bot
    place = access.place_of(query, said.chat)
    may_others = said.chat.kind == "private" or (place.runs_it and place.may("can_delete_messages"))
    if said.chat.kind == "channel":
        own = own and place.may("can_post_messages")
    if not own and not may_others:
        raise bad("message can't be deleted")
    if query.world.clock() - said.date > OLDEST_DELETABLE:
        raise bad("message can't be deleted for everyone")


def pin_chat_message(query: Query) -> Any:
    """Pin a message, and say so in the chat."""
    chat = access.reachable(query)
    said = access.message(chat, query.integer("message_id"), "message to pin")
    access.may_pin(query, chat)
    if said.service is not None:
        raise bad("service messages can't be pinned")
    if not said.pinned:
        chat.change(said, pinned=True)
        chat.add(
            query.bot,
            service=Service("pinned_message", said.id),
            thread=said.thread,
            silent=query.flag("disable_notification"),
            sender_chat=chat if chat.kind == "channel" else None,
        )
    return True


def unpin_chat_message(query: Query) -> Any:
    """Unpin a message: the one named, or the newest."""
    chat = access.reachable(query)
    access.may_pin(query, chat)
    number = query.integer("message_id")
    said = access.message(chat, number, "message to unpin") if number else _newest_pinned(chat)
    if said is not None:
        chat.change(said, pinned=False)
    return True


def _newest_pinned(chat: Chat) -> SeenMessage | None:
    return next((said for said in reversed(chat.messages) if said.pinned), None)


def set_message_reaction(query: Query) -> Any:
    """Put the bot's one reaction on a message, or take it back."""
    chat = access.reachable(query)
    said = access.message(chat, query.integer("message_id"), "message to react")
    given = query.json("reaction", "reaction types") or []
    if not isinstance(given, list) or not all(
        isinstance(each, dict) and each.get("type") in REACTIONS for each in given
    ):
        raise bad("invalid reaction type specified")
    if len(given) > 1:
        raise bad("REACTIONS_TOO_MANY")
    chat.change(said, reaction=str(given[0].get("emoji", "")) if given else None)
    return True
