"""What a process had said was saved is there after `kill -9`; what it was in the middle of is not."""

import shutil
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from core.model import Mode
from core.store import Store, coverages, entries, place, schema
from tests.doubles.databases import Databases

PUBLISHER = """
import sys
from core.model import Mode
from core.store import Store
from tests.doubles.clock import Clock
from tests.doubles.desk import Desk

desk = Desk(Store.open(sys.argv[1], mode=Mode.REHEARSAL), Clock())
while True:
    print(desk.publishes().number, flush=True)
"""

UPGRADER = """
import sys
from pathlib import Path
from core.model import Mode
from core.store import Store, schema

schema.MIGRATIONS = Path(sys.argv[2])
Store.open(sys.argv[1], mode=Mode.REHEARSAL, create=True)
"""

KILLED_HALFWAY = '''
"""Dies in the middle."""

import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.create_table("halfway", sa.Column("id", sa.Integer, primary_key=True))
    os.kill(os.getpid(), signal.SIGKILL)
'''


def run(script: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])


def test_no_acknowledged_entry_is_lost(store_url: str) -> None:
    publisher = run(PUBLISHER, store_url)
    said = [int(publisher.stdout.readline()) for _ in range(25)]
    publisher.kill()
    rest, _ = publisher.communicate(timeout=30)
    said += [int(line) for line in rest.splitlines() if line]
    store = Store.open(store_url, mode=Mode.REHEARSAL)
    coverage = store.read_now(coverages.by_slug, "storm")
    there = [one.number for one in store.read_now(entries.of_coverage, coverage.id)]
    # One more may have been saved and never said.
    assert there in (said, [*said, said[-1] + 1])
    assert store.read_now(coverages.next_number, coverage.id) == there[-1] + 1
    store.close()


def test_an_upgrade_killed_in_the_middle_changes_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated()
    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "versions" / "0003_dies.py").write_text(KILLED_HALFWAY)
    with run(UPGRADER, url, tmp_path / "migrations") as upgrader:
        assert upgrader.wait(60) == -9
    engine = sa.create_engine(place.find(url).url)
    with engine.connect() as conn:
        assert "halfway" not in sa.inspect(conn).get_table_names()
    engine.dispose()
    Store.open(url, mode=Mode.REHEARSAL).close()
