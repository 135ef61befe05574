"""Deciding about what an import suggests: an entry that readers have changes only by an editor's word."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import ButtonSpent, EditConflict, ProposalSettled
from core.model import Content, Correction, Coverage, Entry, EntryStatus, Person, Proposal
from core.store import Connection, Store, buttons, entries


@dataclass(frozen=True, slots=True)
class Suggested:
    """One change that waits for a decision."""

    proposal_id: int
    entry: Entry
    """The entry as readers have it."""
    content: Content
    """As it will read once accepted: the page's words, and every correction readers were told of."""
    came_at: datetime
    changed_at: datetime | None
    """When an editor changed the entry after the suggestion had come; None when nobody did."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an editor decides, by which button, about the entry as they saw it."""

    by: Person
    button: str
    proposal_id: int
    expected: int
    """The entry's revision that was shown."""
    note: str = ""
    """What readers are told was wrong."""


class Deciding:
    """Shows what waits and carries out what was decided."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        """`wake` tells the courier that something was committed."""
        self._store = store
        self._clock = clock
        self._wake = wake

    async def waiting(self, coverage: Coverage) -> tuple[Suggested, ...]:
        """What waits in a coverage, oldest first; without what has nothing left to decide."""
        return await self._store.read(waiting, coverage.id)

    async def suggested(self, proposal_id: int) -> Suggested:
        """One that waits. Raises ProposalSettled."""
        return await self._store.read(_suggested, proposal_id)

    async def accept(self, decision: Decision) -> Entry:
        """Make it a revision, carried to every copy.

        Raises ButtonSpent, ProposalSettled, EditConflict, NotStanding; then nothing happened.
        """
        entry = await self._store.write(_accept, decision, self._clock())
        self._wake()
        return entry

    async def decline(self, decision: Decision) -> Entry:
        """Leave the entry as it is; the same words are not suggested again. Raises ButtonSpent, ProposalSettled."""
        return await self._store.write(_decline, decision, self._clock())


def noted(content: Content, note: str, now: datetime) -> Content:
    """Content whose readers are told what was wrong, if there is something to tell."""
    return replace(content, corrections=(*content.corrections, Correction(note, now))) if note else content


def waiting(conn: Connection, coverage_id: int) -> tuple[Suggested, ...]:
    """What waits in a coverage, oldest first; without what has nothing left to decide."""
    every = (_read(conn, one) for one in entries.proposals(conn, coverage_id))
    return tuple(one for one in every if one.entry.status is EntryStatus.PUBLISHED and one.content != one.entry.content)


def _suggested(conn: Connection, proposal_id: int) -> Suggested:
    found = entries.proposal(conn, proposal_id)
    if found is None:
        raise ProposalSettled
    return _read(conn, found)


def _read(conn: Connection, proposal: Proposal) -> Suggested:
    entry = entries.get(conn, proposal.entry_id)
    last = entries.revisions(conn, entry.id)[-1]
    return Suggested(
        proposal_id=proposal.id,
        entry=entry,
        content=_merged(proposal.content, entry.content),
        came_at=proposal.at,
        changed_at=last.at if last.at > proposal.at else None,
    )


def _merged(new: Content, standing: Content) -> Content:
    """What readers were told was wrong stays told, whatever the page says."""
    told = sorted({*standing.corrections, *new.corrections}, key=lambda one: one.at)
    return replace(new, corrections=tuple(told))


def _accept(conn: Connection, decision: Decision, now: datetime) -> Entry:
    found = _pressed(conn, decision, now)
    if found.entry.revision != decision.expected:
        raise EditConflict(found.entry.revision)
    entry = entries.settle_proposal(
        conn,
        found.proposal_id,
        accept=True,
        actor=decision.by.key,
        now=now,
        expected=decision.expected,
        content=noted(found.content, decision.note, now),
    )
    if entry is None:
        raise ProposalSettled
    return entry


def _decline(conn: Connection, decision: Decision, now: datetime) -> Entry:
    found = _pressed(conn, decision, now)
    entries.settle_proposal(conn, found.proposal_id, accept=False, actor=decision.by.key, now=now)
    return found.entry


def _pressed(conn: Connection, decision: Decision, now: datetime) -> Suggested:
    if buttons.press(conn, decision.button, decision.by.key, now) is None:
        raise ButtonSpent
    return _suggested(conn, decision.proposal_id)
