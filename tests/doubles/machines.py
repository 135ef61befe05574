"""Several processes that would carry the same accounts, and what the platforms saw of each.

In made-up time they share a loop, and one may be cut off from the store. In real time each has a thread with a loop of
its own, and may be frozen as SIGSTOP freezes a process, for ever or until it is told to go on.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.courier import AccountGate, Courier, Terms
from core.model import Address, Content, Entry, Mode, PlaceKind, Platform, Rules, Scope
from core.pacing import TELEGRAM
from core.store import Store, accounts, broadcasts, coverages, destinations, entries, subscriptions
from tests.doubles.made_up_time import MadeUpLoop, MadeUpStore
from tests.doubles.made_up_time import clock as made_up
from tests.doubles.platform import PlatformDouble, Shown

USUAL = Terms()
REAL = Terms(ttl=0.5, margin=0.1)


@dataclass
class World:
    """The platform itself: one, however many processes speak to it."""

    chats: dict[str, dict[int, list[Shown]]] = field(default_factory=dict)
    requests: list[tuple[float, str, int, str]] = field(default_factory=list)
    """(when, account, fence, process) of every request that left, in the order they did."""

    def copies(self, account: str, chat: int) -> int:
        """How many messages a chat got."""
        return len(self.chats[account][chat])

    def by(self, process: str) -> int:
        """How many requests a process made."""
        return sum(one[3] == process for one in self.requests)


class Witness(AccountGate):
    """Notes who passes, by which fence."""

    def __init__(self, world: World, account: str, process: str) -> None:
        super().__init__(TELEGRAM)
        self._world = world
        self._account = account
        self._process = process
        self.fence: Callable[[], int] = lambda: 0

    async def enter(self, chat: int | None = None, weight: int = 1) -> None:
        await super().enter(chat, weight)
        at = asyncio.get_running_loop().time()
        self._world.requests.append((at, self._account, self.fence(), self._process))


def newsroom(store: Store, names: Sequence[str], readers: int, now: datetime) -> None:
    """A coverage that so many chats follow on each account."""
    store.write_now(accounts.enrol_lanes, [(name, Platform.TELEGRAM) for name in names], now)
    given = {"slug": "storm", "title": "Storm", "language": "en", "zone": "UTC", "mode": Mode.REHEARSAL, "by": "ed"}
    coverage = store.write_now(coverages.create, now=now, **given)  # type: ignore[arg-type]  # all of them words
    for name in names:
        for chat in range(1, readers + 1):
            place = store.write_now(
                destinations.connect,
                account=name,
                address=Address(Platform.TELEGRAM, chat),
                kind=PlaceKind.PRIVATE,
                title="",
                language="en",
                now=now,
            )
            store.write_now(
                subscriptions.follow,
                destination_id=place.id,
                scope=Scope.COVERAGE,
                target_id=coverage.id,
                rules=Rules(),
                now=now,
            )


def publish(store: Store, headline: str, now: datetime) -> Entry:
    """An editor publishes somewhere."""
    coverage = store.read_now(coverages.by_slug, "storm")
    assert coverage is not None
    content = Content(headline=headline)
    given = {"coverage_id": coverage.id, "content": content, "actor": "ed", "token": f"{headline}-token", "now": now}
    return store.write_now(entries.publish, **given).entry  # type: ignore[arg-type]  # as named


def carried(store: Store) -> bool:
    """Whether nothing is left to do."""
    return store.read_now(broadcasts.unfinished) == 0


def courier(
    store: Any, world: World, names: Sequence[str], process: str, clock: Callable[[], datetime], **more: Any
) -> Courier:
    """A courier for these accounts; each request it makes is witnessed."""
    gates = {name: Witness(world, name, process) for name in names}
    senders = []
    for name in names:
        sender = PlatformDouble(gates[name], account=name, latency=0.1)
        sender.chats = world.chats.setdefault(name, sender.chats)
        senders.append(sender)
    made = Courier(store, senders, gates, clock=clock, owner=process, **more)
    for name, gate in gates.items():
        gate.fence = lambda name=name: made.fence(name)  # type: ignore[misc]  # each its own
    return made


class Process:
    """One process in made-up time. It may be cut off from the store: it asks, and hears nothing any more."""

    def __init__(self, store: Store, world: World, names: Sequence[str], name: str, terms: Terms = USUAL) -> None:
        self.store = MadeUpStore(store)
        self.store.alone = False
        self.name = name
        self.watched: list[tuple[str, bool]] = []
        self.ahead = 0.0
        """By how much its clock is ahead of everybody's: what a freeze looks like to who was frozen."""
        self.courier = courier(
            self.store,
            world,
            names,
            name,
            made_up,
            terms=terms,
            elapsed=lambda: asyncio.get_running_loop().time() + self.ahead,
            watch=self._watch,
        )
        self.running: asyncio.Task[None] | None = None

    def starts(self) -> "Process":
        self.running = asyncio.create_task(self.courier.run(), name=self.name)
        return self

    async def stops(self) -> None:
        await self.courier.stop()
        assert self.running is not None
        await self.running

    @property
    def held(self) -> tuple[str, ...]:
        return self.courier.held()

    async def _watch(self, account: str, ours: bool) -> None:
        self.watched.append((account, ours))


def now() -> float:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MadeUpLoop)
    return loop.now


async def until(so: Callable[[], bool], give_up: float = 600) -> None:
    """Wait, in made-up time, for a moment in the story."""
    deadline = now() + give_up
    while not so():
        assert now() < deadline, "it never comes to that"
        await asyncio.sleep(0.02)


class Machine:
    """One process in real time, in a thread of its own."""

    def __init__(self, url: str, world: World, names: Sequence[str], name: str, terms: Terms = REAL) -> None:
        self.name = name
        self.store = Store.open(url, mode=Mode.REHEARSAL)
        self._loop = asyncio.new_event_loop()
        self._thaw = threading.Event()
        self.courier = courier(self.store, world, names, name, lambda: datetime.now(UTC), terms=terms)
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    def starts(self) -> "Machine":
        self._thread.start()
        return self

    def freezes(self) -> None:
        """Whatever it was doing, it does nothing any more until `goes_on`."""
        frozen = threading.Event()

        def freeze() -> None:
            frozen.set()
            self._thaw.wait()

        self._loop.call_soon_threadsafe(freeze)
        assert frozen.wait(30)

    def goes_on(self) -> None:
        self._thaw.set()

    def is_told_to_stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.create_task, self.courier.stop())

    def ends(self) -> None:
        """Stop it, and wait until it has."""
        self._thaw.set()
        if self._thread.is_alive():
            self.is_told_to_stop()
            self._thread.join(60)
            assert not self._thread.is_alive()
        self.store.close()

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self.courier.run())


def really(so: Callable[[], bool], give_up: float = 60) -> None:
    """Wait, in real time, for a moment in the story."""
    deadline = time.monotonic() + give_up
    while not so():
        assert time.monotonic() < deadline, "it never comes to that"
        time.sleep(0.01)
