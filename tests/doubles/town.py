"""A small town for the courier's tests: one coverage, chats that follow it, and an editor who publishes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from core import blocks
from core.courier import AccountGate, Courier, Terms
from core.model import (
    Address,
    Change,
    Content,
    Coverage,
    Destination,
    Entry,
    Importance,
    Level,
    Mode,
    Operation,
    PlaceKind,
    Platform,
    Receipt,
    Rules,
    Scope,
)
from core.pacing import DISCORD, TELEGRAM
from core.store import (
    Store,
    accounts,
    broadcasts,
    coverages,
    destinations,
    entries,
    receipts,
    subscriptions,
)
from core.store.broadcasts import Progress
from tests.doubles.made_up_time import BEGAN, MadeUpStore, clock
from tests.doubles.platform import PlatformDouble

EDITOR = "editor-key"
# A receipt's longest way into the store: the committer waits for company and may be writing already.
_UNSTORED = 0.2


@dataclass
class Town:
    """The newsroom's side and the readers' side of one story."""

    store: MadeUpStore
    coverage: Coverage
    sender: PlatformDouble
    gate: AccountGate
    courier: Courier
    _tokens: "count[int]"
    _working: "asyncio.Task[None] | None" = None

    async def begins(self) -> None:
        """A courier takes over, as after a start of the process."""
        self.gate = AccountGate(_PACES[self.sender.platform])
        self.sender.passes(self.gate)
        self.store = self.store.reborn()
        self.courier = _courier(self.store, self.sender, self.gate)
        self._working = asyncio.create_task(self.courier.run())
        # A new owner of an account assumes that its last second was full.
        await asyncio.sleep(1.2)

    async def ends(self) -> None:
        """The courier stops in good order."""
        await self.courier.stop()
        if self._working is not None:
            await self._working
            self._working = None

    async def crashes(self) -> list[int]:
        """The courier's process is killed; returns the chats with a request on the wire, or a receipt on its way."""
        just_now = asyncio.get_running_loop().time() - _UNSTORED
        answered = [chat for chat, at in self.sender.answered.items() if at >= just_now]
        doomed = [*self.sender.on_the_wire, *answered, *self._unstored()]
        self.store.die()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in sorted(others, key=hash):
            task.cancel()
        await asyncio.wait(others)
        return doomed

    def _unstored(self) -> list[int]:
        """Chats whose receipts wait for a store that takes nothing, each as often as it has some."""
        committer = self.courier._committer
        if committer is None or not (committer.stuck or committer.behind or self.store.trouble):
            return []
        layers = (committer._writing, committer._pending)
        waiting = [place for one in layers for (_, place), copies in one.receipts.items() for _ in copies]
        return [self.store.now(destinations.get, place).address.chat_id for place in sorted(waiting)]

    async def follows(self, chat: int, *, level: Level = Level.ALL) -> Destination:
        """A chat follows the coverage."""
        address = Address(self.sender.platform, chat)
        kind = PlaceKind.GROUP if chat < 0 else PlaceKind.PRIVATE
        destination = await self.store.write(
            destinations.connect,
            account=self.sender.account,
            address=address,
            kind=kind,
            title="",
            language="en",
            now=clock(),
        )
        await self.store.write(
            subscriptions.follow,
            destination_id=destination.id,
            scope=Scope.COVERAGE,
            target_id=self.coverage.id,
            rules=Rules(level),
            now=clock(),
        )
        return destination

    @property
    def at_work(self) -> bool:
        """Whether the courier has not ended."""
        return self._working is not None and not self._working.done()

    def forgets_its_courier(self) -> None:
        """It has ended in its own way, and nobody waits for it."""
        self._working = None

    async def publishes_elsewhere(self, headline: str, **more: Any) -> Entry:
        """An editor publishes in another process: this courier is not told."""
        here, self.store = self.store, self.store.reborn()
        courier, self.courier = self.courier, _courier(self.store, self.sender, self.gate)
        try:
            return await self.publishes(headline, **more)
        finally:
            self.store, self.courier = here, courier

    async def unfollows(self, chat: int) -> None:
        """A chat wants no more."""
        destination = await self.place(chat)
        await self.store.write(subscriptions.unfollow, destination.id)

    async def undoes(self, entry: Entry) -> bool:
        """The editor takes an entry back inside its undo window."""
        undone: bool = await self.store.write(entries.undo, entry_id=entry.id, actor=EDITOR, now=clock())
        self.courier.wake()
        return undone

    async def publishes(
        self,
        headline: str,
        *,
        alert: bool = False,
        undo: float = 0,
        importance: Importance = Importance.NORMAL,
        minutes_ago: float = 0,
    ) -> Entry:
        """The editor publishes an entry; each "|" in its headline makes another part."""
        content = Content(headline=headline, blocks=(blocks.Paragraph(blocks.text("…")),), importance=importance)
        not_before = clock() + timedelta(seconds=undo) if undo else None
        published = await self.store.write(
            entries.publish,
            coverage_id=self.coverage.id,
            content=content,
            actor=EDITOR,
            token=self._token(),
            now=clock() - timedelta(minutes=minutes_ago),
            not_before=not_before,
            alert=alert,
        )
        self.courier.wake()
        return published.entry

    async def corrects(self, entry: Entry, headline: str, importance: Importance = Importance.NORMAL) -> Entry:
        """The editor corrects an entry."""
        revised = await self.store.write(
            entries.revise,
            entry_id=entry.id,
            expected=entry.revision,
            content=Content(headline=headline, importance=importance),
            change=Change.CORRECTION,
            actor=EDITOR,
            token=self._token(),
            now=clock(),
        )
        self.courier.wake()
        return revised

    async def retracts(self, entry: Entry, reason: str) -> Entry:
        """The editor retracts an entry."""
        retracted = await self.store.write(
            entries.retract,
            entry_id=entry.id,
            expected=entry.revision,
            reason=reason,
            actor=EDITOR,
            token=self._token(),
            now=clock(),
        )
        self.courier.wake()
        return retracted

    async def until(self, so: Callable[[], bool], give_up: float = 60) -> None:
        """Wait for a moment in the story."""
        deadline = asyncio.get_running_loop().time() + give_up
        while not so():
            assert asyncio.get_running_loop().time() < deadline, "it never comes to that"
            await asyncio.sleep(0.01)

    async def everything_is_carried(self, give_up: float = 3600) -> None:
        """Wait until nothing is left to carry."""
        deadline = asyncio.get_running_loop().time() + give_up
        while await self.store.read(broadcasts.unfinished):
            assert asyncio.get_running_loop().time() < deadline, "something is never carried"
            await asyncio.sleep(0.1)

    async def place(self, chat: int) -> Destination:
        """The destination of a chat."""
        found = await self.store.read(destinations.find, self.sender.account, Address(self.sender.platform, chat))
        assert found is not None
        return found

    async def receipts_of(self, entry: Entry, destination: Destination) -> tuple[Receipt, ...]:
        """The copies a destination has of an entry."""
        found: tuple[Receipt, ...] = await self.store.read(receipts.of, entry.bulletin_id, destination.id)
        return found

    async def progress_of(self, entry: Entry, operation: Operation = Operation.PUBLISH) -> Progress:
        """How far an entry has come."""
        found: dict[str, Progress] = await self.store.read(broadcasts.progress, entry.bulletin_id, operation)
        return found[self.sender.account]

    def _token(self) -> str:
        return f"{self.coverage.slug}-{next(self._tokens)}-{clock()}"


