"""Tables of what goes where: lanes, destinations and subscriptions, bulletins, broadcasts, receipts and exceptions.

Nothing here grows with (entries x readers) but `receipt`, which is why its columns are the fewest and smallest.
"""

import sqlalchemy as sa

from core.model import (
    BulletinKind,
    DestinationStatus,
    Form,
    Level,
    Mode,
    Operation,
    PlaceKind,
    Platform,
    Scope,
    Urgency,
)
from core.store.tables.base import METADATA, key, may, must, where
from core.store.types import Coded, Id, Json, Named, UtcDateTime, UtcMillis, Words

OPEN, FINISHED, CANCELLED = 0, 1, 2
"""Where a broadcast stands."""

LEVELS = (Level.ALL, Level.KEY, Level.BREAKING, Level.NOTHING)
"""What the small numbers in `subscription.entries` mean, in their order."""

_operation = Coded(Operation, Operation.PUBLISH, Operation.EDIT, Operation.RETRACT)
_urgency = Coded(Urgency, *Urgency)

lane = sa.Table(
    "lane",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    must("account", sa.Text, unique=True),
    must("platform", Named(Platform)),
    must("enabled", sa.Boolean),
    may("owner", sa.Text),
    must("fence", sa.BigInteger),
    may("lease_until", UtcDateTime),
    may("paused_until", UtcDateTime),
    must("pause_reason", Words),
    must("created_at", UtcDateTime),
    # The last recall this lane's owner has acted on.
    must("stop_seen", sa.BigInteger, server_default="0"),
    # When nobody owns it, `lease_until` is when somebody spoke on it last, and this is to which chats just then.
    may("spoken", Json),
)

process = sa.Table(
    "process",
    METADATA,
    key("owner", sa.Text),
    must("host", sa.Text),
    must("pid", sa.Integer),
    must("started_at", UtcDateTime),
    must("seen_until", UtcDateTime),
    # The last batch its committer wrote: one whose answer was lost is not written twice.
    must("batch", sa.BigInteger),
)

destination = sa.Table(
    "destination",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("lane_id", sa.Integer, sa.ForeignKey("lane.id")),
    must("chat_id", sa.BigInteger),
    must("thread_id", sa.BigInteger),
    must("kind", Named(PlaceKind)),
    must("title", Words),
    must("language", Words),
    must("status", Named(DestinationStatus)),
    must("paused_because", Words),
    may("paused_at", UtcDateTime),
    must("created_at", UtcDateTime),
    # How many people read there, as far as its platform says; 0 when it does not.
    must("size", sa.Integer, server_default="0"),
    may("sized_at", UtcDateTime),
    # Refusals for a missing right in a row, and when the first of them was.
    must("strikes", sa.SmallInteger, server_default="0"),
    may("struck_at", UtcDateTime),
    # The platform's number of whoever had the place follow last: who is told when it lacks a right.
    may("set_up_by", sa.BigInteger),
    sa.UniqueConstraint("lane_id", "chat_id", "thread_id"),
    sa.Index("ix_destination_size", "lane_id", "size", "id", **where("size > 1")),
    sa.Index("ix_destination_struck", "lane_id", "id", **where("strikes > 0")),
)

subscription = sa.Table(
    "subscription",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("destination_id", Id, sa.ForeignKey("destination.id", ondelete="CASCADE")),
    must("lane_id", sa.Integer),
    must("scope", Coded(Scope, Scope.NEWSROOM, Scope.SERIES, Scope.COVERAGE)),
    must("target_id", sa.BigInteger),
    must("entries", Coded(Level, *LEVELS)),
    must("active", sa.Boolean),
    must("joined_seq", sa.BigInteger),
    must("created_at", UtcDateTime),
    sa.UniqueConstraint("destination_id", "scope", "target_id"),
    # A page reads this index and the destinations it names, nothing else.
    sa.Index(
        "ix_subscription_walk",
        "lane_id",
        "scope",
        "target_id",
        "destination_id",
        "joined_seq",
        "entries",
        **where("active = 1", postgresql="active"),
    ),
)

