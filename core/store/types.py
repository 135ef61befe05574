"""How values look in a column: the same in Python whichever database keeps them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: timestamptz on PostgreSQL, integer microseconds since 1970 on SQLite. Naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    _unit = timedelta(microseconds=1)

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column's own type."""
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Python to database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone says nothing")
        return (value - _EPOCH) // self._unit if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Database to Python, always in UTC."""
        if value is None:
            return None
        instant: datetime = _EPOCH + value * self._unit if dialect.name == "sqlite" else value.astimezone(UTC)
        return instant


class UtcMillis(UtcDateTime):
    """An instant to the millisecond: two bytes less in each of SQLite's many receipts."""

    cache_ok = True
    _unit = timedelta(milliseconds=1)


class Words(sa.types.TypeDecorator[str]):
    """Words people wrote, of any length. What no database can hold (NUL, lone surrogates) is left out."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Python to database."""
        if value is None or value.isascii():
            return value.replace("\0", "") if value else value
        return value.replace("\0", "").encode(errors="ignore").decode()


class Named(sa.types.TypeDecorator[Any]):
    """A member of an enum with words for values, kept as its word."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        """`kind` is the enum."""
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Python to database."""
        return None if value is None else str(self.kind(value).value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Database to Python."""
        return None if value is None else self.kind(value)


class Coded(sa.types.TypeDecorator[Any]):
    """A member of an enum kept as a small number, where millions of rows hold one."""

    impl = sa.SmallInteger
    cache_ok = True

    def __init__(self, kind: type[Enum], *order: Enum) -> None:
        """The number of a member is its place in `order`: append to it, never reorder it."""
        super().__init__()
        self.kind = kind
        self.order = order
        self._codes: Mapping[Enum, int] = {member: code for code, member in enumerate(order)}

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> int | None:
        """Python to database."""
        return None if value is None else self._codes[value]

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Database to Python."""
        return None if value is None else self.order[value]


def to_text(value: Any) -> str:
    """JSON as short text. A lone surrogate, which no database takes as text, stays as its escape."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return written


# Plain JSON, not JSONB: nothing searches inside it, and JSONB refuses \u0000 where the other three forms keep it.
Json = sa.JSON(none_as_null=True)
# SQLite's INTEGER PRIMARY KEY is the row id itself: 64 bits, no second index.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
