"""A page is taken in: its coverage found or opened, its entries, its summary, all of it or nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from core.formats.page import Page
from core.model import Coverage, Entry
from core.newsroom import audiences, deciding, identities, opening, slugs, summaries
from core.newsroom.imports import arriving
from core.newsroom.imports.report import ImportReport, NotKept, Order, Rewritten
from core.store import Connection, coverages, entries


def weigh(conn: Connection, page: Page, order: Order) -> NoReturn:
    """Say what `take` would do, and undo it: always raises NotKept, which ends the transaction."""
    raise NotKept(take(conn, page, order, publish=False))


def take(conn: Connection, page: Page, order: Order, *, publish: bool) -> ImportReport:
    """Bring a page into the store, oldest entry first, in one transaction: all of it or nothing."""
    coverage = coverages.by_slug(conn, order.into.casefold()) if order.into else _find(conn, page)
    opened = coverage is None
    coverage = _open(conn, page, order) if coverage is None else _amend(conn, coverage, page, order)
    told = arriving.take(conn, coverage, page, order, new=opened)
    summary_changed = _summary(conn, coverage, page, order)
    undecided = {one.entry.id for one in deciding.waiting(conn, coverage.id)}
    unsent = entries.unsent(conn, coverage.id)
    waiting = [entry for entry in unsent if entry.id not in undecided]
    count = len(waiting) + summaries.waits(conn, coverage.id)
    if publish:
        _send(conn, coverage, waiting, order.now)
    return ImportReport(
        coverage=coverage,
        opened=opened,
        added=told.numbers("added"),
        changed=told.numbers("changed"),
        proposed=told.numbers("proposed"),
        unchanged=len(told.numbers("unchanged")),
        summary_changed=summary_changed,
        unsent=0 if publish else count,
        audience=audiences.of(conn, audiences.Planned(coverage.id, order.now)),
        sent=count if publish else 0,
        rewritten=tuple(
            Rewritten(to.number, given.content.headline) for what, given, to in told.rows if what == "rewritten"
        ),
        withdrawn=told.numbers("withdrawn"),
        held=tuple(entry.number for entry in unsent if entry.id in undecided),
    )


def _find(conn: Connection, page: Page) -> Coverage | None:
    found = coverages.find_source(conn, page.source.system, page.source.identity)
    if found is None and page.source.system == identities.SYSTEM:
        found = identities.coverage(conn, page.source.identity)
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


def _summary(conn: Connection, coverage: Coverage, page: Page, order: Order) -> bool:
    told = coverages.last_summary_by(conn, coverage.id, order.by)
    standing = coverages.summary(conn, coverage.id)
    said = {summary.points for summary in (told, standing) if summary is not None}
    # What an editor wrote since the last import stays until the page itself says something new.
    if not page.summary or page.summary in said:
        return False
    # A page that does not say when it summed up did so after its newest entry.
    as_of = page.summary_as_of or max((given.display_at for given in page.entries), default=None)
    coverages.set_summary(conn, coverage.id, page.summary, by=order.by, now=order.now, as_of=as_of, send=False)
    return True


def _send(conn: Connection, coverage: Coverage, waiting: Iterable[Entry], now: datetime) -> None:
    summaries.send(conn, coverage.id, now)
    for entry in waiting:
        entries.send_stored(conn, entry.id, now)
