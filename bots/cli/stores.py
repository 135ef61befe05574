"""Opens the store for a command and closes it again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from config.settings import Settings
from core.errors import StoreTrouble
from core.model import Mode
from core.store import Store, place


def file_of(settings: Settings) -> Path | None:
    """The store's file; None when it is a PostgreSQL database."""
    return place.find(settings.store.url.get_secret_value()).path


@contextmanager
def opened(settings: Settings, *, make: bool = False, upgrade: bool = False) -> Iterator[Store]:
    """The newsroom's store, closed afterwards. Raises StoreTrouble.

    `make` makes a SQLite store where there is none yet; `upgrade` makes any store, or brings an older one up to date.
    """
    file = file_of(settings)
    missing = file is not None and not file.exists()
    if file is not None and missing and (make or upgrade):
        # Only we may look into the folder: what SQLite lays beside the file is as private as the file.
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(_open(settings, Mode.LIVE, create=upgrade or (make and missing))) as store:
        yield store


@contextmanager
def opened_to_read(settings: Settings) -> Iterator[Store]:
    """The store, whether the newsroom's or a rehearsal's: reading reaches nobody. Raises StoreTrouble."""
    try:
        store = _open(settings, Mode.LIVE)
    except StoreTrouble as refused:
        try:
            store = _open(settings, Mode.REHEARSAL)
        except StoreTrouble:
            raise refused from None
    with closing(store):
        yield store


def _open(settings: Settings, mode: Mode, *, create: bool = False) -> Store:
    return Store.open(settings.store.url.get_secret_value(), mode=mode, create=create)
