import logging
import os
import traceback
from pathlib import Path

import pysqlite3.dbapi2
import pytest
import sqlalchemy as sa

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, coverages, engines, opening, place
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases
from tests.doubles.desk import Desk


def refused(url: str, *, mode: Mode = Mode.REHEARSAL, create: bool = False) -> str:
    """The one line an operator is told."""
    with pytest.raises(StoreTrouble) as trouble:
        Store.open(url, mode=mode, create=create).close()
    line = str(trouble.value)
    assert "\n" not in line
    return line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a SQLite store with one coverage is, closed."""
    made = tmp_path / "livedesk.sqlite"
    store = Store.open(f"sqlite:///{made}", mode=Mode.REHEARSAL, create=True)
    desk = Desk(store, Clock())
    for number in range(60):
        desk.publishes(f"Entry {number}")
    store.close()
    return made


def test_a_store_is_made_and_opened_again(databases: Databases) -> None:
    url = databases.empty()
    Store.open(url, mode=Mode.REHEARSAL, create=True).close()
    store = Store.open(url, mode=Mode.REHEARSAL)
    Desk(store, Clock())
    store.close()
    again = Store.open(url, mode=Mode.REHEARSAL, create=True)
    assert len(again.read_now(coverages.listed)) == 1
    again.close()


def test_a_store_that_is_not_there_is_not_made_by_accident(databases: Databases) -> None:
    assert "run `livedesk db upgrade` to make one" in refused(databases.empty())


def test_a_rehearsal_and_the_real_newsroom_never_share_a_store(databases: Databases) -> None:
    url = databases.migrated()
    line = refused(url, mode=Mode.LIVE)
    assert "belongs to a rehearsal, this is the real newsroom" in line
    assert "LIVEDESK_STORE__URL" in line
    assert refused(url, mode=Mode.LIVE, create=True) == line


def test_a_database_of_another_program_is_left_alone(databases: Databases) -> None:
    url = databases.empty()
    engine = sa.create_engine(place.find(url).url)
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE TABLE invoices (id integer)"))
    engine.dispose()
    for create in (False, True):
        assert "holds tables of another program" in refused(url, create=create)


def test_a_new_file_is_only_ours_to_read(tmp_path: Path) -> None:
    made = tmp_path / "var" / "deep" / "livedesk.sqlite"
    store = Store.open(f"sqlite:///{made}", mode=Mode.REHEARSAL, create=True)
    files = [made, *made.parent.glob("livedesk.sqlite-*")]
    assert len(files) > 1
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    store.close()


def test_a_file_that_others_can_read_is_named_with_its_cure(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    where = place.find(f"sqlite:///{path}")
    assert opening.exposed(where) is None
    path.chmod(0o644)
    line = opening.exposed(where)
    assert line == f"{path} can be read by others on this machine: run `chmod 600 {path}`."
    with caplog.at_level(logging.WARNING):
        Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL).close()
    assert line in caplog.text


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"x" * 5000, b"{}" * 9000])
def test_a_file_that_is_no_store_is_not_touched(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "livedesk.sqlite"
    file.write_bytes(content)
    for create in (False, True):
        assert "damaged or no Livedesk store" in refused(f"sqlite:///{file}", create=create)
    assert file.read_bytes() == content


@pytest.mark.parametrize("page", [2, 5, 9])
def test_a_damaged_store_asks_for_its_backup(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * page)
        file.write(os.urandom(4096))
    for create in (False, True):
        assert "put the newest backup in its place" in refused(f"sqlite:///{path}", create=create)


def test_a_store_cut_short_asks_for_its_backup(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)
    assert "put the newest backup in its place" in refused(f"sqlite:///{path}")


def test_an_empty_file_is_a_store_to_be_made(tmp_path: Path) -> None:
    file = tmp_path / "livedesk.sqlite"
    file.touch(0o600)
    assert "There is no store at" in refused(f"sqlite:///{file}")
    Store.open(f"sqlite:///{file}", mode=Mode.REHEARSAL, create=True).close()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert "is a folder: name a file in it" in refused(f"sqlite:///{tmp_path}", create=True)


def test_a_place_where_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be made" in refused(f"sqlite:///{tmp_path}/file/livedesk.sqlite", create=True)


def test_a_store_that_another_program_locks_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_READER_PRAGMAS", ("PRAGMA busy_timeout = 20",))
    other = pysqlite3.dbapi2.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    assert "Another process keeps" in refused(f"sqlite:///{path}")
    other.close()
    Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL).close()


def test_a_store_somebody_writes_to_can_still_be_opened_and_read(path: Path) -> None:
    other = pysqlite3.dbapi2.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = Store.open(f"sqlite:///{path}", mode=Mode.REHEARSAL)
    assert len(store.read_now(coverages.listed)) == 1
    store.close()
    other.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "livedesk.sqlite",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:s3cret@localhost/news",
        "postgresql://news:s3cret@localhost",
        "postgresql://news:s3cret@localhost:port/news",
        "://s3cret",
    ],
)
def test_an_address_that_names_no_store_is_explained(address: str) -> None:
    line = refused(address)
    assert "sqlite:///path/to/livedesk.sqlite" in line
    assert "s3cret" not in line


def test_a_postgresql_that_is_not_there_is_named_without_its_password() -> None:
    url = "postgresql://news:s3cret@127.0.0.1:1/news"
    with pytest.raises(StoreTrouble) as trouble:
        Store.open(url, mode=Mode.REHEARSAL)
    assert str(trouble.value) == (
        "PostgreSQL database news at 127.0.0.1:1 does not answer: nothing was saved. "
        "Start PostgreSQL, or correct the address in LIVEDESK_STORE__URL."
    )
    assert trouble.value.passing
    assert "s3cret" not in "".join(traceback.format_exception(trouble.value))


def test_a_postgresql_without_the_database_is_named(postgresql: str) -> None:
    url = postgresql.replace("/postgres?", "/nothing_here?")
    line = refused(url)
    assert "PostgreSQL database nothing_here" in line
    assert "create it (createdb)" in line


def test_a_postgresql_that_does_not_know_us_is_named(postgresql: str) -> None:
    url = postgresql.replace("//postgres:@", "//stranger:s3cret@")
    assert "refuses the user or password" in refused(url)


@pytest.mark.parametrize("driver", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_may_be_written_in_its_usual_ways(driver: str) -> None:
    assert place.find(f"{driver}://u:p@h/d").url.drivername == "postgresql+psycopg"
    assert str(place.find(f"{driver}://u:p@h/d")) == "PostgreSQL database d at h:5432"


def test_a_store_says_where_it_is_without_its_password(databases: Databases) -> None:
    store = Store.open(databases.migrated(), mode=Mode.REHEARSAL)
    assert store.where
    assert "@" not in store.where
    store.close()
