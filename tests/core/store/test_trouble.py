"""What goes wrong while we work: each thing is one line that says what to do, and nothing is half-written."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pysqlite3.dbapi2
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, audit, coverages, entries, place, tables, trouble
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases
from tests.doubles.desk import EDITOR, Desk, says


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A newsroom on a SQLite file of its own."""
    store = Store.open(f"sqlite:///{tmp_path}/livedesk.sqlite", mode=Mode.REHEARSAL, create=True)
    yield Desk(store, Clock())
    store.close()


def tell(desk: Desk, pragma: str) -> object:
    """Change a setting of the connection that writes, or ask for one."""

    def ask(conn: sa.Connection) -> object:
        answer = conn.exec_driver_sql(f"PRAGMA {pragma}")
        return answer.scalar() if answer.returns_rows else None

    return desk.store.write_now(ask)


def test_a_full_disk_is_said_plainly_and_leaves_nothing_half_written(desk: Desk) -> None:
    before = desk.publishes("Before")
    pages = tell(desk, "page_count")
    tell(desk, f"max_page_count = {pages + 2}")
    with pytest.raises(StoreTrouble) as told:
        desk.publishes("x" * 100_000, token="big")
    assert str(told.value).endswith("is full: nothing was saved. Free some space and try again.")
    assert told.value.passing
    assert desk.store.read_now(entries.of_coverage, desk.coverage.id) == (before,)
    assert len(desk.active()) == 1
    assert len(desk.store.read_now(audit.listed, subject="entry")) == 1


def test_after_a_full_disk_work_goes_on_without_a_restart(desk: Desk) -> None:
    pages = tell(desk, "page_count")
    tell(desk, f"max_page_count = {pages + 2}")
    with pytest.raises(StoreTrouble):
        desk.publishes("x" * 100_000, token="big")
    tell(desk, "max_page_count = 1000000")
    entry = desk.publishes("x" * 100_000, token="big")
    assert entry.number == 1
    assert tell(desk, "quick_check") == "ok"


def test_a_locked_store_is_said_plainly(desk: Desk) -> None:
    tell(desk, "busy_timeout = 20")
    # From the same library: two of them in one process do not see each other's locks.
    other = pysqlite3.dbapi2.connect(desk.store.where, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreTrouble, match="locked: nothing was saved") as told:
        desk.publishes()
    assert told.value.passing
    # Readers never wait for a writer.
    assert desk.store.read_now(coverages.listed) == (desk.coverage,)
    other.execute("ROLLBACK")
    other.close()
    assert desk.publishes().number == 1


def test_a_read_only_store_is_said_plainly(desk: Desk) -> None:
    tell(desk, "query_only = ON")
    with pytest.raises(StoreTrouble, match="cannot be written: give this user the right") as told:
        desk.publishes()
    assert not told.value.passing


