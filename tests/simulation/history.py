"""A history in which everything happens that may: besides capricious chats and kills, floods, troubled stores, answers
that are lost, and a process that is cut off while another takes its place.
"""

import asyncio
import copy

import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import EntryStatus, Operation, Platform
from core.platform import NotSent, Reach
from core.store import counters, destinations, entries, recalls, tables
from tests.doubles.chronicle import CHATS, Chronicle, Story
from tests.doubles.made_up_time import MadeUpStore, clock, live
from tests.doubles.quick_store import QuickStore
from tests.doubles.town import Town, town

STEPS = 12
# Seconds before a process is cut off from which a send may still be on the wire, or unstored.
_BEFORE = 1.8
# A second's receipts that wait, what is on the wire by then, and what was before: at a slow answer's pace.
_MOST_UNNOTICED = 45 * 5


class History(Chronicle):
    """One history of one town."""

    def __init__(self, it: Town, seed: int) -> None:
        super().__init__(it, seed)
        if self.fate.random() < 0.3:
            self.chats = (*CHATS, *range(100, 100 + self.fate.randint(5, 30)))
        self.cut_off: list[tuple[float, float]] = []
        self.stopped: dict[int, float] = {}
        """When every courier had said of a retracted entry that it starts no more of it, by the entry's number."""

    def turns(self):  # type: ignore[no-untyped-def]  # as Chronicle's
        return {
            **super().turns(),
            self._floods: 1,
            self._store_fails: 1,
            self._answers_are_lost: 1,
            self._is_cut_off: 1,
        }

    async def _follows(self, chat: int) -> None:
        await super()._follows(chat)
        if self.fate.random() < 0.2:
            place = await self.it.place(chat)
            await self.it.store.write(destinations.sized, place.id, self.fate.choice((2, 500, 70_000)), clock())

    async def _floods(self) -> None:
        """The account may not speak for a minute or two, and the news goes on: what is owed shares messages."""
        self.it.sender.will_answer(None, NotSent(self.fate.choice((30.0, 80.0, 150.0)), Reach.ACCOUNT, "429"))
        for _ in range(self.fate.randint(2, 4)):
            await self._publishes()
            await asyncio.sleep(self.fate.choice((0.5, 20, 40)))

    async def _store_fails(self) -> None:
        self.it.store.trouble = StoreTrouble("the disk is full", passing=True)
        await asyncio.sleep(self.fate.choice((0.1, 2, 70)))
        self.it.store.trouble = None

    async def _answers_are_lost(self) -> None:
        self.it.store.loses_answers = True
        await asyncio.sleep(self.fate.choice((0.05, 0.5, 3)))
        self.it.store.loses_answers = False

    async def _is_cut_off(self) -> None:
        """The process hears nothing from the store; another starts, and carries once the lease has run out."""
        it = self.it
        store, courier, working = it.store, it.courier, it._working
        began = self._now()
        self.crashes += 1
        # A store that was in trouble until now has not heard of everything.
        self.doubtful.update(it._unstored())
        store.hangs()
        cut_off, it.sender = it.sender, copy.copy(it.sender)
        cut_off.calls = _Both(it.sender.calls)
        it.store = store.reborn()
        it.store.alone = False
        await it.begins()
        await asyncio.sleep(self.fate.choice((5, 45, 90)))
        self.cut_off.append((began, self._now()))
        store.answers()
        await courier.stop()
        if working is not None:
            await working
        before = [call for call in it.sender.calls if began - _BEFORE <= call[0] <= began]
        sends = [chat for _, verb, chat, _ in (*before, *cut_off.calls) if verb == "send"]
        self.doubtful.update(sends)
        # It noticed: what waits for the store that long stops it (promise P3).
        assert len(sends) < _MOST_UNNOTICED, f"cut off from the store, it sent {len(sends)} more"

    async def _retracts(self) -> None:
        before = [story for story in self.stories if story.withdrawn]
        await super()._retracts()
        for story in self.stories:
            if story.withdrawn and story not in before:
                await self._acknowledged(story)

    async def _acknowledged(self, story: Story) -> None:
        seq = await self.it.store.read(counters.stopped)
        for _ in range(40):
            if not await self.it.store.read(recalls.waiting_for, seq, clock()):
                self.stopped[self.stories.index(story)] = self._now()
                return
            await asyncio.sleep(0.05)

    def _unheard_of(self, began: float, until: float) -> bool:
        # What a process is told while it is cut off, nobody else knows.
        return super()._unheard_of(began, until) or any(start < until and began < end for start, end in self.cut_off)

    def judge(self) -> None:
        super().judge()
        self._nothing_starts_after_a_recall()

    def _nothing_starts_after_a_recall(self) -> None:
        """Promise P8: nothing of a retracted entry leaves as new once every courier has said so."""
        for number, at in self.stopped.items():
            mine = f"e{number}r"
            late = [
                (when, chat, text)
                for when, verb, chat, text in self.it.sender.calls
                if verb == "send" and when > at and mine in text and f"{mine}0" not in text
            ]
            assert not late, f"#{number} was stopped at {at}, and left all the same: {late}"


