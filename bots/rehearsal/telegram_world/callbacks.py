"""Presses of buttons: each becomes a callback query that the bot must answer once, and soon."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.rehearsal.telegram_world import drawing
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.messages import SeenMessage, Toast

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.people import Person
    from bots.rehearsal.telegram_world.world import TelegramWorld

LATEST_ANSWER = 15.0
"""Seconds after which a query is "too old". Not published; bots in the field see about this."""


@dataclass(slots=True)
class Press:
    """One press that waits for its answer."""

    bot: BotAccount
    person: Person
    pressed_at: float
    answered: asyncio.Future[Toast]


class Callbacks:
    """Every press, by its query's number."""

    def __init__(self, world: TelegramWorld) -> None:
        """Begin with none. `latest_answer` may be set, as where the stage's clock runs fast."""
        self.latest_answer = LATEST_ANSWER
        self._world = world
        self._queries: dict[str, Press] = {}
        self._last = 4_200_000_000_000_000_000

    def press(self, person: Person, message: SeenMessage, data: str) -> Press:
        """Tell the bot that wrote the message of a press. LookupError if no bot did."""
        bot = message.author
        if not isinstance(bot, BotAccount):
            raise LookupError(f"message {message.id} was not written by a bot")  # noqa: TRY004 - nobody hears this press
        self._last += 7919
        number = str(self._last)
        waiting = Press(bot, person, self._world.clock(), asyncio.get_running_loop().create_future())
        self._queries[number] = waiting
        bot.met.add(person.id)
        body = {
            "id": number,
            "from": drawing.being(person, speaking=True),
            "message": drawing.message(message, bot),
            "chat_instance": str(message.chat.id * 31),
            "data": data,
        }
        bot.updates.put("callback_query", body)
        return waiting

    def answer(self, bot: BotAccount, number: str, toast: Toast) -> bool:
        """Show the answer to who pressed; False if there is no such query, or it is answered or too old."""
        waiting = self._queries.get(number)
        if waiting is None or waiting.bot is not bot or waiting.answered.done():
            return False
        if self._world.clock() - waiting.pressed_at > self.latest_answer:
            return False
        waiting.answered.set_result(toast)
        return True
