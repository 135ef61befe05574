"""What a million readers would cost, told by sizes and query plans instead of a stopwatch."""

import pytest
import sqlalchemy as sa

from core.model import Form, Level, Receipt
from core.store import Store, audiences, broadcasts, commits, receipts, subscriptions, tables
from tests.doubles.clock import NOON, Clock
from tests.doubles.desk import TELEGRAM, Desk

DELIVERIES = 20_000


def filled(store: Store, table: str) -> int:
    def bytes_of(conn: sa.Connection) -> int:
        if conn.dialect.name == "postgresql":
            return conn.execute(sa.select(sa.func.pg_total_relation_size(table))).scalar_one()
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        return pages * conn.exec_driver_sql("PRAGMA page_size").scalar_one()

    return store.write_now(bytes_of)


def test_a_delivery_costs_few_bytes(store: Store) -> None:
    before = filled(store, "receipt")
    for start in range(0, DELIVERIES, 500):
        some = tuple(
            Receipt(7, 1_000_000 + number, 0, 3_000_000 + number, 1, Form.TEXT, loud=False, language="en", sent_at=NOON)
            for number in range(start, start + 500)
        )
        store.write_now(commits.apply, commits.Batch(at=NOON, receipts=some))
    each = (filled(store, "receipt") - before) / DELIVERIES
    assert each <= (120 if store.where.startswith("PostgreSQL") else 40)


def plan(store: Store, ask: object) -> list[str]:
    """How the database goes about everything `ask` reads."""
    told: list[str] = []

    def explain(conn: sa.Connection) -> None:
        if conn.dialect.name == "postgresql":
            # A few rows are read fastest from end to end; what counts is whether the index can be used.
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        seen: list[tuple[str, object]] = []

        def see(_conn: object, _cursor: object, statement: str, given: object, *_more: object) -> None:
            seen.append((statement, given))

        sa.event.listen(conn, "before_cursor_execute", see)
        ask(conn)
        sa.event.remove(conn, "before_cursor_execute", see)
        word = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        for statement, given in seen:
            told.extend(str(row[-1]) for row in conn.exec_driver_sql(f"{word} {statement}", given))

    store.read_now(explain)
    return told


@pytest.fixture
def walked(store: Store, clock: Clock) -> Desk:
    """A coverage with enough readers for an index to be worth it."""
    desk = Desk(store, clock)
    entry = desk.publishes()
    for chat in range(1, 60):
        desk.receives(desk.reader(chat), entry, chat)
    store.write_now(lambda conn: conn.exec_driver_sql("ANALYZE"))
    return desk


def test_a_page_reads_one_index_and_the_places_it_names(walked: Desk) -> None:
    def ask(conn: sa.Connection) -> None:
        given = {"coverage_id": walked.coverage.id, "audience_seq": 99, "after": 3, "limit": 5}
        subscriptions.page(conn, lane_id=walked.lanes[TELEGRAM], **given)

    told = "\n".join(plan(walked.store, ask))
    assert "ix_subscription_walk" in told
    for scan in ("SCAN subscription", "SCAN destination", "Seq Scan on subscription", "Seq Scan on destination"):
        assert scan not in told


def test_what_a_lane_has_to_do_is_found_without_looking_at_what_is_done(walked: Desk) -> None:
    told = "\n".join(plan(walked.store, lambda conn: broadcasts.active(conn, walked.lanes[TELEGRAM])))
    assert "ix_broadcast_open" in told


def test_receipts_are_found_by_their_own_key(walked: Desk) -> None:
    bulletin_id = walked.active()[0].bulletin_id

    def ask(conn: sa.Connection) -> None:
        receipts.of(conn, bulletin_id, 5)
        receipts.between(conn, bulletin_id, 3, 9)
        given = {"bulletin_id": bulletin_id, "revision": 2, "after": 3, "limit": 5}
        receipts.older(conn, lane_id=walked.lanes[TELEGRAM], **given)

    told = "\n".join(plan(walked.store, ask))
    assert "SCAN receipt" not in told
    assert "Seq Scan on receipt" not in told
    assert "pk_receipt" in told or "USING PRIMARY KEY" in told


def test_undecided_updates_and_open_broadcasts_have_small_indexes_of_their_own(store: Store) -> None:
    partial = {
        index.name for table in tables.METADATA.sorted_tables for index in table.indexes if index.dialect_options
    }
    assert {"ix_inbox_pending", "ix_broadcast_open", "ix_bulletin_kept"} <= partial


def test_an_audience_is_read_by_key_whatever_the_number_of_readers_and_coverages(walked: Desk) -> None:
    def ask(conn: sa.Connection) -> None:
        audiences.of_coverage(conn, walked.coverage.id, tuple(Level))

    told = "\n".join(plan(walked.store, ask))
    assert "pk_audience" in told or "SEARCH audience USING PRIMARY KEY" in told
    for scan in ("SCAN audience", "Seq Scan on audience", "subscription"):
        assert scan not in told
