"""Where everything is kept: whether it opens, who may read it, how much room is left, whether the clock went back."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bots.cli import stores
from bots.cli.doctor.finding import Finding, Level
from config.settings import Settings
from core.errors import StoreTrouble
from core.store import audit, opening, place

_MEGABYTE = 1024 * 1024
_TOO_LITTLE = 200 * _MEGABYTE
_LITTLE = 1024 * _MEGABYTE
# A restart of the clock service moves it by less.
_WENT_BACK = timedelta(minutes=1)


def look(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The store in force and the disk below it."""
    file = stores.file_of(settings)
    if file is not None:
        yield _room(file)
        if exposed := opening.exposed(place.find(settings.store.url.get_secret_value())):
            yield Finding(Level.FAIL, "store", exposed)
    try:
        with stores.opened(settings) as store:
            yield Finding(Level.OK, "store", f"{store.where} is whole and up to date")
            newest = store.read_now(audit.listed, newest=1)
    except StoreTrouble as trouble:
        yield Finding(Level.FAIL, "store", str(trouble))
        return
    if newest and newest[0].at > now + _WENT_BACK:
        words = f"is behind what is stored ({newest[0].at:%Y-%m-%d %H:%M} UTC): set it (chronyc, NTP)"
        yield Finding(Level.FAIL, "clock", words)


def _room(file: Path) -> Finding:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    shown = f"{free // _MEGABYTE:,} MB free below {folder}"
    if free < _TOO_LITTLE:
        return Finding(Level.FAIL, "disk", f"{shown}: make room before the next coverage")
    if free < _LITTLE:
        return Finding(Level.WARN, "disk", f"{shown}: make room soon")
    return Finding(Level.OK, "disk", shown)
