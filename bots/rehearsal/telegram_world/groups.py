"""Groups, supergroups, forums and channels: who belongs, who runs them, and what happens to the bots in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.rehearsal.telegram_world import drawing, members
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import GENERAL, Chat, Topic
from bots.rehearsal.telegram_world.members import Member
from bots.rehearsal.telegram_world.messages import SeenMessage, Service

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.messages import Being
    from bots.rehearsal.telegram_world.people import Person
    from bots.rehearsal.telegram_world.world import TelegramWorld

SUPERGROUP_BASE = -1_000_000_000_000


class Group(Chat):
    """A group or supergroup. Tell it what its people do: add bots, promote, restrict, remove, upgrade, open topics."""

    def __init__(self, world: TelegramWorld, chat_id: int, title: str, kind: str = "group") -> None:
        """Found an empty group."""
        super().__init__(world, chat_id, title)
        self.kind = kind
        self.members: dict[int, Member] = {}
        self.topics: dict[int, Topic] = {}
        self.upgraded_to: Group | None = None
        self.gone = False
        self.last_bot_to_speak: BotAccount | None = None
        self.linked_channel: Channel | None = None
        self._last_message = 0

    @property
    def bots(self) -> Iterable[BotAccount]:
        """The bots that are members now."""
        return [each.being for each in self.members.values() if each.present and isinstance(each.being, BotAccount)]

    def member(self, being_id: int) -> Member | None:
        """Return someone's place here, a former one too."""
        return self.members.get(being_id)

    def next_id(self) -> int:
        """Count alone in a supergroup; a basic group's numbers come from the world's count."""
        if self.kind == "group":
            return self.world.next_message_id()
        self._last_message += 1
        return self._last_message

    def seat(self, being: Being, status: str = "member", **changes: bool) -> None:
        """Give someone a place without anybody being told: how things were when the story began."""
        runs = status in ("creator", "administrator")
        rights = members.chosen_rights(self.kind, changes) if runs else frozenset[str]()
        self.members[being.id] = Member(being, status, rights)

    def add_bot(self, bot: BotAccount, *, by: Person) -> None:
        """Let `by` add the bot as a plain member."""
        self._move(bot, Member(bot), by)
        self.note(by, "new_chat_members", [drawing.being(bot)])

    def promote_bot(self, bot: BotAccount, *, by: Person, **rights: bool) -> None:
        """Make the bot an administrator with the usual rights, changed by `rights` (`can_pin_messages=False`)."""
        self._move(bot, Member(bot, "administrator", members.chosen_rights(self.kind, rights)), by)

    def demote_bot(self, bot: BotAccount, *, by: Person) -> None:
        """Make the bot a plain member again."""
        self._move(bot, Member(bot), by)

    def restrict_bot(self, bot: BotAccount, *, by: Person, **permissions: bool) -> None:
        """Take permissions from the bot (`can_send_photos=False`); with none named it may say nothing at all."""
        changes = permissions or dict.fromkeys(members.PERMISSIONS, False)
        self._move(bot, Member(bot, "restricted", permissions=members.chosen_permissions(changes)), by)

    def remove_bot(self, bot: BotAccount, *, by: Person) -> None:
        """Let `by` throw the bot out; it may not come back by itself."""
        self._part(bot, "kicked", by)

    def leave(self, bot: BotAccount) -> None:
        """Let the bot go by itself."""
        self._part(bot, "left", bot)

    def add_person(self, person: Person, *, by: Person | None = None) -> None:
        """Let someone join, or be added by another."""
        self.members[person.id] = Member(person)
        self.note(by or person, "new_chat_members", [drawing.being(person)])

    def remove_person(self, person: Person, *, by: Person | None = None) -> None:
        """Let someone go, or be thrown out by another."""
        self.members[person.id] = Member(person, "kicked" if by else "left")
        self.note(by or person, "left_chat_member", drawing.being(person))

    def disband(self) -> None:
        """Delete the group for everybody."""
        self.gone = True

    def upgrade_to_supergroup(self, *, forum: bool = False) -> Group:
        """Turn a basic group into a supergroup with a new number, and tell the bots in both places."""
        new = self.world.found_group(self.title, "supergroup")
        new.forum = forum
        new.members = {number: replace(each) for number, each in self.members.items()}
        self.upgraded_to = new
        somebody = next(iter(self.members.values())).being
        self.note(somebody, "migrate_to_chat_id", new.id)
        new.note(somebody, "migrate_from_chat_id", self.id)
        return new

    def add_topic(self, name: str, *, by: Being | None = None) -> Topic:
        """Open a topic, making this a forum."""
        self.forum = True
        number = self.next_id()
        topic = self.topics[number] = Topic(self, number, name)
        opened = Service("forum_topic_created", {"name": name, "icon_color": 7322096})
        self.add(by or self._owner(), number=number, thread=number, service=opened)
        return topic

    def general_topic(self) -> Topic:
        """Return the topic "General", where messages without a thread stand."""
        return self.topics.setdefault(GENERAL, Topic(self, GENERAL, "General"))

    def close_topic(self, topic: Topic, *, by: Being | None = None) -> None:
        """Close a topic: members, and bots without the right, can no longer write there."""
        topic.closed = True
        self.note(by or self._owner(), "forum_topic_closed", {}, thread=topic.id)

    def reopen_topic(self, topic: Topic, *, by: Being | None = None) -> None:
        """Open it again."""
        topic.closed = False
        self.note(by or self._owner(), "forum_topic_reopened", {}, thread=topic.id)

    def pin(self, message: SeenMessage, *, by: Being) -> None:
        """Pin a message, and say so in the chat."""
        self.change(message, pinned=True)
        self.note(by, "pinned_message", message.id, thread=message.thread)

    def _owner(self) -> Being | None:
        return next((each.being for each in self.members.values() if each.runs_it), None)

    def _move(self, bot: BotAccount, after: Member, by: Being) -> None:
        before = self.members.get(bot.id, Member(bot, "left"))
        self.members[bot.id] = after
        bot.met.update(each.being.id for each in self.members.values())
        self.world.post.membership(self, by, before, after)

    def _part(self, bot: BotAccount, status: str, by: Being) -> None:
        if self.kind != "channel":
            self.note(by, "left_chat_member", drawing.being(bot))
        self._move(bot, Member(bot, status), by)


class Channel(Group):
    """A channel: administrators speak as the channel, everybody else reads. May have a linked discussion group."""

    def __init__(self, world: TelegramWorld, chat_id: int, title: str) -> None:
        """Found an empty channel."""
        super().__init__(world, chat_id, title, "channel")
        self.discussion: Group | None = None

    def add_bot(self, bot: BotAccount, *, by: Person) -> None:
        """Add the bot as an administrator: Telegram lets bots into channels in no other way."""
        self.promote_bot(bot, by=by)

    def link(self, group: Group) -> None:
        """Make `group` the discussion group: every post is forwarded into it by Telegram itself."""
        self.discussion = group
        group.linked_channel = self