@asynccontextmanager
async def town(
    store: Store,
    *,
    platform: Platform = Platform.TELEGRAM,
    latency: float = 0.05,
    sender: PlatformDouble | None = None,
    name: str = "storm",
) -> AsyncIterator[Town]:
    """A town whose courier is at work, and which ends in good order.

    `sender`: the platform of an earlier one. `name`: of its coverage, and of its account, in a store of many towns.
    """
    its_store = MadeUpStore(store)
    gate = AccountGate(_PACES[platform])
    if sender is None:
        sender = PlatformDouble(gate, account=f"desk-{name}", platform=platform, latency=latency)
    await its_store.write(accounts.enrol_lanes, [(sender.account, platform)], clock())
    coverage = await its_store.read(coverages.by_slug, name) or await its_store.write(
        coverages.create,
        slug=name,
        title=name.title(),
        language="en",
        zone="Europe/London",
        mode=Mode.REHEARSAL,
        now=BEGAN,
        by=EDITOR,
    )
    it = Town(its_store, coverage, sender, gate, _courier(its_store, sender, gate), count(1))
    await it.begins()
    try:
        yield it
    finally:
        await it.ends()


# Made-up hours pass in a moment: few of the heartbeats in them tell a story anything.
_TERMS = Terms(ttl=60, margin=5)
_PACES = {Platform.TELEGRAM: TELEGRAM, Platform.DISCORD: DISCORD}


def _courier(store: MadeUpStore, sender: PlatformDouble, gate: AccountGate) -> Courier:
    return Courier(
        store,  # type: ignore[arg-type]  # stands in
        [sender],
        {sender.account: gate},
        clock=clock,
        terms=_TERMS,
        elapsed=lambda: asyncio.get_running_loop().time(),
        # Named by when it began, so that a history goes the same way each time.
        owner=f"{sender.account}:{clock().timestamp()}",
    )
