"""Threads: from a message, without one, and as an entry of a forum; joining and listing them."""

from typing import Any

from bots.rehearsal.discord_api import compose
from bots.rehearsal.discord_api.access import channel_of, guild_of, may_change, message_of, need
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.refusals import Refusal, snowflake
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.channels import THREADS, Channel, ChannelKind
from bots.rehearsal.discord_world.messages import HAS_THREAD, THREAD_OPENED
from bots.rehearsal.discord_world.permissions import Permission
from bots.rehearsal.discord_world.snowflakes import iso

Json = dict[str, Any]

OPEN = Rate("thread-create", 50, 300.0)
DURATIONS = (60, 1440, 4320, 10080)
SHARED = {"name", "auto_archive_duration", "rate_limit_per_user"}


def read_name(call: Call, field: str = "name") -> str:
    """Return a thread's name, 1 to 100 long."""
    form = Form(call.note)
    name = form.text(call.table, field, (), most=100, least=1)
    form.finish()
    return name or ""


def _read(call: Call, fields: set[str]) -> str:
    form = Form(call.note)
    form.known(call.table, fields)
    if call.table.get("auto_archive_duration") is not None:
        form.one_of(call.table, "auto_archive_duration", (), DURATIONS)
    form.whole(call.table, "rate_limit_per_user", (), least=0, most=21_600)
    form.finish()
    return read_name(call)


def _open(call: Call, parent: Channel, name: str, kind: ChannelKind, thread_id: int) -> Channel:
    thread = parent.home.open_thread(parent, name, kind, thread_id, call.app)
    if thread.thread is not None:
        thread.thread.auto_archive = call.table.get("auto_archive_duration") or 1440
    thread.slowmode = call.table.get("rate_limit_per_user") or 0
    return thread


def from_message(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages/{message_id}/threads: its id is the message's."""
    channel = channel_of(call)
    message = message_of(call, channel)
    if channel.kind not in (ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT):
        raise Refusal(50024)
    need(channel, call.app, Permission.CREATE_PUBLIC_THREADS)
    name = _read(call, SHARED)
    if message.flags & HAS_THREAD:
        raise Refusal(160004)
    kind = ChannelKind.PUBLIC_THREAD if channel.kind is ChannelKind.TEXT else ChannelKind.ANNOUNCEMENT_THREAD
    thread = _open(call, channel, name, kind, message.id)
    message.flags |= HAS_THREAD
    call.world.changed(message)
    return Reply(wire.channel(thread), 201)


def create(call: Call) -> Reply:
    """POST /channels/{channel_id}/threads: plain, or with its first message in a forum."""
    channel = channel_of(call)
    if channel.kind is ChannelKind.FORUM:
        return _in_forum(call, channel)
    if channel.kind not in (ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT):
        raise Refusal(50024)
    form = Form(call.note)
    if call.table.get("type") is not None:
        form.one_of(call.table, "type", (), [int(kind) for kind in THREADS])
    form.finish()
    kind = ChannelKind(call.table.get("type") or ChannelKind.PRIVATE_THREAD)
    private = kind is ChannelKind.PRIVATE_THREAD
    need(channel, call.app, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    name = _read(call, SHARED | {"type", "invitable"})
    thread = _open(call, channel, name, kind, call.world.new_id())
    if not private:
        call.world.notice(channel, call.app, THREAD_OPENED, name)
    return Reply(wire.channel(thread), 201)


def _in_forum(call: Call, forum: Channel) -> Reply:
    need(forum, call.app, Permission.SEND_MESSAGES)
    name = _read(call, SHARED | {"message", "applied_tags", "type"})
    known = {int(tag["id"]) for tag in forum.tags}
    form = Form(call.note)
    tags = [snowflake(tag, "applied_tags") for tag in form.listing(call.table, "applied_tags", (), most=5)]
    if not set(tags) <= known:
        form.wrong(("applied_tags",), "BASE_TYPE_BAD_LENGTH", "Must be tags of this channel.")
    body = form.table(call.table.get("message"), ("message",))
    form.finish()
    if forum.requires_tag and not tags:
        raise Refusal(40067)
    compose.carries_allowed(call, forum, body)
    fields = compose.SENT - {"nonce", "enforce_nonce", "message_reference"}
    message = compose.new(call, body, forum, call.app, compose.Manner(fields, path=("message",)))
    thread = _open(call, forum, name, ChannelKind.PUBLIC_THREAD, message.id)
    if thread.thread is not None:
        thread.thread.tags = tags
    message.channel = thread
    call.world.publish(message)
    return Reply(wire.channel(thread) | {"message": wire.message(message, call.app)}, 201)


def join(call: Call) -> Reply:
    """PUT /channels/{channel_id}/thread-members/@me."""
    state = _state(call)
    may_change(channel_of(call), call.app)
    state.members.add(call.app)
    return Reply()


def leave(call: Call) -> Reply:
    """DELETE /channels/{channel_id}/thread-members/@me."""
    state = _state(call)
    may_change(channel_of(call), call.app)
    state.members.discard(call.app)
    return Reply()


def _state(call: Call) -> Any:
    state = channel_of(call).thread
    if state is None:
        raise Refusal(50024)
    return state


def active(call: Call) -> Reply:
    """GET /guilds/{guild_id}/threads/active: those the bot can see."""
    guild = guild_of(call)
    shown = [
        place
        for place in guild.channels.values()
        if place.thread is not None
        and not place.thread.archived
        and Permission.VIEW_CHANNEL in place.permissions_of(call.app)
    ]
    return Reply({"threads": [wire.channel(place) for place in shown], "members": _memberships(call, shown)})


def archived(call: Call) -> Reply:
    """GET /channels/{channel_id}/threads/archived/public: latest first."""
    channel = channel_of(call)
    need(channel, call.app, Permission.READ_MESSAGE_HISTORY)
    found = [
        place
        for place in channel.home.channels.values()
        if place.parent is channel and place.thread is not None and place.thread.archived
    ]
    found.sort(key=lambda place: place.thread.changed if place.thread else 0.0, reverse=True)
    told = [wire.channel(place) for place in found]
    return Reply({"threads": told, "members": _memberships(call, found), "has_more": False})


def _memberships(call: Call, threads: list[Channel]) -> list[Json]:
    joined = [place for place in threads if place.thread is not None and call.app in place.thread.members]
    return [
        {"id": str(place.id), "user_id": str(call.app.id), "join_timestamp": iso(call.world.now()), "flags": 0}
        for place in joined
    ]


ROUTES = (
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", from_message, OPEN),
    Route("POST", "/channels/{channel_id}/threads", create, OPEN),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
    Route("DELETE", "/channels/{channel_id}/thread-members/@me", leave),
    Route("GET", "/guilds/{guild_id}/threads/active", active),
    Route("GET", "/channels/{channel_id}/threads/archived/public", archived),
)
