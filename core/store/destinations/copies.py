"""Which entry a message of ours is a copy of."""

import sqlalchemy as sa

from core.model import Address, Entry
from core.store import entries, tables
from core.store.destinations import places

_RECEIPT = tables.receipt.c
_BULLETIN = tables.bulletin.c

_SEARCHED_AT_ONCE = 2000


def entry_of_copy(conn: sa.Connection, account: str, address: Address, message_id: int) -> Entry | None:
    """The entry whose copy this message is.

    It searches the newest bulletins first, by the receipts' own key, so that receipts need no second index.
    """
    place = places.find(conn, account, address)
    before: int | None = None
    while place is not None:
        newest = sa.select(_BULLETIN.id, _BULLETIN.entry_id).order_by(_BULLETIN.id.desc()).limit(_SEARCHED_AT_ONCE)
        if before is not None:
            newest = newest.where(_BULLETIN.id < before)
        some_bulletins = newest.subquery()
        here = sa.and_(
            _RECEIPT.bulletin_id == some_bulletins.c.id,
            _RECEIPT.destination_id == place.id,
            _RECEIPT.message_id == message_id,
        )
        found = conn.execute(
            sa.select(some_bulletins.c.entry_id).join(tables.receipt, here).order_by(some_bulletins.c.id.desc())
        ).first()
        if found is not None:
            return None if found.entry_id is None else entries.get(conn, found.entry_id)
        before = conn.execute(sa.select(sa.func.min(some_bulletins.c.id))).scalar()
        if before is None:
            return None
    return None
