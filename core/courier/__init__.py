"""The delivery engine: carries every bulletin to every destination that asked for it, and remembers each copy.

Publishing leaves one broadcast per lane in the store; a lane's walk finds who gets it, the gate says when, the sender
speaks, and the receipt is written after the platform answered. design.md §4 is the plan of it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from core.courier.committer import LINGER, Committer
from core.courier.gate import AccountGate
from core.courier.lane import Lane
from core.platform import Sender
from core.store import Store, accounts

__all__ = ["AccountGate", "Courier"]

log = logging.getLogger(__name__)


class Courier:
    """One process's lanes and their shared committer."""

    def __init__(
        self,
        store: Store,
        senders: Sequence[Sender],
        gates: Mapping[str, AccountGate],
        *,
        clock: Callable[[], datetime],
        linger: float = LINGER,
    ) -> None:
        """`gates` by account name; the same gate that the account's own client passes."""
        self._store = store
        self._senders = senders
        self._gates = gates
        self._clock = clock
        self._linger = linger
        self._lanes: list[Lane] = []
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Something was committed: every lane looks."""
        for lane in self._lanes:
            lane.wake()

    async def run(self) -> None:
        """Carry until `stop`; returns when nothing is on the wire and every receipt is stored."""
        ids = await self._store.write(
            accounts.enrol_lanes, [(sender.account, sender.platform) for sender in self._senders], self._clock()
        )
        committer = Committer(self._store, self._clock, linger=self._linger)
        self._lanes = [
            Lane(ids[sender.account], self._store, sender, self._gates[sender.account], committer, self._clock)
            for sender in self._senders
        ]
        writing = asyncio.create_task(committer.run(), name="committer")
        # Without it nothing that is sent would be remembered: then nothing more is sent.
        writing.add_done_callback(lambda _: self._wanted.set())
        try:
            async with asyncio.TaskGroup() as lanes:
                for lane in self._lanes:
                    lanes.create_task(lane.run(), name=f"lane {lane.id}")
                lanes.create_task(self._drain(), name="drain")
        finally:
            # Also when a lane failed or we are cancelled: what is on the wire may have arrived.
            for lane in self._lanes:
                await lane.drain()
            committer.close()
            await writing

    async def stop(self) -> None:
        """Start nothing more."""
        self._wanted.set()

    async def _drain(self) -> None:
        await self._wanted.wait()
        await asyncio.gather(*(lane.drain() for lane in self._lanes))
