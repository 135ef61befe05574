"""The desk of one town: it goes on publishing, correcting and retracting while those who carry it are killed."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core import blocks
from core.model import (
    Address,
    Change,
    Content,
    Coverage,
    Entry,
    Level,
    Mode,
    PlaceKind,
    Platform,
    Role,
    Rules,
    Scope,
)
from core.newsroom.enrolment import Enrolment
from core.store import Store, accounts, broadcasts, coverages, destinations, entries, people, recalls, subscriptions
from tests.faults.cases import Places
from tests.faults.life import DISCORD, EDITOR, TELEGRAM, now

COVERAGES = ("storm", "vote")
_GIVE_UP = 60.0
ACCOUNTS = {TELEGRAM: Platform.TELEGRAM, DISCORD: Platform.DISCORD}


@dataclass
class Story:
    """One entry as its editor knows it; `saved` are the moments at which each revision was told to be saved."""

    number: int
    alert: bool = False
    entry: Entry | None = None
    saved: list[float] = field(default_factory=list)
    said: bool = False
    """Whether its editor said it to the bot: then it becomes an entry sooner or later, and only one."""
    retracted_at: float | None = None
    stopped_at: float | None = None
    """When its editor was told that nobody sends it any more."""

    def words(self, revision: int) -> Content:
        """What a revision says."""
        paragraph = blocks.Paragraph(blocks.text("The harbour office says so."))
        return Content(headline=f"s{self.number}r{revision}", blocks=(paragraph,))


@dataclass(frozen=True, slots=True)
class Reader:
    """A place that follows: all of the newsroom, or these coverages; `level` is what it wants of them."""

    account: str
    chat: int
    coverages: tuple[str, ...]
    level: Level = Level.ALL


class Desk:
    """Writes into the town's store from a process that nobody kills."""

    def __init__(self, url: str, places: Places, seed: str, mode: Mode = Mode.REHEARSAL) -> None:
        self.store = Store.open(url, mode=mode)
        self._mode, self._editor = mode, places.editor
        self.stories: dict[int, Story] = {}
        self.readers = _readers(places)
        self.slowest = 0.0
        """The longest that one of its transactions took, in seconds."""
        self._fate = random.Random(f"desk {seed}")
        self._coverages: dict[str, Coverage] = {}
        self._numbers = 0

    async def opens(self) -> None:
        """Open the coverages and let everybody follow."""
        await self.store.write(_furnish, self.readers, self._mode)
        for slug in COVERAGES:
            found = await self.store.read(coverages.by_slug, slug)
            assert found is not None
            self._coverages[slug] = found
        enrolment = Enrolment(self.store, clock=now)
        invitation = await enrolment.invite("Erin", Role.EDITOR, by=EDITOR)
        erin = await enrolment.redeem(invitation.code, Platform.TELEGRAM, self._editor)
        await self.store.write(people.choose_coverage, erin.key, self._coverages[COVERAGES[0]].id)

    def takes_number(self) -> int:
        """The number of the next story, also of one that somebody else publishes."""
        self._numbers += 1
        self.stories[self._numbers] = Story(self._numbers)
        return self._numbers

    async def does_something(self) -> None:
        """Publish, alert, correct or retract, as it comes."""
        what = self._fate.choices((self.publishes, self.alerts, self.corrects, self.retracts), (10, 1.5, 4, 1))[0]
        await what()

    async def publishes(self, *, alert: bool = False) -> Story:
        """Publish an entry."""
        story = self.stories[self.takes_number()]
        story.alert = alert
        began = time.time()
        write = self.store.write_urgent if alert else self.store.write
        published = await write(
            entries.publish,
            coverage_id=self._coverages[self._fate.choice(COVERAGES)].id,
            content=story.words(1),
            actor=EDITOR,
            token=f"desk-{story.number}",
            now=now(),
            alert=alert,
        )
        self._saved(story, published.entry, began)
        return story

    async def alerts(self) -> None:
        """Publish an alert."""
        await self.publishes(alert=True)

    async def corrects(self) -> None:
        """Correct one of the newest entries."""
        if story := self._standing():
            assert story.entry is not None
            began = time.time()
            after = await self.store.write(
                entries.revise,
                entry_id=story.entry.id,
                expected=story.entry.revision,
                content=story.words(story.entry.revision + 1),
                change=self._fate.choice((Change.CORRECTION, Change.IMPORT)),
                actor=EDITOR,
                token=f"desk-{story.number}-{story.entry.revision}",
                now=now(),
            )
            self._saved(story, after, began)

    async def retracts(self) -> None:
        """Retract one of the newest entries."""
        if story := self._standing():
            assert story.entry is not None
            began = time.time()
            after = await self.store.write_urgent(
                entries.retract,
                entry_id=story.entry.id,
                expected=story.entry.revision,
                reason=f"s{story.number}r0",
                actor=EDITOR,
                token=f"desk-{story.number}-{story.entry.revision}",
                now=now(),
            )
            story.retracted_at = time.time()
            self._saved(story, after, began)
            await self._is_stopped()
            story.stopped_at = time.time()

    async def is_heard(self, give_up: float) -> None:
        """Wait until all that its editor said to the bot has become entries."""
        said = {f"s{story.number}r1" for story in self.stories.values() if story.said}
        chosen = self._coverages[COVERAGES[0]].id
        async with asyncio.timeout(give_up):
            while said:
                there = await self.store.read(entries.of_coverage, chosen)
                said -= {one.content.headline for one in there}
                await asyncio.sleep(0.05)

    async def is_carried(self, give_up: float) -> None:
        """Wait until nothing is on its way any more."""
        async with asyncio.timeout(give_up):
            while await self.store.read(broadcasts.unfinished):  # noqa: ASYNC110  the store has no bell
                await asyncio.sleep(0.05)

    async def _is_stopped(self) -> None:
        """Wait until every lane has heard of the last recall, or cannot send any more."""
        last = await self.store.read(recalls.look, now())
        async with asyncio.timeout(_GIVE_UP):
            while await self.store.read(recalls.waiting_for, last.seq, now()):  # noqa: ASYNC110  no bell here either
                await asyncio.sleep(0.02)

    def _standing(self) -> Story | None:
        stories = [one for one in self.stories.values() if one.entry is not None and one.retracted_at is None]
        return self._fate.choice(stories[-4:]) if stories else None

    def _saved(self, story: Story, entry: Entry, began: float) -> None:
        story.entry = entry
        story.saved.append(time.time())
        self.slowest = max(self.slowest, time.time() - began)


