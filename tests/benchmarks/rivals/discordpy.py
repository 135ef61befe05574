"""discord.py as it comes: everybody's message at once, as `asyncio.gather` over the channels does it."""

import asyncio
import time

import discord
import offered
from discord.http import Route


async def rival(order: offered.Order) -> offered.Told:
    Route.BASE = f"{order.url}/api/v10"
    client = discord.Client(intents=discord.Intents.none())
    await client.login(order.token)
    told = offered.Told()
    began, cpu = time.perf_counter(), time.process_time()

    async def one(channel: int) -> None:
        try:
            await client.get_partial_messageable(channel).send(offered.TEXT)
        except discord.HTTPException:
            told.failed += 1
        else:
            told.sent += 1

    await asyncio.gather(*(one(channel) for channel in order.chats))
    told.seconds, told.cpu = time.perf_counter() - began, time.process_time() - cpu
    await client.close()
    return told


if __name__ == "__main__":
    offered.answer(rival)
