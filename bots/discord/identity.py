"""Whose a Discord token is: one question, outside any account's life."""

import asyncio

import aiohttp
import discord
from discord.http import Route

from bots.discord.transport import Http, Way
from core import pacing
from core.courier.gate import AccountGate
from core.platform import Identity, Stranger, Unreachable


async def identify(token: str, way: Way | None = None) -> Identity | Stranger | Unreachable:
    """Ask Discord, or whoever `way` leads to. Never raises for what Discord or a network can do."""
    way = way or Way()
    Route.BASE = way.api
    http = Http(AccountGate(pacing.DISCORD), way)
    try:
        # Raises LoginFailure for a 401 and gives the bot's own user otherwise.
        told = await http.static_login(token)
    except discord.LoginFailure:
        return Stranger()
    except (discord.DiscordException, aiohttp.ClientError, OSError, ValueError) as trouble:
        return Unreachable(type(trouble).__name__)
    finally:
        await http.close()
        # aiohttp closes its sockets one turn of the loop later.
        await asyncio.sleep(0)
    return Identity(int(told["id"]), told["username"])
