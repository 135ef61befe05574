"""Many rows at once arrive as they were given, whichever database takes them."""

from datetime import UTC, datetime, timedelta, timezone

from core.model import CoverageStatus, Form, Mode, Receipt
from core.store import Store, commits, receipts, sql, tables

ODD = 'a "quote", a \\ backslash, {braces}, NULL, ’ and 🌊'


async def test_numbers_words_and_instants_come_back_as_they_went(store: Store):
    at = datetime(2026, 11, 22, 18, 0, 0, 123000, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    given = (
        Receipt(2**62, 7, 0, -(2**62), 3, Form.PHOTO, True, "de", at),
        Receipt(2**62, 7, 1, 0, 1, Form.TEXT, False, ODD, at + timedelta(days=1)),
    )
    await store.write(commits.apply, commits.Batch(at, given))
    assert await store.read(receipts.of, 2**62, 7) == given


async def test_what_is_not_there_stays_away(store: Store):
    now = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    names = ("slug", "title", "standfirst", "language", "zone", "status", "mode", "created_at", "starts_at", "ends_at")
    names += ("publisher", "next_number", "source_position")
    storm = ("storm", ODD, "", "en", "UTC", CoverageStatus.LIVE, Mode.REHEARSAL, now, None, now, "", 1, None)
    vote = ("vote", "Vote", "", "en", "UTC", CoverageStatus.LIVE, Mode.REHEARSAL, now, now, None, "", 1, 4)

    def both(conn):
        sql.many(conn, tables.coverage, names, [storm, vote])
        return [tuple(row) for row in conn.execute(tables.coverage.select().with_only_columns(*map(_column, names)))]

    assert sorted(await store.write(both)) == [storm, vote]


def _column(name: str):
    return tables.coverage.c[name]