def test_a_store_damaged_while_it_is_open_is_said_plainly(desk: Desk) -> None:
    for number in range(300):
        desk.publishes(f"Entry {number}")
    desk.store.close()
    store = Store.open(f"sqlite:///{desk.store.where}", mode=Mode.REHEARSAL)
    pages = Path(store.where).stat().st_size // 4096
    with Path(store.where).open("r+b") as file:
        file.seek(4096 * (pages // 3))
        file.write(b"\xff" * (4096 * (pages // 2)))
    with pytest.raises(StoreTrouble, match="is damaged"):
        # The connection that writes has not seen these pages yet.
        store.write_now(lambda conn: [conn.execute(sa.select(one)).all() for one in tables.METADATA.sorted_tables])
    store.close()


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreTrouble):
        store.read_now(lambda conn: conn.execute(tables.house.insert().values(name="a", value="b")))


def test_a_reading_sees_one_moment(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock)

    def twice(conn: sa.Connection) -> tuple[int, int]:
        first = len(entries.of_coverage(conn, desk.coverage.id))
        desk.publishes()
        return first, len(entries.of_coverage(conn, desk.coverage.id))

    assert store.read_now(twice) == (0, 0)
    assert len(store.read_now(entries.of_coverage, desk.coverage.id)) == 1


def test_our_own_mistakes_stay_what_they_are(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.write_now(lambda conn: conn.execute(tables.house.insert().values(name=None, value="b")))


def test_what_was_written_is_never_in_an_error(store: Store) -> None:
    secret = "what an editor typed"
    with pytest.raises(IntegrityError) as error:
        store.write_now(lambda conn: conn.execute(tables.house.insert().values(name=None, value=secret)))
    assert secret not in str(error.value).splitlines()[-2]
    assert "hide_parameters" in str(error.value)


def test_a_unit_of_work_that_fails_leaves_nothing(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock)

    def half(conn: sa.Connection) -> None:
        given = {"coverage_id": desk.coverage.id, "content": says("Half"), "actor": EDITOR, "token": "t"}
        entries.publish(conn, now=clock(), **given)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write_now(half)
    assert store.read_now(entries.of_coverage, desk.coverage.id) == ()
    assert desk.publishes().number == 1


@pytest.fixture
def on_postgresql(postgresql: str, tmp_path: Path, clock: Clock) -> Iterator[tuple[Desk, str]]:
    """A newsroom on PostgreSQL, with its database's address."""
    databases = Databases(postgresql, tmp_path, [])
    url = databases.migrated()
    store = Store.open(url, mode=Mode.REHEARSAL)
    yield Desk(store, clock), url
    store.close()
    databases.close()


_CUT_THE_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_a_database_that_restarted_meanwhile_is_simply_used_again(on_postgresql: tuple[Desk, str]) -> None:
    desk, url = on_postgresql
    desk.publishes()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(_CUT_THE_OTHERS)
    assert desk.publishes().number == 2
    assert len(desk.active()) == 2


def test_a_database_that_goes_away_in_the_middle_saves_nothing_and_says_so(on_postgresql: tuple[Desk, str]) -> None:
    desk, url = on_postgresql

    def cut(conn: sa.Connection) -> None:
        conn.execute(tables.house.insert().values(name="half", value="written"))
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(_CUT_THE_OTHERS)
        conn.execute(tables.house.insert().values(name="other half", value="written"))

    with pytest.raises(StoreTrouble, match="does not answer: nothing was saved") as told:
        desk.store.write_now(cut)
    assert told.value.passing
    assert desk.publishes().number == 1


@pytest.mark.parametrize(
    ("error", "words", "passing"),
    [
        (psycopg.errors.DiskFull("no space left"), "is full: nothing was saved", True),
        (psycopg.errors.TooManyConnections("too many"), "takes no more connections", True),
        (psycopg.errors.ReadOnlySqlTransaction("standby"), "is read-only", False),
        (psycopg.errors.InsufficientPrivilege("permission denied"), "lacks a right", False),
        (psycopg.errors.AdminShutdown("terminating"), "does not answer", True),
        (psycopg.errors.LockNotAvailable("lock"), "locked", True),
        (psycopg.errors.InvalidPassword("nope"), "refuses the user or password", False),
        (psycopg.errors.DataCorrupted("bad page"), "is damaged", False),
        (psycopg.errors.IoError("io"), "reports an error", True),
        (psycopg.OperationalError('x FATAL:  password authentication failed for user "u"'), "refuses the user", False),
        (psycopg.OperationalError("x FATAL:  sorry, too many clients already"), "no more connections", True),
        (psycopg.OperationalError("x FATAL:  the database system is starting up"), "does not answer", True),
    ],
)
def test_what_postgresql_says_becomes_one_line(error: psycopg.Error, words: str, passing: bool) -> None:
    where = place.find("postgresql://u:s3cret@h/d")
    told = trouble.told(DBAPIError("SELECT 1", None, error), where)
    assert words in str(told)
    assert str(told).startswith(("PostgreSQL database d at h:5432", "Another process", "The disk that holds"))
    assert told.passing is passing


def test_a_broken_constraint_is_no_trouble_of_the_operators() -> None:
    where = place.find("postgresql://u:s3cret@h/d")
    assert trouble.told(DBAPIError("INSERT", None, psycopg.errors.UniqueViolation("twice")), where) is None
    assert trouble.told(DBAPIError("INSERT", None, psycopg.errors.UndefinedColumn("what")), where) is None
