"""Run the steps on the connection that `schema_version.migrate` hands over, inside its transaction."""

from alembic import context

from ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    transaction_per_migration=False,
)
context.run_migrations()
