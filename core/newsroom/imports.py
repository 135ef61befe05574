"""A page becomes a coverage, and a later copy of it becomes its changes: never a deletion, never an alert (TH28)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from core.formats.page import Page, PageEntry
from core.model import Audience, Change, Content, Coverage, Entry, EntryStatus, Mode
from core.newsroom import audiences, opening, slugs, summaries
from core.store import Connection, coverages, entries


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, and what sending it would do. The three lists hold public entry numbers."""

    coverage: Coverage
    opened: bool
    """Whether the page made a new coverage."""
    added: tuple[int, ...]
    changed: tuple[int, ...]
    """Entries nobody had yet, so that they took the page's words at once."""
    proposed: tuple[int, ...]
    """Entries readers have: the page's words wait for an editor's decision."""
    unchanged: int
    summary_changed: bool
    unsent: int
    """Bulletins of this coverage that nobody was sent: what `--publish` sends."""
    audience: Audience
    sent: int = 0
    """Bulletins this import did send."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who imports, when, and in which mode the house runs."""

    by: str
    now: datetime
    mode: Mode
    into: str = ""
    """The coverage's slug, when somebody said which; a new coverage gets it."""


class NotKept(Exception):
    """Carries a report out of a transaction that leaves nothing behind."""

    def __init__(self, report: ImportReport) -> None:
        """`report` says what would have happened."""
        super().__init__()
        self.report = report


def weigh(conn: Connection, page: Page, order: Order) -> NoReturn:
    """Say what `take` would do, and undo it: always raises NotKept, which ends the transaction."""
    raise NotKept(take(conn, page, order, publish=False))


def take(conn: Connection, page: Page, order: Order, *, publish: bool) -> ImportReport:
    """Bring a page into the store, oldest entry first, in one transaction: all of it or nothing."""
    coverage = coverages.by_slug(conn, order.into.casefold()) if order.into else _find(conn, page)
    opened = coverage is None
    coverage = _open(conn, page, order) if coverage is None else _amend(conn, coverage, page, order)
    told: dict[str, list[int]] = {"added": [], "changed": [], "proposed": [], "unchanged": []}
    for given in page.entries:
        what, entry = _entry(conn, coverage, given, order)
        told[what].append(entry.number)
    summary_changed = _summary(conn, coverage, page, order)
    waiting = entries.unsent(conn, coverage.id)
    count = len(waiting) + summaries.waits(conn, coverage.id)
    if publish:
        _send(conn, coverage, waiting, order.now)
    return ImportReport(
        coverage=coverage,
        opened=opened,
        added=tuple(told["added"]),
        changed=tuple(told["changed"]),
        proposed=tuple(told["proposed"]),
        unchanged=len(told["unchanged"]),
        summary_changed=summary_changed,
        unsent=0 if publish else count,
        audience=audiences.of(conn, coverage.id),
        sent=count if publish else 0,
    )


def _find(conn: Connection, page: Page) -> Coverage | None:
    found = coverages.find_source(conn, page.source.system, page.source.identity)
    if found is not None:
        return found
    # A saved text has no identity of its own, and a later copy may lack the oldest entries of an earlier one.
    shared = entries.find_anywhere(conn, page.source.system, tuple(given.source.identity for given in page.entries))
    return None if shared is None else coverages.get(conn, shared.coverage_id)


def _open(conn: Connection, page: Page, order: Order) -> Coverage:
    return coverages.create(
        conn,
        slug=slugs.derive(order.into) if order.into else opening.free_slug(conn, page.title),
        title=page.title,
        standfirst=page.standfirst,
        language=page.language or "en",
        zone=page.zone,
        status=page.status,
        mode=order.mode,
        now=order.now,
        by=order.by,
        starts_at=page.starts_at,
        ends_at=page.ends_at,
        url=page.url,
        publisher=page.publisher,
        source=page.source,
    )


def _amend(conn: Connection, coverage: Coverage, page: Page, order: Order) -> Coverage:
    """Take over what the page says anew. What it does not say stays, and it neither closes nor postpones anything."""
    return coverages.amend(
        conn,
        coverage.id,
        by=order.by,
        now=order.now,
        title=page.title,
        standfirst=page.standfirst or coverage.standfirst,
        language=page.language or coverage.language,
        url=page.url or coverage.url,
        publisher=page.publisher or coverage.publisher,
        starts_at=page.starts_at or coverage.starts_at,
    )


def _entry(conn: Connection, coverage: Coverage, given: PageEntry, order: Order) -> tuple[str, Entry]:
    stored = entries.find_source(conn, coverage.id, given.source.identity)
    if stored is None:
        return "added", _add(conn, coverage, given, order)
    if stored.status is not EntryStatus.PUBLISHED or given.content == _last_imported(conn, stored):
        return "unchanged", stored
    if entries.delivered(conn, stored.id):
        proposal = entries.propose(conn, stored.id, given.content, order.now)
        return "proposed" if proposal else "unchanged", stored
    revised = entries.revise(
        conn,
        entry_id=stored.id,
        expected=stored.revision,
        content=given.content,
        change=Change.IMPORT,
        actor=order.by,
        token=_token(coverage, given, stored.revision),
        now=order.now,
        updated_at=given.updated_at,
        source=given.source,
        send=False,
    )
    return "changed", revised


def _add(conn: Connection, coverage: Coverage, given: PageEntry, order: Order) -> Entry:
    """Store an entry without sending it; one the page itself withdrew is stored as withdrawn."""
    published = entries.publish(
        conn,
        coverage_id=coverage.id,
        content=given.content,
        actor=order.by,
        token=_token(coverage, given, 0),
        now=order.now,
        display_at=given.display_at,
        updated_at=given.updated_at,
        number=given.number,
        source=given.source,
        send=False,
    )
    if given.status is not EntryStatus.RETRACTED:
        return published.entry
    return entries.retract(
        conn,
        entry_id=published.entry.id,
        expected=1,
        reason=given.content.reason,
        actor=order.by,
        token=_token(coverage, given, 1),
        now=order.now,
        send=False,
    )


def _last_imported(conn: Connection, stored: Entry) -> Content:
    """What the source said last time: an editor's own correction since then is no change of the source's."""
    told = [one for one in entries.revisions(conn, stored.id) if one.change in (Change.FIRST, Change.IMPORT)]
    return told[-1].content


def _token(coverage: Coverage, given: PageEntry, revision: int) -> str:
    """What makes two imports of one page at the same moment one: identities can be whole addresses, so hashed."""
    named = f"{coverage.id}|{given.source.system}|{given.source.identity}|{revision}"
    return f"import:{hashlib.sha256(named.encode(errors='replace')).hexdigest()}"


def _summary(conn: Connection, coverage: Coverage, page: Page, order: Order) -> bool:
    told = coverages.last_summary_by(conn, coverage.id, order.by)
    standing = coverages.summary(conn, coverage.id)
    said = {summary.points for summary in (told, standing) if summary is not None}
    # What an editor wrote since the last import stays until the page itself says something new.
    if not page.summary or page.summary in said:
        return False
    coverages.set_summary(
        conn, coverage.id, page.summary, by=order.by, now=order.now, as_of=page.summary_as_of, send=False
    )
    return True


def _send(conn: Connection, coverage: Coverage, waiting: Iterable[Entry], now: datetime) -> None:
    summaries.send(conn, coverage.id, now)
    for entry in waiting:
        entries.send_stored(conn, entry.id, now)
