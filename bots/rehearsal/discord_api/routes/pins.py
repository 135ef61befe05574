"""Pinned messages, by the new routes and the old ones."""

from bots.rehearsal.discord_api.access import channel_of, may_change, message_of, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.messages import PINNED, Message
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.snowflakes import iso

PINS = Rate("pins", 5, 5.0)
MOST = 250


def _pinned(channel: Channel) -> list[Message]:
    found = [one for one in channel.record if one.pinned_at is not None and not one.deleted]
    return sorted(found, key=lambda one: one.pinned_at or 0.0, reverse=True)


def _set(call: Call, at: float | None) -> Reply:
    channel = channel_of(call)
    if channel.guild is not None:
        need(channel, call.app, Permission.PIN_MESSAGES)
    message = message_of(call, channel)
    may_change(channel, call.app)
    if at is not None and message.pinned_at is None and len(_pinned(channel)) >= MOST:
        raise Refusal(30003)
    fresh = at is not None and message.pinned_at is None
    message.pinned_at = at
    if fresh:
        call.world.notice(channel, call.app, PINNED, about=message)
    told = {"channel_id": str(channel.id), "last_pin_timestamp": iso(at) if at else None}
    if channel.guild is not None:
        call.world.tell(channel.guild, "CHANNEL_PINS_UPDATE", told | {"guild_id": str(channel.guild.id)})
    call.world.bell.ring()
    return Reply()


def pin(call: Call) -> Reply:
    """PUT …/pins/{message_id}."""
    return _set(call, call.world.now())


def unpin(call: Call) -> Reply:
    """DELETE …/pins/{message_id}."""
    return _set(call, None)


def listed(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages/pins."""
    found = _readable(call)
    limit = call.limit(50, 50)
    items = [{"pinned_at": iso(one.pinned_at or 0.0), "message": wire.message(one, call.app)} for one in found]
    before = call.query.get("before")
    items = [one for one in items if before is None or str(one["pinned_at"]) < before]
    return Reply({"items": items[:limit], "has_more": len(items) > limit})


def listed_as_before(call: Call) -> Reply:
    """GET /channels/{channel_id}/pins (deprecated)."""
    return Reply([wire.message(one, call.app) for one in _readable(call)[:50]])


def _readable(call: Call) -> list[Message]:
    channel = channel_of(call)
    readable = Permission.READ_MESSAGE_HISTORY in channel.permissions_of(call.app)
    return _pinned(channel) if readable else []


NEW = "/channels/{channel_id}/messages/pins"
OLD = "/channels/{channel_id}/pins"
ROUTES = (
    Route("GET", NEW, listed),
    Route("PUT", NEW + "/{message_id}", pin, PINS),
    Route("DELETE", NEW + "/{message_id}", unpin, PINS),
    Route("GET", OLD, listed_as_before),
    Route("PUT", OLD + "/{message_id}", pin, PINS),
    Route("DELETE", OLD + "/{message_id}", unpin, PINS),
)
