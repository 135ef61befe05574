"""Where a store is, read from its address; how to speak of it without its password."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from core.errors import StoreTrouble

_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})


@dataclass(frozen=True, slots=True)
class Place:
    """A store's address, checked. `path` is None for PostgreSQL."""

    url: sa.URL
    path: Path | None

    @property
    def libpq(self) -> str:
        """The address as PostgreSQL's own library reads it, password included: never to be shown."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def __str__(self) -> str:
        """How a person finds it; never holds a password."""
        if self.path is not None:
            return str(self.path)
        return (
            f"PostgreSQL database {self.url.database} at {self.url.host or 'the local socket'}:{self.url.port or 5432}"
        )


def find(address: str) -> Place:
    """The place an address names: `sqlite:///path` or `postgresql://user:password@host/database`.

    Raises StoreTrouble when it names neither.
    """
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        raise StoreTrouble(_neither("it cannot be read")) from None
    if url.drivername in _POSTGRESQL and url.database:
        return Place(url.set(drivername="postgresql+psycopg"), None)
    if url.drivername in _SQLITE and url.database and url.database != ":memory:":
        path = Path(url.database)
        return Place(sa.URL.create("sqlite", database=str(path)), path)
    raise StoreTrouble(_neither("it names no file" if url.drivername in _SQLITE else "it names no database we know"))


def _neither(why: str) -> str:
    return (
        f"The store's address (LIVEDESK_STORE__URL) is wrong, {why}: "
        "write sqlite:///path/to/livedesk.sqlite or postgresql://user:password@host/database."
    )
