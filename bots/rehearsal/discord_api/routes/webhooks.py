"""Webhooks: made by a bot in a channel, used by whoever has the token; interactions answer through the same routes."""

from typing import Any

from bots.rehearsal.discord_api import compose
from bots.rehearsal.discord_api.access import channel_of, guild_of, may_change, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.refusals import Refusal, snowflake
from bots.rehearsal.discord_api.routes import interactions, messages, threads
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.accounts import Account
from bots.rehearsal.discord_world.channels import Channel, ChannelKind
from bots.rehearsal.discord_world.messages import Message
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.webhooks import Webhook

Json = dict[str, Any]

EXECUTE = Rate("webhook", 5, 2.0)
MOST_IN_A_CHANNEL = 15
FIELDS = frozenset(compose.SENT - {"nonce", "enforce_nonce", "message_reference"}) | compose.BY_WEBHOOK


def create(call: Call) -> Reply:
    """POST /channels/{channel_id}/webhooks."""
    channel = channel_of(call)
    need(channel, call.app, Permission.MANAGE_WEBHOOKS)
    if channel.is_thread or channel.guild is None:
        raise Refusal(50024)
    form = Form(call.note)
    form.known(call.table, {"name", "avatar"})
    name = form.text(call.table, "name", (), most=80, least=1)
    form.finish()
    if len(_of_channel(call, channel)) >= MOST_IN_A_CHANNEL:
        raise Refusal(30007)
    made = Webhook(call.world.new_id(), call.world.secret(), name or "", channel, call.app, call.app)
    call.world.webhooks[made.id] = made
    call.world.tell(channel.home, "WEBHOOKS_UPDATE", {"guild_id": str(channel.home.id), "channel_id": str(channel.id)})
    return Reply(described(made))


def described(hook: Webhook, *, with_token: bool = True) -> Json:
    """Return a webhook object."""
    told: Json = {
        "id": str(hook.id),
        "type": 1,
        "guild_id": str(hook.channel.home.id),
        "channel_id": str(hook.channel.id),
        "name": hook.name,
        "avatar": None,
        "application_id": str(hook.app.id) if hook.app else None,
        "user": wire.user(hook.maker),
    }
    return told | ({"token": hook.token} if with_token else {})


def of_channel(call: Call) -> Reply:
    """GET /channels/{channel_id}/webhooks."""
    channel = channel_of(call)
    need(channel, call.app, Permission.MANAGE_WEBHOOKS)
    return Reply([described(one, with_token=one.app is call.app) for one in _of_channel(call, channel)])


def of_guild(call: Call) -> Reply:
    """GET /guilds/{guild_id}/webhooks."""
    guild = guild_of(call)
    mine = [one for one in call.world.webhooks.values() if one.channel.guild is guild and not one.channel.deleted]
    return Reply([described(one, with_token=one.app is call.app) for one in mine])


def read(call: Call) -> Reply:
    """GET /webhooks/{webhook_id}, with or without its token."""
    hook = _hook(call)
    return Reply(described(hook))


def remove(call: Call) -> Reply:
    """DELETE /webhooks/{webhook_id}, with or without its token."""
    hook = _hook(call)
    if "webhook_token" not in call.ids:
        need(hook.channel, call.app, Permission.MANAGE_WEBHOOKS)
    del call.world.webhooks[hook.id]
    return Reply()


def execute(call: Call) -> Reply:
    """POST /webhooks/{webhook_id}/{webhook_token}."""
    asked = interactions.asked_by(call)
    if asked is not None:
        return interactions.follow_up(call, asked)
    hook = _hook(call)
    speaker = Account(call.world, hook.id, hook.name, hook.name)
    place = _place(call, hook)
    message = compose.new(call, call.table, place, speaker, compose.Manner(FIELDS, webhook_id=hook.id))
    message.webhook_name = call.table.get("username") or hook.name
    message.application = hook.app
    if place.kind is ChannelKind.FORUM:
        name = threads.read_name(call, "thread_name")
        place = place.home.open_thread(place, name, ChannelKind.PUBLIC_THREAD, message.id, speaker)
        message.channel = place
    call.world.publish(message)
    return Reply(wire.message(message, hook.app)) if call.asks("wait") else Reply()


