"""What all tables share: one metadata, constraint names that migrations can drop, and short words for columns."""

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def must(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    """A column that always has a value."""
    return sa.Column(name, kind, *more, nullable=False, **options)


def may(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, *more, nullable=True, **options)


def key(name: str, kind: Any, *more: Any) -> sa.Column[Any]:
    """A part of a primary key whose value is given, not made."""
    return sa.Column(name, kind, *more, primary_key=True, autoincrement=False)


def where(condition: str, *, postgresql: str = "") -> dict[str, Any]:
    """Options of an index over some rows only."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(postgresql or condition)}
