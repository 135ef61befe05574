"""Who is on the stage: a reader, a group's admin, a server's moderator and an editor on each platform."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bots.rehearsal.discord_world.accounts import App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.person import Person as DiscordPerson
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.chats import Chat, Topic
from bots.rehearsal.telegram_world.messages import Entity
from bots.rehearsal.telegram_world.people import Person as TelegramPerson

TELEGRAM_TOKEN = "700100200:STAGE-only-token-that-opens-nothing-00"  # noqa: S105  opens nothing but the stage
DISCORD_TOKEN = "c3RhZ2U.only.a-token-that-opens-nothing-but-the-stage"  # noqa: S105  likewise


@dataclass(frozen=True, slots=True)
class Line:
    """One message as somebody in a place reads it now."""

    message_id: int
    sender: str
    text: str
    edited: bool
    pictures: int = 0
    entities: tuple[Entity, ...] = ()
    """Telegram's formatting; a Discord message carries its own in `text`."""
    markdown: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the three places that follow, and what is to be read there."""

    name: str
    chat_id: int
    thread_id: int
    read: Callable[[], list[Line]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and where they sit."""

    stage: Stage
    telegram_bot: BotAccount
    discord_app: App
    reader: TelegramPerson
    admin: TelegramPerson
    topic: Topic
    telegram_editor: TelegramPerson
    moderator: DiscordPerson
    discord_editor: DiscordPerson
    channel: Channel
    desk: Channel
    seats: tuple[Seat, ...]


def assemble(stage: Stage) -> Cast:
    """Put everybody on a stage that has started."""
    bot = stage.telegram.add_bot(TELEGRAM_TOKEN, "livedesk_stage_bot", "Livedesk")
    reader = stage.telegram.add_person("Ann", username="ann_reads")
    admin = stage.telegram.add_person("Bashir", username="bashir")
    editor = stage.telegram.add_person("Erin", username="erin_at_the_desk")
    group = stage.telegram.add_group("Harbour neighbours", members=[reader], admins=[admin], forum=True)
    group.add_bot(bot, by=admin)
    topic = group.add_topic("Live news")

    app = stage.discord.add_bot(DISCORD_TOKEN, "Livedesk")
    moderator = stage.discord.add_person("mo", display_name="Mo")
    colleague = stage.discord.add_person("dee", display_name="Dee")
    guild = stage.discord.add_guild("Harbour community", bots=[app])
    channel = guild.add_text_channel("live-news")
    desk = guild.add_text_channel("desk")
    guild.join(moderator, permissions=Permission.MANAGE_GUILD)
    # Discord hides `/desk` from whoever may not manage the server until its admins open it to a role of theirs.
    guild.join(colleague, roles=[guild.add_role("desk", Permission.MANAGE_GUILD)])

    private = reader.private_chat(bot)
    seats = (
        Seat("Ann's private chat (Telegram)", private.id, 0, lambda: _telegram(private)),
        Seat("Harbour neighbours › Live news (Telegram)", group.id, topic.id, lambda: _telegram(topic)),
        Seat("#live-news (Discord)", channel.id, 0, lambda: _discord(channel)),
    )
    return Cast(stage, bot, app, reader, admin, topic, editor, moderator, colleague, channel, desk, seats)


def _telegram(place: Chat | Topic) -> list[Line]:
    return [
        Line(
            message.id,
            message.sender,
            message.shown,
            message.edited,
            pictures=1 if message.photo else 0,
            entities=message.entities,
        )
        for message in place.messages
        if message.service is None
    ]


def _discord(channel: Channel) -> list[Line]:
    return [
        Line(message.id, message.author, message.text, message.edited, pictures=len(message.attachments), markdown=True)
        for message in channel.messages
    ]
