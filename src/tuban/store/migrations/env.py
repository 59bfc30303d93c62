"""Run by Alembic: migrates over the connection that `catalogue.upgrade` hands in, inside its transaction."""

from __future__ import annotations

from alembic import context

from tuban.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
context.run_migrations()