audience = sa.Table(
    "audience",
    METADATA,
    key("lane_id", sa.Integer),
    key("scope", Coded(Scope, Scope.NEWSROOM, Scope.SERIES, Scope.COVERAGE)),
    key("target_id", sa.BigInteger),
    key("entries", Coded(Level, *LEVELS)),
    must("count", sa.Integer),
    sqlite_with_rowid=False,
)

bulletin = sa.Table(
    "bulletin",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("kind", Named(BulletinKind)),
    must("coverage_id", Id, sa.ForeignKey("coverage.id"), index=True),
    may("entry_id", Id, sa.ForeignKey("entry.id")),
    must("revision", sa.Integer),
    must("words", Words),
    must("mode", Named(Mode)),
    must("created_at", UtcDateTime),
    # What pruning has left of its receipts: 2 all, 1 those of places other than private chats, 0 none.
    must("kept", sa.SmallInteger),
    sa.Index("uq_bulletin_entry", "entry_id", unique=True, **where("kind IN ('entry', 'alert')")),
    sa.Index("uq_bulletin_summary", "coverage_id", unique=True, **where("kind = 'summary'")),
    sa.Index("ix_bulletin_kept", "kept", "id", **where("kept > 0")),
)

broadcast = sa.Table(
    "broadcast",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("bulletin_id", Id, sa.ForeignKey("bulletin.id")),
    must("lane_id", sa.Integer, sa.ForeignKey("lane.id")),
    must("coverage_id", Id),
    must("operation", _operation),
    must("urgency", _urgency),
    must("state", sa.SmallInteger),
    must("audience_seq", sa.BigInteger),
    # Its ring walk: where it joined, whether it has come round, and how far everybody behind it is done.
    must("start", sa.BigInteger, server_default="0"),
    must("lap", sa.SmallInteger, server_default="0"),
    must("cursor", sa.BigInteger),
    must("begun", sa.Boolean, server_default=sa.false()),
    must("audience", sa.Integer, server_default="0"),
    may("stopped_because", Words),
    may("only_destination_id", sa.BigInteger),
    may("not_before", UtcDateTime),
    may("expires_at", UtcDateTime),
    must("created_at", UtcDateTime),
    may("finished_at", UtcDateTime),
    must("sent", sa.Integer),
    must("skipped", sa.Integer),
    must("failed", sa.Integer),
    must("unknown", sa.Integer),
    sa.Index("ix_broadcast_open", "lane_id", "urgency", "id", **where("state = 0")),
    sa.Index(None, "bulletin_id", "lane_id"),
    sa.Index(
        "uq_broadcast_publish",
        "bulletin_id",
        "lane_id",
        unique=True,
        **where("operation = 0 AND only_destination_id IS NULL"),
    ),
)

broadcast_skip = sa.Table(
    "broadcast_skip",
    METADATA,
    key("broadcast_id", Id, sa.ForeignKey("broadcast.id", ondelete="CASCADE")),
    key("why", sa.Text),
    must("count", sa.Integer),
    sqlite_with_rowid=False,
)

receipt = sa.Table(
    "receipt",
    METADATA,
    # The order keeps PostgreSQL's eight-byte values together: no padding between them.
    key("bulletin_id", sa.BigInteger),
    key("destination_id", sa.BigInteger),
    must("message_id", sa.BigInteger),
    must("sent_at", UtcMillis),
    must("revision", sa.Integer),
    key("part", sa.SmallInteger),
    must("form", Coded(Form, Form.TEXT, Form.PHOTO, Form.ALBUM, Form.MERGED)),
    must("loud", sa.Boolean),
    must("language", Words),
    # Bulletins that share one message.
    sa.Index("ix_receipt_merged", "destination_id", "message_id", **where("form = 3")),
    sqlite_with_rowid=False,
)

waiting = sa.Table(
    "waiting",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("lane_id", sa.Integer),
    must("destination_id", Id),
    must("bulletin_id", Id),
    must("broadcast_id", Id),
    must("operation", _operation),
    must("urgency", _urgency),
    must("due_at", UtcDateTime),
    must("attempts", sa.Integer),
    must("why", Words),
    sa.UniqueConstraint("destination_id", "bulletin_id", "operation"),
    sa.Index(None, "lane_id", "id"),
    sa.Index(None, "bulletin_id"),
)
