"""Tables of a test: the DDL that its rows ask for, and the SQLite file that holds them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hffix.database.sqlite_made import MadeRows, make_database
from hffix.database.sqlite_schema import quote
from hffix.errors.project import BadTestData
from hffix.testing.values import CheckedRows, Rows, as_stored, checked_rows, type_of


def make_tables(
    path: Path, tables: Mapping[str, Rows], *, keys: Mapping[str, str | Sequence[str]], schema: str
) -> None:
    """Make a SQLite file of a schema's text, of tables as the rows need them, and of the rows."""
    foreign = [name for name in keys if name not in tables]
    if foreign:
        raise BadTestData(f"keys names {foreign[0]}, of which no rows are given")
    texts = [schema + "\n;"]
    made: dict[str, MadeRows] = {}
    for name, given in tables.items():
        columns, rows = checked_rows(given, place=f"table {name}")
        if columns:
            texts.append(_create(name, columns, rows, key=keys.get(name)))
            stored = [tuple(as_stored(row[c], place=f"{name}.{c}") for c in columns) for row in rows]
            made[name] = MadeRows(columns=columns, rows=stored)
        else:
            made[name] = MadeRows(columns=(), rows=())
    make_database(path, schema="\n".join(texts), tables=made)


def _create(name: str, columns: Sequence[str], rows: CheckedRows, *, key: str | Sequence[str] | None) -> str:
    """Write the DDL for rows; a table that the schema made already stays as it is."""
    named = (key,) if isinstance(key, str) else tuple(key or columns[:1])
    unknown = [column for column in named if column not in columns]
    if unknown:
        raise BadTestData(f"keys: {unknown[0]} is no column of the rows of {name}")
    typed = [f"{quote(c)} {type_of([row[c] for row in rows])}{' NOT NULL' if c in named else ''}" for c in columns]
    return (
        f"CREATE TABLE IF NOT EXISTS {quote(name)} ({', '.join(typed)}, PRIMARY KEY ({', '.join(map(quote, named))}));"
    )
