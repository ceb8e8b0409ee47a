"""Making the change log's tables: where a server commits each statement by itself, a broken-off step is repeated."""

from typing import Any, Final

from alembic import op
from sqlalchemy import Column, inspect, text

from hffix.errors.targets import ChangeLogRefused

# Here no transaction takes back a table that was made.
_COMMITTING: Final = frozenset({"mysql", "mariadb"})


def create_table(name: str, *columns: Column[Any], **options: Any) -> None:
    """Make a table of the change log; one that a broken-off step left, with these columns and no row, is taken."""
    connection = op.get_bind()
    if connection.dialect.name in _COMMITTING and inspect(connection).has_table(name):
        found = {column["name"] for column in inspect(connection).get_columns(name)}
        if found != {column.name for column in columns} or connection.execute(text(f"SELECT 1 FROM {name}")).first():
            raise ChangeLogRefused(f"the name {name} is taken by another table")
        return
    op.create_table(name, *columns, **options)
