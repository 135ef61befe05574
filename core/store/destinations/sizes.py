"""How many people read in a place, as its platform says: whom a broadcast tries first."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from core.model import Address, DestinationStatus, PlaceKind
from core.store import tables

_DESTINATION = tables.destination.c
_SUBSCRIPTION = tables.subscription.c

_GOOD_FOR = timedelta(days=1)


def sized(conn: sa.Connection, destination_id: int, size: int, now: datetime | None = None) -> None:
    """So many people read there. Unless it is said when that was, the platform is asked again."""
    here = _DESTINATION.id == destination_id
    conn.execute(tables.destination.update().where(here).values(size=max(0, size), sized_at=now))


def sizeless(conn: sa.Connection, account: str, address: Address, now: datetime) -> int | None:
    """The place at an address, if it follows something and its size was not told within a day.

    A private chat has one reader, and needs no telling.
    """
    follows = sa.exists().where(_SUBSCRIPTION.destination_id == _DESTINATION.id)
    old = sa.or_(_DESTINATION.sized_at.is_(None), _DESTINATION.sized_at < now - _GOOD_FOR)
    wanted = (
        sa.select(_DESTINATION.id)
        .join_from(tables.destination, tables.lane, tables.lane.c.id == _DESTINATION.lane_id)
        .where(
            tables.lane.c.account == account,
            _DESTINATION.chat_id == address.chat_id,
            _DESTINATION.thread_id == address.thread_id,
            _DESTINATION.kind != PlaceKind.PRIVATE,
            _DESTINATION.status == DestinationStatus.ACTIVE,
            follows,
            old,
        )
    )
    return conn.execute(wanted).scalar()
