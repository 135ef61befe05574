"""Channels themselves: look, rename, archive, delete."""

from typing import Any

from bots.rehearsal.discord_api.access import channel_of, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_api.routes.threads import DURATIONS
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.channels import Channel, ThreadState
from bots.rehearsal.discord_world.permissions import Permission

Json = dict[str, Any]

THREAD_FIELDS = {
    "name",
    "archived",
    "auto_archive_duration",
    "locked",
    "invitable",
    "rate_limit_per_user",
    "flags",
    "applied_tags",
}
CHANNEL_FIELDS = {
    "name", "type", "position", "topic", "nsfw", "rate_limit_per_user", "parent_id", "default_auto_archive_duration",
    "flags", "available_tags", "permission_overwrites",
}  # fmt: skip


def read(call: Call) -> Reply:
    """GET /channels/{channel_id}."""
    return Reply(wire.channel(channel_of(call)))


def change(call: Call) -> Reply:
    """PATCH /channels/{channel_id}."""
    channel = channel_of(call)
    if channel.guild is None:
        raise Refusal(50024)
    form = Form(call.note)
    form.known(call.table, THREAD_FIELDS if channel.is_thread else CHANNEL_FIELDS)
    name = form.text(call.table, "name", (), most=100, least=1) if "name" in call.table else None
    form.whole(call.table, "rate_limit_per_user", (), least=0, most=21_600)
    if channel.thread is not None and call.table.get("auto_archive_duration") is not None:
        form.one_of(call.table, "auto_archive_duration", (), DURATIONS)
    form.finish()
    if channel.thread is not None:
        _may_change_thread(call, channel, channel.thread)
        _change_thread(call, channel.thread)
    else:
        need(channel, call.app, Permission.MANAGE_CHANNELS)
        channel.topic = call.table.get("topic", channel.topic)
    channel.name = name or channel.name
    if call.table.get("rate_limit_per_user") is not None:
        channel.slowmode = call.table["rate_limit_per_user"]
    channel.tell_change()
    return Reply(wire.channel(channel))


def _may_change_thread(call: Call, channel: Channel, state: ThreadState) -> None:
    """Docs, topics/threads: unarchiving takes little, everything else the thread's maker or MANAGE_THREADS."""
    manages = Permission.MANAGE_THREADS in channel.permissions_of(call.app)
    if manages:
        return
    if state.locked:
        raise Refusal(160005)
    only_wakes = set(call.table) == {"archived"} and call.table["archived"] is False
    if only_wakes:
        need(channel, call.app, Permission.SEND_MESSAGES_IN_THREADS)
    elif state.owner is not call.app or {"locked", "rate_limit_per_user"} & set(call.table):
        raise Refusal(50013)
    if state.archived and not only_wakes and call.table.get("archived") is not False:
        raise Refusal(50083)


def _change_thread(call: Call, state: ThreadState) -> None:
    body = call.table
    if {"archived", "auto_archive_duration"} & set(body):
        state.changed = call.world.now()
    state.archived = bool(body.get("archived", state.archived))
    state.locked = bool(body.get("locked", state.locked))
    state.auto_archive = body.get("auto_archive_duration") or state.auto_archive
    state.tags = [int(tag) for tag in body.get("applied_tags", state.tags)]


def remove(call: Call) -> Reply:
    """DELETE /channels/{channel_id}; a private conversation is only closed."""
    channel = channel_of(call)
    told = wire.channel(channel)
    if channel.guild is not None:
        need(channel, call.app, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
        channel.delete()
    return Reply(told)


ROUTES = (
    Route("GET", "/channels/{channel_id}", read),
    Route("PATCH", "/channels/{channel_id}", change, Rate("channel-change", 5, 15.0)),
    Route("DELETE", "/channels/{channel_id}", remove),
)
