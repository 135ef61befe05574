"""The post office: which bot hears of what. Holds Telegram's privacy mode and its rule that bots do not hear bots.

Sources: core.telegram.org/bots/features#privacy-mode, core.telegram.org/bots/faq, and tdlib/telegram-bot-api
(need_skip_update_message) for a bot's own service messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bots.rehearsal.telegram_world import drawing
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.groups import Channel, Group
from bots.rehearsal.telegram_world.members import Member
from bots.rehearsal.telegram_world.messages import Origin

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.chats import Chat, PrivateChat
    from bots.rehearsal.telegram_world.messages import Being, SeenMessage
    from bots.rehearsal.telegram_world.world import TelegramWorld


class PostOffice:
    """Turns what happens into updates for the bots that may know."""

    def __init__(self, world: TelegramWorld) -> None:
        """Serve this world."""
        self._world = world

    def deliver(self, message: SeenMessage, *, edited: bool = False) -> None:
        """Tell every bot of the chat that may hear this message; then it is one that has been said."""
        kind = "channel_post" if message.chat.kind == "channel" else "message"
        for bot in message.chat.bots:
            if self._hears(bot, message):
                bot.updates.put(f"edited_{kind}" if edited else kind, drawing.message(message, bot))
        if isinstance(message.chat, Group) and isinstance(message.author, BotAccount):
            message.chat.last_bot_to_speak = message.author

    def membership(self, chat: Chat, by: Being, before: Member, after: Member) -> None:
        """Tell a bot that its own place in a chat has changed."""
        bot = after.being
        if isinstance(bot, BotAccount):
            body = {
                "chat": drawing.chat(chat),
                "from": drawing.being(by, speaking=True),
                "date": self._world.now(),
                "old_chat_member": drawing.member(before, chat.kind),
                "new_chat_member": drawing.member(after, chat.kind),
            }
            bot.updates.put("my_chat_member", body)

    def block(self, chat: PrivateChat, *, blocked: bool) -> None:
        """Let a person block or unblock a bot, and tell it."""
        before = chat.member(chat.bot.id)
        chat.blocked = blocked
        after = chat.member(chat.bot.id)
        if before is not None and after is not None and before != after:
            self.membership(chat, chat.person, before, after)

    def discuss(self, post: SeenMessage) -> None:
        """Forward a channel's post into its discussion group, as Telegram's own account does."""
        if not isinstance(post.chat, Channel) or post.chat.discussion is None:
            return
        group = post.chat.discussion
        copy = group.add(
            self._world.telegram_itself,
            text=post.text,
            caption=post.caption,
            entities=post.entities,
            photo=post.photo,
            album=post.album,
            sender_chat=post.chat,
            origin=Origin("channel", post.chat.title, post.date, chat=post.chat, message_id=post.id),
            automatic=True,
        )
        group.change(copy, pinned=True)

    def _hears(self, bot: BotAccount, message: SeenMessage) -> bool:
        if message.service is not None:
            return True
        if message.author is bot or (isinstance(message.author, BotAccount) and message.via_bot is None):
            return False
        if message.chat.kind in ("private", "channel") or not bot.privacy:
            return True
        place = message.chat.member(bot.id)
        return (place is not None and place.runs_it) or self._is_meant(bot, message)

    def _is_meant(self, bot: BotAccount, message: SeenMessage) -> bool:
        """Tell whether a message in a group is meant for a bot with privacy mode on."""
        answered = message.chat.find(message.reply_to) if message.reply_to is not None else None
        if message.via_bot is bot or (answered is not None and answered.author is bot):
            return True
        last = message.chat.last_bot_to_speak if isinstance(message.chat, Group) else None
        name = f"@{bot.username}".lower()
        for entity in message.entities:
            words = entity.cut_from(message.shown).lower()
            if entity.type == "mention" and words == name:
                return True
            if entity.type == "bot_command" and (words.endswith(name) or ("@" not in words and last in (None, bot))):
                return True
        return False
