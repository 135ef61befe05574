"""The baseline: an outbox with a row for each delivery, as most newsrooms' bots have one, written for speed.

Publishing copies every subscriber into `outbox`; a worker claims so many rows, sends them at once, one task each, and
books the batch. It keeps no order, no pace, no lease and no edits: it is what a fan-out costs when that is all it does.
"""

import asyncio
import time
from dataclasses import dataclass

import sqlalchemy as sa

from core.model import Address, Form, Platform
from core.platform import Manner, Sent
from core.store import Store, tables
from tests.benchmarks.ground import now
from tests.benchmarks.platforms import Instant
from tests.doubles.platform import Words

CLAIMED = 500

_META = sa.MetaData()
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OUTBOX = sa.Table(
    "outbox",
    _META,
    sa.Column("id", _BIG, primary_key=True),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("destination_id", sa.BigInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("claimed_until", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("sent_at", sa.BigInteger),
    sa.UniqueConstraint("entry_id", "destination_id"),
    sa.Index("ix_outbox_queue", "id", sqlite_where=sa.text("state = 0"), postgresql_where=sa.text("state = 0")),
)


def build(conn: sa.Connection) -> None:
    """The outbox's one table."""
    _META.create_all(conn)


def publish(conn: sa.Connection, entry_id: int, coverage_id: int) -> None:
    """A row for each subscriber."""
    place, wish = tables.destination.c, tables.subscription.c
    everybody = (
        sa.select(sa.literal(entry_id), place.id, place.chat_id, sa.literal(0))
        .join(tables.subscription, wish.destination_id == place.id)
        .where(wish.target_id == coverage_id, wish.active)
    )
    names = ["entry_id", "destination_id", "chat_id", "state"]
    conn.execute(_OUTBOX.insert().from_select(names, everybody))


@dataclass(frozen=True, slots=True)
class Carried:
    deliveries: int
    seconds: float
    first: float
    """When the first was sent, on the clock of `time.perf_counter`."""


async def carry(store: Store, sender: Instant, words: str) -> Carried:
    """Work until nothing is queued."""
    began, many = time.perf_counter(), 0
    part, manner = Words(Form.TEXT, text=words), Manner(silent=True, nonce="")

    async def deliver(chat_id: int) -> int:
        outcome = await sender.send(Address(Platform.TELEGRAM, chat_id), part, manner)
        assert isinstance(outcome, Sent)
        return outcome.copies[0].message_id

    while claimed := await store.write(_claim):
        ids = await asyncio.gather(*(asyncio.create_task(deliver(chat_id)) for _, chat_id in claimed))
        await store.write(_book, [(row, message) for (row, _), message in zip(claimed, ids, strict=True)])
        many += len(claimed)
    return Carried(many, time.perf_counter() - began, sender.first.get(words, began))


def _claim(conn: sa.Connection) -> list[tuple[int, int]]:
    queued = sa.select(_OUTBOX.c.id).where(sa.text("state = 0")).order_by(_OUTBOX.c.id).limit(CLAIMED)
    if conn.dialect.name == "postgresql":
        queued = queued.with_for_update(skip_locked=True)
    until = int(now().timestamp() * 1000) + 60_000
    claimed = _OUTBOX.update().where(_OUTBOX.c.id.in_(queued)).values(state=1, claimed_until=until)
    return [(row.id, row.chat_id) for row in conn.execute(claimed.returning(_OUTBOX.c.id, _OUTBOX.c.chat_id))]


def _book(conn: sa.Connection, sent: list[tuple[int, int]]) -> None:
    at = int(now().timestamp() * 1000)
    if conn.dialect.name == "postgresql":
        booked = (
            "UPDATE outbox SET state = 2, message_id = given.message, sent_at = %(at)s FROM "
            "unnest(%(rows)s::bigint[], %(messages)s::bigint[]) AS given (row, message) WHERE outbox.id = given.row"
        )
        rows, messages = [list(column) for column in zip(*sent, strict=True)]
        conn.exec_driver_sql(booked, {"at": at, "rows": rows, "messages": messages})
    else:
        booked = "UPDATE outbox SET state = 2, message_id = ?, sent_at = ? WHERE id = ?"
        conn.exec_driver_sql(booked, [(message, at, row) for row, message in sent])
