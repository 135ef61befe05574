"""Which schema a store has and how it gets ours: Alembic's revisions, all of an upgrade in one transaction."""

from enum import Enum
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).with_name("migrations")

# Any number will do, as long as no other program on the same database uses it: "livedesk" in ASCII.
_ADVISORY_LOCK = 0x6C697665_6465736B


class Schema(Enum):
    """What a database holds."""

    EMPTY = "empty"
    FOREIGN = "foreign"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def state(conn: sa.Connection) -> Schema:
    """What is in this database."""
    names = set(sa.inspect(conn).get_table_names())
    if not names:
        return Schema.EMPTY
    if not names >= {"alembic_version", "house"}:
        return Schema.FOREIGN
    version = conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    scripts = ScriptDirectory.from_config(_config())
    if version == scripts.get_current_head():
        return Schema.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Schema.OLDER if version in known else Schema.NEWER


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to ours. Interrupted anywhere, nothing has changed; two at once wait for each other."""
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if state(conn) in (Schema.EMPTY, Schema.OLDER):
            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    # A percent sign would be taken for an interpolation.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
