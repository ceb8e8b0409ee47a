"""What a SQLite table is: its declared key, columns, constraints, triggers, and everything that refers to it."""

import re
import sqlite3
from collections.abc import Iterator

from hffix.authoring.words import words_of
from hffix.errors.targets import TableRefused
from hffix.model.schema import Column, ForeignKey, Table

_WORDS = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\] | --[^\n]* | /\*.*?\*/ | \w+ | \s+ | .""",
    re.VERBOSE | re.DOTALL,
)
_GENERATED = {2, 3}


def quote(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def read_table(connection: sqlite3.Connection, name: str) -> Table:
    """Describe a table of the main database; refuse views, virtual tables and tables without a declared key."""
    sql = _definition(connection, name)
    info = connection.execute(f"PRAGMA main.table_xinfo({quote(name)})").fetchall()
    keyed = sorted((row[5], row[1]) for row in info if row[5])
    if not keyed:
        raise TableRefused(f"table {name} has no declared key")
    collations = _collations(sql, [row[1] for row in info], name)
    generations = _clauses(sql, "AS")
    columns = tuple(
        Column(
            name=row[1],
            type=row[2],
            # SQLite lets NULL into a key that does not say NOT NULL, but for INTEGER PRIMARY KEY.
            nullable=not row[3],
            # PRAGMA keeps a generated column's expression to itself.
            default=next(generations, None) if row[6] in _GENERATED else row[4],
            generated=row[6] in _GENERATED,
            collation=collations[row[1]],
        )
        for row in info
        if row[6] != 1
    )
    return Table(
        name=name,
        key=tuple(column for _, column in keyed),
        columns=columns,
        unique=tuple(_unique(connection, name, collations)),
        checks=tuple(_clauses(sql, "CHECK")),
        references=tuple(_links(connection, name)),
        referred=tuple(_referred(connection, name)),
        triggers=tuple(_triggers(connection, name)),
        options=tuple(_options(connection, name)),
    )


def _definition(connection: sqlite3.Connection, name: str) -> str:
    found = connection.execute("SELECT type, sql FROM main.sqlite_schema WHERE name = ?", (name,)).fetchone()
    if found is None:
        raise TableRefused(f"table {name} does not exist", hint="Correct the name; names are compared exactly.")
    kind, sql = found
    listed = connection.execute("SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ?", (name,))
    actual = (listed.fetchone() or (kind,))[0]
    if kind != "table" or actual != "table":
        hint = TableRefused.of_view if actual == "view" else None
        raise TableRefused(f"{name} is a {actual}, not a table", hint=hint)
    return str(sql)


def _collations(sql: str, columns: list[str], name: str) -> dict[str, str]:
    """Ask SQLite itself: an index made on an empty twin of the table takes each column's own collation."""
    twin = sqlite3.connect(":memory:", isolation_level=None)
    try:
        twin.execute(sql)
        found = {}
        for number, column in enumerate(columns):
            twin.execute(f"CREATE INDEX hffix_{number} ON {quote(name)} ({quote(column)})")
            found[column] = twin.execute(f"PRAGMA index_xinfo(hffix_{number})").fetchone()[4]
    except sqlite3.Error as fault:
        raise TableRefused(f"table {name} uses a function or collation that is not SQLite's own") from fault
    finally:
        twin.close()
    return found


def _unique(connection: sqlite3.Connection, name: str, collations: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for _, index, unique, origin, partial in connection.execute(f"PRAGMA main.index_list({quote(name)})").fetchall():
        if not unique or origin == "pk":
            continue
        parts = connection.execute(f"PRAGMA main.index_xinfo({quote(index)})").fetchall()
        named = [(part[2], part[4]) for part in parts if part[5]]
        if partial or any(column is None for column, _ in named):
            text = connection.execute("SELECT sql FROM main.sqlite_schema WHERE name = ?", (index,)).fetchone()[0]
            yield ("(index)", str(text))
        else:
            yield tuple(c if collation == collations[c] else f"{c} COLLATE {collation}" for c, collation in named)


def _clauses(sql: str, keyword: str) -> Iterator[str]:
    """Cut what stands in brackets after CHECK or AS out of a CREATE TABLE, blanks folded, comments left out."""
    depth, start, kept = 0, None, ""
    waiting = False
    for match in _WORDS.finditer(sql):
        word = match.group()
        if word.startswith(("--", "/*")) or word.isspace():
            kept += " " if start is not None and not kept.endswith(" ") else ""
            continue
        if start is None and word.upper() == keyword:
            waiting = True
        elif word == "(":
            depth += 1
            if waiting:
                start, kept, waiting = depth, "", False
                continue
        elif word == ")":
            if start == depth:
                yield kept.strip()
                start = None
            depth -= 1
        else:
            waiting = False
        if start is not None:
            kept += word


def _links(connection: sqlite3.Connection, name: str) -> Iterator[ForeignKey]:
    links: dict[int, list[tuple[str, str | None, str, str, str]]] = {}
    for row in connection.execute(f"PRAGMA main.foreign_key_list({quote(name)})").fetchall():
        links.setdefault(row[0], []).append((row[3], row[4], row[2], row[5], row[6]))
    for parts in links.values():
        to_table = parts[0][2]
        to_columns = tuple(part[1] for part in parts if part[1] is not None)
        yield ForeignKey(
            table=name,
            columns=tuple(part[0] for part in parts),
            to_table=_spelled(connection, to_table),
            to_columns=_as_named(connection, to_table, to_columns) or key_of(connection, to_table),
            on_update=parts[0][3],
            on_delete=parts[0][4],
        )


def _spelled(connection: sqlite3.Connection, name: str) -> str:
    """Give a table's name as its own definition spells it; a reference may spell it with other capitals."""
    found = connection.execute(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE", (name,)
    ).fetchone()
    return str(found[0]) if found else name


def _as_named(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    info = connection.execute(f"PRAGMA main.table_xinfo({quote(table)})").fetchall()
    spelled = {row[1].casefold(): row[1] for row in info}
    return tuple(spelled.get(column.casefold(), column) for column in columns)


def key_of(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """List a table's declared key columns in the key's order."""
    info = connection.execute(f"PRAGMA main.table_xinfo({quote(name)})").fetchall()
    return tuple(column for _, column in sorted((row[5], row[1]) for row in info if row[5]))


def _referred(connection: sqlite3.Connection, name: str) -> Iterator[ForeignKey]:
    tables = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    for (other,) in tables:
        for link in _links(connection, other):
            if link.to_table == name:
                yield link


def _triggers(connection: sqlite3.Connection, name: str) -> Iterator[tuple[str, str]]:
    found = connection.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY name",
        (name,),
    )
    yield from ((trigger, str(sql)) for trigger, sql in found.fetchall())


def _options(connection: sqlite3.Connection, name: str) -> Iterator[str]:
    listed = connection.execute(
        "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?", (name,)
    ).fetchone()
    if listed and listed[0]:
        yield "WITHOUT ROWID"
    if listed and listed[1]:
        yield "STRICT"
    # Only a table that was declared so has its last key kept there.
    declared = connection.execute(
        "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?", (name,)
    ).fetchone()
    if declared and "autoincrement" in words_of(str(declared[0])):
        yield "AUTOINCREMENT"