def _place(call: Call, hook: Webhook) -> Channel:
    name, thread_id = call.table.get("thread_name"), call.query.get("thread_id")
    forum = hook.channel.kind is ChannelKind.FORUM
    if forum and not name and not thread_id:
        raise Refusal(220001)
    if name and thread_id:
        raise Refusal(220002)
    if name and not forum:
        raise Refusal(220003)
    if not thread_id:
        if forum and hook.channel.requires_tag and not call.table.get("applied_tags"):
            raise Refusal(40067)
        return hook.channel
    thread = call.world.channel(snowflake(thread_id, "thread_id"))
    if thread is None or thread.parent is not hook.channel:
        raise Refusal(10003)
    if thread.thread is not None and thread.thread.locked:
        raise Refusal(160005)
    return thread


def read_message(call: Call) -> Reply:
    """GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}."""
    asked = interactions.asked_by(call)
    if asked is not None:
        return Reply(wire.message(interactions.message_of(call, asked), asked.app))
    return Reply(wire.message(_message(call, _hook(call)), None))


def change_message(call: Call) -> Reply:
    """PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}."""
    asked = interactions.asked_by(call)
    if asked is not None:
        return interactions.change(call, asked)
    hook = _hook(call)
    message = _message(call, hook)
    may_change(message.channel, message.author)
    compose.change(call, call.table, message, message.author)
    messages.changed(call, message)
    return Reply(wire.message(message, None))


def remove_message(call: Call) -> Reply:
    """DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}."""
    asked = interactions.asked_by(call)
    message = interactions.message_of(call, asked) if asked is not None else _message(call, _hook(call))
    call.world.withdraw(message)
    return Reply()


def _hook(call: Call) -> Webhook:
    hook = call.world.webhooks.get(call.id("webhook_id"))
    if hook is None or hook.channel.deleted:
        raise Refusal(10015)
    if call.ids.get("webhook_token", hook.token) != hook.token:
        raise Refusal(50027)
    if "webhook_token" not in call.ids:
        need(hook.channel, call.app, Permission.MANAGE_WEBHOOKS)
    return hook


def _message(call: Call, hook: Webhook) -> Message:
    message = call.world.messages.get(call.id("message_id"))
    if message is None or message.deleted or message.webhook_id != hook.id:
        raise Refusal(10008)
    thread_id = call.query.get("thread_id")
    if str(message.channel.id) != (thread_id or str(hook.channel.id)):
        raise Refusal(10008)
    return message


def _of_channel(call: Call, channel: Channel) -> list[Webhook]:
    return [one for one in call.world.webhooks.values() if one.channel is channel]


ONE = "/webhooks/{webhook_id}/{webhook_token}"
SAID = ONE + "/messages/{message_id}"
ROUTES = (
    Route("POST", "/channels/{channel_id}/webhooks", create),
    Route("GET", "/channels/{channel_id}/webhooks", of_channel),
    Route("GET", "/guilds/{guild_id}/webhooks", of_guild),
    Route("GET", "/webhooks/{webhook_id}", read),
    Route("DELETE", "/webhooks/{webhook_id}", remove),
    Route("GET", ONE, read, token=False),
    Route("DELETE", ONE, remove, token=False),
    Route("POST", ONE, execute, EXECUTE, token=False),
    Route("GET", SAID, read_message, Rate("webhook-read", 5, 2.0), token=False),
    Route("PATCH", SAID, change_message, Rate("webhook-edit", 5, 2.0), token=False),
    Route("DELETE", SAID, remove_message, Rate("webhook-delete", 5, 2.0), token=False),
)
