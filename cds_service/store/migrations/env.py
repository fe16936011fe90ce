"""Alembic's environment: runs the versions beside it on the connection that `database.migrate` opened, and no other."""

from alembic import context

from cds_service.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
