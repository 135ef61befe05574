"""Publishing a message of an announcement channel to whoever follows it."""

from bots.rehearsal.discord_api.access import channel_of, message_of, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.channels import ChannelKind
from bots.rehearsal.discord_world.messages import CROSSPOSTED
from bots.rehearsal.discord_world.permissions import Permission

CROSSPOST = Rate("crosspost", 10, 3600.0)
"""discord-api-docs issues: 10 an hour for one channel."""


def crosspost(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages/{message_id}/crosspost."""
    channel = channel_of(call)
    if channel.kind is not ChannelKind.ANNOUNCEMENT:
        raise Refusal(50024)
    message = message_of(call, channel)
    mine = message.author is call.app
    need(channel, call.app, Permission.SEND_MESSAGES if mine else Permission.MANAGE_MESSAGES)
    if message.flags & CROSSPOSTED:
        raise Refusal(40033)
    call.world.crosspost(message)
    return Reply(wire.message(message, call.app))


ROUTES = (Route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost", crosspost, CROSSPOST),)
