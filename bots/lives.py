"""An account's life in this process: it polls, connects, introduces itself and answers while its lane is held here.

The courier says when a lane comes and goes. Between these a lease may lapse, because the store is out of reach or the
process was stopped for a while; then nobody is heard until it runs again, and what is on the wire is left alone.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from core.courier import AccountGate
from core.platform import Sender

log = logging.getLogger(__name__)


class Account(Protocol):
    """What a house needs of an account on any platform. It may be opened again after it was closed."""

    @property
    def sender(self) -> Sender:
        """Its road out, the same for good."""
        ...

    @property
    def trouble(self) -> str:
        """What a person has to do something about; "" while all is well."""
        ...

    @property
    def phase(self) -> str:
        """Where its connection to the platform's gateway is; "" where there is none."""
        ...

    async def open(self) -> None:
        """Be ready to speak. Waits for no answer of the platform's."""
        ...

    async def hear(self) -> None:
        """Hear people until cancelled, then finish what was heard. Returns when the platform refuses us for good."""
        ...

    async def close(self) -> None:
        """Finish answering, then speak no more."""
        ...


class Life:
    """One account's, as long as this process runs."""

    def __init__(self, account: Account, gate: AccountGate, over: Callable[[], None]) -> None:
        """`over` is called when the account has ended by itself: `spent` by a refusal, `failure` by our mistake."""
        self.account = account
        self.spent = False
        self.failure: BaseException | None = None
        self._gate = gate
        self._over = over
        self._held = False
        self._hearing: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Its lane is ours: speak, and hear."""
        async with self._turn:
            if not self._held and not self.spent:
                self._held = True
                await self.account.open()
                self._listen()

    async def end(self) -> None:
        """Its lane is drained or lost: hear nobody more, finish what was heard while we may, and be silent."""
        async with self._turn:
            if self._held:
                self._held = False
                await self._hush()
                await (self._closing or self.account.close())

    @property
    def changed(self) -> bool:
        """Whether the lease has lapsed under it, or runs again."""
        hearing = self._hearing is not None
        return self._held and not self.spent and hearing != self._gate.permitted()

    async def follow(self) -> None:
        """Hear people or not, as the lease has it."""
        async with self._turn:
            if not self.changed:
                return
            if self._hearing is not None:
                log.warning("the lease has run out: nobody is heard for now", extra=self._named)
                await self._hush()
            else:
                log.warning("the lease runs again: people are heard", extra=self._named)
                self._listen()

    @property
    def _named(self) -> dict[str, str]:
        return {"account": self.account.sender.account}

    def _listen(self) -> None:
        self._hearing = asyncio.create_task(self.account.hear(), name=f"hear {self.account.sender.account}")
        self._hearing.add_done_callback(self._ended)

    async def _hush(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            hearing.cancel()
            await asyncio.wait((hearing,))

    def _ended(self, hearing: asyncio.Task[None]) -> None:
        if hearing.cancelled():
            return
        self.failure = hearing.exception()
        if hearing is self._hearing:
            # By itself: it is of no use to try again before a person has done something.
            # Nothing of ours is asked of it until then either.
            self.spent = True
            self._hearing = None
            self._closing = asyncio.create_task(self.account.close())
        self._over()
