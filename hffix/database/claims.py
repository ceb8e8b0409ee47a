"""Claims: which rows a plan has a line for already, on disk where there are many, so that memory stays flat."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Claims:
    """A set of digests that only grows."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def add(self, digests: Sequence[bytes]) -> bool:
        """Add digests; say whether every one of them is new."""
        before = self._driver.total_changes
        self._driver.executemany("INSERT OR IGNORE INTO claimed VALUES (?)", [(digest,) for digest in digests])
        return self._driver.total_changes - before == len(digests)


@contextmanager
def claims() -> Iterator[Claims]:
    """Keep claims in a temporary database that goes with its connection."""
    # An empty name is a private file that SQLite writes only when its cache is full.
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.execute("CREATE TABLE claimed (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        connection.execute("BEGIN")
        yield Claims(connection)
    finally:
        connection.close()
