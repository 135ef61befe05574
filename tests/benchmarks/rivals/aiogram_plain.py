"""aiogram as it comes."""

import offered
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import MessageEntity


async def rival(order: offered.Order) -> offered.Told:
    looks = [MessageEntity(**look) for look in offered.LOOKS]
    session = AiohttpSession(api=TelegramAPIServer.from_base(order.url), limit=max(order.in_flight, 256))
    async with Bot(order.token, session=session) as bot:
        return await offered.run(
            order, lambda chat: bot.send_message(chat, offered.TEXT, entities=looks, disable_notification=True)
        )


if __name__ == "__main__":
    offered.answer(rival)
