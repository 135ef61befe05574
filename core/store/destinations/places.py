"""Places that can receive: connected once, paused with every setting kept, moved when a chat gets another id."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.model import Address, Destination, DestinationStatus, PlaceKind
from core.store import accounts, audiences, sql, tables

_DESTINATION = tables.destination.c
_SUBSCRIPTION = tables.subscription.c

THROWN_OUT = ("kicked", "not a member", "deleted")
"""Why a place is paused when we are out of its whole chat: the platform told us so, or refused what we sent."""

_SELECT = sa.select(tables.destination, tables.lane.c.account, tables.lane.c.platform).join(
    tables.lane, tables.lane.c.id == _DESTINATION.lane_id
)


_KINDS = {kind.value: kind for kind in PlaceKind}
_LANE = sa.select(tables.lane.c.account, tables.lane.c.platform).where(tables.lane.c.id == sa.bindparam("lane"))

# What tells the active destinations of one lane apart, for walks that read half a million of them a minute: the enum is
# looked up in `on_lane`, not converted row by row by the library.
LEAN = (
    _DESTINATION.id,
    _DESTINATION.chat_id,
    _DESTINATION.thread_id,
    sa.type_coerce(_DESTINATION.kind, sa.Text).label("kind"),
    _DESTINATION.title,
    _DESTINATION.language,
)


def on_lane(conn: sa.Connection, lane_id: int) -> Callable[[int, int, int, str, str, str], Destination]:
    """What makes a lane's active destinations from the columns `LEAN`."""
    account, platform = conn.execute(_LANE, {"lane": lane_id}).one()

    def make(one: int, chat_id: int, thread_id: int, kind: str, title: str, language: str) -> Destination:
        return Destination(one, account, Address(platform, chat_id, thread_id), _KINDS[kind], title, language)

    return make


def connect(
    conn: sa.Connection, *, account: str, address: Address, kind: PlaceKind, title: str, language: str, now: datetime
) -> Destination:
    """A place spoke to us: remember it, refresh its title; a paused one is active again with the settings it had."""
    lane_id = accounts.lane_id(conn, account)
    new = sql.insert(conn, tables.destination).values(
        lane_id=lane_id,
        chat_id=address.chat_id,
        thread_id=address.thread_id,
        kind=kind,
        title=title,
        language=language,
        status=DestinationStatus.ACTIVE,
        paused_because="",
        created_at=now,
    )
    refreshed = {
        "kind": kind,
        "title": title,
        "status": DestinationStatus.ACTIVE,
        "paused_because": "",
        "paused_at": None,
    }
    upsert = new.on_conflict_do_update(index_elements=["lane_id", "chat_id", "thread_id"], set_=refreshed)
    destination_id = conn.execute(upsert.returning(_DESTINATION.id)).scalar_one()
    _subscriptions_active(conn, destination_id, active=True)
    return get(conn, destination_id)


def find(conn: sa.Connection, account: str, address: Address) -> Destination | None:
    """The destination at an address, if it ever connected."""
    row = conn.execute(
        _SELECT.where(
            tables.lane.c.account == account,
            _DESTINATION.chat_id == address.chat_id,
            _DESTINATION.thread_id == address.thread_id,
        )
    ).first()
    return None if row is None else noun(row)


def of_chat(conn: sa.Connection, account: str, chat_id: int) -> tuple[Destination, ...]:
    """Every place of a chat that ever connected: the chat itself and its topics."""
    wanted = _SELECT.where(tables.lane.c.account == account, _DESTINATION.chat_id == chat_id)
    return tuple(noun(row) for row in conn.execute(wanted.order_by(_DESTINATION.id)))


def get(conn: sa.Connection, destination_id: int) -> Destination:
    """A destination we know; LookupError when there is none."""
    row = conn.execute(_SELECT.where(_DESTINATION.id == destination_id)).first()
    if row is None:
        raise LookupError(f"no destination {destination_id}")
    return noun(row)


def some(conn: sa.Connection, ids: Iterable[int]) -> dict[int, Destination]:
    """Those of these destinations that are active."""
    wanted = _SELECT.where(_DESTINATION.id.in_(list(ids)), _DESTINATION.status == DestinationStatus.ACTIVE)
    return {row.id: noun(row) for row in conn.execute(wanted)}


def waited_for(conn: sa.Connection, lane_id: int) -> dict[int, Destination]:
    """The active destinations of a lane that are owed something."""
    owed = sa.select(tables.waiting.c.destination_id).where(tables.waiting.c.lane_id == lane_id)
    wanted = _SELECT.where(_DESTINATION.id.in_(owed), _DESTINATION.status == DestinationStatus.ACTIVE)
    return {row.id: noun(row) for row in conn.execute(wanted)}


def pause(conn: sa.Connection, destination_id: int, because: str, now: datetime) -> None:
    """Send nothing there any more until it speaks again; every setting stays, what it was owed is dropped."""
    conn.execute(
        tables.destination.update()
        .where(_DESTINATION.id == destination_id)
        .values(status=DestinationStatus.PAUSED, paused_because=because, paused_at=now)
    )
    _subscriptions_active(conn, destination_id, active=False)
    conn.execute(tables.waiting.delete().where(tables.waiting.c.destination_id == destination_id))


def gone(conn: sa.Connection, destination_id: int, because: str, now: datetime) -> None:
    """Pause a place that took nothing; where we are out of its chat altogether, with every other place of the chat."""
    others = _others_of_chat(conn, destination_id) if because in THROWN_OUT else []
    # All at once: whoever else pauses this chat must not wait for us crosswise.
    with audiences.moving(conn, destination_id, *others):
        for one in (destination_id, *others):
            pause(conn, one, because, now)


def resume(conn: sa.Connection, destination_id: int) -> None:
    """Send there again, by the settings it had."""
    conn.execute(
        tables.destination.update()
        .where(_DESTINATION.id == destination_id)
        .values(status=DestinationStatus.ACTIVE, paused_because="", paused_at=None)
    )
    _subscriptions_active(conn, destination_id, active=True)


def language(conn: sa.Connection, destination_id: int, tag: str) -> None:
    """The language this place wants to be spoken to in."""
    conn.execute(tables.destination.update().where(_DESTINATION.id == destination_id).values(language=tag))


def noun(row: sa.Row[Any]) -> Destination:
    """A destination from its row joined with its lane's."""
    return Destination(
        id=row.id,
        account=row.account,
        address=Address(row.platform, row.chat_id, row.thread_id),
        kind=row.kind,
        title=row.title,
        language=row.language,
        status=row.status,
        paused_because=row.paused_because,
    )


def _others_of_chat(conn: sa.Connection, destination_id: int) -> list[int]:
    """The active places of the same chat beside this one."""
    own = tables.destination.alias("own")
    same = own.c.lane_id == _DESTINATION.lane_id, own.c.chat_id == _DESTINATION.chat_id, own.c.id == destination_id
    wanted = sa.select(_DESTINATION.id).join_from(tables.destination, own, sa.and_(*same))
    wanted = wanted.where(_DESTINATION.status == DestinationStatus.ACTIVE, _DESTINATION.id != destination_id)
    return list(conn.execute(wanted.order_by(_DESTINATION.id)).scalars())


def _subscriptions_active(conn: sa.Connection, destination_id: int, *, active: bool) -> None:
    changed = _SUBSCRIPTION.destination_id == destination_id, _SUBSCRIPTION.active.is_not(active)
    with audiences.moving(conn, destination_id):
        conn.execute(tables.subscription.update().where(*changed).values(active=active))
