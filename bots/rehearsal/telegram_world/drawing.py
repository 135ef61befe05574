"""The JSON in which the Bot API shows beings, chats, members and messages. A message is drawn for one bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bots.rehearsal.telegram_world import members

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.accounts import BotAccount
    from bots.rehearsal.telegram_world.chats import Chat
    from bots.rehearsal.telegram_world.members import Member
    from bots.rehearsal.telegram_world.messages import Being, Origin, Picture, SeenMessage, Service

Drawn = dict[str, Any]

SIZES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280), ("w", 2560))
"""Telegram's photo sizes: the longest side in pixels, by letter (core.telegram.org/api/files)."""


def being(who: Being, *, speaking: bool = False) -> Drawn:
    """Draw a person or bot; one who speaks shows the language of their app."""
    drawn: Drawn = {"id": who.id, "is_bot": who.is_bot, "first_name": who.name}
    optional = {"last_name": who.last_name, "username": who.username, "language_code": who.language if speaking else ""}
    return drawn | {name: value for name, value in optional.items() if value}


def chat(place: Chat) -> Drawn:
    """Draw a chat as it stands in messages."""
    drawn: Drawn = {"id": place.id}
    if place.kind == "private":
        person = place.world.person(place.id)
        drawn |= {"first_name": person.name} | ({"username": person.username} if person.username else {})
    else:
        drawn["title"] = place.title
        if place.username:
            drawn["username"] = place.username
    if place.forum:
        drawn["is_forum"] = True
    return drawn | {"type": place.kind}


def member(place: Member, kind: str) -> Drawn:
    """Draw someone's place in a chat of this kind, as a ChatMember."""
    drawn: Drawn = {"user": being(place.being), "status": place.status}
    if place.status == "creator":
        drawn["is_anonymous"] = place.anonymous
    elif place.status == "administrator":
        drawn |= {right: right in place.rights for right in members.rights_of(kind)}
        drawn |= {"can_be_edited": False, "is_anonymous": place.anonymous}
    elif place.status == "restricted":
        drawn |= {name: name in place.permissions for name in members.PERMISSIONS}
        drawn |= {"is_member": True, "until_date": 0}
    elif place.status == "kicked":
        drawn["until_date"] = 0
    return drawn


def photo(picture: Picture, bot: BotAccount) -> list[Drawn]:
    """Draw a photo in its sizes, smallest first."""
    longest = max(picture.width, picture.height)
    drawn = []
    for letter, side in SIZES:
        scale = min(1.0, side / longest)
        drawn.append(
            {
                "file_id": bot.file_id(picture, letter),
                "file_unique_id": f"AQAD{picture.key}{letter}",
                "file_size": max(1, int(len(picture.content) * scale * scale)),
                "width": max(1, round(picture.width * scale)),
                "height": max(1, round(picture.height * scale)),
            }
        )
        if side >= longest:
            break
    return drawn


def message(said: SeenMessage, bot: BotAccount, *, with_reply: bool = True) -> Drawn:
    """Draw a message as this bot gets it."""
    drawn: Drawn = {"message_id": said.id}
    if said.author is not None and said.chat.kind != "channel":
        drawn["from"] = being(said.author, speaking=True)
    if said.sender_chat is not None:
        drawn["sender_chat"] = chat(said.sender_chat)
    drawn |= {"chat": chat(said.chat), "date": said.date}
    if said.edit_date is not None:
        drawn["edit_date"] = said.edit_date
    if said.thread is not None:
        drawn |= {"message_thread_id": said.thread, "is_topic_message": True}
    if with_reply and said.reply_to is not None:
        _draw_reply(drawn, said, bot)
    _draw_words(drawn, said, bot)
    _draw_circumstances(drawn, said, bot)
    return drawn


def _draw_reply(drawn: Drawn, said: SeenMessage, bot: BotAccount) -> None:
    answered = said.chat.find(said.reply_to or 0)
    if answered is not None:
        drawn["reply_to_message"] = message(answered, bot, with_reply=False)


def _draw_words(drawn: Drawn, said: SeenMessage, bot: BotAccount) -> None:
    marks = [entity.drawn() for entity in said.entities]
    if said.photo is not None:
        drawn["photo"] = photo(said.photo, bot)
        if said.caption:
            drawn["caption"] = said.caption
        if marks:
            drawn["caption_entities"] = marks
        if said.caption_above:
            drawn["show_caption_above_media"] = True
    elif said.service is not None:
        _draw_service(drawn, said, said.service, bot)
    else:
        drawn["text"] = said.text
        if marks:
            drawn["entities"] = marks


def _draw_service(drawn: Drawn, said: SeenMessage, service: Service, bot: BotAccount) -> None:
    kind, content = service.kind, service.content
    if kind == "pinned_message":
        pinned = said.chat.find(content)
        content = None if pinned is None else message(pinned, bot, with_reply=False)
    if content is not None:
        drawn[kind] = content
    if kind == "new_chat_members":
        drawn["new_chat_member"] = content[0]


def _draw_circumstances(drawn: Drawn, said: SeenMessage, bot: BotAccount) -> None:
    if said.album is not None:
        drawn["media_group_id"] = said.album
    if said.origin is not None:
        drawn["forward_origin"] = _origin(said.origin)
    if said.automatic:
        drawn["is_automatic_forward"] = True
    if said.via_bot is not None:
        drawn["via_bot"] = being(said.via_bot)
    if said.protected:
        drawn["has_protected_content"] = True
    if said.link_preview is not None:
        drawn["link_preview_options"] = dict(said.link_preview)
    if said.buttons:
        rows = [[dict(button.drawn) for button in row] for row in said.buttons]
        drawn["reply_markup"] = {"inline_keyboard": rows}


def _origin(origin: Origin) -> Drawn:
    drawn: Drawn = {"type": origin.kind, "date": origin.date}
    if origin.kind == "user" and origin.person is not None:
        drawn["sender_user"] = being(origin.person)
    elif origin.kind == "hidden_user":
        drawn["sender_user_name"] = origin.name
    elif origin.chat is not None:
        key = "chat" if origin.kind == "channel" else "sender_chat"
        drawn[key] = chat(origin.chat)
        if origin.message_id is not None:
            drawn["message_id"] = origin.message_id
    return drawn
