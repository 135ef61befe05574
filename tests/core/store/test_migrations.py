import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, coverages, engines, place, schema, tables
from tests.doubles.clock import Clock
from tests.doubles.databases import Databases
from tests.doubles.desk import Desk

NEXT = '''
"""A later Livedesk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.create_table("halfway", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("coverage") as batch:
        batch.add_column(sa.Column("lead_image", sa.Text))
    {then}
'''


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Become a later Livedesk with one more migration, whose last line is `then`."""

    def become(then: str) -> None:
        folder = tmp_path / f"migrations-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "0003_lead_image.py").write_text(NEXT.format(then=then))
        monkeypatch.setattr(schema, "MIGRATIONS", folder)

    return become


def names(url: str) -> set[str]:
    engine = sa.create_engine(place.find(url).url)
    with engine.connect() as conn:
        found = sa.inspect(conn)
        columns = {f"coverage.{column['name']}" for column in found.get_columns("coverage")}
        listed = set(found.get_table_names()) | columns
    engine.dispose()
    return listed


def test_the_migrations_make_exactly_the_tables_we_write_to(databases: Databases) -> None:
    under = engines.build(place.find(databases.migrated()))
    with under.writer.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.METADATA) == []
    under.close()


def test_every_constraint_has_its_name(databases: Databases) -> None:
    under = engines.build(place.find(databases.migrated()))
    with under.writer.connect() as conn:
        found = sa.inspect(conn)
        for table in tables.METADATA.sorted_tables:
            assert found.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"
            for one in [*found.get_foreign_keys(table.name), *found.get_unique_constraints(table.name)]:
                assert one["name"].startswith((f"fk_{table.name}_", f"uq_{table.name}_"))
    under.close()


def test_the_first_migration_can_be_taken_back_and_made_again(databases: Databases) -> None:
    under = engines.build(place.find(databases.migrated()))
    with under.writer.begin() as conn:
        config = schema._config()
        config.attributes["connection"] = conn
        command.downgrade(config, "base")
        assert set(sa.inspect(conn).get_table_names()) == {"alembic_version"}
        command.upgrade(config, "head")
        assert schema.state(conn) is schema.Schema.CURRENT
    under.close()


def test_an_older_store_is_brought_up_to_date_only_when_asked(databases: Databases, later) -> None:
    url = databases.migrated()
    store = Store.open(url, mode=Mode.REHEARSAL)
    coverage = Desk(store, Clock()).coverage
    store.close()
    later("pass")
    with pytest.raises(StoreTrouble, match="older Livedesk: make a backup, then run `livedesk db upgrade`"):
        Store.open(url, mode=Mode.REHEARSAL)
    assert "coverage.lead_image" not in names(url)
    upgraded = Store.open(url, mode=Mode.REHEARSAL, create=True)
    assert upgraded.read_now(coverages.listed) == (coverage,)
    upgraded.close()
    assert "coverage.lead_image" in names(url)


def test_a_newer_store_is_refused(databases: Databases, later, monkeypatch: pytest.MonkeyPatch) -> None:
    url = databases.empty()
    ours = schema.MIGRATIONS
    later("pass")
    Store.open(url, mode=Mode.REHEARSAL, create=True).close()
    monkeypatch.setattr(schema, "MIGRATIONS", ours)
    for create in (False, True):
        with pytest.raises(StoreTrouble, match="newer Livedesk: update Livedesk"):
            Store.open(url, mode=Mode.REHEARSAL, create=create)


def test_an_upgrade_that_fails_in_the_middle_changes_nothing(databases: Databases, later) -> None:
    url = databases.migrated()
    before = names(url)
    later("raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        Store.open(url, mode=Mode.REHEARSAL, create=True)
    assert names(url) == before
    later("pass")
    Store.open(url, mode=Mode.REHEARSAL, create=True).close()
    assert {"halfway", "coverage.lead_image"} <= names(url)


def test_four_that_make_one_store_at_once_make_one(databases: Databases) -> None:
    url = databases.empty()
    start, made = threading.Barrier(4), []

    def make() -> None:
        start.wait(20)
        made.append(Store.open(url, mode=Mode.REHEARSAL, create=True))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 4
    for store in made:
        assert store.read_now(coverages.listed) == ()
        store.close()
