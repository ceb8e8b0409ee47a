"""A scratch database: a place where restored rows stand as they were, with no type that could change them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from hffix.database.session import Row
from hffix.database.sqlite_schema import quote
from hffix.database.sqlite_values import alike, read_text
from hffix.errors.project import AlreadyThere
from hffix.model.canonical import encode
from hffix.model.schema import Table
from hffix.model.value import Raw, decode_value, encode_value


class Scratch:
    """Tables without types, filled from backup parts.

    For rows of a server every value but text and NULL stands as the bytes of its canonical JSON: SQLite has no type
    that would hold a decimal or a time exactly.
    """

    def __init__(self, driver: sqlite3.Connection, *, tagged: bool) -> None:
        self._driver = driver
        self._tagged = tagged

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, in the order of the table's stored columns."""
        names = ", ".join(map(quote, table.stored))
        self._driver.execute(f"CREATE TABLE IF NOT EXISTS {quote(table.name)} ({names})")
        if self._tagged:
            rows = [tuple(map(_tagged, row)) for row in rows]
        for bound, some in alike(rows):
            self._driver.executemany(f"INSERT INTO {quote(table.name)} VALUES ({', '.join(bound)})", some)

    def get(self, table: Table) -> list[Row]:
        """Read every row back, in the order in which they were put."""
        rows: list[Row] = self._driver.execute(f"SELECT * FROM {quote(table.name)} ORDER BY rowid").fetchall()
        return [tuple(map(_untagged, row)) for row in rows] if self._tagged else rows


def _tagged(value: Raw) -> Raw:
    return value if value is None or type(value) is str else encode(encode_value(value))


def _untagged(value: Raw) -> Raw:
    return decode_value(orjson.loads(value)) if isinstance(value, bytes) else value


@contextmanager
def scratch(path: Path | None, *, tagged: bool = False) -> Iterator[Scratch]:
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
        yield Scratch(connection, tagged=tagged)
        connection.execute("COMMIT")
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    finally:
        connection.close()
