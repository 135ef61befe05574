"""Where imported things came from, as columns beside them."""

from typing import Any

import sqlalchemy as sa

from core.model import Source

_NAMES = tuple(Source.__dataclass_fields__)


def columns(source: Source | None) -> dict[str, Any]:
    """A source as its row's columns."""
    return {f"source_{name}": None if source is None else getattr(source, name) for name in _NAMES}


def noun(row: sa.Row[Any]) -> Source | None:
    """A source from its row's columns; None when the thing was made here."""
    if row.source_system is None:
        return None
    return Source(**{name: getattr(row, f"source_{name}") for name in _NAMES})
