"""How many people read in the groups and channels that follow: asked of Telegram once a day, behind everything else."""

import asyncio
import logging

from telegram import error

from bots.telegram.transport import Bot
from core.commands.heard import Place
from core.courier import gate
from core.errors import StoreTrouble
from core.model import Address, Urgency
from core.readership import Readership

_LOG = logging.getLogger(__name__)


class Sizes:
    """Asks for one account, and keeps nobody waiting for it."""

    def __init__(self, account: str, bot: Bot, readership: Readership) -> None:
        """`account` is our name for it."""
        self._account = account
        self._bot = bot
        self._readership = readership
        self._asking: dict[Address, asyncio.Task[None]] = {}

    def look(self, place: Place) -> None:
        """Something was said there, and answered: ask for its size if we do not know it."""
        here = place.address
        if place.private or here in self._asking:
            return
        self._asking[here] = asyncio.create_task(self._ask(here), name="size")
        self._asking[here].add_done_callback(lambda _: self._asking.pop(here, None))

    async def stop(self) -> None:
        """Ask no more: whoever is not answered is asked another time."""
        asking = tuple(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, here: Address) -> None:
        try:
            known_as = await self._readership.sizeless(self._account, here)
            if known_as is None:
                return
            with gate.speaking(Urgency.BACKFILL):
                size = await self._bot.call("getChatMemberCount", chat_id=here.chat_id)
            if isinstance(size, int):
                await self._readership.sized(known_as, size)
        except (error.TelegramError, StoreTrouble) as trouble:
            _LOG.info("a chat's size is not known", extra={"account": self._account, "why": str(trouble)})
