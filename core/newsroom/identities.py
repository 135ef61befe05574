"""What coverages and entries made here are called outside, so that a page that comes back finds them again.

The name must hold for good and be nobody else's: another newsroom may well have a coverage of the same slug.
"""

import re
from datetime import UTC

from core.model import Coverage, Entry
from core.store import Connection, coverages, entries

SYSTEM = "livedesk"
"""What `Source.system` says of what was made in a Livedesk."""

_OF_COVERAGE = re.compile(r"urn:livedesk:coverage:([a-z0-9-]+):\d{8}T\d{12}Z")


def of_coverage(coverage: Coverage) -> str:
    """A coverage's own name: neither its slug nor the moment it was made ever changes."""
    return f"urn:livedesk:coverage:{coverage.slug}:{coverage.created_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"


def of_entry(coverage: Coverage, number: int) -> str:
    """An entry's own name."""
    return f"{of_coverage(coverage)}:entry:{number}"


def coverage(conn: Connection, identity: str) -> Coverage | None:
    """The coverage of this store that has that name of its own."""
    shaped = _OF_COVERAGE.fullmatch(identity)
    found = coverages.by_slug(conn, shaped[1]) if shaped else None
    return found if found is not None and of_coverage(found) == identity else None


def entry(conn: Connection, home: Coverage, identity: str) -> Entry | None:
    """The entry made in this coverage that has that name."""
    number = identity.removeprefix(f"{of_coverage(home)}:entry:")
    # What the name does not begin with stays in front of it; Python would read a number of any length.
    if not re.fullmatch(r"[1-9]\d{0,8}", number):
        return None
    found = entries.by_number(conn, home.id, int(number))
    return found if found is not None and found.source is None else None
