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
from typing import NoReturn

from telegram import error

from bots.telegram import reading
from bots.telegram.answers import Answers
from bots.telegram.failures import FloodError, NotOursError
from bots.telegram.inlet import Inlet
from bots.telegram.listener import KeepPicture, Listener
from bots.telegram.menu import Menu
from bots.telegram.pictures import Assets
from bots.telegram.sender import TelegramSender
from bots.telegram.transport import Bot
from core.commands.desk import Desk
from core.commands.rooms import Rooms
from core.errors import StoreTrouble
from core.store import Store, house, inbox

_LOG = logging.getLogger(__name__)
HEARD = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
"""What we ask Telegram for; anything else it keeps to itself."""
_CONFLICTS, _CONFLICT_WINDOW = 3, 60.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: a long poll (at most 50, Bot API), the first and longest wait after trouble, between two conflicts,
    while another program has our token, before a refused token is asked about again, for handlers to finish at the
    end, and for them to notice that the account was lost.
    """

    poll: float = 30.0
    retry: float = 1.0
    longest_retry: float = 30.0
    conflict: float = 5.0
    foreign: float = 180.0
    confirm: float = 30.0
    farewell: float = 10.0
    parting: float = 1.0


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
    """One account. `open` it when it is ours, `hear` while it is, `close` it when it is not; any number of times."""

    def __init__(self, parts: Parts, store: Store, *, clock: Callable[[], datetime], rhythm: Rhythm = USUAL) -> None:
        """`ready` is set while it hears: the first poll may begin."""
        self.trouble = ""
        """What a person has to do something about; "" while all is well."""
        self.foreign = False
        """Whether another program has our token: then we say nothing until it is gone."""
        self.ready = asyncio.Event()
        self._parts = parts
        self._bot = parts.bot
        self._store = store
        self._clock = clock
        self._rhythm = rhythm
        self._known = True
        self._offset = 0
        self._conflicts: deque[float] = deque(maxlen=_CONFLICTS)

    @property
    def account(self) -> str:
        """Its name in the settings."""
        return self._parts.account

    @property
    def sender(self) -> TelegramSender:
        """Its road out, for the courier; open between `open` and `close`."""
        return self._parts.sender

    async def open(self) -> None:
        """Be ready to speak, unless this is another bot than before. Nothing is asked of Telegram yet."""
        # To another bot every reader's chat is one it may not write to.
        self._known = await self._is_known()
        if self._known:
            await self._bot.open()

    async def close(self) -> None:
        """Speak no more until the next `open`."""
        await self._bot.close_connections()

    async def hear(self) -> None:
        """Hear people until cancelled; returns when Telegram will have no more of us: then `trouble` says why."""
        inlet = Inlet(self.account, self._parts.listener, self._store, self._clock, self._bot.ours)
        # Where the last owner was is in Telegram and in the inbox, not in us.
        self._offset = 0
        try:
            await self._live(inlet)
        except Ended as end:
            self.trouble = str(end)
            _LOG.error("%s: %s", self.account, end)
        finally:
            # A poll may be cut at any time: what it brings and we did not keep comes again.
            self.ready.clear()
            await inlet.close(self._rhythm.farewell if self._bot.ours() else self._rhythm.parting)
            await self._parts.answers.stop()
            await self._parts.listener.stop()

    async def _is_known(self) -> bool:
        """Whether this is the bot the account has always been; also when nobody can say."""
        name, bot_id = f"telegram.bot.{self.account}", self._bot.token.partition(":")[0]
        try:
            return await self._store.write(house.stamp, name, bot_id) == bot_id
        except StoreTrouble as trouble:
            _LOG.warning("%s: cannot tell whose the token is: %s", self.account, trouble)
            return True

    async def _live(self, inlet: Inlet) -> NoReturn:
        if not self._known:
            raise Ended(
                f"The token of account {self.account!r} is another bot's than the one it had so far, and those who "
                "follow do not know it. Put a token of the same bot into the settings, or give this bot an account "
                "with a name of its own."
            )
        me = await self._introduce()
        self._parts.listener.name = me
        await self._parts.menu.show_readers()
        waits = self._rhythm.retry
        while True:
            try:
                if not self.ready.is_set():
                    await inlet.resume()
                    self.ready.set()
                await self._poll(inlet)
                self._all_is_well()
                waits = self._rhythm.retry
            except (error.TelegramError, StoreTrouble) as failure:
                await self._bear(failure, waits)
                waits = min(waits * 2, self._rhythm.longest_retry)

    async def _introduce(self) -> str:
        """Our own username, from Telegram; asked for until it answers."""
        waits = self._rhythm.retry
        while True:
            try:
                me = await self._bot.call("getMe")
                return str(me["username"]) if isinstance(me, dict) and "username" in me else ""
            except error.TelegramError as failure:
                await self._bear(failure, waits)
                waits = min(waits * 2, self._rhythm.longest_retry)

    async def _poll(self, inlet: Inlet) -> None:
        await inlet.room()
        batch = await self._bot.poll(self._offset, self._rhythm.poll, HEARD)
        rows = [(one["update_id"], one) for one in batch if isinstance(one.get("update_id"), int)]
        # Who owns the account meanwhile is told the same: we have not confirmed it.
        if not rows or not self._bot.ours():
            return
        kept = [(number, one) for number, one in rows if reading.worth_keeping(one)]
        await self._store.write(inbox.take, self.account, kept, self._clock())
        # Only now may Telegram forget them.
        self._offset = max(number for number, _ in rows) + 1
        await inlet.resume()

    def _all_is_well(self) -> None:
        if self.trouble:
            _LOG.warning("%s: Telegram gives us updates again", self.account)
        self.trouble, self.foreign = "", False

    async def _bear(self, failure: error.TelegramError | StoreTrouble, waits: float) -> None:
        """Wait as long as this failure asks for. Raises Ended when waiting will not help."""
        match failure:
            case NotOursError():
                # Nobody need know: it is over in a moment, or so are we.
                await asyncio.sleep(self._rhythm.retry)
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
            await self._bot.call("getMe")
        except error.InvalidToken:
            raise Ended(
                f"Telegram refuses the token of account {self.account!r}: it was revoked or mistyped. "
                "Get a new one from @BotFather and put it into the settings."
            ) from None
        except error.TelegramError as failure:
            _LOG.warning("%s: cannot ask whether the token is good: %s", self.account, failure)

    async def _conflict(self, failure: error.Conflict) -> None:
        """Somebody else uses our token. Three times in a minute is no coincidence (faults.md I2)."""
        now = asyncio.get_running_loop().time()
        self._conflicts.append(now)
        if "webhook" in failure.message.lower():
            self._shared(
                f"A webhook is set for account {self.account!r}, so Telegram gives us no updates. "
                "If nothing else needs it, call deleteWebhook with this token."
            )
        elif self.foreign or (len(self._conflicts) == _CONFLICTS and now - self._conflicts[0] <= _CONFLICT_WINDOW):
            self._shared(
                f"Another program polls Telegram with the token of account {self.account!r}. "
                "Stop it, or give it a token of its own. Until then we say nothing."
            )
            # Whoever it is may be speaking to the same people.
            self._bot.hold(self._rhythm.foreign)
        await asyncio.sleep(self._rhythm.foreign if self.foreign else self._rhythm.conflict)

    def _shared(self, why: str) -> None:
        if self.trouble != why:
            _LOG.error("%s: %s", self.account, why)
        self.trouble, self.foreign = why, True
