"""Runs the revisions on the connection that `install.upgrade` hands over, inside its transaction."""

from alembic import context

from hffix.changelog.tables import METADATA, VERSION_TABLE

# The connection is in a transaction already, so Alembic neither begins nor commits one.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
context.run_migrations()
