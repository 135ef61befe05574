"""Holds what every reader sees after a storm, and what the store remembers, against what the desk said."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from core.model import DestinationStatus, Entry, Operation, Platform
from core.store import Store, tables
from tests.benchmarks.weather import DOUBTFUL, Sight

_WORDS = re.compile(r"\bn(\d+)r(\d+)\b")
_MISTAKES = ("error", "critical")


@dataclass
class Story:
    """One entry as its editor knows it."""

    number: int
    entry: Entry
    alert: bool
    retracted: bool = False

    @property
    def stands(self) -> str:
        """The words by which its newest state is known."""
        return f"n{self.number}r0" if self.retracted else f"n{self.number}r{self.entry.revision}"


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    chat: int
    platform: Platform
    active: bool


@dataclass
class _Ends:
    """The sums of one operation on one bulletin."""

    audience: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def excused(self) -> int:
        return self.failed + self.unknown

    @property
    def all(self) -> int:
        return self.sent + self.skipped + self.failed + self.unknown


class Judge:
    """Judges one soak; `held` is what its process held of memory, in MB."""

    def __init__(self, store: Store, stories: list[Story], sight: Sight, held: list[float], log: str) -> None:
        self.held = held
        self._stories = stories
        self._sight = sight
        self._log = log
        self._places = store.read_now(_places)
        self._receipts = store.read_now(_receipts)
        self._ends = store.read_now(_ends)
        self.doubles: Counter[Platform] = Counter()

    def broken(self) -> list[str]:
        """A line for each promise that was broken, and where."""
        return [
            *self._mistakes(),
            *self._incomplete(),
            *self._doubled(),
            *self._out_of_order(),
            *(f"P7 polite: {line}" for line in self._sight.violations),
        ]

    def told(self) -> list[str]:
        """What happened, for whoever reads the run."""
        copies = sum(len(copies) for copies in self._sight.chats.values())
        paused = sum(not place.active for place in self._places)
        faults = ", ".join(f"{name} {many}" for name, many in sorted(self._by_name().items()))
        edits = sum(story.entry.revision - 1 for story in self._stories)
        doubles = ", ".join(f"{one.value} {self.doubles[one]}" for one in Platform)
        return [
            f"{len(self._stories)} entries, {edits} changes, {len(self._places)} destinations, {paused} paused",
            f"{copies} messages stand; faults met: {faults}",
            f"doubles: {doubles}; rates overstepped while this machine stood still: {self._sight.stumbles}",
        ]

    def _by_name(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for (_, name), many in self._sight.faults.items():
            counted[name] += many
        return counted

    def _mistakes(self) -> Iterator[str]:
        for line in self._log.splitlines():
            if not line.startswith("{") or json.loads(line).get("level") in _MISTAKES:
                yield f"the log: {line[:300]}"

    def _incomplete(self) -> Iterator[str]:
        """P1, P2: everybody has everything, as it stands now, but for who was counted out."""
        paused = sum(not place.active for place in self._places)
        for story in self._stories:
            published = self._ends[story.entry.bulletin_id, Operation.PUBLISH]
            if not story.retracted and not published.audience - paused <= published.all <= published.audience:
                yield f"P2 sums: {story.stands} was for {published.audience}: {published}"
            missing, stale = self._without(story)
            if missing > published.excused and not story.retracted:
                yield f"P2 complete: {missing} lack {story.stands}, {published.excused} are accounted for"
            changes = [self._ends[story.entry.bulletin_id, one] for one in (Operation.EDIT, Operation.RETRACT)]
            if stale > sum(one.excused for one in changes):
                yield f"P2 newest: {stale} read something older than {story.stands}: {changes}"

    def _without(self, story: Story) -> tuple[int, int]:
        """How many active places have no copy, and how many an old one."""
        missing = stale = 0
        for place in self._places:
            if not place.active:
                continue
            mine = self._receipts.get((story.entry.bulletin_id, place.id), [])
            standing = {copy.id: copy.text for copy in self._sight.chats[place.chat] if not copy.deleted}
            missing += not mine
            stale += bool(mine) and not any(story.stands in standing.get(one, "") for one in mine)
        return missing, stale

    def _doubled(self) -> Iterator[str]:
        """P3: none on Discord; on Telegram no more than answers were lost."""
        platforms = {place.chat: place.platform for place in self._places}
        for chat, copies in self._sight.chats.items():
            seen = Counter(
                number
                for copy in copies
                if not copy.deleted and not copy.answers
                for number in {int(found) for found, _ in _WORDS.findall(copy.text)}
            )
            self.doubles[platforms[chat]] += sum(seen.values()) - len(seen)
        excused = sum(
            many for (platform, name), many in self._sight.faults.items() if platform == "telegram" and name in DOUBTFUL
        )
        if self.doubles[Platform.DISCORD]:
            yield f"P3 doubles: {self.doubles[Platform.DISCORD]} on Discord"
        if self.doubles[Platform.TELEGRAM] > excused:
            yield f"P3 doubles: {self.doubles[Platform.TELEGRAM]} on Telegram, {excused} can be explained"

    def _out_of_order(self) -> Iterator[str]:
        """P4: entries in publish order; alerts may overtake."""
        alerts = {story.number for story in self._stories if story.alert}
        for chat, copies in self._sight.chats.items():
            first: dict[int, None] = {}
            for copy in copies:
                if not copy.answers:
                    first |= dict.fromkeys(int(number) for number, _ in _WORDS.findall(copy.text))
            read = [number for number in first if number not in alerts]
            if read != sorted(read):
                yield f"P4 order: {chat} read {read}"


def _places(conn: sa.Connection) -> list[_Place]:
    place, lane = tables.destination.c, tables.lane.c
    wanted = sa.select(place.id, place.chat_id, lane.platform, place.status).join(tables.lane, lane.id == place.lane_id)
    return [
        _Place(row.id, row.chat_id, row.platform, row.status is DestinationStatus.ACTIVE)
        for row in conn.execute(wanted)
    ]


def _receipts(conn: sa.Connection) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    receipt = tables.receipt.c
    for row in conn.execute(sa.select(receipt.bulletin_id, receipt.destination_id, receipt.message_id)):
        found[row.bulletin_id, row.destination_id].append(row.message_id)
    return found


def _ends(conn: sa.Connection) -> dict[tuple[int, Operation], _Ends]:
    found: dict[tuple[int, Operation], _Ends] = defaultdict(_Ends)
    for row in conn.execute(sa.select(tables.broadcast)):
        its = found[row.bulletin_id, row.operation]
        for name in ("audience", "sent", "skipped", "failed", "unknown"):
            setattr(its, name, getattr(its, name) + getattr(row, name))
    return found
