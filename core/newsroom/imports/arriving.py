"""The entries of a page arrive: new ones are stored, known ones changed, and what is not ours to decide is proposed."""

import hashlib
from dataclasses import dataclass

from core.formats.page import Page, PageEntry
from core.model import Change, Content, Coverage, Entry, EntryStatus
from core.newsroom import alike, identities
from core.newsroom.imports.report import Order
from core.store import Connection, entries

_MOST = 1_000_000
"""No coverage has so many entries, nor an entry so many revisions: a file that says more is not believed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of each entry of the page, and of which of ours."""

    rows: tuple[tuple[str, PageEntry, Entry], ...]

    def numbers(self, wanted: str) -> tuple[int, ...]:
        """The public numbers of those that this happened to."""
        return tuple(entry.number for what, _, entry in self.rows if what == wanted)


def take(conn: Connection, coverage: Coverage, page: Page, order: Order, *, new: bool) -> Told:
    """Bring every entry of the page into the coverage; a `new` one has none yet that could have been rewritten."""
    rows = []
    gone = [] if new else _gone(conn, coverage, page)
    for given in page.entries:
        stored = _stored(conn, coverage, given)
        if stored is not None:
            rows.append((_again(conn, coverage, given, stored, order), given, stored))
        elif (was := alike.rewritten(given, gone)) is not None:
            gone.remove(was)
            rows.append(_rewritten(conn, coverage, given, was, order))
        else:
            rows.append(("added", given, _add(conn, coverage, given, order)))
    return Told(tuple(rows))


def _stored(conn: Connection, coverage: Coverage, given: PageEntry) -> Entry | None:
    found = entries.find_source(conn, coverage.id, given.source.identity)
    if found is None and given.source.system == identities.SYSTEM:
        return identities.entry(conn, coverage, given.source.identity)
    return found


def _gone(conn: Connection, coverage: Coverage, page: Page) -> list[Entry]:
    """Entries that came from such a page, stand here, and are not on this one."""
    there = {given.source.identity for given in page.entries}
    return [
        entry
        for entry in entries.of_coverage(conn, coverage.id)
        if entry.status is EntryStatus.PUBLISHED and entry.source is not None and entry.source.identity not in there
    ]


def _again(conn: Connection, coverage: Coverage, given: PageEntry, stored: Entry, order: Order) -> str:
    """Take over what the page says anew of an entry we have."""
    if stored.status is not EntryStatus.PUBLISHED:
        return "unchanged"
    delivered = entries.delivered(conn, stored.id)
    if given.status is EntryStatus.RETRACTED:
        # A retraction cannot be taken back, so with readers it is an editor's word, not a file's.
        return "withdrawn" if delivered else _retract(conn, coverage, given, stored, order)
    if given.content == stored.content or _known(conn, stored, given.content):
        return "unchanged"
    if delivered:
        return "proposed" if entries.propose(conn, stored.id, given.content, order.now) else "unchanged"
    entries.revise(
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
    return "changed"


def _rewritten(
    conn: Connection, coverage: Coverage, given: PageEntry, was: Entry, order: Order
) -> tuple[str, PageEntry, Entry]:
    """Lay it before an editor: only one who says that these are two makes it an entry of its own."""
    decided = entries.verdict(conn, was.id, given.content)
    if decided is False:
        return "added", given, _add(conn, coverage, given, order)
    if decided or given.content == was.content:
        entries.set_source(conn, was.id, given.source)
        return "unchanged", given, was
    entries.propose(conn, was.id, given.content, order.now)
    return "rewritten", given, was


def _add(conn: Connection, coverage: Coverage, given: PageEntry, order: Order) -> Entry:
    """Store an entry without sending it; one the page itself withdrew is stored as withdrawn."""
    withdrawn = given.status is EntryStatus.RETRACTED
    revision = given.revision if given.revision <= _MOST else 1
    added = entries.publish(
        conn,
        coverage_id=coverage.id,
        content=given.content,
        actor=order.by,
        token=_token(coverage, given, 0),
        now=order.now,
        first_published=given.first_published or given.display_at,
        display_at=given.display_at,
        updated_at=given.updated_at,
        number=given.number if given.number is None or given.number <= _MOST else None,
        revision=max(1, revision - 1) if withdrawn else revision,
        source=given.source,
        send=False,
    ).entry
    if withdrawn:
        _retract(conn, coverage, given, added, order)
    return added


def _retract(conn: Connection, coverage: Coverage, given: PageEntry, stored: Entry, order: Order) -> str:
    entries.retract(
        conn,
        entry_id=stored.id,
        expected=stored.revision,
        reason=given.content.reason,
        actor=order.by,
        token=_token(coverage, given, stored.revision),
        now=order.now,
        updated_at=given.updated_at or given.display_at,
        send=False,
    )
    return "changed"


def _known(conn: Connection, stored: Entry, content: Content) -> bool:
    """Whether this is no news of the source's: it said so last time, or an editor took it over with a note.

    Of what was made here every revision is known: then the page is an older export.
    """
    said = entries.revisions(conn, stored.id)
    if stored.source is not None:
        # An editor's own correction since then is no change of the source's.
        said = tuple(one for one in said if one.change in (Change.FIRST, Change.IMPORT))[-1:]
    return any(one.content == content for one in said) or entries.verdict(conn, stored.id, content) is True


def _token(coverage: Coverage, given: PageEntry, revision: int) -> str:
    """What makes two imports of one page at the same moment one: identities can be whole addresses, so hashed."""
    named = f"{coverage.id}|{given.source.system}|{given.source.identity}|{revision}"
    return f"import:{hashlib.sha256(named.encode(errors='replace')).hexdigest()}"
