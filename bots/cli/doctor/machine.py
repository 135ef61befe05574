"""What the machine must have: a SQLite without the corruption bug, time zones, and a clock that is about right."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata

from bots.cli.doctor.finding import Finding, Level
from core.store import library

# Before 3.51.3 two connections could corrupt a write-ahead log (sqlite.org, "WAL-reset bug", 13 March 2026).
_SAFE_SQLITE = (3, 51, 3)
# About 600 names in any complete database; a stripped-down one has a few dozen.
_ENOUGH_ZONES = 400
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def look(now: datetime) -> Iterator[Finding]:
    """What can be said before any setting is read."""
    yield _sqlite()
    yield _zones()
    if now < _WRITTEN:
        yield Finding(Level.FAIL, "clock", f"says {now:%Y-%m-%d}, before Livedesk was written: set it (chronyc, NTP)")
    else:
        yield Finding(Level.OK, "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _sqlite() -> Finding:
    version = library.version()
    shown = ".".join(map(str, version))
    if version < _SAFE_SQLITE:
        return Finding(Level.FAIL, "SQLite", f"{shown} can damage a store: run make rehearse to install a newer one")
    return Finding(Level.OK, "SQLite", shown)


def _zones() -> Finding:
    count = len(zoneinfo.available_timezones())
    if count < _ENOUGH_ZONES:
        return Finding(Level.FAIL, "time zones", f"only {count} are known: run make rehearse to install tzdata")
    return Finding(Level.OK, "time zones", f"{count}, tzdata {metadata.version('tzdata')}")
