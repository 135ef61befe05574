"""A bulletin that a platform refuses everywhere is stopped on that lane, and whoever sent it can be told."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.model import Address, Bulletin, Destination, DestinationStatus, Operation, PlaceKind, Platform
from core.store import accounts, broadcasts, destinations, drafts, people, tables

_BROADCAST = tables.broadcast.c
_WAITING = tables.waiting.c

IN_A_ROW = 5
"""So many places refuse a bulletin one after the other, and none has taken it: then none will (promise P17)."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was stopped, and where."""

    bulletin: Bulletin
    operation: Operation
    platform: Platform


def stop(
    conn: sa.Connection, broadcast_id: int, *, refused: int, because: str, now: datetime, in_a_row: int = IN_A_ROW
) -> Stopped | None:
    """End a broadcast that `refused` places in a row have refused; None when that does not prove enough, or it ended.

    A lane with fewer places than it takes is proven by all of them. A retraction is never stopped: each copy counts.
    """
    everybody = sa.and_(_BROADCAST.audience > 0, _BROADCAST.audience <= refused)
    mine = (
        _BROADCAST.id == broadcast_id,
        _BROADCAST.state == tables.OPEN,
        _BROADCAST.sent == 0,
        _BROADCAST.only_destination_id.is_(None),
        _BROADCAST.operation.in_((Operation.PUBLISH, Operation.EDIT)),
        sa.or_(sa.literal(refused) >= in_a_row, everybody),
    )
    ended = {"state": tables.CANCELLED, "stopped_because": because, "finished_at": now}
    columns = _BROADCAST.bulletin_id, _BROADCAST.operation, _BROADCAST.lane_id
    row = conn.execute(tables.broadcast.update().where(*mine).values(**ended).returning(*columns)).first()
    if row is None:
        return None
    conn.execute(tables.waiting.delete().where(_WAITING.broadcast_id == broadcast_id))
    platform = conn.execute(sa.select(tables.lane.c.platform).where(tables.lane.c.id == row.lane_id)).scalar_one()
    return Stopped(broadcasts.bulletin(conn, row.bulletin_id), row.operation, platform)


def desk_of(conn: sa.Connection, bulletin: Bulletin, now: datetime) -> Destination | None:
    """Where whoever wrote the bulletin's present words can be told: where they sent it from, else in private.

    None when nobody knows: it was imported, its editor has left, or the place is paused.
    """
    by = _author(conn, bulletin)
    lanes = accounts.enabled(conn)
    draft = drafts.last_sent(conn, by, bulletin.coverage.id)
    if draft is not None and draft.account in {lane.account for lane in lanes}:
        there = destinations.find(conn, draft.account, draft.address) or _connect(conn, draft, bulletin, now)
        return there if there.status is DestinationStatus.ACTIVE else None
    # On Telegram a person's private chat has their own number.
    numbers = [number for platform, number in people.accounts_of(conn, by) if platform is Platform.TELEGRAM]
    private = [
        destinations.find(conn, lane.account, Address(Platform.TELEGRAM, number))
        for lane in lanes
        for number in numbers
        if lane.platform is Platform.TELEGRAM
    ]
    return next((one for one in private if one is not None and one.status is DestinationStatus.ACTIVE), None)


def _author(conn: sa.Connection, bulletin: Bulletin) -> str:
    if bulletin.entry is not None:
        said = tables.entry_revision.c
        its = said.entry_id == bulletin.entry.id, said.revision == bulletin.entry.revision
    else:
        said = tables.summary_revision.c
        its = said.coverage_id == bulletin.coverage.id, said.revision == bulletin.revision
    return str(conn.execute(sa.select(said.by).where(*its)).scalar() or "")


def _connect(conn: sa.Connection, draft: drafts.Draft, bulletin: Bulletin, now: datetime) -> Destination:
    """A place where an editor works need not follow anything."""
    kind = PlaceKind.CHANNEL
    if draft.address.platform is Platform.TELEGRAM:
        kind = PlaceKind.PRIVATE if draft.address.chat_id > 0 else PlaceKind.GROUP
        kind = PlaceKind.TOPIC if draft.address.thread_id else kind
    return destinations.connect(
        conn,
        account=draft.account,
        address=draft.address,
        kind=kind,
        title="",
        language=bulletin.coverage.language,
        now=now,
    )
