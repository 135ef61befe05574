"""Opens the store for a command and closes it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import Settings
from core.model import Mode
from core.store import Store, place


def file_of(settings: Settings) -> Path | None:
    """The store's file; None when it is a PostgreSQL database."""
    return place.find(settings.store.url.get_secret_value()).path


@contextmanager
def opened(settings: Settings, *, make: bool = False, upgrade: bool = False) -> Iterator[Store]:
    """The store in force, closed afterwards. Raises StoreTrouble.

    `make` makes a SQLite store where there is none yet; `upgrade` makes any store, or brings an older one up to date.
    """
    file = file_of(settings)
    missing = file is not None and not file.exists()
    if file is not None and missing and (make or upgrade):
        # Only we may look into the folder: what SQLite lays beside the file is as private as the file.
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create = upgrade or (make and missing)
    store = Store.open(settings.store.url.get_secret_value(), mode=Mode.LIVE, create=create)
    try:
        yield store
    finally:
        store.close()
