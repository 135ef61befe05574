"""Chats as a bot may ask about and arrange them: getChat, members, leaving, topics, files."""

from typing import Any

from bots.rehearsal.telegram_api import access
from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import RefusalError, bad
from bots.rehearsal.telegram_world import drawing, members
from bots.rehearsal.telegram_world.chats import Chat, PrivateChat, Topic
from bots.rehearsal.telegram_world.groups import Channel, Group

LONGEST_TOPIC = 128
HEAVIEST_DOWNLOAD = 20 * 1024 * 1024


def get_chat(query: Query) -> Any:
    """Describe a chat in full, as a ChatFullInfo."""
    chat = access.chat(query)
    drawn = drawing.chat(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
    if isinstance(chat, Group):
        drawn |= _described(chat)
    pinned = [said for said in chat.messages if said.pinned]
    if pinned:
        drawn["pinned_message"] = drawing.message(pinned[-1], query.bot, with_reply=False)
    return drawn


def _described(group: Group) -> dict[str, Any]:
    linked = group.discussion if isinstance(group, Channel) else group.linked_channel
    drawn: dict[str, Any] = {} if linked is None else {"linked_chat_id": linked.id}
    if group.kind != "channel":
        drawn["permissions"] = {name: name in members.USUAL_PERMISSIONS for name in members.PERMISSIONS}
    return drawn


def get_chat_member(query: Query) -> Any:
    """Describe somebody's place in a chat."""
    chat = access.chat(query)
    number = query.integer("user_id")
    if not number:
        raise bad("invalid user_id specified")
    place = chat.member(number)
    if place is None:
        person = query.world.people().get(number)
        if person is None or isinstance(chat, PrivateChat):
            raise bad("member not found")
        place = members.Member(person, "left")
    return drawing.member(place, chat.kind)


def get_chat_administrators(query: Query) -> Any:
    """Describe who runs a group or channel; other bots only if asked for."""
    chat = access.chat(query)
    if not isinstance(chat, Group):
        raise bad("there are no administrators in the private chat")
    places = [place for place in chat.members.values() if place.runs_it]
    wanted = [place for place in places if not place.being.is_bot or place.being is query.bot]
    chosen = places if query.flag("return_bots") else wanted
    return [drawing.member(place, chat.kind) for place in chosen]


def get_chat_member_count(query: Query) -> Any:
    """Count a chat's members."""
    chat = access.chat(query)
    return sum(place.present for place in chat.members.values()) if isinstance(chat, Group) else 2


def leave_chat(query: Query) -> Any:
    """Let the bot go."""
    chat = access.reachable(query)
    if not isinstance(chat, Group):
        raise bad("chat member status can't be changed in private chats")
    chat.leave(query.bot)
    return True


def get_file(query: Query) -> Any:
    """Tell where a picture can be downloaded."""
    name = query.required("file_id")
    picture = query.bot.pictures.get(name)
    if picture is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(picture.content) > HEAVIEST_DOWNLOAD:
        raise bad("file is too big")
    return {
        "file_id": name,
        "file_unique_id": f"AQAD{picture.key}",
        "file_size": len(picture.content),
        "file_path": f"photos/{picture.key}.{picture.suffix}",
    }


def create_forum_topic(query: Query) -> Any:
    """Open a topic."""
    forum = _forum(query)
    name = query.text("name").strip()
    if not name:
        raise bad("name must be non-empty")
    if len(name) > LONGEST_TOPIC:
        query.blame(f"a topic's name of {len(name)} characters: Telegram cuts it")
    if not access.place_of(query, forum).may("can_manage_topics"):
        raise bad("not enough rights to create a topic")
    topic = forum.add_topic(name[:LONGEST_TOPIC], by=query.bot)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": 7322096}


def close_forum_topic(query: Query) -> Any:
    """Close a topic."""
    forum, topic = _topic(query)
    if topic.closed:
        raise RefusalError(400, "TOPIC_NOT_MODIFIED")
    forum.close_topic(topic, by=query.bot)
    return True


def reopen_forum_topic(query: Query) -> Any:
    """Open a closed topic again."""
    forum, topic = _topic(query)
    if not topic.closed:
        raise RefusalError(400, "TOPIC_NOT_MODIFIED")
    forum.reopen_topic(topic, by=query.bot)
    return True


def _forum(query: Query) -> Group:
    chat: Chat = access.reachable(query)
    if not isinstance(chat, Group) or not chat.forum:
        raise bad("the chat is not a forum")
    return chat


def _topic(query: Query) -> tuple[Group, Topic]:
    forum = _forum(query)
    topic = forum.topics.get(query.integer("message_thread_id"))
    if topic is None:
        raise bad("message thread not found")
    if not access.place_of(query, forum).may("can_manage_topics"):
        raise bad("not enough rights to edit the topic")
    return forum, topic
