"""python-telegram-bot as its builder makes it: its own client, 256 connections, nothing that paces."""

import offered
from telegram import Bot, MessageEntity
from telegram.request import HTTPXRequest


async def rival(order: offered.Order) -> offered.Told:
    looks = [MessageEntity(**look) for look in offered.LOOKS]
    request = HTTPXRequest(connection_pool_size=256)
    async with Bot(order.token, base_url=f"{order.url}/bot", request=request) as bot:
        return await offered.run(
            order, lambda chat: bot.send_message(chat, offered.TEXT, entities=looks, disable_notification=True)
        )


if __name__ == "__main__":
    offered.answer(rival)
