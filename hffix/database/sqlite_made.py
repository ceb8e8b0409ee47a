"""A SQLite file made for a test: from a schema's own text, filled with rows as dirty as any, and read back whole."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hffix.database.session import Row
from hffix.database.sqlite_schema import key_of, quote
from hffix.database.sqlite_values import alike, read_text
from hffix.errors.project import BadTestData
from hffix.model.value import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRows:
    """Rows for a table: the columns that they hold, and their values in that order."""

    columns: tuple[str, ...]
    rows: Sequence[Row]


def make_database(path: Path, *, schema: str, tables: Mapping[str, MadeRows]) -> None:
    """Make a file, or add to one; foreign keys are not enforced, so that orphans can stand in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA foreign_keys = OFF")
        try:
            connection.executescript(schema)
        except (sqlite3.Error, sqlite3.Warning) as fault:
            raise BadTestData(f"the schema: {fault}") from fault
        connection.execute("BEGIN")
        for name, made in tables.items():
            _insert(connection, name, made)
        connection.execute("COMMIT")


def read_database(path: Path, table: str) -> list[dict[str, Raw]]:
    """Read a table whole, by its key where it has one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.text_factory = read_text
        order = ", ".join(map(quote, key_of(connection, table))) or "rowid"
        try:
            found = connection.execute(f"SELECT * FROM main.{quote(table)} ORDER BY {order}")
        except sqlite3.Error as fault:
            raise BadTestData(f"table {table}: {fault}") from fault
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _insert(connection: sqlite3.Connection, name: str, made: MadeRows) -> None:
    if not made.columns:
        if not key_of(connection, name):
            raise BadTestData(f"table {name}: without a row its columns are unknown; make it in the schema")
        return
    columns = ", ".join(map(quote, made.columns))
    try:
        for bound, some in alike(made.rows):
            connection.executemany(f"INSERT INTO main.{quote(name)} ({columns}) VALUES ({', '.join(bound)})", some)
    except sqlite3.Error as fault:
        raise BadTestData(f"table {name}: {fault}") from fault


def change_database(path: Path, statement: str, *, values: Sequence[object] = ()) -> int:
    """Run one statement as somebody would who does not use hffix; give the number of rows that it changed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            return connection.execute(statement, values).rowcount
        except sqlite3.Error as fault:
            raise BadTestData(f"the statement: {fault}") from fault
