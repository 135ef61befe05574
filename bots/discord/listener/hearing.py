"""What an interaction says, in the desk's words (docs, receiving and responding). Ids, never names, say who (TH1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bots.discord.listener import tree
from bots.discord.listener.forms import Said
from core.commands.heard import Asking, Incoming, Mark, Place, Press
from core.model import Address, PlaceKind, Platform

Json = Mapping[str, Any]

_NESTED = (1, 2)
_ATTACHMENT = 11
_KINDS = {
    discord.ChannelType.private: PlaceKind.PRIVATE,
    discord.ChannelType.group: PlaceKind.GROUP,
    discord.ChannelType.public_thread: PlaceKind.THREAD,
    discord.ChannelType.private_thread: PlaceKind.THREAD,
    discord.ChannelType.news_thread: PlaceKind.THREAD,
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a command, still on Discord's servers."""

    url: str
    size: int


def place(asked: discord.Interaction[Any], account: str) -> Place:
    """Where it was said."""
    channel = asked.channel
    name = asked.client.user.name if asked.client.user else ""
    address = Address(Platform.DISCORD, asked.channel_id or 0)
    guild = asked.guild
    title = f"{guild.name} #{getattr(channel, 'name', '')}" if guild is not None else ""
    return Place(account, address, _kind(channel), title, name)


def incoming(asked: discord.Interaction[Any], account: str, said: Said) -> Incoming:
    """Something said."""
    return Incoming(
        place=place(asked, account),
        token=str(asked.id),
        caller=asked.user.id,
        language=str(asked.locale),
        command=said.command,
        options=said.options,
        pictures=said.pictures,
        reply_to=said.reply_to,
        marks=frozenset({Mark.FROM_BOT}) if asked.user.bot else frozenset(),
        place_admin=place_admin(asked),
    )


def press(asked: discord.Interaction[Any], account: str, button: str, typed: str = "") -> Press:
    """A button pressed, or the form it opened sent."""
    return Press(
        place=place(asked, account),
        token=str(asked.id),
        caller=asked.user.id,
        button=button,
        language=str(asked.locale),
        typed=typed,
        place_admin=place_admin(asked),
    )


def asking(asked: discord.Interaction[Any], account: str) -> Asking | None:
    """Somebody is typing an option's value."""
    path, options = _descend(_data(asked))
    focused = next((one for one in options if one.get("focused")), None)
    if focused is None:
        return None
    filled = {one["name"]: str(one["value"]) for one in options if not one.get("focused")}
    return Asking(
        place(asked, account), asked.user.id, path, focused["name"], str(focused["value"]), str(asked.locale), filled
    )


def said(asked: discord.Interaction[Any]) -> Said | None:
    """The command somebody used, without the files that came with it; None when it is none of ours."""
    data = _data(asked)
    if "target_id" in data:
        command = tree.menu_command(data["name"])
        return Said(command, {}, reply_to=int(data["target_id"])) if command else None
    path, options = _descend(data)
    return Said(path, {one["name"]: str(one["value"]) for one in options if one["type"] != _ATTACHMENT})


def files(asked: discord.Interaction[Any]) -> tuple[Attached, ...]:
    """The files that came with a command."""
    _, options = _descend(_data(asked)) if "target_id" not in _data(asked) else ("", [])
    attached = _data(asked).get("resolved", {}).get("attachments", {})
    found = (attached[str(one["value"])] for one in options if one["type"] == _ATTACHMENT)
    return tuple(Attached(one["url"], one["size"]) for one in found)


def custom_id(asked: discord.Interaction[Any]) -> str:
    """Which button or form it is."""
    return str(_data(asked)["custom_id"])


def written(asked: discord.Interaction[Any]) -> dict[str, str]:
    """What was written into a form, by field."""
    return {part["custom_id"]: part["value"] for part in _inputs(_data(asked)["components"])}


def place_admin(asked: discord.Interaction[Any]) -> bool:
    """Whether the caller may manage the place, as Discord itself says with the interaction (TH6)."""
    held = asked.permissions
    here = asked.guild is None or asked.is_guild_integration()
    return here and (asked.guild is None or held.administrator or held.manage_guild or held.manage_channels)


def _kind(channel: Any) -> PlaceKind:
    if isinstance(getattr(channel, "parent", None), discord.ForumChannel):
        return PlaceKind.FORUM
    return _KINDS.get(getattr(channel, "type", None) or discord.ChannelType.text, PlaceKind.CHANNEL)


def _data(asked: discord.Interaction[Any]) -> Json:
    return asked.data or {}


def _descend(data: Json) -> tuple[str, list[Json]]:
    """The whole path of a command, and the options at its end."""
    path = [data["name"]]
    options: list[Json] = list(data.get("options", []))
    while options and options[0]["type"] in _NESTED:
        path.append(options[0]["name"])
        options = list(options[0].get("options", []))
    return " ".join(path), options


def _inputs(parts: Iterable[Json]) -> Iterator[Json]:
    for part in parts:
        if "value" in part and "custom_id" in part:
            yield part
        inside = part.get("components", [part["component"]] if "component" in part else [])
        yield from _inputs(inside)
