"""The judge: holds what every reader saw, and what the store remembers, against what the desk was told.

Promises P1-P4 and P8 of the design, as far as they can be seen from outside. Only why something was said twice is read
in the diary of the life that said it first (inquest.py).
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core.model import EntryStatus, Level, Operation, Platform
from core.store import Store, tables
from core.store import content as codec
from tests.faults import inquest
from tests.faults.cases import Copy
from tests.faults.desk import ACCOUNTS, Desk, Reader, Story
from tests.faults.inquest import Inquest, Message
from tests.faults.siege import Life, Town

_WORDS = re.compile(r"\bs(\d+)r(\d+)\b")
_ON_ITS_WAY = 1.0
"""Seconds a request that has left may take to arrive, also of a process that has died since, on a busy machine."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the store holds it."""

    id: int
    bulletin_id: int
    number: int
    coverage: str
    revision: int
    retracted: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt as the store holds it."""

    message_id: int
    revision: int
    sent_at: float


@dataclass(frozen=True, slots=True)
class Sums:
    """What a broadcast counted."""

    bulletin_id: int
    account: str
    operation: Operation
    state: int
    ends: tuple[int, int, int, int]
    """sent, skipped, failed, unknown"""


@dataclass(slots=True)
class Books:
    """What the store says in the end."""

    entries: dict[int, Told] = field(default_factory=dict)
    """By story."""
    receipts: dict[tuple[int, str, int], list[Kept]] = field(default_factory=dict)
    """By bulletin, account and chat."""
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    """Destinations, by account and chat."""
    sums: list[Sums] = field(default_factory=list)
    waiting: int = 0


@dataclass(slots=True)
class Figures:
    """What a siege cost."""

    kills: int = 0
    doubles: Counter[str] = field(default_factory=Counter)
    """By account."""
    copies: int = 0
    unsaved: int = 0
    """Entries that were in the store although nobody had been told so yet."""
    slowest_commit: float = 0.0


def read(store: Store) -> Books:
    """Read the books."""
    return store.read_now(_books)


class Judge:
    """Judges one town."""

    def __init__(self, town: Town, copies: Sequence[Copy]) -> None:
        self._town = town
        self._desk: Desk = town.desk
        self._books = read(town.desk.store)
        # A whole house also speaks for itself: it says hello where it was let in.
        self._copies = [copy for copy in copies if _WORDS.search(copy.first) or not town.speaks_for_itself]
        self._stories = {told.bulletin_id: number for number, told in self._books.entries.items()}
        self.figures = Figures(town.kills, copies=len(self._copies), slowest_commit=town.desk.slowest)
        self._seen: dict[tuple[int, int], list[Copy]] = defaultdict(list)
        for copy in sorted(self._copies, key=lambda one: one.id):
            for number, _ in _told(copy.first):
                self._seen[copy.chat, number].append(copy)

    def judge(self) -> Figures:
        """Everything. AssertionError names the promise that was broken, and where."""
        self._nothing_saved_is_lost()
        self._everybody_has_it_as_it_stands()
        self._nobody_else_got_it()
        self._the_sums_match()
        self._doubles_are_explained()
        self._in_publish_order()
        self._nothing_new_after_a_retraction()
        return self.figures

    def _nothing_saved_is_lost(self) -> None:
        for story in self._desk.stories.values():
            there = self._books.entries.get(story.number)
            assert there is not None or not story.said, f"P1: s{story.number} was said and not done"
            if not story.saved:
                self.figures.unsaved += there is not None and not story.said
                continue
            assert there is not None, f"P1: s{story.number} was saved and is lost"
            assert there.revision >= len(story.saved), f"P1: a revision of s{story.number} was saved and is lost"
            assert there.retracted == (story.retracted_at is not None), f"P1: s{story.number} {there}"

    def _everybody_has_it_as_it_stands(self) -> None:
        assert self._books.waiting == 0, "P2: somebody waits for ever"
        for number, told in self._books.entries.items():
            wanted = f"s{number}r0" if told.retracted else f"s{number}r{told.revision}"
            for reader in self._readers(number):
                kept = self._books.receipts.get((told.bulletin_id, reader.account, reader.chat), [])
                seen = {copy.id: copy for copy in self._seen.get((reader.chat, number), ())}
                where = f"{self._town.name}: {wanted} in {reader}: {kept}, {list(seen.values())}"
                if told.retracted and not kept:
                    continue
                assert len(kept) == 1, f"P2: {where}"
                assert kept[0].revision == told.revision, f"P2: not the newest: {where}"
                assert kept[0].message_id in seen, f"P2: a receipt of what is not there: {where}"
                assert wanted in seen[kept[0].message_id].now, f"P2: other words: {where}"

    def _nobody_else_got_it(self) -> None:
        asked = {(reader.chat, number) for number in self._books.entries for reader in self._readers(number)}
        strange = [copy for key, copies in self._seen.items() if key not in asked for copy in copies]
        assert strange == [], f"P2: {strange}"
        for copy in self._copies:
            assert not copy.deleted, f"taken away: {copy}"
            assert copy.reply_to is None, f"answered instead of changed: {copy}"
            revisions = [revision for _, revision in _told(copy.first)]
            assert min(revisions) > 0, f"P4: a retraction before its original: {copy}"

    def _the_sums_match(self) -> None:
        for sums in self._books.sums:
            where = f"{self._town.name}: {sums}"
            assert sums.state != tables.OPEN, f"P2: never finished: {where}"
            assert sums.ends[2:] == (0, 0), f"P2: nobody refused anything: {where}"
            if sums.operation is not Operation.PUBLISH:
                continue
            number = self._stories.get(sums.bulletin_id)
            if number is None:
                assert self._town.speaks_for_itself, f"a bulletin of nobody: {where}"
                continue
            mine = [one for one in self._desk.readers if one.account == sums.account and self._follows(one, number)]
            wanted = [one for one in mine if one in self._readers(number)]
            if sums.state == tables.FINISHED:
                assert sums.ends[0] == len(wanted), f"P2: sent to {len(wanted)}: {where}"
                assert sums.ends[1] == len(mine) - len(wanted), f"P2: skipped: {where}"
            else:
                assert sums.ends[0] <= len(wanted), f"P2: counted twice: {where}"
                assert sum(sums.ends) <= len(mine), f"P2: counted twice: {where}"

    def _doubles_are_explained(self) -> None:
        """Each by the life that said it first: it was ended before it could possibly have remembered."""
        inquests = [(life, Inquest(inquest.read(life.diary), life.thawed_at)) for life in self._town.lives]
        admitted: dict[tuple[int, str], dict[tuple[int, int], float]] = defaultdict(dict)
        for (chat, number), copies in self._seen.items():
            account = next(one.account for one in self._desk.readers if one.chat == chat)
            for before, _ in itertools.pairwise(copies):
                where = f"s{number} twice: {copies} ({self._town.name})"
                assert ACCOUNTS[account] is not Platform.DISCORD, f"P3: {where}"
                said = Message(
                    self._books.entries[number].bulletin_id, self._books.places[account, chat], chat, before.id
                )
                guilty = _teller(inquests, said, before.at)
                assert guilty is not None, f"P3: nobody's: {where}"
                life, its = inquests[guilty]
                assert life.was_ended, f"P3: {life} was not ended: {where}"
                fault = its.fault(said, before.at)
                assert fault == "", f"P3: {fault}: {life}, {where}"
                left = its.left(said, before.at)
                assert left is not None
                admitted[guilty, account][chat, before.id] = left.admitted
                self.figures.doubles[account] += 1
        for (guilty, account), moments in admitted.items():
            fault = inquest.ahead_of_its_pace(list(moments.values()), self._town.orders.rates[account])
            assert fault == "", f"P3: {fault}: {inquests[guilty][0]}"
        for life, its in inquests:
            assert its.overrun() == "", f"P3: {its.overrun()}: {life}"

    def _in_publish_order(self) -> None:
        first: dict[tuple[int, str], list[tuple[int, int, int]]] = defaultdict(list)
        for (chat, number), copies in self._seen.items():
            told = self._books.entries[number]
            if not self._desk.stories[number].alert:
                # Several that share a message stand in it one below the other.
                line = [one for one, _ in _told(copies[0].first)].index(number)
                first[chat, told.coverage].append((copies[0].id, line, told.number))
        for where, shown in first.items():
            numbers = [number for _, _, number in sorted(shown)]
            assert numbers == sorted(numbers), f"P4: {self._town.name} {where} read {numbers}"

    def _nothing_new_after_a_retraction(self) -> None:
        for story in self._desk.stories.values():
            if story.stopped_at is not None:
                late = [
                    copy
                    for reader in self._desk.readers
                    for copy in self._seen.get((reader.chat, story.number), ())
                    if copy.at > story.stopped_at + _ON_ITS_WAY
                ]
                assert late == [], f"P8: stopped at {story.stopped_at}: {late}"

    def _follows(self, reader: Reader, number: int) -> bool:
        return not reader.coverages or self._books.entries[number].coverage in reader.coverages

    def _readers(self, number: int) -> list[Reader]:
        """Who is to get a story: the few who want key entries only get its alerts."""
        story: Story = self._desk.stories[number]
        wanting = [one for one in self._desk.readers if story.alert or one.level is Level.ALL]
        return [one for one in wanting if self._follows(one, number)]


def _told(words: str) -> list[tuple[int, int]]:
    """The stories that a message tells, each with its revision."""
    found = [(int(one[1]), int(one[2])) for one in _WORDS.finditer(words)]
    assert found, f"it names no story: {words}"
    return found


def _teller(inquests: Sequence[tuple[Life, Inquest]], said: Message, at: float) -> int | None:
    """Whose a message was: who was told its number, else whoever left one there last that was never answered."""
    told = [number for number, (_, its) in enumerate(inquests) if its.knows(said)]
    if told:
        (teller,) = told
        return teller
    left = {number: line.at for number, (_, its) in enumerate(inquests) if (line := its.left(said, at)) is not None}
    return max(left, key=lambda number: left[number], default=None)


def _books(conn: sa.Connection) -> Books:
    books = Books()
    entry, bulletin, revision = tables.entry.c, tables.bulletin.c, tables.entry_revision.c
    wanted = (
        sa.select(entry.id, bulletin.id.label("bulletin"), entry.number, tables.coverage.c.slug, entry.revision)
        .add_columns(entry.status, revision.content)
        .join(tables.bulletin, bulletin.entry_id == entry.id)
        .join(tables.coverage, tables.coverage.c.id == entry.coverage_id)
        .join(tables.entry_revision, sa.and_(revision.entry_id == entry.id, revision.revision == 1))
    )
    for row in conn.execute(wanted.select_from(tables.entry)):
        ((story, _),) = _told(codec.from_json(row.content).headline)
        assert story not in books.entries, f"s{story} was published twice"
        retracted = row.status is EntryStatus.RETRACTED
        books.entries[story] = Told(row.id, row.bulletin, row.number, row.slug, row.revision, retracted)
    lane, place, receipt = tables.lane.c, tables.destination.c, tables.receipt.c
    places = sa.select(lane.account, place.chat_id, place.id).select_from(tables.destination)
    for row in conn.execute(places.join(tables.lane, lane.id == place.lane_id)):
        books.places[row.account, row.chat_id] = row.id
    kept = sa.select(receipt.bulletin_id, lane.account, place.chat_id, receipt.message_id, receipt.revision)
    kept = kept.add_columns(receipt.sent_at).select_from(tables.receipt)
    kept = kept.join(tables.destination, place.id == receipt.destination_id)
    for row in conn.execute(kept.join(tables.lane, lane.id == place.lane_id)):
        one = Kept(row.message_id, row.revision, row.sent_at.timestamp())
        books.receipts.setdefault((row.bulletin_id, row.account, row.chat_id), []).append(one)
    cast = tables.broadcast.c
    ends = cast.sent, cast.skipped, cast.failed, cast.unknown
    counted = sa.select(cast.bulletin_id, lane.account, cast.operation, cast.state, *ends)
    for row in conn.execute(counted.join(tables.lane, lane.id == cast.lane_id)):
        books.sums.append(Sums(row.bulletin_id, row.account, row.operation, row.state, tuple(row)[4:]))
    books.waiting = conn.execute(sa.select(sa.func.count()).select_from(tables.waiting)).scalar_one()
    return books