def _readers(places: Places) -> list[Reader]:
    """The first of each platform wants key entries only; of the others some follow one coverage, some the newsroom."""
    found = []
    for account, chats in ((TELEGRAM, places.chats), (DISCORD, places.channels)):
        for number, chat in enumerate(chats):
            level = Level.KEY if number == 0 else Level.ALL
            wishes = ((), COVERAGES[:1], COVERAGES[1:], ())[number % 4]
            found.append(Reader(account, chat, wishes, level))
    return found


def _furnish(conn: sa.Connection, readers: Sequence[Reader], mode: Mode) -> None:
    accounts.enrol_lanes(conn, list(ACCOUNTS.items()), now())
    opened = {}
    for slug in COVERAGES:
        given = {"title": slug.title(), "language": "en", "zone": "Europe/London", "mode": mode}
        opened[slug] = coverages.create(conn, slug=slug, now=now(), by=EDITOR, **given).id
    for reader in readers:
        platform = ACCOUNTS[reader.account]
        kind = PlaceKind.CHANNEL if platform is Platform.DISCORD else PlaceKind.PRIVATE
        if reader.chat < 0:
            kind = PlaceKind.GROUP
        place = destinations.connect(
            conn,
            account=reader.account,
            address=Address(platform, reader.chat),
            kind=kind,
            title="",
            language="en",
            now=now(),
        )
        targets = [(Scope.COVERAGE, opened[slug]) for slug in reader.coverages] or [(Scope.NEWSROOM, 0)]
        for scope, target in targets:
            subscriptions.follow(
                conn,
                destination_id=place.id,
                scope=scope,
                target_id=target,
                rules=Rules(entries=reader.level),
                now=now(),
            )