class _Both(list[tuple[float, str, int, str]]):
    """What a process called, kept for itself and with what all did."""

    def __init__(self, everybodys: list[tuple[float, str, int, str]]) -> None:
        super().__init__()
        self._everybodys = everybodys

    def append(self, call: tuple[float, str, int, str]) -> None:
        super().append(call)
        self._everybodys.append(call)


def happens(seed: int) -> None:
    """Tell one history, and hold the courier to its promises. The seed alone tells it again."""
    store = QuickStore()
    try:
        live(_happens(store, seed))
    except BaseException as error:
        error.add_note(f"again: LIVEDESK_HISTORY={seed} make test ARGS=tests/simulation")
        raise
    finally:
        store.close()


def told(seed: int) -> list[tuple[float, str, int, str]]:
    """Every call of one history, to hold it against another."""
    store = QuickStore()
    try:
        return live(_happens(store, seed))
    finally:
        store.close()


async def _happens(store: QuickStore, seed: int) -> list[tuple[float, str, int, str]]:
    platform = Platform.DISCORD if seed % 3 == 0 else Platform.TELEGRAM
    async with town(store, platform=platform, name=f"town-{seed}") as it:  # type: ignore[arg-type]  # stands in
        history = History(it, seed)
        await history.happens(steps=STEPS)
    history.judge()
    await _nothing_acknowledged_is_lost(it.store, history)
    await _everybody_is_counted(it.store, history)
    return it.sender.calls


async def _nothing_acknowledged_is_lost(store: MadeUpStore, history: History) -> None:
    """Promise P1."""
    for story in history.stories:
        entry = await store.read(entries.get, story.entry.id)
        assert entry.revision >= story.entry.revision
        assert (entry.status is EntryStatus.UNDONE) == story.undone


async def _everybody_is_counted(store: MadeUpStore, history: History) -> None:
    """Promise P2: whoever was to get an entry has exactly one end, unless they left before the walk came by."""
    for story in history.stories:
        if story.withdrawn:
            # What had not gone out was called off.
            continue
        state, counted = await store.read(_ends, story.entry.bulletin_id)
        if state == tables.FINISHED:
            uncounted = len(story.audience) - counted
            assert 0 <= uncounted <= len(history.missing(story)), f"{counted} ends for {story}"


def _ends(conn: sa.Connection, bulletin_id: int) -> tuple[int, int]:
    its = tables.broadcast.c
    row = conn.execute(
        sa.select(its.state, its.sent + its.skipped + its.failed + its.unknown).where(
            its.bulletin_id == bulletin_id, its.operation == Operation.PUBLISH
        )
    ).one()
    return int(row[0]), int(row[1])
