"""Who looks after a place where many read: whoever had it follow last. They are told what it lacks to receive again."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from core.model import Destination, DestinationStatus, PlaceKind, Platform
from core.store import tables
from core.store.destinations import places

_DESTINATION = tables.destination.c


def minded(conn: sa.Connection, destination_id: int, by: int | None) -> None:
    """Remember the platform's number of who looks after a place; None forgets it."""
    conn.execute(tables.destination.update().where(_DESTINATION.id == destination_id).values(set_up_by=by))


def minder(conn: sa.Connection, place: Destination, now: datetime) -> Destination | None:
    """Where whoever looks after a place can be told something by the same account; None when nowhere.

    On Telegram a person's private chat has their own number (core.telegram.org/bots/api#chat); a bot may write there
    once they have written to it. On Discord a bot would have to open a conversation that nobody asked for.
    """
    number = conn.execute(sa.select(_DESTINATION.set_up_by).where(_DESTINATION.id == place.id)).scalar()
    if number is None or number <= 0 or place.address.platform is not Platform.TELEGRAM:
        return None
    there = replace(place.address, chat_id=number, thread_id=0)
    known = places.find(conn, place.account, there)
    if known is not None:
        return known if known.status is DestinationStatus.ACTIVE else None
    return places.connect(
        conn,
        account=place.account,
        address=there,
        kind=PlaceKind.PRIVATE,
        title="",
        language=place.language,
        now=now,
    )
