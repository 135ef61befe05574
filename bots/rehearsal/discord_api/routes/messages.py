"""Messages of a channel: send, read, change, delete."""

from bots.rehearsal.discord_api import compose
from bots.rehearsal.discord_api.access import channel_of, may_change, may_send, message_of, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.rates import too_many
from bots.rehearsal.discord_api.refusals import Refusal, snowflake
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.channels import ChannelKind
from bots.rehearsal.discord_world.messages import CROSSPOSTED, PLAIN, REPLY, SUPPRESS_EMBEDS, Message
from bots.rehearsal.discord_world.permissions import Permission

CREATE = Rate("message-create", 5, 5.0)
EDIT = Rate("message-edit", 5, 5.0)
DELETE = Rate("message-delete", 5, 1.0)
NONCE_WINDOW = 120.0
"""Seconds a nonce is remembered ("the past few minutes", docs; design §5 fixes it for the stage)."""
PUBLISHED_EDITS = 3
"""Changes an hour of a published message (discord-api-docs issues: code 20022)."""
BULK_AGE = 14 * 86_400


def create(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages."""
    channel = channel_of(call)
    may_send(channel, call.app)
    body = call.table
    if channel.guild is not None and body.get("tts"):
        need(channel, call.app, Permission.SEND_TTS_MESSAGES)
    compose.carries_allowed(call, channel)
    message = compose.new(call, body, channel, call.app)
    first = _said_before(call, message) if body.get("enforce_nonce") else None
    if first is not None:
        return Reply(wire.message(first, call.app))
    message.kind = REPLY if message.reference else PLAIN
    call.world.publish(message)
    return Reply(wire.message(message, call.app))


def _said_before(call: Call, message: Message) -> Message | None:
    if message.nonce is None:
        return None
    first = call.world.said_with(message.nonce, call.app, NONCE_WINDOW)
    if first is not None and first.channel is not message.channel:
        call.note(f"nonce {message.nonce!r} was used in another channel: nothing is sent here")
    return first


def change(call: Call) -> Reply:
    """PATCH /channels/{channel_id}/messages/{message_id}."""
    channel = channel_of(call)
    message = message_of(call, channel)
    may_change(channel, call.app)
    if message.by_discord:
        raise Refusal(50021)
    if message.author is not call.app:
        return _suppress(call, message)
    _spare_followers(call, message)
    compose.carries_allowed(call, channel)
    compose.change(call, call.table, message, call.app)
    changed(call, message)
    return Reply(wire.message(message, call.app))


def changed(call: Call, message: Message) -> None:
    """Date a change and tell everybody."""
    message.edits.append(call.world.now())
    call.world.changed(message)


def _suppress(call: Call, message: Message) -> Reply:
    """Change the one thing a moderator may change of others' messages: whether their embeds show."""
    if set(call.table) - {"flags"}:
        raise Refusal(50005)
    need(message.channel, call.app, Permission.MANAGE_MESSAGES)
    form = Form(call.note)
    wanted = (form.whole(call.table, "flags", (), least=0, most=(1 << 31) - 1) or 0) & SUPPRESS_EMBEDS
    form.finish()
    message.flags = (message.flags & ~SUPPRESS_EMBEDS) | wanted
    call.world.changed(message)
    return Reply(wire.message(message, call.app))


def _spare_followers(call: Call, message: Message) -> None:
    if not message.flags & CROSSPOSTED:
        return
    recent = [at for at in message.edits if at > call.world.now() - 3600]
    if len(recent) >= PUBLISHED_EDITS:
        raise too_many(recent[-PUBLISHED_EDITS] + 3600 - call.world.now(), "shared", code=20022)


def remove(call: Call) -> Reply:
    """DELETE /channels/{channel_id}/messages/{message_id}."""
    channel = channel_of(call)
    message = message_of(call, channel)
    if message.author is not call.app:
        if channel.guild is None:
            raise Refusal(50003)
        need(channel, call.app, Permission.MANAGE_MESSAGES)
    call.world.withdraw(message)
    return Reply()


def remove_many(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages/bulk-delete."""
    channel = channel_of(call)
    need(channel, call.app, Permission.MANAGE_MESSAGES)
    form = Form(call.note)
    wanted = form.listing(call.table, "messages", (), most=1000)
    form.finish()
    if not 2 <= len(wanted) <= 100:
        raise Refusal(50016)
    found = [channel.find(snowflake(one, "messages")) for one in wanted]
    standing = [one for one in found if one is not None]
    if any(one.created < call.world.now() - BULK_AGE for one in standing):
        raise Refusal(50034)
    for message in standing:
        call.world.withdraw(message)
    return Reply()


def read_one(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages/{message_id}."""
    channel = channel_of(call)
    need(channel, call.app, Permission.READ_MESSAGE_HISTORY)
    return Reply(wire.message(message_of(call, channel), call.app))


def read_many(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages: newest first, around an id where asked; none without the history right."""
    channel = channel_of(call)
    if channel.kind is ChannelKind.FORUM:
        raise Refusal(50008)
    if Permission.READ_MESSAGE_HISTORY not in channel.permissions_of(call.app):
        return Reply([])
    limit = call.limit(50, 100)
    after, middle, before = (call.asked_id(name) for name in ("after", "around", "before"))
    standing = [one for one in channel.record if not one.deleted and not one.ephemeral]
    if after is not None:
        chosen = [one for one in standing if one.id > after][:limit]
    elif middle is not None:
        chosen = sorted(sorted(standing, key=lambda one: abs(one.id - middle))[:limit], key=lambda one: one.id)
    else:
        chosen = [one for one in standing if before is None or one.id < before][-limit:]
    return Reply([wire.message(one, call.app) for one in reversed(chosen)])


def typing(call: Call) -> Reply:
    """POST /channels/{channel_id}/typing."""
    may_send(channel_of(call), call.app)
    return Reply()


ONE = "/channels/{channel_id}/messages/{message_id}"
ROUTES = (
    Route("POST", "/channels/{channel_id}/messages", create, CREATE),
    Route("POST", "/channels/{channel_id}/messages/bulk-delete", remove_many),
    Route("GET", "/channels/{channel_id}/messages", read_many),
    Route("GET", ONE, read_one),
    Route("PATCH", ONE, change, EDIT),
    Route("DELETE", ONE, remove, DELETE),
    Route("POST", "/channels/{channel_id}/typing", typing, Rate("typing", 5, 5.0)),
)
