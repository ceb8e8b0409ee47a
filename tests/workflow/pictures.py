"""Pictures of a database: every cell with its storage class, exact to the byte, read without hffix."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hffix.model.change import Cells, Line, read_lines
from hffix.model.value import Raw, UnreadableText, decode_value
from hffix.store.changesets import ChangeSet

Cell = tuple[str, object]
Row = dict[str, Cell]
Picture = dict[str, list[Row]]

CLASSES = {type(None): "null", int: "integer", float: "real", str: "text", bytes: "blob"}


def picture(database: Path) -> Picture:
    """Read every table but those of the change log, each in the order of its key."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        tables = [name for (name,) in found if not name.startswith(("hffix_", "sqlite_"))]
        connection.text_factory = bytes
        return {table: _rows(connection, table) for table in tables}


def cell(raw: Raw) -> Cell:
    """Give a value as a picture holds it."""
    if isinstance(raw, UnreadableText):
        return "text", raw.stored
    if isinstance(raw, str):
        return "text", raw.encode()
    return CLASSES[type(raw)], repr(raw) if isinstance(raw, float) else raw


def lines_of(change_set: ChangeSet) -> list[Line]:
    """Read every line of a change set."""
    return [line for block in change_set.blocks() for line in read_lines(block) if isinstance(line, Line)]


def after(before: Picture, change_set: ChangeSet) -> Picture:
    """Give the picture that the approved updates make out of another; every other cell is as it was."""
    told = {(line.table, _key(line.key)): line for line in lines_of(change_set)}
    keys = {line.table: tuple(line.key) for line in told.values()}
    return {
        table: [
            row | _after(told.get((table, tuple((name, row[name]) for name in keys.get(table, ()))))) for row in rows
        ]
        for table, rows in before.items()
    }


def _key(key: Cells) -> tuple[tuple[str, Cell], ...]:
    return tuple((name, cell(decode_value(value))) for name, value in key.items())


def _after(line: Line | None) -> Row:
    return {name: cell(decode_value(value)) for name, value in ((line.after if line else None) or {}).items()}


def _rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    info = connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    names = [name.decode() for _, name, *_ in info]
    keyed = [(part, name.decode()) for _, name, _, _, _, part in info if part]
    order = ", ".join(_quoted(name) for _, name in sorted(keyed)) or "rowid"
    read = ", ".join(f"typeof({_quoted(name)}), {_quoted(name)}" for name in names)
    rows = connection.execute(f"SELECT {read} FROM {_quoted(table)} ORDER BY {order}").fetchall()
    return [
        {
            name: (kind.decode(), repr(value) if kind == b"real" else value)
            for name, kind, value in zip(names, row[::2], row[1::2], strict=True)
        }
        for row in rows
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
