"""Tables of what editors make: coverages, entries with their revisions, and the trace they leave."""

import sqlalchemy as sa

from core.model import Change, CoverageStatus, EntryStatus, Mode
from core.store.tables.base import METADATA, key, may, must, where
from core.store.types import Id, Json, Named, UtcDateTime, Words

house = sa.Table("house", METADATA, key("name", sa.Text), must("value", Words))

counter = sa.Table("counter", METADATA, key("name", sa.Text), must("value", sa.BigInteger))

series = sa.Table(
    "series",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("slug", Words, unique=True),
    must("title", Words),
    must("created_at", UtcDateTime),
)

coverage = sa.Table(
    "coverage",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("slug", Words, unique=True),
    must("title", Words),
    must("standfirst", Words),
    must("language", Words),
    must("zone", Words),
    must("status", Named(CoverageStatus)),
    must("mode", Named(Mode)),
    must("created_at", UtcDateTime),
    may("starts_at", UtcDateTime),
    may("ends_at", UtcDateTime),
    may("url", Words),
    must("publisher", Words),
    may("series_id", sa.ForeignKey("series.id")),
    must("next_number", sa.Integer),
    may("source_system", Words),
    may("source_identity", Words),
    may("source_fingerprint", Words),
    may("source_position", sa.Integer),
    may("source_label", Words),
    sa.Index(None, "source_system", "source_identity"),
)

summary_revision = sa.Table(
    "summary_revision",
    METADATA,
    key("coverage_id", Id, sa.ForeignKey("coverage.id")),
    key("revision", sa.Integer),
    must("points", Json),
    must("as_of", UtcDateTime),
    must("by", Words),
    must("at", UtcDateTime),
)

entry = sa.Table(
    "entry",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("coverage_id", Id, sa.ForeignKey("coverage.id")),
    must("number", sa.Integer),
    must("revision", sa.Integer),
    must("status", Named(EntryStatus)),
    must("mode", Named(Mode)),
    must("published_at", UtcDateTime),
    must("display_at", UtcDateTime),
    must("updated_at", UtcDateTime),
    may("source_system", Words),
    may("source_identity", Words),
    may("source_fingerprint", Words),
    may("source_position", sa.Integer),
    may("source_label", Words),
    sa.UniqueConstraint("coverage_id", "number"),
    sa.Index(None, "coverage_id", "display_at", "number"),
    sa.Index(None, "coverage_id", "source_identity"),
    sa.Index(None, "coverage_id", "source_fingerprint"),
)

entry_revision = sa.Table(
    "entry_revision",
    METADATA,
    key("entry_id", Id, sa.ForeignKey("entry.id")),
    key("revision", sa.Integer),
    must("content", Json),
    must("status", Named(EntryStatus)),
    must("change", Named(Change)),
    must("by", Words),
    must("at", UtcDateTime),
)

proposal = sa.Table(
    "proposal",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("entry_id", Id, sa.ForeignKey("entry.id")),
    must("content", Json),
    must("digest", sa.Text),
    must("at", UtcDateTime),
    may("settled_at", UtcDateTime),
    may("settled_by", Words),
    may("accepted", sa.Boolean),
    sa.Index(None, "entry_id", "id"),
    sa.Index("uq_proposal_open", "entry_id", unique=True, **where("settled_at IS NULL")),
)

command = sa.Table(
    "command",
    METADATA,
    key("actor", Words),
    key("token", Words),
    must("request_hash", sa.Text),
    may("result", Json),
    must("at", UtcDateTime, index=True),
)

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("at", UtcDateTime, index=True),
    must("by", Words),
    must("action", sa.Text),
    must("subject", sa.Text),
    must("subject_id", Words),
    may("detail", Json),
    sa.Index(None, "subject", "subject_id", "id"),
)
