"""What one account may do in one place: Discord's bits, and its documented way of adding them up."""

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.channels import Channel
    from bots.rehearsal.discord_world.guilds import Guild, Member


class Permission(enum.IntFlag):
    """The bits this stage knows (Discord docs, topics/permissions)."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


NOTHING = Permission(0)
EVERYTHING = ~NOTHING
READER = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone may do in a new server here."""
BOT = (
    READER
    | Permission.MANAGE_MESSAGES
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.MANAGE_WEBHOOKS
    | Permission.MENTION_EVERYONE
)
"""What a bot's own role may do unless the test says otherwise."""
NEEDS_SENDING = (
    Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
)
"""Implicitly gone where sending is."""
TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


def in_guild(guild: "Guild", member: "Member") -> Permission:
    """Return the permissions before any channel's overwrites."""
    if member.account is guild.owner:
        return EVERYTHING
    total = guild.everyone.permissions
    for role in member.roles:
        total |= role.permissions
    return EVERYTHING if Permission.ADMINISTRATOR in total else total


def in_channel(channel: "Channel", member: "Member") -> Permission:
    """Return the permissions in a channel of a server; a thread has those of the channel around it."""
    place = channel.parent if channel.is_thread and channel.parent is not None else channel
    guild = place.home
    base = in_guild(guild, member)
    if Permission.ADMINISTRATOR in base:
        return base
    base = _overwrite(base, place, [guild.everyone.id])
    base = _overwrite(base, place, [role.id for role in member.roles])
    base = _overwrite(base, place, [member.account.id])
    if Permission.VIEW_CHANNEL not in base or _shut_out(channel, member, base):
        return NOTHING
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if sending not in base:
        base &= ~NEEDS_SENDING
    return base & TIMED_OUT if member.timed_out else base


def _shut_out(channel: "Channel", member: "Member", base: Permission) -> bool:
    """Tell whether this is a private thread of others."""
    private = channel.kind == 12 and channel.thread is not None and member.account not in channel.thread.members
    return private and Permission.MANAGE_THREADS not in base


def _overwrite(base: Permission, place: "Channel", targets: list[int]) -> Permission:
    allow = deny = NOTHING
    for target in targets:
        overwrite = place.overwrites.get(target)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    return (base & ~deny) | allow
