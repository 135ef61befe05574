"""aiogram-broadcaster: one mailer, no storage, no interval."""

import asyncio
import time

import offered
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import MessageEntity
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent


async def rival(order: offered.Order) -> offered.Told:
    looks = [MessageEntity(**look) for look in offered.LOOKS]
    session = AiohttpSession(api=TelegramAPIServer.from_base(order.url))
    async with Bot(order.token, session=session) as bot:
        broadcaster = Broadcaster(bot)
        content = TextContent(text=offered.TEXT, entities=looks, disable_notification=True)
        mailer = await broadcaster.create_mailer(chats=order.chats, content=content)
        began, cpu = time.perf_counter(), time.process_time()
        working = mailer.start()
        await asyncio.wait([working], timeout=order.seconds)
        told = offered.Told(seconds=time.perf_counter() - began, cpu=time.process_time() - cpu)
        told.sent, told.failed = len(mailer.chats.success), len(mailer.chats.failed)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return told


if __name__ == "__main__":
    offered.answer(rival)
