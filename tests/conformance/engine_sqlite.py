"""SQLite under the conformance suite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import strategies as some

from hffix.model.value import UnreadableText
from tests.conformance.engine import (
    Answer,
    Database,
    Engine,
    Generated,
    Guard,
    Held,
    Refused,
    Settled,
    Unsettled,
    Words,
)

# GBK bytes of 啊, which are no UTF-8.
GBK = b"\xb0\xa1"

anything = (
    some.none()
    | some.text(some.characters(exclude_categories=["Cs"]), max_size=6)
    | some.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,3})?", fullmatch=True)
    | some.integers(-(2**64), 2**64)
    | some.floats(allow_nan=False)
    | some.binary(max_size=4)
    | some.decimals(allow_nan=False, allow_infinity=False, places=2)
)


class _Outsider:
    def __init__(self, path: Path) -> None:
        self._driver = sqlite3.connect(path, isolation_level=None, timeout=0.2)

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._driver.execute(statement)

    def ask(self, query: str) -> Answer:
        return self._driver.execute(query).fetchall()

    def close(self) -> None:
        self._driver.close()


class SQLiteEngine(Engine):
    """A file in the test's own folder."""

    name = "sqlite"
    words = Words(integer="INTEGER", text="TEXT", key_text="TEXT", decimal="NUMERIC", blob="BLOB")
    held = (
        Held(type="TEXT", sql="'张'", raw="张"),
        Held(type="TEXT", sql="''", raw=""),
        Held(type="TEXT", sql="'a  '", raw="a  "),
        Held(type="TEXT", sql="'a' || char(0) || 'b'", raw="a\x00b"),
        Held(type="TEXT", sql="CAST(x'B0A1' AS TEXT)", raw=UnreadableText(GBK)),
        Held(type="BLOB", sql="x'B0A1'", raw=GBK),
        Held(type="INTEGER", sql="9223372036854775807", raw=2**63 - 1),
        Held(type="INTEGER", sql="'abc'", raw="abc"),
        Held(type="NUMERIC", sql="'1,200.00'", raw="1,200.00"),
        Held(type="NUMERIC", sql="1200.5", raw=1200.5),
        Held(type="REAL", sql="1", raw=1.0),
        Held(type="BLOB", sql="-0.0", raw=-0.0),
        Held(type="REAL", sql="9e999", raw=float("inf")),
        Held(type="DATE", sql="'2024-02-30'", raw="2024-02-30"),
    )
    settled = (
        Settled(type="TEXT", given="0012", held="0012"),
        Settled(type="TEXT", given=12, held="12"),
        Settled(type="NUMERIC", given=Decimal("1200.00"), held=1200),
        Settled(type="NUMERIC", given="1200.50", held=1200.5),
        Settled(type="REAL", given=1, held=1.0),
        Settled(type="INTEGER", given=None, held=None),
    )
    unsettled = (
        Unsettled(type="NUMERIC", given="0012"),
        Unsettled(type="INTEGER", given=2**63),
        Unsettled(type="REAL", given=-0.0),
    )
    generated = tuple(Generated(type=kind, values=anything) for kind in ("TEXT", "INTEGER", "NUMERIC", "REAL", "BLOB"))
    refused = (
        Refused(made=("CREATE VIEW v AS SELECT 1 AS id",), table="v", told="v is a view, not a table"),
        Refused(made=("CREATE TABLE bare (a TEXT)",), table="bare", told="no declared key"),
        Refused(made=("CREATE VIRTUAL TABLE words USING fts5(a)",), table="words", told="is a virtual, not a table"),
    )
    schema_changes = (
        "ALTER TABLE pet ADD COLUMN age INTEGER",
        "ALTER TABLE pet RENAME COLUMN name TO called",
        "CREATE UNIQUE INDEX pet_name ON pet (name)",
        "CREATE TABLE collar (id INTEGER PRIMARY KEY, pet INTEGER REFERENCES pet (id) ON DELETE CASCADE)",
        "CREATE TRIGGER pet_told AFTER UPDATE ON pet BEGIN SELECT 1; END",
    )
    schema_notes = ("CREATE INDEX pet_by_name ON pet (name)", "INSERT INTO pet (id, name) VALUES (1, 'a')", "ANALYZE")
    forbidden = (
        "UPDATE hffix_change SET leaf = 'x'",
        "UPDATE hffix_change SET before = NULL",
        "DELETE FROM hffix_change",
        "INSERT OR REPLACE INTO hffix_change SELECT * FROM hffix_change",
        "UPDATE hffix_record SET body = 'x'",
        "DELETE FROM hffix_record WHERE number = 1",
        "REPLACE INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
    )
    guards = (
        Guard(taken=("DROP TRIGGER hffix_change_update",), missed=("hffix_change_update",)),
        Guard(
            taken=(
                "DROP TRIGGER hffix_record_delete",
                "CREATE TRIGGER hffix_record_delete BEFORE DELETE ON hffix_record WHEN 0 BEGIN SELECT 1; END",
            ),
            missed=("hffix_record_delete",),
        ),
    )
    holding = ("BEGIN IMMEDIATE", "UPDATE person SET name = 'held' WHERE id = 1")
    faults = (sqlite3.IntegrityError,)
    page_rows = "hffix.database.sqlite.PAGE_ROWS"
    dialects = frozenset({"sqlite"})

    def missing(self) -> str | None:
        return None

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("hffix.database.sqlite_files.BUSY_SECONDS", 0.05)

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Database]:
        path = folder / "fund.db"
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA journal_mode = wal")
        yield Database(engine=self, url="sqlite:///fund.db", folder=folder, connect=partial(_Outsider, path))
