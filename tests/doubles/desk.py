"""A newsroom at its simplest, for tests of the store: one coverage, two accounts, readers by chat id."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from core import blocks
from core.model import (
    Address,
    Content,
    Coverage,
    Destination,
    Entry,
    Form,
    Level,
    Mode,
    PlaceKind,
    Platform,
    Receipt,
    Rules,
    Scope,
    Subscription,
)
from core.store import Store, accounts, broadcasts, commits, coverages, destinations, entries, subscriptions
from core.store.broadcasts import Broadcast
from tests.doubles.clock import Clock

EDITOR = "editor-key"
TELEGRAM, DISCORD = "telegram-one", "discord-one"


def says(words: str, **more: Any) -> Content:
    """Content with one paragraph."""
    return Content(headline=words, blocks=(blocks.Paragraph(blocks.text(f"{words}.")),), **more)


@dataclass
class Desk:
    """Does what editors, readers and the courier would do, straight on the store."""

    store: Store
    clock: Clock
    lanes: dict[str, int] = field(init=False)
    coverage: Coverage = field(init=False)
    _tokens: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        both = [(TELEGRAM, Platform.TELEGRAM), (DISCORD, Platform.DISCORD)]
        self.lanes = self.store.write_now(accounts.enrol_lanes, both, self.clock())
        self.coverage = self.opens("storm")

    def opens(self, slug: str, **more: Any) -> Coverage:
        given = {"title": slug.title(), "language": "en", "zone": "Europe/London", "mode": Mode.REHEARSAL, "by": EDITOR}
        return self.store.write_now(coverages.create, slug=slug, now=self.clock(), **{**given, **more})

    def publishes(self, words: str = "News", coverage: Coverage | None = None, **more: Any) -> Entry:
        given = {"actor": EDITOR, "token": f"token-{next(self._tokens)}", "now": self.clock()}
        where = (coverage or self.coverage).id
        content = more.pop("content", None) or says(words)
        return self.store.write_now(entries.publish, coverage_id=where, content=content, **{**given, **more}).entry

    def revises(self, entry: Entry, words: str, change: Any, **more: Any) -> Entry:
        given = {"expected": entry.revision, "actor": EDITOR, "token": f"token-{next(self._tokens)}"}
        given |= {"content": says(words), "change": change, "now": self.clock()}
        return self.store.write_now(entries.revise, entry_id=entry.id, **{**given, **more})

    def retracts(self, entry: Entry, reason: str = "Not so", **more: Any) -> Entry:
        given = {"expected": entry.revision, "actor": EDITOR, "token": f"token-{next(self._tokens)}"}
        given |= {"reason": reason, "now": self.clock()}
        return self.store.write_now(entries.retract, entry_id=entry.id, **{**given, **more})

    def connects(
        self, chat: int, account: str = TELEGRAM, thread: int = 0, kind: PlaceKind = PlaceKind.PRIVATE
    ) -> Destination:
        platform = Platform.DISCORD if account == DISCORD else Platform.TELEGRAM
        return self.store.write_now(
            destinations.connect,
            account=account,
            address=Address(platform, chat, thread),
            kind=kind,
            title=f"Chat {chat}",
            language="en",
            now=self.clock(),
        )

    def follows(
        self,
        place: Destination,
        scope: Scope = Scope.COVERAGE,
        target_id: int | None = None,
        level: Level = Level.ALL,
    ) -> Subscription:
        target = self.coverage.id if target_id is None and scope is Scope.COVERAGE else target_id or 0
        return self.store.write_now(
            subscriptions.follow,
            destination_id=place.id,
            scope=scope,
            target_id=target,
            rules=Rules(entries=level),
            now=self.clock(),
        )[0]

    def reader(self, chat: int, account: str = TELEGRAM, **more: Any) -> Destination:
        place = self.connects(chat, account, **more)
        self.follows(place)
        return place

    def active(self, account: str = TELEGRAM) -> tuple[Broadcast, ...]:
        return self.store.read_now(broadcasts.active, self.lanes[account])

    def commits(self, **batch: Any) -> None:
        self.store.write_now(commits.apply, commits.Batch(at=self.clock(), **batch))

    def receives(self, place: Destination, entry: Entry, message_id: int, **more: Any) -> Receipt:
        one = receipt(entry.bulletin_id, place.id, message_id, at=self.clock(), **more)
        self.commits(receipts=(one,))
        return one


def receipt(bulletin_id: int, destination_id: int, message_id: int, *, at: datetime, **more: Any) -> Receipt:
    """What a platform gave back for a plain text."""
    given = {"part": 0, "revision": 1, "form": Form.TEXT, "loud": False, "language": "en", "sent_at": at}
    return Receipt(bulletin_id=bulletin_id, destination_id=destination_id, message_id=message_id, **{**given, **more})
