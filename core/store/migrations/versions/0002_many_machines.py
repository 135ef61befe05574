"""Leases that several machines share, rings of broadcasts, counted audiences, merged copies."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Text, Bool = sa.Text(), sa.Boolean()
Small, Int, Big = sa.SmallInteger(), sa.Integer(), sa.BigInteger()
Utc = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def must(name: str, kind: Any, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


def may(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def where(sqlite: str, postgresql: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql or sqlite)}


def upgrade() -> None:
    false = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    op.create_table(
        "process",
        key("owner", Text), must("host", Text), must("pid", Int), must("started_at", Utc), must("seen_until", Utc),
        must("batch", Big),
        sa.PrimaryKeyConstraint("owner", name="pk_process"),
    )
    op.create_table(
        "audience",
        key("lane_id", Int), key("scope", Small), key("target_id", Big), key("entries", Small), must("count", Int),
        sa.PrimaryKeyConstraint("lane_id", "scope", "target_id", "entries", name="pk_audience"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gateway_session",
        key("account", Text), must("session_id", Text), may("sequence", Big), must("address", Text), must("at", Utc),
        sa.PrimaryKeyConstraint("account", name="pk_gateway_session"),
    )
    op.create_table(
        "login",
        key("account", Text), key("at", Utc),
        sa.PrimaryKeyConstraint("account", "at", name="pk_login"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tick",
        key("name", Text), must("due_at", Utc),
        sa.PrimaryKeyConstraint("name", name="pk_tick"),
    )
    op.add_column("lane", must("stop_seen", Big, "0"))
    op.add_column("lane", may("spoken", sa.JSON()))
    op.add_column("destination", must("size", Int, "0"))
    op.add_column("destination", may("sized_at", Utc))
    op.add_column("destination", must("strikes", Small, "0"))
    op.add_column("destination", may("struck_at", Utc))
    op.add_column("destination", may("set_up_by", Big))
    op.create_index("ix_destination_size", "destination", ["lane_id", "size", "id"], **where("size > 1"))
    op.create_index("ix_destination_struck", "destination", ["lane_id", "id"], **where("strikes > 0"))
    op.add_column("broadcast", must("audience", Int, "0"))
    op.add_column("broadcast", must("start", Big, "0"))
    op.add_column("broadcast", must("lap", Small, "0"))
    op.add_column("broadcast", must("begun", Bool, false))
    op.add_column("broadcast", may("stopped_because", Text))
    op.execute("UPDATE broadcast SET begun = (window_hi > 0)")
    op.drop_column("broadcast", "window_hi")
    op.create_index("ix_receipt_merged", "receipt", ["destination_id", "message_id"], **where("form = 3"))
    op.execute("INSERT INTO counter (name, value) VALUES ('stop', 0)")
    # Whom a coverage reaches, from now on counted as people come and go: see core/store/audiences.py.
    op.execute(_OWN)
    op.execute(_SHADOWED)


# Scopes: 0 newsroom, 1 series, 2 coverage.
_ADD = "ON CONFLICT (lane_id, scope, target_id, entries) DO UPDATE SET count = audience.count + excluded.count"
_ACTIVE = "CAST(active AS INTEGER) = 1"
_OWN = f"""
INSERT INTO audience (lane_id, scope, target_id, entries, count)
SELECT lane_id, scope, target_id, entries, count(*) FROM subscription WHERE {_ACTIVE}
GROUP BY lane_id, scope, target_id, entries
{_ADD}
"""
# Who follows something broader as well is counted there and here: taken off once, here, under the broader wish.
_SHADOWED = f"""
INSERT INTO audience (lane_id, scope, target_id, entries, count)
SELECT lane_id, scope, target_id, broader, -count(*) FROM (
    SELECT own.lane_id, own.scope, own.target_id, (
        SELECT other.entries FROM subscription AS other
        WHERE other.destination_id = own.destination_id AND CAST(other.active AS INTEGER) = 1 AND (
            other.scope = 0 AND own.scope > 0 OR other.scope = 1 AND own.scope = 2 AND other.target_id = (
                SELECT series_id FROM coverage WHERE coverage.id = own.target_id))
        ORDER BY other.scope DESC LIMIT 1
    ) AS broader
    FROM subscription AS own WHERE CAST(own.active AS INTEGER) = 1
) AS overlap WHERE broader IS NOT NULL
GROUP BY lane_id, scope, target_id, broader
{_ADD}
"""


def downgrade() -> None:
    op.execute("DELETE FROM counter WHERE name = 'stop'")
    op.drop_index("ix_receipt_merged", "receipt")
    op.add_column("broadcast", must("window_hi", Big, "0"))
    for name in ("stopped_because", "begun", "lap", "start", "audience"):
        op.drop_column("broadcast", name)
    op.drop_index("ix_destination_struck", "destination")
    op.drop_index("ix_destination_size", "destination")
    for name in ("set_up_by", "struck_at", "strikes", "sized_at", "size"):
        op.drop_column("destination", name)
    op.drop_column("lane", "spoken")
    op.drop_column("lane", "stop_seen")
    for name in ("tick", "login", "gateway_session", "audience", "process"):
        op.drop_table(name)
