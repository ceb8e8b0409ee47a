import sqlite3

import pytest

from hffix.changelog import chain, install, reader, writer
from hffix.changelog.rows import LogColumns
from hffix.changelog.tables import CHANGE, ERASABLE, RECORD
from hffix.database.guards import Guarded, append_only, enforced, left_behind
from tests.changelog.conftest import Target, founding, logged

ERASED = ", ".join(f"{column} = NULL" for column in ERASABLE)
KEPT = [column.name for column in CHANGE.columns if column.name not in ERASABLE]
CHANGED_ROW = "VALUES (7, 1, 's', 't', 'k', 'r', 'b', 'a', 'o', 'c', 'l', 'u', 'v', 'w')"
FORBIDDEN = [
    *[f"UPDATE hffix_change SET {column.name} = 9" for column in CHANGE.columns],
    *[f"UPDATE OR REPLACE hffix_change SET {column.name} = 9" for column in CHANGE.columns],
    *[f"UPDATE hffix_change SET {column} = NULL" for column in ERASABLE],
    *[f"UPDATE hffix_change SET {ERASED}, {column} = 9" for column in KEPT],
    *[f"UPDATE hffix_change SET {ERASED}, {column} = 'x'" for column in ERASABLE],
    f"UPDATE hffix_change SET {ERASED}, case_id = NULL",
    "DELETE FROM hffix_change",
    "DELETE FROM hffix_change WHERE seq = 1",
    f"INSERT INTO hffix_change {CHANGED_ROW}",
    f"INSERT OR REPLACE INTO hffix_change {CHANGED_ROW}",
    "REPLACE INTO hffix_change VALUES ('7', 1.0, 's', 't', 'k', 'r', 'b', 'a', 'o', 'c', 'l', 'u', 'v', 'w')",
    f"INSERT INTO hffix_change {CHANGED_ROW} ON CONFLICT DO UPDATE SET leaf = 'x'",
    *[f"UPDATE hffix_record SET {column.name} = 9" for column in RECORD.columns],
    "UPDATE hffix_record SET rowid = 9",
    "DELETE FROM hffix_record",
    "DELETE FROM hffix_record WHERE number = 1",
    "INSERT INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
    "INSERT OR REPLACE INTO hffix_record VALUES (1, NULL, 'k', 'b', 'h')",
    "REPLACE INTO hffix_record VALUES ('1', NULL, 'k', 'b', 'h')",
    "REPLACE INTO hffix_record (rowid, kind, body, head) VALUES (1.0, 'k', 'b', 'h')",
]


@pytest.fixture
def written(installed: Target) -> Target:
    """A change log with one record and one change."""
    with installed.writing() as session:
        session.begin()
        chain.found(session, founding())
        writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
        session.commit()
    return installed


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_what_was_logged(written: Target, statement: str) -> None:
    before = written.ask("SELECT * FROM hffix_change"), written.ask("SELECT * FROM hffix_record")
    with pytest.raises(sqlite3.IntegrityError, match="is append-only"):
        written.ask(statement)
    assert (written.ask("SELECT * FROM hffix_change"), written.ask("SELECT * FROM hffix_record")) == before


@pytest.mark.parametrize("table", ["hffix_change", "hffix_record"])
def test_a_row_of_a_new_key_goes_in(written: Target, table: str) -> None:
    row = CHANGED_ROW.replace("7, 1", "7, 2") if table == "hffix_change" else "VALUES (2, NULL, 'k', 'b', 'h')"
    written.ask(f"INSERT INTO {table} {row}")
    assert written.ask(f"SELECT count(*) FROM {table}") == [(2,)]


def test_an_erasure_empties_the_texts_and_keeps_the_leaf(written: Target) -> None:
    written.ask(f"UPDATE hffix_change SET {ERASED} WHERE run_id = 7 AND seq = 1")
    with written.reading() as snapshot:
        ((row,),) = reader.changes(snapshot, 7)
    assert row.erased
    assert row == logged(1)._replace(salt=None, row_key=None, before=None, after=None, origin=None, observed=None)


def test_no_guard_is_missing_after_an_upgrade(installed: Target) -> None:
    with installed.reading() as snapshot:
        assert install.missing_guards(snapshot) == ()


def test_guards_that_were_dropped_or_altered_are_named(installed: Target) -> None:
    installed.ask("DROP TRIGGER hffix_record_delete")
    installed.ask("DROP TRIGGER hffix_change_update")
    installed.ask("CREATE TRIGGER hffix_change_update BEFORE UPDATE ON hffix_change WHEN 0 BEGIN SELECT 1; END")
    with installed.reading() as snapshot:
        assert install.missing_guards(snapshot) == ("hffix_change_update", "hffix_record_delete")


def test_every_guard_of_a_table_that_was_made_anew_is_named(installed: Target) -> None:
    installed.ask("DROP TABLE hffix_record")
    installed.ask("CREATE TABLE hffix_record (number INTEGER PRIMARY KEY, run_id, kind, body, head)")
    with installed.reading() as snapshot:
        assert install.missing_guards(snapshot) == (
            "hffix_record_delete",
            "hffix_record_insert",
            "hffix_record_update",
        )


def test_an_engine_without_known_guards_gets_none_and_says_so() -> None:
    guarded = Guarded(table="hffix_record", key=("number",), columns=("number",))
    assert (append_only(guarded, dialect="oracle"), left_behind(guarded, dialect="oracle")) == ((), ())
    assert (enforced("oracle"), enforced("sqlite"), enforced("mariadb")) == (False, True, True)
