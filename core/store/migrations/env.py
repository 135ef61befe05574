"""How Alembic runs our migrations: on the connection it is handed, inside that connection's own transaction."""

from alembic import context

from core.store import tables


def run() -> None:
    """Run what Alembic was asked for."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=tables.METADATA,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic executes this file under that name; importing it does nothing.
if __name__ == "env_py":
    run()
