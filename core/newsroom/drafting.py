"""What editors are in the middle of: a draft is shown first, and goes out when its own button or phrase says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import ButtonSpent, DraftGone
from core.model import Address, Change, Content, Coverage, Entry, Mode, Person
from core.newsroom import Newsroom
from core.store import Connection, Store, audit, buttons, drafts, entries
from core.store.drafts import Draft, DraftStatus, Intent

LIFETIME = timedelta(hours=12)
"""A draft nobody decided about by then is forgotten: the morning after, nobody remembers what it was about."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who says that a draft may go, and with which button, which is spent with it; None: a typed phrase."""

    by: Person
    button: str | None


class Drafting:
    """Keeps drafts and sends them. One draft becomes one entry however often its button is pressed."""

    def __init__(self, store: Store, newsroom: Newsroom, *, wake: Callable[[], None]) -> None:
        """`wake` tells the courier that something was committed."""
        self._store = store
        self._newsroom = newsroom
        self._wake = wake

    async def open(
        self,
        by: Person,
        account: str,
        address: Address,
        intent: Intent,
        coverage: Coverage,
        content: Content,
        *,
        entry: Entry | None = None,
        phrase: str = "",
    ) -> Draft:
        """Keep what somebody typed until they confirm it; with `entry` it changes that one's present revision."""
        return await self._store.write(
            drafts.create,
            person_key=by.key,
            account=account,
            address=address,
            intent=intent,
            coverage_id=coverage.id,
            entry_id=entry.id if entry else None,
            expected_revision=entry.revision if entry else None,
            content=content,
            phrase=phrase,
            now=self._newsroom.now(),
        )

    async def get(self, draft_id: int) -> Draft:
        """A draft that is still open. Raises DraftGone."""
        draft = await self._store.read(drafts.get, draft_id)
        if draft is None or draft.status is not DraftStatus.OPEN:
            raise DraftGone
        if self._newsroom.now() - draft.created_at > LIFETIME:
            raise DraftGone
        return draft

    async def phrased(self, by: Person, account: str, address: Address) -> Draft | None:
        """The newest open draft here that waits for this person to type its phrase."""
        found = await self._store.read(drafts.open_of, by.key, account, address)
        fresh = (one for one in found if one.phrase and self._newsroom.now() - one.created_at <= LIFETIME)
        return next(fresh, None)

    async def change(self, draft: Draft, content: Content) -> Draft:
        """Give an open draft other content. Raises DraftGone."""
        changed = await self._store.write(drafts.update, draft.id, content=content, now=self._newsroom.now())
        if changed is None:
            raise DraftGone
        return changed

    async def discard(self, draft_id: int, by: Person, button: str) -> None:
        """Throw a draft away. Raises DraftGone, ButtonSpent."""
        await self._store.write(_discard, draft_id, by, button, self._newsroom.now())

    async def send(self, draft: Draft, by: Confirmation) -> Entry:
        """Do what the draft is for, in one transaction with the button that says so.

        Raises DraftGone, ButtonSpent, EditConflict, CoverageNotOpen; then nothing happened and the draft stays open.
        """
        alert = draft.intent is Intent.ALERT
        order = _Order(self._newsroom.now(), self._newsroom.delay(alert=alert), self._newsroom.mode)
        write = self._store.write_urgent if alert or draft.intent is Intent.RETRACT else self._store.write
        entry = await write(_send, draft.id, by, order)
        self._wake()
        return entry


@dataclass(frozen=True, slots=True)
class _Order:
    now: datetime
    delay: timedelta
    mode: Mode


def _settle(
    conn: Connection, draft_id: int, status: DraftStatus, by: Person, button: str | None, now: datetime
) -> Draft:
    if button is not None and buttons.press(conn, button, by.key, now) is None:
        raise ButtonSpent
    draft = drafts.settle(conn, draft_id, status, now=now)
    if draft is None or draft.person_key != by.key:
        raise DraftGone
    return draft


def _discard(conn: Connection, draft_id: int, by: Person, button: str, now: datetime) -> None:
    _settle(conn, draft_id, DraftStatus.DISCARDED, by, button, now)


def _send(conn: Connection, draft_id: int, confirmed: Confirmation, order: _Order) -> Entry:
    draft = _settle(conn, draft_id, DraftStatus.SENT, confirmed.by, confirmed.button, order.now)
    if draft.intent in (Intent.ENTRY, Intent.ALERT):
        return _publish(conn, draft, order)
    if draft.entry_id is None or draft.expected_revision is None:
        raise ValueError(f"draft {draft.id} changes no entry")
    if draft.intent is Intent.CORRECT:
        return entries.revise(
            conn,
            entry_id=draft.entry_id,
            expected=draft.expected_revision,
            content=draft.content,
            change=Change.CORRECTION,
            actor=draft.person_key,
            token=_token(draft),
            now=order.now,
        )
    return entries.retract(
        conn,
        entry_id=draft.entry_id,
        expected=draft.expected_revision,
        reason=draft.content.reason,
        actor=draft.person_key,
        token=_token(draft),
        now=order.now,
    )


def _publish(conn: Connection, draft: Draft, order: _Order) -> Entry:
    alert = draft.intent is Intent.ALERT
    entry = entries.publish(
        conn,
        coverage_id=draft.coverage_id,
        content=draft.content,
        actor=draft.person_key,
        token=_token(draft),
        now=order.now,
        not_before=order.now + order.delay,
        alert=alert,
    ).entry
    if alert and order.mode is Mode.LIVE:
        # P12: an alert that only one person saw is marked, with what stood in for the second.
        told = {"phrase": draft.phrase, "delay_seconds": order.delay.total_seconds()}
        audit.write(
            conn,
            at=order.now,
            by=draft.person_key,
            action="alert_alone",
            subject="entry",
            subject_id=entry.id,
            detail=told,
        )
    return entry


def _token(draft: Draft) -> str:
    return f"draft:{draft.id}"
