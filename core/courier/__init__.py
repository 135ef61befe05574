"""The delivery engine: carries every bulletin to every destination that asked for it, and remembers each copy.

Publishing leaves one broadcast per lane in the store; a lane's walk finds who gets it, the gate says when, the sender
speaks, and the receipt is written after the platform answered. design.md §4 is the plan of it.
"""

import asyncio
import contextlib
import functools
import logging
import os
import platform
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from core.courier.committer import LINGER, Committer
from core.courier.gate import AccountGate
from core.courier.keeping import Keeper, Watch, nobody_watches
from core.courier.lane import Lane
from core.courier.readings import CommitterReading, CourierReading, Ledger
from core.courier.tenure import Tenure, Terms, boottime
from core.courier.wall import Wall
from core.errors import StoreTrouble
from core.platform import Sender
from core.store import Store, accounts, leases
from core.store.leases import Claimant, Claimed
from core.store.wakes import EVERY, Lanes

__all__ = ["AccountGate", "Courier", "Terms"]

log = logging.getLogger(__name__)

# Seconds for which the bell is let ring before anybody looks.
_SHORTLY = 0.02
_EVERYBODY = 0


class Courier:
    """One process's share of the lanes, and their common committer."""

    def __init__(
        self,
        store: Store,
        senders: Sequence[Sender],
        gates: Mapping[str, AccountGate],
        *,
        clock: Callable[[], datetime],
        linger: float = LINGER,
        terms: Terms = Terms(),  # noqa: B008 -- frozen
        elapsed: Callable[[], float] = boottime,
        owner: str = "",
        watch: Watch = nobody_watches,
    ) -> None:
        """`gates` by account name; the same gate that the account's own client passes.

        `owner` names this process in the store; it must be nobody else's. `watch` hears of each account that becomes
        ours, before its first request, and of each that does not stay, before it is given back: it must not raise.
        """
        self._store = store
        self._senders = {sender.account: sender for sender in senders}
        self._gates = gates
        self._clock = Wall(clock, elapsed, self._clock_was_set)
        self._linger = linger
        self._watch = watch
        host, pid = platform.node(), os.getpid()
        self.owner = owner or f"{host}:{pid}:{secrets.token_hex(4)}"
        self._tenure = Tenure(Claimant(self.owner, host, pid, terms.ttl), terms, elapsed)
        self._ledgers = {account: Ledger() for account in self._senders}
        self._keeper: Keeper | None = None
        self._committer: Committer | None = None
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Something was committed: every lane looks."""
        if self._keeper is not None:
            self._keeper.wake()

    def held(self) -> tuple[str, ...]:
        """The accounts that are ours now."""
        return self._tenure.accounts()

    def fence(self, account: str) -> int:
        """By which fence we hold an account; 0 when we do not."""
        return self._tenure.fence(account)

    def reading(self) -> CourierReading:
        """How it all stands, for whoever watches from outside."""
        lanes = () if self._keeper is None else self._keeper.lanes
        return CourierReading(
            gates=[self._gates[name].reading(name, sender.platform) for name, sender in self._senders.items()],
            ends=[(account, ledger.reading()) for account, ledger in self._ledgers.items()],
            lanes=[lane.reading(self._tenure.fence(lane.account)) for lane in lanes],
            circuits=[lane.pulse.reading() for lane in lanes],
            committer=CommitterReading() if self._committer is None else self._committer.reading(),
        )

    async def run(self) -> None:
        """Carry until `stop`; returns when nothing is on the wire and every receipt is stored."""
        for account, gate in self._gates.items():
            # Nothing is said on an account that is not ours, by the libraries neither.
            gate.permit(functools.partial(self._tenure.permits, account))
        enrolled = [(sender.account, sender.platform) for sender in self._senders.values()]
        await self._store.write(accounts.enrol_lanes, enrolled, self._clock())
        number = await self._store.write(leases.enter, self._tenure.who, self._clock())
        committer = self._committer = Committer(
            self._store, self._clock, linger=self._linger, tenure=self._tenure, number=number, lost=self._lost
        )
        makers = {name: functools.partial(self._lane, committer, one) for name, one in self._senders.items()}
        keeper = self._keeper = Keeper(self._store, self._tenure, committer, makers, self._watch, self._clock)
        listening = self._store.listen(self._hears(asyncio.get_running_loop()))
        writing = asyncio.create_task(committer.run(), name="committer")
        # Without it nothing that is sent would be remembered: then nothing more is sent.
        writing.add_done_callback(lambda _: self._wanted.set())
        try:
            async with asyncio.TaskGroup() as crew:
                await keeper.keep(crew, self._wanted)
        finally:
            listening.close()
            committer.close()
            await writing
            await self._leave()

    async def stop(self) -> None:
        """Start nothing more."""
        self._wanted.set()

    async def _leave(self) -> None:
        try:
            await self._store.write(leases.leave, self.owner)
        except StoreTrouble as trouble:
            # Its time runs out by itself.
            log.warning("the process could not say that it ends", extra={"why": str(trouble)})

    def _lane(self, committer: Committer, sender: Sender, claimed: Claimed) -> Lane:
        gate = self._gates[sender.account]
        if claimed.parting is None:
            gate.start_full()
        else:
            gate.start_after(self._tenure.heard(claimed.parting))
        ledger = self._ledgers[sender.account]
        return Lane(claimed.lane_id, self._store, sender, gate, committer, self._clock, ledger, claimed.fence)

    def _clock_was_set(self, by: timedelta) -> None:
        for lane in () if self._keeper is None else self._keeper.lanes:
            lane.clock_was_set(by)

    def _lost(self, account: str) -> None:
        if self._keeper is not None:
            self._keeper.lost(account)

    def _hears(self, loop: asyncio.AbstractEventLoop) -> Callable[[Lanes], None]:
        """What is called, in another thread, when somebody rings."""
        rung: set[int] = set()
        coming: list[asyncio.TimerHandle] = []

        def look() -> None:
            coming.clear()
            lanes = frozenset(rung)
            rung.clear()
            if self._keeper is not None:
                self._keeper.wake(EVERY if _EVERYBODY in lanes else lanes)

        def note(lanes: Lanes) -> None:
            rung.update(lanes or {_EVERYBODY})
            if not coming:
                # However often it rings: a busy newsroom must not spend its time looking.
                coming.append(loop.call_later(_SHORTLY, look))

        def called(lanes: Lanes) -> None:
            # The bell may ring once more when the loop has gone.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(note, lanes)

        return called
