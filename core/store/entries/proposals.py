"""Changes an import suggests to entries readers already have: an editor decides."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.model import Change, Content, Entry, Proposal
from core.store import audit, tables
from core.store import content as codec
from core.store.entries import changing, reading

_PROPOSAL = tables.proposal.c
_ENTRY = tables.entry.c


def propose(conn: sa.Connection, entry_id: int, content: Content, now: datetime) -> Proposal | None:
    """Suggest new content for an entry; None when the last suggestion for it was the very same, whatever became of it.

    A newer suggestion takes the place of an open one.
    """
    entry = reading.get(conn, entry_id)
    conn.execute(sa.select(_ENTRY.id).where(_ENTRY.id == entry_id).with_for_update())
    digest = codec.digest(codec.to_json(content))
    last = sa.select(_PROPOSAL.digest).where(_PROPOSAL.entry_id == entry_id).order_by(_PROPOSAL.id.desc()).limit(1)
    if conn.execute(last).scalar() == digest:
        return None
    still_open = _PROPOSAL.entry_id == entry_id, _PROPOSAL.settled_at.is_(None)
    conn.execute(tables.proposal.update().where(*still_open).values(settled_at=now, settled_by="import"))
    new = tables.proposal.insert().values(entry_id=entry_id, content=codec.to_json(content), digest=digest, at=now)
    proposal_id = int(conn.execute(new.returning(_PROPOSAL.id)).scalar_one())
    return Proposal(proposal_id, entry_id, entry.number, content, now)


def proposals(conn: sa.Connection, coverage_id: int) -> tuple[Proposal, ...]:
    """What is suggested for a coverage's entries and not decided yet, oldest first."""
    wanted = _select().where(_ENTRY.coverage_id == coverage_id, _PROPOSAL.settled_at.is_(None))
    return tuple(_noun(row) for row in conn.execute(wanted.order_by(_PROPOSAL.id)))


def proposal(conn: sa.Connection, proposal_id: int) -> Proposal | None:
    """One suggestion; None when it is decided."""
    row = conn.execute(_select().where(_PROPOSAL.id == proposal_id, _PROPOSAL.settled_at.is_(None))).first()
    return None if row is None else _noun(row)


def verdict(conn: sa.Connection, entry_id: int, content: Content) -> bool | None:
    """What an editor last decided about this very suggestion: accepted, declined, or None while nobody did."""
    mine = _PROPOSAL.entry_id == entry_id, _PROPOSAL.digest == codec.digest(codec.to_json(content))
    decided = sa.select(_PROPOSAL.accepted).where(*mine, _PROPOSAL.accepted.is_not(None))
    return conn.execute(decided.order_by(_PROPOSAL.id.desc()).limit(1)).scalar()


def settle_proposal(
    conn: sa.Connection,
    proposal_id: int,
    *,
    accept: bool,
    actor: str,
    now: datetime,
    send: bool = True,
    expected: int | None = None,
    content: Content | None = None,
) -> Entry | None:
    """Decide: accepting makes a new revision of the entry as it stands and returns it.

    `expected` is the revision the editor saw (EditConflict when another stands), `content` what they were shown in
    place of the bare suggestion. None when it is declined or was decided before. Raises NotStanding when the entry
    was retracted meanwhile.
    """
    mine = _PROPOSAL.id == proposal_id, _PROPOSAL.settled_at.is_(None)
    settled = tables.proposal.update().where(*mine).values(settled_at=now, settled_by=actor, accepted=accept)
    if conn.execute(settled.returning(_PROPOSAL.id)).first() is None:
        return None
    given = _noun(conn.execute(_select().where(_PROPOSAL.id == proposal_id)).one())
    if not accept:
        told = {"proposal": proposal_id, "number": given.number}
        audit.write(conn, at=now, by=actor, action="decline", subject="entry", subject_id=given.entry_id, detail=told)
        return None
    return changing.revise(
        conn,
        entry_id=given.entry_id,
        expected=reading.get(conn, given.entry_id).revision if expected is None else expected,
        content=content or given.content,
        change=Change.IMPORT,
        actor=actor,
        token=f"proposal:{proposal_id}",
        now=now,
        send=send,
    )


def _select() -> sa.Select[Any]:
    return sa.select(tables.proposal, _ENTRY.number).join(tables.entry, _ENTRY.id == _PROPOSAL.entry_id)


def _noun(row: sa.Row[Any]) -> Proposal:
    return Proposal(row.id, row.entry_id, row.number, codec.from_json(row.content), row.at)
