"""The store at a terminal: made, checked, refused with one line that says what to do."""

import json

import pysqlite3.dbapi2 as sqlite
import pytest


def test_an_upgrade_makes_the_store_and_may_be_repeated(livedesk):
    assert livedesk("db", "upgrade").out == f"{livedesk.store} is up to date\n"
    assert livedesk("db", "upgrade").out == f"{livedesk.store} is up to date\n"
    assert livedesk("db", "check").out == f"{livedesk.store} is whole and up to date\n"


@pytest.mark.parametrize("command", [("db", "check"), ("export",), ("person", "list")])
def test_a_store_that_was_never_made_is_one_line_with_the_command_that_makes_it(livedesk, command):
    said = livedesk(*command)
    assert (said.code, said.out) == (1, "")
    assert said.line == f"livedesk: There is no store at {livedesk.store} yet: run `livedesk db upgrade` to make one."
    assert not livedesk.store.exists()


def test_a_newer_store_is_refused_by_every_command(livedesk, page):
    livedesk("db", "upgrade")
    with sqlite.connect(livedesk.store) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    for command in (("db", "check"), ("db", "upgrade"), ("import", page), ("export",)):
        said = livedesk(*command)
        assert (said.code, said.out) == (1, "")
        assert "was made by a newer Livedesk" in said.line


def test_a_damaged_store_is_refused_and_left_as_it_is(livedesk, page):
    livedesk("db", "upgrade")
    livedesk.store.write_bytes(b"no database" * 1000)
    said = livedesk("import", page)
    assert (said.code, said.out) == (1, "")
    assert "is damaged" in said.line
    assert livedesk.store.read_bytes() == b"no database" * 1000


def test_a_locked_store_is_one_line_and_nothing_is_written(livedesk, page, monkeypatch):
    livedesk("db", "upgrade")
    monkeypatch.setattr("core.store.engines._WRITER_PRAGMAS", ("PRAGMA busy_timeout = 50", "PRAGMA journal_mode = WAL"))
    conn = sqlite.connect(livedesk.store, isolation_level=None)
    conn.execute("BEGIN IMMEDIATE")
    said = livedesk("import", page)
    conn.execute("ROLLBACK")
    conn.close()
    assert (said.code, said.out) == (1, "")
    assert "keeps" in said.line
    assert "locked" in said.line
    assert livedesk("export").line == "livedesk: There is no coverage to export yet"


def test_a_full_disk_is_one_line_and_nothing_is_half_written(livedesk, page, monkeypatch):
    livedesk("db", "upgrade")
    with sqlite.connect(livedesk.store) as conn:
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
    conn.close()
    full = ("PRAGMA journal_mode = WAL", f"PRAGMA max_page_count = {pages}")
    big = json.loads((livedesk.folder / "storm.json").read_text())
    big["liveBlogUpdate"][0]["articleBody"] = "A long story. " * 20_000
    with monkeypatch.context() as patch:
        patch.setattr("core.store.engines._WRITER_PRAGMAS", full)
        said = livedesk("import", livedesk.write("big.json", json.dumps(big)))
    assert (said.code, said.out) == (1, "")
    assert "is full" in said.line
    assert livedesk("export").line == "livedesk: There is no coverage to export yet"


@pytest.mark.parametrize("url", ["mysql://desk@db/livedesk", "sqlite://", "nonsense"])
def test_an_address_that_names_no_store_is_one_line_without_what_was_typed(livedesk, url):
    livedesk.set("LIVEDESK_STORE__URL", url)
    said = livedesk("db", "check")
    assert (said.code, said.out) == (1, "")
    assert said.line.startswith("livedesk: LIVEDESK_STORE__URL")


def test_a_postgresql_that_does_not_answer_is_one_line_without_the_password(livedesk):
    livedesk.set("LIVEDESK_STORE__URL", "postgresql://desk:correct-horse-battery@127.0.0.1:9/livedesk")
    said = livedesk("db", "check")
    assert (said.code, said.out) == (1, "")
    assert "does not answer" in said.line
    assert "correct-horse" not in said.err
