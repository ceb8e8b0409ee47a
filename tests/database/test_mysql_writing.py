from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from hffix.database import Session
from hffix.database.mysql_session import MySQLSession
from hffix.errors.targets import Busy, CommitUnknown, ConnectionLost, NotPinned, WriteRefused
from hffix.model.schema import Table
from hffix.model.value import Raw, Typed
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database, Outsider

TABLE = "CREATE TABLE t (id int PRIMARY KEY, v varchar(9), n int NOT NULL DEFAULT 0)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        made.run(TABLE, "INSERT INTO t (id, v) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        yield made


@pytest.fixture
def session(database: Database) -> Iterator[MySQLSession]:
    with database.writing() as opened:
        assert isinstance(opened, MySQLSession)
        yield opened


def write(session: Session, table: Table, *rows: tuple[int, Raw], column: str = "v") -> int:
    return session.update(table, columns=(column,), rows=[((key,), (value,)) for key, value in rows])


def values(database: Database) -> list[object]:
    return [value for (value,) in database.ask("SELECT v FROM t ORDER BY id")]


def thread_of(session: MySQLSession) -> int:
    return int(str(session.single("SELECT CONNECTION_ID()")))


@pytest.mark.parametrize("few", [0, 9])
def test_a_lock_that_is_not_given_in_time_takes_back_the_whole_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("hffix.database.mysql_bulk.FEW", few)
    database.engine.hurry(monkeypatch)
    with database.outsider() as outsider, database.writing() as session:
        outsider.run("START TRANSACTION", "SELECT * FROM t WHERE id = 3 FOR UPDATE")
        table = session.table("t")
        session.begin()
        write(session, table, (1, "half"))
        with pytest.raises(Busy):
            write(session, table, (3, "x"))
        with pytest.raises(WriteRefused, match="outside"):
            write(session, table, (2, "other half"))
        with pytest.raises(WriteRefused, match="outside"):
            session.commit()
        outsider.run("ROLLBACK")
    assert values(database) == ["a", "b", "c"]


def test_after_a_deadlock_nothing_is_written_before_a_new_transaction(
    database: Database, session: MySQLSession
) -> None:
    table = session.table("t")
    with database.outsider() as outsider:
        # Whoever changed more rows is spared.
        outsider.run("START TRANSACTION", "UPDATE t SET n = n + 1 WHERE id IN (2, 3)")
        session.begin()
        write(session, table, (1, "half"))
        waiting = Thread(target=_run, args=(outsider, "UPDATE t SET n = 5 WHERE id = 1"))
        waiting.start()
        wait_for(database, "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")
        with pytest.raises(Busy, match="DEADLOCK"):
            write(session, table, (2, "x"))
        with pytest.raises(WriteRefused, match="outside"):
            session.insert(table, columns=("id", "v", "n"), rows=[(9, "left over", 0)])
        waiting.join()
        outsider.run("COMMIT")
    session.begin()
    assert write(session, table, (1, "again")) == 1
    session.commit()
    assert values(database) == ["again", "b", "c"]


def _run(outsider: Outsider, statement: str) -> None:
    outsider.run(statement)


def wait_for(database: Database, query: str) -> None:
    with database.outsider() as outsider:
        while not outsider.ask(query):
            pass


