"""Making the change log's tables: where a server commits each statement by itself, a broken-off step is repeated."""

from typing import Any, Final

from alembic import op
from sqlalchemy import Column, Identity, inspect, text
from sqlalchemy.dialects.postgresql.base import PGDialect

from hffix.database.portable import OWN
from hffix.errors.targets import ChangeLogRefused

# Only here a transaction surely takes back a table that was made.
_UNDOING: Final = frozenset({"sqlite", "postgresql"})


def create_table(name: str, *columns: Column[Any], **options: Any) -> None:
    """Make a table of the change log; one that a broken-off step left, with these columns and no row, is taken."""
    connection = op.get_bind()
    if connection.dialect.name not in _UNDOING and inspect(connection).has_table(name):
        found = {column["name"] for column in inspect(connection).get_columns(name)}
        if found != {column.name for column in columns} or connection.execute(text(f"SELECT 1 FROM {name}")).first():
            raise ChangeLogRefused(f"the name {name} is taken by another table")
        return
    op.create_table(name, *columns, **options)


def numbering() -> tuple[Identity, ...]:
    """Say that a database numbers rows by itself, where a primary key of whole numbers does not say so already."""
    dialect = op.get_bind().dialect
    says = dialect.name in OWN or isinstance(dialect, PGDialect) or not dialect.supports_identity_columns
    return () if says else (Identity(),)
