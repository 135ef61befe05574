"""What a bot may reach: chats, topics and messages, its rights in them, and how fast it may talk.

The texts are those of tdlib/telegram-bot-api (check_chat_access, check_message) and tdlib (can_send_message_content,
can_edit_message, can_pin_messages).
"""

import re
from collections.abc import Callable

from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import RefusalError, bad, migrated, too_many
from bots.rehearsal.telegram_world.chats import GENERAL, Chat, PrivateChat, Topic
from bots.rehearsal.telegram_world.groups import Group
from bots.rehearsal.telegram_world.members import Member
from bots.rehearsal.telegram_world.messages import SeenMessage
from bots.rehearsal.telegram_world.rates import GROUP, PRIVATE

CHAT_NAME = re.compile(r"-?\d{1,19}|@[A-Za-z]\w{2,31}", re.ASCII)
Check = Callable[[Query, Chat], None]


def chat(query: Query) -> Chat:
    """Return the chat that `chat_id` names, as far as the bot can know it."""
    name = query.text("chat_id").strip()
    if not name:
        raise bad("chat_id is empty")
    found = query.world.chat_for(query.bot, name) if CHAT_NAME.fullmatch(name) else None
    if found is None:
        raise bad("chat not found")
    if isinstance(found, Group):
        _check_place(query, found, reading=True)
    return found


def reachable(query: Query) -> Chat:
    """Return a chat in which the bot may still change something."""
    found = chat(query)
    if isinstance(found, PrivateChat):
        if found.person.deactivated:
            raise RefusalError(403, "user is deactivated")
        if not found.begun:
            raise RefusalError(403, "bot can't initiate conversation with a user")
        if found.blocked:
            raise RefusalError(403, "bot was blocked by the user")
    elif isinstance(found, Group):
        _check_place(query, found, reading=False)
    return found


def _check_place(query: Query, group: Group, *, reading: bool) -> None:
    if group.kind == "group" and not reading:
        if group.upgraded_to is not None:
            raise migrated(group.upgraded_to.id)
        if group.gone:
            raise RefusalError(403, "the group chat was deleted")
    if group.gone and group.kind != "group":
        raise bad("chat not found")
    place = group.member(query.bot.id)
    if place is not None and place.status == "kicked" and not (reading and group.kind == "group"):
        raise RefusalError(403, f"bot was kicked from the {group.kind} chat")
    open_to_read = reading and (group.kind == "group" or bool(group.username))
    if (place is None or not place.present) and not open_to_read:
        raise RefusalError(403, f"bot is not a member of the {group.kind} chat")


def place_of(query: Query, where: Chat) -> Member:
    """Return the bot's own place in a chat."""
    return where.member(query.bot.id) or Member(query.bot, "left")


def topic(query: Query, where: Chat) -> Topic | None:
    """Return the topic `message_thread_id` names, None for none and where there are no topics."""
    number = query.integer("message_thread_id")
    if not number:
        return None
    if not where.forum and where.kind != "private":
        query.blame("message_thread_id in a chat without topics: Telegram ignores it")
        return None
    found = where.topics.get(number) if isinstance(where, Group) and number != GENERAL else None
    if found is None:
        raise bad("message thread not found")
    return found


def may_say(query: Query, where: Chat, permission: str, words: str) -> None:
    """Refuse to send what the bot has no right to; `words` name it: text messages, photos."""
    place = place_of(query, where)
    if where.kind == "channel":
        if not place.may("can_post_messages"):
            raise bad("need administrator rights in the channel chat")
    elif where.kind != "private" and not place.may(permission):
        raise bad(f"not enough rights to send {words} to the chat")


def may_write_in(query: Query, where: Chat, there: Topic | None) -> None:
    """Refuse to write in a closed topic without the right to manage topics."""
    closed = there is not None and there.closed
    if isinstance(where, Group) and there is None and where.forum:
        closed = where.general_topic().closed
    if closed and not place_of(query, where).may("can_manage_topics"):
        raise RefusalError(400, "TOPIC_CLOSED")


def may_pin(query: Query, where: Chat) -> None:
    """Refuse to pin without the right."""
    place = place_of(query, where)
    right = "can_edit_messages" if where.kind == "channel" else "can_pin_messages"
    if where.kind != "private" and not (place.runs_it and place.may(right)):
        raise bad("not enough rights to manage pinned messages in the chat")


def message(where: Chat, number: int, words: str) -> SeenMessage:
    """Return a message that stands in the chat; `words`: message to edit."""
    found = where.find(number)
    if found is None:
        raise bad(f"{words} not found")
    return found


def may_edit(query: Query, said: SeenMessage) -> None:
    """Refuse to edit what is not the bot's own, forwarded, or has a reply keyboard."""
    place = place_of(query, said.chat)
    own = said.author is query.bot
    if said.chat.kind == "channel":
        own = place.may("can_edit_messages") or (own and place.may("can_post_messages"))
    if not own or said.origin is not None or said.keyboard is not None or said.service is not None:
        raise bad("message can't be edited")


def spend(query: Query, where: Chat, count: int = 1) -> None:
    """Count new messages against the limits, or refuse them with 429.

    In a private chat an album is one burst; everywhere else it is as many messages as it has pictures.
    """
    _spend(query, where, (count, 1 if where.kind == "private" else count))


def spend_edit(query: Query, where: Chat) -> None:
    """Count an edit over all and against a group's minute, as a message is counted."""
    _spend(query, where, (1, 0 if where.kind == "private" else 1))


def _spend(query: Query, where: Chat, sizes: tuple[int, int]) -> None:
    """A pause that a fault has set holds even where the world does not enforce rates."""
    now = query.world.clock()
    limit = PRIVATE if where.kind == "private" else GROUP
    verdict = query.bot.rates.pausing(str(where.id), now)
    if not verdict.wait and query.world.enforce_rates:
        verdict = query.bot.rates.spend(str(where.id), limit, sizes, now)
    if verdict.fault:
        query.blame(verdict.fault)
    if verdict.wait:
        raise too_many(verdict.wait)
