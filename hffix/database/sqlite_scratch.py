"""A scratch database: a place where restored rows stand as they were, with no type that could change them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hffix.database.session import Row
from hffix.database.sqlite_schema import quote
from hffix.database.sqlite_values import alike, read_text
from hffix.errors.project import AlreadyThere
from hffix.model.schema import Table


class Scratch:
    """Tables without types, filled from backup parts."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, in the order of the table's stored columns."""
        names = ", ".join(map(quote, table.stored))
        self._driver.execute(f"CREATE TABLE IF NOT EXISTS {quote(table.name)} ({names})")
        for bound, some in alike(rows):
            self._driver.executemany(f"INSERT INTO {quote(table.name)} VALUES ({', '.join(bound)})", some)

    def get(self, table: Table) -> list[Row]:
        """Read every row back, in the order in which they were put."""
        return self._driver.execute(f"SELECT * FROM {quote(table.name)} ORDER BY rowid").fetchall()


@contextmanager
def scratch(path: Path | None) -> Iterator[Scratch]:
    """Make a scratch database, in memory or in a new file."""
    if path is not None and path.exists():
        raise AlreadyThere(f"{path.name} exists")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole rows of people: for the owner only.
        path.touch(mode=0o600)
    connection = sqlite3.connect(":memory:" if path is None else path, isolation_level=None)
    connection.text_factory = read_text
    try:
        connection.execute("BEGIN")
        yield Scratch(connection)
        connection.execute("COMMIT")
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    finally:
        connection.close()
