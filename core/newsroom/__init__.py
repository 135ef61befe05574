"""What editors do: open a coverage, publish, correct, retract, take back, import. Who may is decided in commands."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core import crashpoint
from core.errors import NoSuchCoverage, NoSuchEntry
from core.formats.page import Page
from core.model import (
    Address,
    Audience,
    Change,
    Content,
    Coverage,
    CoverageStatus,
    Entry,
    EntryStatus,
    Importance,
    Mode,
    Person,
    Summary,
    Urgency,
)
from core.newsroom import alike, audiences, imports, opening, pages, summaries
from core.newsroom.imports import ImportReport
from core.store import Connection, Store, broadcasts, commands, coverages, destinations, entries, people, recalls
from core.store.broadcasts import Progress
from core.store.entries import Published
from core.store.recalls import Recall

__all__ = ["ImportReport", "Newsroom"]


class Newsroom:
    """What editors do. Refusals (`core/errors.py`) come from here and from the store; nothing here speaks to anyone."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        mode: Mode,
        wake: Callable[[], None],
        undo_seconds: float = 5,
        alert_delay_seconds: float = 30,
    ) -> None:
        """`wake` tells the courier that something was committed. Nothing leaves inside the undo window."""
        self._store = store
        self._clock = clock
        self._wake = wake
        self.mode = mode
        self.undo = timedelta(seconds=undo_seconds)
        self.alert_delay = timedelta(seconds=alert_delay_seconds) if mode is Mode.LIVE else self.undo
        """A lone editor's second thought (P12); a rehearsal alarms nobody."""

    def now(self) -> datetime:
        """The newsroom's clock."""
        return self._clock()

    def delay(self, *, alert: bool) -> timedelta:
        """How long something published can still be taken back."""
        return self.alert_delay if alert else self.undo

    # Coverages

    async def new_coverage(
        self,
        by: Person,
        title: str,
        *,
        about: str = "",
        zone: str = "UTC",
        language: str = "en",
        slug: str = "",
        status: CoverageStatus = CoverageStatus.LIVE,
    ) -> Coverage:
        """Open a coverage and choose it for its editor. Raises SlugTaken for a slug asked for, NoSuchZone,
        NoSuchLanguage.
        """
        asked = opening.Asked(title, about, zone, language, slug, status, self.mode)
        return await self._store.write(opening.open_coverage, asked, by=by.key, now=self._clock())

    async def set_status(self, by: Person, coverage: Coverage, status: CoverageStatus) -> Coverage:
        """Open, pause or close a coverage."""
        return await self._store.write(coverages.set_status, coverage.id, status, by=by.key, now=self._clock())

    async def coverages(self) -> tuple[Coverage, ...]:
        """Every coverage that is not archived, the newest first."""
        shown = tuple(status for status in CoverageStatus if status is not CoverageStatus.ARCHIVED)
        return await self._store.read(coverages.listed, statuses=shown)

    async def coverage(self, slug: str) -> Coverage:
        """A coverage by its slug. Raises NoSuchCoverage."""
        found = await self._store.read(coverages.by_slug, slug.strip().casefold())
        if found is None:
            raise NoSuchCoverage(slug)
        return found

    async def choose(self, by: Person, coverage: Coverage) -> None:
        """From now on this editor means this coverage."""
        await self._store.write(people.choose_coverage, by.key, coverage.id)

    async def chosen(self, by: Person) -> Coverage | None:
        """The coverage this editor means when they name none."""
        return await self._store.read(people.chosen_coverage, by.key)

    async def audience(
        self,
        coverage: Coverage,
        importance: Importance = Importance.BREAKING,
        *,
        alert: bool = False,
        sent: Entry | None = None,
    ) -> Audience:
        """Whom an entry of this importance would reach now, and in how many seconds; by default all who follow.

        With `sent` it is that entry, which is in the store already.
        """
        now = self._clock()
        planned = audiences.Planned(
            coverage_id=coverage.id,
            now=now,
            importance=importance,
            urgency=Urgency.ALERT if alert else Urgency.ENTRY,
            leaves=(now if sent is None else sent.published_at) + self.delay(alert=alert),
            bulletin_id=0 if sent is None else sent.bulletin_id,
        )
        return await self._store.read(audiences.of, planned)

    # Entries

    async def publish(
        self, by: Person, coverage: Coverage, content: Content, *, token: str, alert: bool = False
    ) -> Published:
        """Publish an entry after the undo window. The same token again gives the same answer and nothing else."""
        now = self._clock()
        write = self._store.write_urgent if alert else self._store.write
        published = await write(
            entries.publish,
            coverage_id=coverage.id,
            content=content,
            actor=by.key,
            token=token,
            now=now,
            not_before=now + self.delay(alert=alert),
            alert=alert,
        )
        crashpoint.here("after_publish_commit")
        self._wake()
        return published

    async def correct(self, by: Person, entry: Entry, content: Content, *, expected: int, token: str) -> Entry:
        """Change an entry in every copy. `expected` is the revision the editor saw: raises EditConflict otherwise."""
        corrected = await self._store.write(
            entries.revise,
            entry_id=entry.id,
            expected=expected,
            content=content,
            change=Change.CORRECTION,
            actor=by.key,
            token=token,
            now=self._clock(),
        )
        self._wake()
        return corrected

    async def retract(self, by: Person, entry: Entry, reason: str, *, expected: int, token: str) -> Entry:
        """Turn every copy of an entry into a notice that says why."""
        retracted = await self._store.write_urgent(
            entries.retract,
            entry_id=entry.id,
            expected=expected,
            reason=reason,
            actor=by.key,
            token=token,
            now=self._clock(),
        )
        self._wake()
        return retracted

    async def take_back(self, by: Person, entry_id: int) -> bool:
        """Undo a publish inside its window; False when it is too late."""
        undone = await self._store.write_urgent(entries.undo, entry_id=entry_id, actor=by.key, now=self._clock())
        self._wake()
        return undone

    async def entry(self, coverage: Coverage, number: int) -> Entry:
        """An entry by its public number. Raises NoSuchEntry."""
        found = await self._store.read(entries.by_number, coverage.id, number)
        if found is None:
            raise NoSuchEntry(f"{coverage.slug}#{number}")
        return found

    async def get(self, entry_id: int) -> Entry:
        """An entry by its id."""
        return await self._store.read(entries.get, entry_id)

    async def of_copy(self, account: str, address: Address, message_id: int) -> Entry | None:
        """The entry one of whose copies this message is."""
        return await self._store.read(destinations.entry_of_copy, account, address, message_id)

    async def home(self, entry: Entry) -> Coverage:
        """The coverage an entry belongs to."""
        return await self._store.read(coverages.get, entry.coverage_id)

    async def newest(self, coverage: Coverage, count: int) -> tuple[Entry, ...]:
        """The newest entries, the oldest of them first."""
        return await self._store.read(entries.of_coverage, coverage.id, newest=count)

    async def next_number(self, coverage: Coverage) -> int:
        """The number the next entry gets if nobody is faster."""
        return await self._store.read(coverages.next_number, coverage.id)

    async def said_already(self, coverage: Coverage, content: Content) -> Entry | None:
        """An entry of the last ten minutes that says the same (E4)."""
        return alike.find(content, await self.newest(coverage, 50), self._clock())

    async def answered(self, by: Person, token: str) -> bool:
        """Whether this very command was done before: it is a redelivery, not a repetition."""
        return await self._store.read(commands.known, by.key, token)

    async def published_as(self, by: Person, token: str) -> Entry | None:
        """The entry that this very command of theirs published, if it did and the entry stands."""
        return await self._store.read(_published_as, by.key, token) if token else None

    async def progress(self, entry: Entry) -> dict[str, Progress]:
        """How far an entry's publishing has come, by account."""
        return await self._store.read(broadcasts.progress, entry.bulletin_id)

    async def changed_by(self, entry: Entry) -> datetime | None:
        """When about the last copy of a corrected or retracted entry is changed; None when nothing is to be done."""
        return await self._store.read(audiences.changes, entry, self._clock())

    async def recall(self, seq: int | None = None) -> Recall:
        """Whether everybody who may send has stopped what was called off; without a number, by the last recall."""
        return await self._store.read(recalls.look, self._clock(), seq)

    # The standing summary

    async def summary(self, coverage: Coverage) -> Summary | None:
        """The standing summary as it stands."""
        return await self._store.read(coverages.summary, coverage.id)

    async def set_summary(self, by: Person, coverage: Coverage, points: Sequence[str]) -> Summary:
        """Replace the standing summary in every copy; the first one goes out as a bulletin of its own."""
        summary, _ = await self._store.write(
            coverages.set_summary, coverage.id, tuple(points), by=by.key, now=self._clock()
        )
        self._wake()
        return summary

    # Whole pages

    async def import_page(
        self, page: Page, *, publish: bool, by: str = "import", into: str = "", keep: bool = True
    ) -> ImportReport:
        """Bring a page in. Sends nothing unless `publish` says so, and then what nobody was sent yet.

        `into` names the coverage (a new one gets it as its slug); without `keep` the report is all that comes of it.
        """
        order = imports.Order(by, self._clock(), self.mode, into.strip())
        if not keep:
            try:
                await self._store.write(imports.weigh, page, order)
            except imports.NotKept as told:
                return told.report
        report = await self._store.write(imports.take, page, order, publish=publish)
        if publish:
            self._wake()
        return report

    async def page(self, coverage: Coverage) -> Page:
        """A coverage as a page to export, corrections and retractions included."""
        return await self._store.read(pages.read, coverage.id)

    async def unsent(self, coverage: Coverage) -> tuple[Entry, ...]:
        """The entries nobody was sent yet, oldest first: what a replay goes through."""
        return await self._store.read(entries.unsent, coverage.id)

    async def send_stored(self, entry: Entry) -> bool:
        """Send an entry that is in the store but was never sent (replay); False when it was."""
        sent = await self._store.write(entries.send_stored, entry.id, self._clock())
        self._wake()
        return sent

    async def send_summary(self, coverage: Coverage) -> bool:
        """Send a standing summary that is in the store but not out there as it stands (replay); False when it is."""
        sent = await self._store.write(summaries.send, coverage.id, self._clock())
        self._wake()
        return sent


def _published_as(conn: Connection, actor: str, token: str) -> Entry | None:
    done = commands.answer(conn, actor, token) or {}
    entry = entries.get(conn, done["entry"]) if "entry" in done else None
    return entry if entry is not None and entry.status is EntryStatus.PUBLISHED else None