@pytest.mark.parametrize("few", [0, 9])
def test_a_blank_that_the_server_cuts_with_no_more_than_a_note_refuses_the_row(
    session: MySQLSession, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("hffix.database.mysql_bulk.FEW", few)
    table = session.table("t")
    session.begin()
    with pytest.raises(WriteRefused, match="warned about a row"):
        write(session, table, (1, "012345678 "))
    with pytest.raises(WriteRefused, match="warned about a row"):
        session.insert(table, columns=table.names, rows=[(9, "012345678  ", 0)])


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("v", "0123456789 secret", "1406 DATA_TOO_LONG, column v"), ("n", None, "1048 BAD_NULL_ERROR, column n"),
        ("n", 2**31, "1264 WARN_DATA_OUT_OF_RANGE, column n"), ("n", "secret", "1366 TRUNCATED_WRONG_VALUE_FOR_FIELD"),
        ("u", "b", "1062 DUP_ENTRY, key u"), ("r", 9, "1452 NO_REFERENCED_ROW_2, constraint to_t"),
        ("c", -1, "4025 CONSTRAINT_FAILED, constraint positive"), ("e", Typed("enum", ""), "1265 WARN_DATA_TRUNCATED"),
        ("d", "2024-13-05", "1292 TRUNCATED_WRONG_VALUE, column d"), ("s", 1, "1644 SIGNAL_EXCEPTION"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("few", [0, 9])
def test_what_refuses_a_row_is_named_without_its_value(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int, column: str, value: Raw, told: str
) -> None:
    monkeypatch.setattr("hffix.database.mysql_bulk.FEW", few)
    database.run(
        "CREATE TABLE w (id int PRIMARY KEY, v varchar(9), n int NOT NULL DEFAULT 0, u varchar(9) UNIQUE, r int,"
        " c int, e enum('a'), d date, s int, CONSTRAINT to_t FOREIGN KEY (r) REFERENCES t (id),"
        " CONSTRAINT positive CHECK (c >= 0))",
        "INSERT INTO w (id, u) VALUES (1, 'a'), (2, 'b')",
        "CREATE TRIGGER no BEFORE UPDATE ON w FOR EACH ROW IF NEW.s IS NOT NULL THEN"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'; END IF",
    )
    with database.writing() as session:
        session.begin()
        with pytest.raises(WriteRefused) as refused:
            write(session, session.table("w"), (1, value), column=column)

    assert told in refused.value.message
    assert "secret" not in str(refused.value)


def test_a_statement_that_commits_by_itself_is_noticed_before_the_next_one(
    database: Database, session: MySQLSession
) -> None:
    table = session.table("t")
    session.begin()
    session._driver.tell("CREATE TABLE x (id int)")
    with pytest.raises(WriteRefused, match="outside"):
        write(session, table, (1, "x"))
    with pytest.raises(WriteRefused, match="outside"):
        session.commit()
    assert values(database) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "setting",
    [
        "sql_mode = ''",
        "time_zone = '+08:00'",
        "foreign_key_checks = 0",
        "NAMES gbk",
        "tx_isolation = 'REPEATABLE-READ'",
    ],
)
def test_a_session_whose_settings_were_changed_begins_nothing(session: MySQLSession, setting: str) -> None:
    session._driver.tell(f"SET {setting}")
    with pytest.raises(NotPinned):
        session.begin()
    with pytest.raises(WriteRefused):
        session.savepoint()


def test_a_connection_that_is_gone_is_told_as_such(database: Database, session: MySQLSession) -> None:
    table = session.table("t")
    session.begin()
    write(session, table, (1, "x"))
    database.run(f"KILL {thread_of(session)}")
    with pytest.raises(ConnectionLost):
        write(session, table, (2, "y"))
    session.rollback()
    assert values(database) == ["a", "b", "c"]
    session.renew()
    session.begin()
    assert write(session, session.table("t"), (1, "x"), (2, "y")) == 2
    session.commit()
    assert values(database) == ["x", "y", "c"]


def test_whether_a_commit_without_an_answer_was_done_is_not_guessed(database: Database, session: MySQLSession) -> None:
    session.begin()
    write(session, session.table("t"), (1, "x"))
    database.run(f"KILL {thread_of(session)}")
    with pytest.raises(CommitUnknown):
        session.commit()
    session.rollback()


def test_rows_that_refer_to_rows_of_their_own_table_are_deleted_in_the_order_given(database: Database) -> None:
    database.run(
        "CREATE TABLE unit (id int PRIMARY KEY, above int REFERENCES unit (id))",
        "INSERT INTO unit VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)",
    )
    with database.writing() as session:
        session.begin()
        assert session.delete(session.table("unit"), keys=[(n,) for n in (6, 5, 4, 3, 2, 1)]) == 6
        session.commit()
    assert database.ask("SELECT count(*) FROM unit") == [(0,)]


def test_a_row_of_the_key_zero_is_put_back_under_it(database: Database, session: MySQLSession) -> None:
    database.run("CREATE TABLE z (id int AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO z VALUES (0)")
    table = session.table("z")
    session.begin()
    session.delete(table, keys=[(0,)])
    assert session.insert(table, columns=("id",), rows=[(0,)]) == 1
    session.commit()
    assert database.ask("SELECT id FROM z") == [(0,)]


def test_values_are_literal_so_that_none_sees_what_another_became(database: Database, session: MySQLSession) -> None:
    database.run("CREATE TABLE p (id int PRIMARY KEY, a int, b int)", "INSERT INTO p VALUES (1, 1, 2)")
    session.begin()
    session.update(session.table("p"), columns=("a", "b"), rows=[((1,), (2, 1))])
    session.commit()
    assert database.ask("SELECT a, b FROM p") == [(2, 1)]


def test_statements_are_cut_where_they_would_be_too_long(
    database: Database, session: MySQLSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hffix.database.mysql_keys.MOST_SQL", 200)
    monkeypatch.setattr("hffix.database.mysql_bulk.MOST_SQL", 200)
    table = session.table("t")
    keys = range(10, 310)
    session.begin()
    assert session.insert(table, columns=("id", "v", "n"), rows=[(key, "x" * 9, 0) for key in keys]) == 300
    assert len(session.lock(table, keys=[(key,) for key in keys])) == 300
    assert write(session, table, *((key, f"v{key}") for key in keys)) == 300
    assert session.delete(table, keys=[(key,) for key in keys]) == 300


def test_generated_and_invisible_columns_are_read_and_only_the_stored_ones_put_back(database: Database) -> None:
    database.run(
        "CREATE TABLE g (id int PRIMARY KEY, a varchar(9) INVISIBLE, up varchar(9) AS (upper(a)) VIRTUAL,"
        " low varchar(9) AS (lower(a)) STORED)",
        "INSERT INTO g (id, a) VALUES (1, 'Ab')",
    )
    with database.writing() as session:
        table = session.table("g")
        session.begin()
        (row,) = session.lock(table, keys=[(1,)]).values()
        session.delete(table, keys=[(1,)])
        session.insert(table, columns=table.stored, rows=[row[:2]])
        assert session.rows(table, keys=[(1,)]) == {(1,): row}
    assert (row, table.stored) == ((1, "Ab", "AB", "ab"), ("id", "a"))


def test_a_column_that_the_database_changes_itself_is_seen_when_rows_are_read_back(database: Database) -> None:
    database.run(
        "CREATE TABLE c (id int PRIMARY KEY, v int,"
        " at timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp())",
        "INSERT INTO c VALUES (1, 1, '2001-01-01 00:00:00')",
    )
    with database.writing() as session:
        table = session.table("c")
        session.begin()
        before = session.lock(table, keys=[(1,)])[1,]
        session.update(table, columns=("v",), rows=[((1,), (2,))])
        after = session.rows(table, keys=[(1,)])[1,]
    assert before[2] == Typed("timestamp", "2001-01-01 00:00:00")
    assert after[2] != before[2]


def test_a_function_called_by_a_query_of_a_fix_writes_nothing(database: Database, session: MySQLSession) -> None:
    database.run("CREATE FUNCTION sly() RETURNS int BEGIN UPDATE t SET v = 'sly'; RETURN 1; END")
    session.begin()
    write(session, session.table("t"), (1, "x"))
    assert session.single("SELECT sly()") == 1
    assert [row for page in session.select("SELECT sly()").pages for row in page] == [(1,)]
    session.commit()
    assert values(database) == ["x", "b", "c"]


def test_locks_are_taken_in_the_order_of_the_keys(
    database: Database, session: MySQLSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.engine.hurry(monkeypatch)
    with database.outsider() as outsider, database.writing() as other:
        outsider.run("START TRANSACTION", "SELECT * FROM t WHERE id = 2 FOR UPDATE")
        other.begin()
        with pytest.raises(Busy):
            other.lock(other.table("t"), keys=[(3,), (2,), (1,)])
        outsider.run("ROLLBACK")
        session.begin()
        assert len(session.lock(session.table("t"), keys=[(3,), (1,)])) == 2
