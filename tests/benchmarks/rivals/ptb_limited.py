"""The same with PTB's own AIORateLimiter, told of the paid limit."""

from dataclasses import replace

import offered
from telegram import MessageEntity
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest


async def rival(order: offered.Order) -> offered.Told:
    looks = [MessageEntity(**look) for look in offered.LOOKS]
    limiter = AIORateLimiter(overall_max_rate=order.rate, overall_time_period=1)
    request = HTTPXRequest(connection_pool_size=256)
    async with ExtBot(order.token, base_url=f"{order.url}/bot", request=request, rate_limiter=limiter) as bot:
        # Its limiter does the pacing.
        at_once = replace(order, rate=0.0, in_flight=len(order.chats))
        return await offered.run(
            at_once, lambda chat: bot.send_message(chat, offered.TEXT, entities=looks, disable_notification=True)
        )


if __name__ == "__main__":
    offered.answer(rival)
