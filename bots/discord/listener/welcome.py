"""Arriving in a server: take up what was paused there, and say in one line what we are for."""

import discord
from discord.http import Route

from bots.discord.calls import NotDone
from bots.discord.client import Client
from bots.discord.listener import saying
from core.commands.reply import Reply
from core.locales import say
from core.model import Address, PlaceKind, Platform
from core.readership import Readership, Spot


async def welcome(client: Client, guild: discord.Guild, account: str, readership: Readership) -> None:
    """Do both. Where we may not speak we say nothing."""
    language = str(guild.preferred_locale)
    places: list[discord.TextChannel | discord.Thread] = [*guild.text_channels, *guild.threads]
    for place in places:
        kind = PlaceKind.THREAD if isinstance(place, discord.Thread) else PlaceKind.CHANNEL
        spot = Spot(account, Address(Platform.DISCORD, place.id), kind, f"{guild.name} #{place.name}", language)
        await readership.returned(spot)
    channel = _hall(guild)
    if channel is None:
        return
    hello = Reply((say("start.place"),), language, private=False)
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
    once = {"nonce": f"hello-{guild.id % 10**18}", "enforce_nonce": True}
    try:
        await client.calls.make(route, {**saying.card(hello), **once, "flags": saying.flags(hello)})
    except NotDone:
        # Nobody asked for this line, so nobody misses it.
        return


def _hall(guild: discord.Guild) -> discord.TextChannel | None:
    """Where a server expects such lines, else the first channel where we may speak."""
    system = [guild.system_channel] if guild.system_channel else []
    for channel in (*system, *guild.text_channels):
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages:
            return channel
    return None
