"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text, Json, Bool = sa.Text(), sa.JSON(), sa.Boolean()
Small, Int, Big = sa.SmallInteger(), sa.Integer(), sa.BigInteger()
Utc = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

# Rows of the audit are added and read, never changed and never taken away: the database itself refuses.
_SQLITE_GUARDS = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
)
_POSTGRESQL_GUARDS = (
    "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
)


def must(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def where(sqlite: str, postgresql: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql or sqlite)}


def upgrade() -> None:
    op.create_table(
        "asset",
        key("digest", Text), must("media_type", Text), must("size", Int), must("width", Int), must("height", Int),
        must("created_at", Utc), must("bytes", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("digest", name="pk_asset"),
    )
    op.create_table(
        "asset_upload",
        key("account", Text), key("digest", Text), must("remote_id", Text),
        sa.PrimaryKeyConstraint("account", "digest", name="pk_asset_upload"),
    )
    op.create_table(
        "audit",
        must("id", Id), must("at", Utc), must("by", Text), must("action", Text), must("subject", Text),
        must("subject_id", Text), may("detail", Json),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject_subject_id_id", "audit", ["subject", "subject_id", "id"])
    op.create_table(
        "button",
        key("id", Text), must("action", Text), must("payload", Json), may("person_key", Text),
        must("created_at", Utc), must("expires_at", Utc), may("used_at", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_button"),
    )
    op.create_index("ix_button_expires_at", "button", ["expires_at"])
    op.create_table(
        "command",
        key("actor", Text), key("token", Text), must("request_hash", Text), may("result", Json), must("at", Utc),
        sa.PrimaryKeyConstraint("actor", "token", name="pk_command"),
    )
    op.create_index("ix_command_at", "command", ["at"])
    op.create_table(
        "counter",
        key("name", Text), must("value", Big),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "house",
        key("name", Text), must("value", Text),
        sa.PrimaryKeyConstraint("name", name="pk_house"),
    )
    op.create_table(
        "inbox",
        key("account", Text), key("update_id", Big), may("payload", Json), must("received_at", Utc),
        may("handled_at", Utc),
        sa.PrimaryKeyConstraint("account", "update_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_pending", "inbox", ["account", "update_id"], **where("handled_at IS NULL"))
    op.create_table(
        "invite",
        key("code_hash", Text), must("name", Text), must("role", Text), must("by", Text), must("created_at", Utc),
        must("expires_at", Utc), may("used_at", Utc),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invite"),
    )
    op.create_table(
        "lane",
        must("id", Int), must("account", Text), must("platform", Text), must("enabled", Bool), may("owner", Text),
        must("fence", Big), may("lease_until", Utc), may("paused_until", Utc), must("pause_reason", Text),
        must("created_at", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_lane"),
        sa.UniqueConstraint("account", name="uq_lane_account"),
    )
    op.create_table(
        "receipt",
        key("bulletin_id", Big), key("destination_id", Big), must("message_id", Big), must("sent_at", Utc),
        must("revision", Int), key("part", Small), must("form", Small), must("loud", Bool), must("language", Text),
        sa.PrimaryKeyConstraint("bulletin_id", "destination_id", "part", name="pk_receipt"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        must("id", Id), must("slug", Text), must("title", Text), must("created_at", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("slug", name="uq_series_slug"),
    )
    op.create_table(
        "waiting",
        must("id", Id), must("lane_id", Int), must("destination_id", Id), must("bulletin_id", Id),
        must("broadcast_id", Id), must("operation", Small), must("urgency", Small), must("due_at", Utc),
        must("attempts", Int), must("why", Text),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
        sa.UniqueConstraint("destination_id", "bulletin_id", "operation", name="uq_waiting_destination_id_bulletin_id_operation"),
    )
    op.create_index("ix_waiting_bulletin_id", "waiting", ["bulletin_id"])
    op.create_index("ix_waiting_lane_id_id", "waiting", ["lane_id", "id"])
    op.create_table(
        "coverage",
        must("id", Id), must("slug", Text), must("title", Text), must("standfirst", Text), must("language", Text),
        must("zone", Text), must("status", Text), must("mode", Text), must("created_at", Utc), may("starts_at", Utc),
        may("ends_at", Utc), may("url", Text), must("publisher", Text), may("series_id", Id),
        must("next_number", Int), may("source_system", Text), may("source_identity", Text),
        may("source_fingerprint", Text), may("source_position", Int), may("source_label", Text),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_coverage_series_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
        sa.UniqueConstraint("slug", name="uq_coverage_slug"),
    )
    op.create_index("ix_coverage_source_system_source_identity", "coverage", ["source_system", "source_identity"])
    op.create_table(
        "destination",
        must("id", Id), must("lane_id", Int), must("chat_id", Big), must("thread_id", Big), must("kind", Text),
        must("title", Text), must("language", Text), must("status", Text), must("paused_because", Text),
        may("paused_at", Utc), must("created_at", Utc),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_destination_lane_id"),
        sa.PrimaryKeyConstraint("id", name="pk_destination"),
        sa.UniqueConstraint("lane_id", "chat_id", "thread_id", name="uq_destination_lane_id_chat_id_thread_id"),
    )
    op.create_table(
        "entry",
        must("id", Id), must("coverage_id", Id), must("number", Int), must("revision", Int), must("status", Text),
        must("mode", Text), must("published_at", Utc), must("display_at", Utc), must("updated_at", Utc),
        may("source_system", Text), may("source_identity", Text), may("source_fingerprint", Text),
        may("source_position", Int), may("source_label", Text),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_entry_coverage_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("coverage_id", "number", name="uq_entry_coverage_id_number"),
    )
    op.create_index("ix_entry_coverage_id_display_at_number", "entry", ["coverage_id", "display_at", "number"])
    op.create_index("ix_entry_coverage_id_source_fingerprint", "entry", ["coverage_id", "source_fingerprint"])
    op.create_index("ix_entry_coverage_id_source_identity", "entry", ["coverage_id", "source_identity"])
    op.create_table(
        "person",
        key("key", Text), must("name", Text), must("role", Text), may("coverage_id", Id), must("created_at", Utc),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_person_coverage_id"),
        sa.PrimaryKeyConstraint("key", name="pk_person"),
    )
    op.create_table(
        "subscription",
        must("id", Id), must("destination_id", Id), must("lane_id", Int), must("scope", Small),
        must("target_id", Big), must("entries", Small), must("active", Bool), must("joined_seq", Big),
        must("created_at", Utc),
        sa.ForeignKeyConstraint(["destination_id"], ["destination.id"], name="fk_subscription_destination_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("destination_id", "scope", "target_id", name="uq_subscription_destination_id_scope_target_id"),
    )
    op.create_index("ix_subscription_walk", "subscription", ["lane_id", "scope", "target_id", "destination_id", "joined_seq", "entries"], **where("active = 1", "active"))
    op.create_table(
        "summary_revision",
        key("coverage_id", Id), key("revision", Int), must("points", Json), must("as_of", Utc), must("by", Text),
        must("at", Utc),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_summary_revision_coverage_id"),
        sa.PrimaryKeyConstraint("coverage_id", "revision", name="pk_summary_revision"),
    )
    op.create_table(
        "bulletin",
        must("id", Id), must("kind", Text), must("coverage_id", Id), may("entry_id", Id), must("revision", Int),
        must("words", Text), must("mode", Text), must("created_at", Utc), must("kept", Small),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_bulletin_coverage_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_bulletin_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
    )
    op.create_index("ix_bulletin_coverage_id", "bulletin", ["coverage_id"])
    op.create_index("ix_bulletin_kept", "bulletin", ["kept", "id"], **where("kept > 0"))
    op.create_index("uq_bulletin_entry", "bulletin", ["entry_id"], unique=True, **where("kind IN ('entry', 'alert')"))
    op.create_index("uq_bulletin_summary", "bulletin", ["coverage_id"], unique=True, **where("kind = 'summary'"))
    op.create_table(
        "draft",
        must("id", Id), must("person_key", Text), must("account", Text), must("platform", Text), must("chat_id", Big),
        must("thread_id", Big), must("intent", Text), must("coverage_id", Id), may("entry_id", Id),
        may("expected_revision", Int), must("content", Json), must("phrase", Text), must("status", Text),
        may("card_message_id", Big), must("created_at", Utc), must("updated_at", Utc),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_draft_coverage_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_draft_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_account_chat_id_thread_id_id", "draft", ["account", "chat_id", "thread_id", "id"])
    op.create_table(
        "entry_revision",
        key("entry_id", Id), key("revision", Int), must("content", Json), must("status", Text), must("change", Text),
        must("by", Text), must("at", Utc),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_revision_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "revision", name="pk_entry_revision"),
    )
    op.create_table(
        "person_account",
        key("platform", Text), key("external_id", Big), must("person_key", Text), must("created_at", Utc),
        sa.ForeignKeyConstraint(["person_key"], ["person.key"], name="fk_person_account_person_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("platform", "external_id", name="pk_person_account"),
    )
    op.create_index("ix_person_account_person_key", "person_account", ["person_key"])
    op.create_table(
        "proposal",
        must("id", Id), must("entry_id", Id), must("content", Json), must("digest", Text), must("at", Utc),
        may("settled_at", Utc), may("settled_by", Text), may("accepted", Bool),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_proposal_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.create_index("ix_proposal_entry_id_id", "proposal", ["entry_id", "id"])
    op.create_index("uq_proposal_open", "proposal", ["entry_id"], unique=True, **where("settled_at IS NULL"))
    op.create_table(
        "broadcast",
        must("id", Id), must("bulletin_id", Id), must("lane_id", Int), must("coverage_id", Id),
        must("operation", Small), must("urgency", Small), must("state", Small), must("audience_seq", Big),
        must("cursor", Big), must("window_hi", Big), may("only_destination_id", Big), may("not_before", Utc),
        may("expires_at", Utc), must("created_at", Utc), may("finished_at", Utc), must("sent", Int),
        must("skipped", Int), must("failed", Int), must("unknown", Int),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name="fk_broadcast_bulletin_id"),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_broadcast_lane_id"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
    )
    op.create_index("ix_broadcast_bulletin_id_lane_id", "broadcast", ["bulletin_id", "lane_id"])
    op.create_index("ix_broadcast_open", "broadcast", ["lane_id", "urgency", "id"], **where("state = 0"))
    op.create_index("uq_broadcast_publish", "broadcast", ["bulletin_id", "lane_id"], unique=True, **where("operation = 0 AND only_destination_id IS NULL"))
    op.create_table(
        "broadcast_skip",
        key("broadcast_id", Id), key("why", Text), must("count", Int),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"], name="fk_broadcast_skip_broadcast_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast_id", "why", name="pk_broadcast_skip"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO counter (name, value) VALUES ('audience', 0)")
    for guard in _POSTGRESQL_GUARDS if op.get_bind().dialect.name == "postgresql" else _SQLITE_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    for name in (
        "broadcast_skip",
        "broadcast",
        "proposal",
        "person_account",
        "entry_revision",
        "draft",
        "bulletin",
        "summary_revision",
        "subscription",
        "person",
        "entry",
        "destination",
        "coverage",
        "waiting",
        "series",
        "receipt",
        "lane",
        "invite",
        "inbox",
        "house",
        "counter",
        "command",
        "button",
        "audit",
        "asset_upload",
        "asset",
    ):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
