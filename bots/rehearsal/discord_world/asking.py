"""What an interaction tells the bot: the JSON Discord sends, with everybody and everything it names resolved."""

from typing import TYPE_CHECKING, Any

from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.accounts import Account, App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.commands import CannotDo, Spoken, plain_value, values
from bots.rehearsal.discord_world.guilds import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.rehearsal.discord_world.interactions import Interaction
    from bots.rehearsal.discord_world.messages import Message

Json = dict[str, Any]

ATTACHMENT_LIMIT = 10 * 1024 * 1024
"""Bytes of one file where nobody paid for more (Discord docs, uploading files)."""


def payload(one: "Interaction") -> Json:
    """Return INTERACTION_CREATE's data."""
    channel, guild = one.channel, one.channel.guild
    here = wire.channel(channel) | {"permissions": str(int(channel.permissions_of(one.person)))}
    body: Json = {
        "id": str(one.id),
        "application_id": str(one.app.id),
        "type": int(one.kind),
        "token": one.token,
        "version": 1,
        "data": one.data,
        "channel_id": str(channel.id),
        "channel": here,
        "locale": one.person.language,
        "app_permissions": _bits(channel, one.app),
        "attachment_size_limit": ATTACHMENT_LIMIT,
        "entitlements": [],
        "authorizing_integration_owners": one.owners(),
        "context": 0 if guild is not None else 1,
    }
    if one.source is not None:
        body["message"] = wire.message(one.source, one.app)
    if guild is None:
        return body | {"user": wire.user(one.person)}
    member = wire.member(guild.members[one.person.id]) | {"permissions": _bits(channel, one.person)}
    located = {"id": str(guild.id), "locale": guild.locale, "features": ["NEWS"]}
    return body | {"guild_id": str(guild.id), "guild": located, "guild_locale": guild.locale, "member": member}


def command_data(spoken: Spoken, given: "Mapping[str, Any]", channel: Channel) -> Json:
    """Return `data` of a slash command; CannotDo where the client would refuse an option."""
    resolved: Json = {}
    filled = []
    for option, value in values(spoken, given):
        told = (
            plain_value(option, value)
            if option["type"] in (3, 4, 5, 10)
            else _resolve(option, value, channel, resolved)
        )
        filled.append({"name": option["name"], "type": option["type"], "value": told})
    return (
        _head(spoken.command, channel) | {"options": spoken.data(filled)} | ({"resolved": resolved} if resolved else {})
    )


def autocomplete_data(spoken: Spoken, focused: str, typed: str, given: "Mapping[str, Any]", channel: Channel) -> Json:
    """Return `data` of an autocomplete request: what is filled in so far, and the option being typed."""
    option = next((one for one in spoken.options if one["name"] == focused), None)
    if option is None or not option.get("autocomplete"):
        raise CannotDo(f"no option {focused!r} completes; there are {[one['name'] for one in spoken.options]}")
    filled = [
        {"name": one["name"], "type": one["type"], "value": given[one["name"]]}
        for one in spoken.options
        if one["name"] in given
    ]
    filled.append({"name": focused, "type": option["type"], "value": typed, "focused": True})
    return _head(spoken.command, channel) | {"options": spoken.data(filled)}


def message_command_data(command: Json, target: "Message", app: App, channel: Channel) -> Json:
    """Return `data` of a command used on a message."""
    resolved = {"messages": {str(target.id): wire.message(target, None)}}
    return _head(command, channel) | {"target_id": str(target.id), "resolved": resolved}


def _head(command: Json, channel: Channel) -> Json:
    head = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command and channel.guild is not None:
        head["guild_id"] = str(channel.guild.id)
    return head


def _bits(channel: Channel, account: Account) -> str:
    return str(int(channel.permissions_of(account)))


def _resolve(option: Json, value: Any, channel: Channel, resolved: Json) -> str:
    kind, name = option["type"], option["name"]
    if kind in (6, 9) and isinstance(value, Account):
        _put(resolved, "users", value.id, wire.user(value))
        if channel.guild is not None and value.id in channel.guild.members:
            member = wire.member(channel.guild.members[value.id], with_user=False)
            _put(resolved, "members", value.id, member | {"permissions": _bits(channel, value)})
        return str(value.id)
    if kind in (8, 9) and isinstance(value, Role):
        _put(resolved, "roles", value.id, wire.role(value))
        return str(value.id)
    if kind == 7 and isinstance(value, Channel):
        allowed = option.get("channel_types") or [int(value.kind)]
        if int(value.kind) not in allowed:
            raise CannotDo(f"option {name!r} takes channels of the types {allowed}, not {value.kind!r}")
        _put(resolved, "channels", value.id, wire.channel(value) | {"permissions": "0"})
        return str(value.id)
    if kind == 11 and isinstance(value, tuple):
        file = channel.world.keep_file(channel, value[0], value[1])
        _put(resolved, "attachments", file.id, wire.attachment(file))
        return str(file.id)
    raise CannotDo(f"option {name!r} (type {kind}) does not take {value!r}")


def _put(resolved: Json, kind: str, key: int, body: Json) -> None:
    resolved.setdefault(kind, {})[str(key)] = body
