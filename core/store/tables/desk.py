"""Tables of who speaks and what they are in the middle of: people, the inbox, drafts, buttons, pictures."""

import sqlalchemy as sa

from core.model import Platform, Role
from core.store.tables.base import METADATA, key, may, must, where
from core.store.types import Id, Json, Named, UtcDateTime, Words

inbox = sa.Table(
    "inbox",
    METADATA,
    key("account", sa.Text),
    key("update_id", sa.BigInteger),
    may("payload", Json),
    must("received_at", UtcDateTime),
    may("handled_at", UtcDateTime),
    sa.Index("ix_inbox_pending", "account", "update_id", **where("handled_at IS NULL")),
)

person = sa.Table(
    "person",
    METADATA,
    key("key", sa.Text),
    must("name", Words),
    must("role", Named(Role)),
    may("coverage_id", Id, sa.ForeignKey("coverage.id")),
    must("created_at", UtcDateTime),
)

person_account = sa.Table(
    "person_account",
    METADATA,
    key("platform", Named(Platform)),
    key("external_id", sa.BigInteger),
    must("person_key", sa.Text, sa.ForeignKey("person.key", ondelete="CASCADE"), index=True),
    must("created_at", UtcDateTime),
)

invite = sa.Table(
    "invite",
    METADATA,
    key("code_hash", sa.Text),
    must("name", Words),
    must("role", Named(Role)),
    must("by", Words),
    must("created_at", UtcDateTime),
    must("expires_at", UtcDateTime),
    may("used_at", UtcDateTime),
)

draft = sa.Table(
    "draft",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    must("person_key", sa.Text),
    must("account", sa.Text),
    must("platform", Named(Platform)),
    must("chat_id", sa.BigInteger),
    must("thread_id", sa.BigInteger),
    must("intent", sa.Text),
    must("coverage_id", Id, sa.ForeignKey("coverage.id")),
    may("entry_id", Id, sa.ForeignKey("entry.id")),
    may("expected_revision", sa.Integer),
    must("content", Json),
    must("phrase", Words),
    must("status", sa.Text),
    may("card_message_id", sa.BigInteger),
    must("created_at", UtcDateTime),
    must("updated_at", UtcDateTime),
    sa.Index(None, "account", "chat_id", "thread_id", "id"),
)

button = sa.Table(
    "button",
    METADATA,
    key("id", sa.Text),
    must("action", sa.Text),
    must("payload", Json),
    may("person_key", sa.Text),
    must("created_at", UtcDateTime),
    must("expires_at", UtcDateTime, index=True),
    may("used_at", UtcDateTime),
)

asset = sa.Table(
    "asset",
    METADATA,
    key("digest", sa.Text),
    must("media_type", sa.Text),
    must("size", sa.Integer),
    must("width", sa.Integer),
    must("height", sa.Integer),
    must("created_at", UtcDateTime),
    # Last, so that SQLite reads the rest of the row without it.
    must("bytes", sa.LargeBinary),
)

asset_upload = sa.Table(
    "asset_upload",
    METADATA,
    key("account", sa.Text),
    key("digest", sa.Text),
    must("remote_id", Words),
)

gateway_session = sa.Table(
    "gateway_session",
    METADATA,
    key("account", sa.Text),
    must("session_id", sa.Text),
    may("sequence", sa.BigInteger),
    must("address", sa.Text),
    must("at", UtcDateTime),
)

login = sa.Table(
    "login",
    METADATA,
    key("account", sa.Text),
    key("at", UtcDateTime),
    sqlite_with_rowid=False,
)

tick = sa.Table(
    "tick",
    METADATA,
    key("name", sa.Text),
    must("due_at", UtcDateTime),
)
