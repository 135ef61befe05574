"""The life of one Telegram account: it polls into the inbox, hears from the inbox, and says in plain words why it ends.

PTB's own updater confirms updates that only lie in memory; here a batch is in the store before Telegram may forget it
(design §4).
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telegram import error

from bots.telegram import reading
from bots.telegram.answers import Answers
from bots.telegram.failures import FloodError
from bots.telegram.inlet import Inlet
from bots.telegram.listener import KeepPicture, Listener
from bots.telegram.menu import Menu
from bots.telegram.pictures import Assets
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core.commands.desk import Desk
from core.commands.rooms import Rooms
from core.errors import StoreTrouble
from core.store import Store, inbox

_LOG = logging.getLogger(__name__)
HEARD = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
"""What we ask Telegram for; anything else it keeps to itself."""
_CONFLICTS, _CONFLICT_WINDOW = 3, 60.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: a long poll (at most 50, Bot API), the first and longest wait after trouble, between two conflicts,
    before a refused token is asked about again, and for handlers to finish at the end.
    """

    poll: float = 30.0
    retry: float = 1.0
    longest_retry: float = 30.0
    conflict: float = 5.0
    confirm: float = 30.0
    farewell: float = 10.0


USUAL = Rhythm()


class Ended(Exception):
    """The account cannot go on. Its text is one line for the operator that says what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an account is put together from."""

    account: str
    bot: Bot
    sender: TelegramSender
    answers: Answers
    menu: Menu
    listener: Listener


def build(
    account: str,
    bot: Bot,
    *,
    assets: Assets,
    desk: Desk,
    rooms: Rooms,
    keep_picture: KeepPicture,
) -> Parts:
    """Put an account together around its bot, which need not be open yet."""
    sender = TelegramSender(account, bot, assets)
    answers = Answers(bot, sender, desk)
    menu = Menu(bot)
    listener = Listener(account, bot, desk=desk, rooms=rooms, answers=answers, menu=menu, keep_picture=keep_picture)
    return Parts(account, bot, sender, answers, menu, listener)


class TelegramAccount:
    """One account from its first call to its last."""

    def __init__(self, parts: Parts, store: Store, *, clock: Callable[[], datetime], rhythm: Rhythm = USUAL) -> None:
        """`trouble` is why it ended by itself; "" while all is well. `ready` is set once the first poll may begin."""
        self.trouble = ""
        self.ready = asyncio.Event()
        self._parts = parts
        self._store = store
        self._clock = clock
        self._rhythm = rhythm
        self._inlet = Inlet(parts.account, parts.listener, store, clock)
        self._offset = 0
        self._conflicts: deque[float] = deque(maxlen=_CONFLICTS)
        self._stopping = asyncio.Event()

    @property
    def account(self) -> str:
        """Its name in the settings."""
        return self._parts.account

    @property
    def sender(self) -> TelegramSender:
        """Its road out, for the courier; open while it runs."""
        return self._parts.sender

    async def run(self) -> None:
        """Live until `stop`, or until Telegram will have no more of us: then `trouble` says why."""
        await self._parts.bot.open()
        life = asyncio.create_task(self._live())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((life, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            # A poll may be cut at any time: what it brings and we did not keep comes again.
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
            await self._inlet.close(self._rhythm.farewell)
            await self._parts.answers.stop()
            await self._parts.bot.close_connections()
        if not life.cancelled() and (failure := life.exception()) is not None:
            if not isinstance(failure, Ended):
                raise failure
            self.trouble = str(failure)
            _LOG.error("%s: %s", self.account, failure)

    async def stop(self) -> None:
        """Ask `run` to finish what was heard and return."""
        self._stopping.set()

    async def _live(self) -> None:
        me = await self._introduce()
        self._parts.listener.name = me
        await self._parts.menu.show_readers()
        await self._inlet.resume()
        self.ready.set()
        waits = self._rhythm.retry
        while True:
            try:
                await self._poll()
                waits = self._rhythm.retry
            except (error.TelegramError, StoreTrouble) as failure:
                await self._bear(failure, waits)
                waits = min(waits * 2, self._rhythm.longest_retry)

    async def _introduce(self) -> str:
        """Our own username, from Telegram; asked for until it answers."""
        waits = self._rhythm.retry
        while True:
            try:
                me = await self._parts.bot.call("getMe")
                return str(me["username"]) if isinstance(me, dict) and "username" in me else ""
            except error.TelegramError as failure:
                await self._bear(failure, waits)
                waits = min(waits * 2, self._rhythm.longest_retry)

    async def _poll(self) -> None:
        await self._inlet.room()
        batch = await self._parts.bot.poll(self._offset, self._rhythm.poll, HEARD)
        rows = [(one["update_id"], one) for one in batch if isinstance(one.get("update_id"), int)]
        if not rows:
            return
        kept = [(number, one) for number, one in rows if reading.worth_keeping(one)]
        await self._store.write(inbox.take, self.account, kept, self._clock())
        # Only now may Telegram forget them.
        self._offset = max(number for number, _ in rows) + 1
        await self._inlet.resume()

    async def _bear(self, failure: error.TelegramError | StoreTrouble, waits: float) -> None:
        """Wait as long as this failure asks for. Raises Ended when waiting will not help."""
        match failure:
            case error.InvalidToken():
                await self._confirm_revoked()
            case error.Conflict():
                await self._conflict(failure)
            case FloodError():
                await asyncio.sleep(failure.seconds)
            case _:
                _LOG.warning("%s: no updates just now: %s", self.account, failure)
                await asyncio.sleep(waits * random.uniform(0.5, 1.0))

    async def _confirm_revoked(self) -> None:
        """One refusal may be a proxy's or a restart's: only a second one, later, ends the account (faults.md A1)."""
        await asyncio.sleep(self._rhythm.confirm)
        try:
            await self._parts.bot.call("getMe")
        except error.InvalidToken:
            raise Ended(
                f"Telegram refuses the token of account {self.account!r}: it was revoked or mistyped. "
                "Get a new one from @BotFather and put it into the settings."
            ) from None
        except error.TelegramError as failure:
            _LOG.warning("%s: cannot ask whether the token is good: %s", self.account, failure)

    async def _conflict(self, failure: error.Conflict) -> None:
        """Somebody else uses our token. Three times in a minute is no coincidence (faults.md I2)."""
        if "webhook" in failure.message.lower():
            raise Ended(
                f"A webhook is set for account {self.account!r}, so Telegram gives us no updates. "
                "If nothing else needs it, call deleteWebhook with this token."
            )
        now = asyncio.get_running_loop().time()
        self._conflicts.append(now)
        if len(self._conflicts) == _CONFLICTS and now - self._conflicts[0] <= _CONFLICT_WINDOW:
            raise Ended(
                f"Another program polls Telegram with the token of account {self.account!r}. "
                "Stop it, or give it a token of its own."
            )
        await asyncio.sleep(self._rhythm.conflict)
