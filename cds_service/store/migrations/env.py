"""Alembic's environment: runs the versions beside it, only on the connection that `database.migrate` opened."""

from alembic import context

from cds_service.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
