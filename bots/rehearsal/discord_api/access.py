"""May this bot do this here? Discord's checks before it touches anything."""

from bots.rehearsal.discord_api.call import Call
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world.accounts import Account, App
from bots.rehearsal.discord_world.channels import Channel, ChannelKind
from bots.rehearsal.discord_world.guilds import Guild
from bots.rehearsal.discord_world.messages import Message
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.person import Person


def channel_of(call: Call, name: str = "channel_id") -> Channel:
    """Return a channel the bot can see: 10003 where there is none, 50001 where it may not."""
    channel = call.world.channel(call.id(name))
    if channel is None:
        raise Refusal(10003)
    need(channel, call.app, Permission.VIEW_CHANNEL)
    return channel


def guild_of(call: Call) -> Guild:
    """Return a server the bot is in: 10004 where there is none, 50001 where it is not in."""
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise Refusal(10004)
    if call.app.id not in guild.members:
        raise Refusal(50001)
    return guild


def message_of(call: Call, channel: Channel) -> Message:
    """Return a message everybody in a channel can see: 10008 where there is none."""
    message = channel.find(call.id("message_id"))
    if message is None or message.ephemeral:
        raise Refusal(10008)
    return message


def need(channel: Channel, account: Account, *permissions: Permission) -> None:
    """Refuse with 50001 who cannot see the channel, with 50013 who lacks something else."""
    held = channel.permissions_of(account)
    if Permission.VIEW_CHANNEL not in held:
        raise Refusal(50001)
    for permission in permissions:
        if permission not in held:
            raise Refusal(50013)


def may_send(channel: Channel, app: App) -> None:
    """Refuse who may not put a message here: permissions, locked threads, people who do not want it.

    Slow mode does not hold for bots (Discord docs, channel resource).
    """
    if channel.guild is None:
        _may_write_to(channel, app)
        return
    if channel.kind is ChannelKind.FORUM:
        raise Refusal(50008)
    need(channel, app, Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES)
    held = channel.permissions_of(app)
    if channel.thread is not None and channel.thread.locked and Permission.MANAGE_THREADS not in held:
        raise Refusal(160005)


def may_change(channel: Channel, account: Account) -> None:
    """Refuse to change anything in a thread that is archived, or locked for this account."""
    if channel.thread is None:
        return
    if channel.thread.archived:
        raise Refusal(50083)
    if channel.thread.locked and Permission.MANAGE_THREADS not in channel.permissions_of(account):
        raise Refusal(160005)


def _may_write_to(channel: Channel, app: App) -> None:
    person = next((one for one in channel.people if isinstance(one, Person)), None)
    if person is None or person.closed_to_bots:
        raise Refusal(50007)
    if not any(person.id in guild.members for guild in channel.world.guilds_of(app)):
        raise Refusal(50278)
