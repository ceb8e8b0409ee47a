"""A session: rows are locked, written by key, read back, and all of it is there or nothing."""

import pytest

from hffix.database import Session
from hffix.database.session import Row
from hffix.errors.targets import Busy, Held, QueryFailed, WriteRefused
from hffix.model.schema import Table
from hffix.model.value import Raw
from tests.conformance.engine import Database
from tests.conformance.pets import PERSONS, make_loans, make_persons


def names_in(database: Database) -> dict[int, object]:
    return dict(database.ask("SELECT id, name FROM person ORDER BY id"))


def rename(session: Session, table: Table, *renamed: tuple[int, Raw]) -> int:
    return session.update(table, columns=["name"], rows=[((key,), (name,)) for key, name in renamed])


def begin_and_lock(session: Session, table: Table, key: int) -> None:
    """Take one row, as early or as late as the engine locks it."""
    session.begin()
    session.lock(table, keys=[(key,)])


def write_all(session: Session, table: Table, row: tuple[Row, Row]) -> None:
    """Write the second column of one row and commit, as early or as late as the engine checks it."""
    session.update(table, columns=table.names[1:2], rows=[row])
    session.settle_constraints()
    session.commit()


def test_rows_are_locked_written_and_read_back(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        before = session.lock(table, keys=[(1,), (2,), (99,)])
        assert rename(session, table, (1, "a'b\"\\"), (2, None)) == 2
        session.settle_constraints()
        after = session.rows(table, keys=list(before))
        session.commit()

    assert [row[1] for row in before.values()] == ["张1", "张0"]
    assert {key: row[1] for key, row in after.items()} == {(1,): "a'b\"\\", (2,): None}
    assert all(before[key][2] == row[2] for key, row in after.items())
    assert names_in(database)[1] == "a'b\"\\"


def test_the_database_says_how_many_rows_it_met_also_where_nothing_changes(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        assert rename(session, table, (1, "张1"), (99, "nobody"), (2, "x")) == 2
        assert session.delete(table, keys=[(1,), (99,)]) == 1
        assert session.update(table, columns=["name"], rows=[]) == 0
        session.rollback()


def test_rows_of_a_key_of_two_columns_are_written_where_both_are_the_same(database: Database) -> None:
    make_loans(database)
    with database.writing() as session:
        table = session.table("loan")
        session.begin()
        assert session.update(table, columns=["note"], rows=[(("A", 2), ("y",)), (("B", 3), ("z",))]) == 2
        assert session.delete(table, keys=[("A", 1), ("B", 9)]) == 1
        session.commit()
    found = database.ask("SELECT bank, no, note FROM loan ORDER BY bank, no")
    assert list(map(tuple, found)) == [("A", 2, "y"), ("A", 3, "x"), ("B", 1, "x"), ("B", 2, "x"), ("B", 3, "z")]


def test_a_deleted_row_can_be_put_back_as_it_was(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        (row,) = session.lock(table, keys=[(4,)]).values()
        session.delete(table, keys=[(4,)])
        assert session.rows(table, keys=[(4,)]) == {}
        assert session.insert(table, columns=table.names, rows=[row]) == 1
        assert session.rows(table, keys=[(4,)]) == {(4,): row}
        session.commit()
    assert len(names_in(database)) == PERSONS


def test_many_rows_are_written_at_once(database: Database) -> None:
    make_persons(database, rows=3000)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        keys = list(range(1, 3001))
        assert len(session.lock(table, keys=[(key,) for key in keys])) == 3000
        assert rename(session, table, *((key, f"n{key}") for key in keys)) == 3000
        session.commit()
    assert names_in(database) == {key: f"n{key}" for key in keys}


def test_what_is_not_committed_is_not_there(database: Database) -> None:
    make_persons(database)
    before = names_in(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        rename(session, table, (1, "x"))
        session.rollback()
        session.begin()
        rename(session, table, (2, "y"))
    assert names_in(database) == before


def test_a_session_goes_back_to_its_last_savepoint(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        rename(session, table, (1, "kept"))
        for name in ("a", "b"):
            session.savepoint()
            rename(session, table, (1, name), (2, name))
            session.undo()
        session.savepoint()
        rename(session, table, (4, "kept too"))
        session.commit()
    assert {key: names_in(database)[key] for key in (1, 2, 4)} == {1: "kept", 2: "张0", 4: "kept too"}


def test_a_row_that_breaks_a_constraint_is_refused_without_its_value(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        with pytest.raises(WriteRefused) as refused:
            session.insert(table, columns=table.names, rows=[(1, "secret", None)])
        session.rollback()
        session.begin()
        assert rename(session, table, (1, "x")) == 1
    assert "secret" not in refused.value.message


def test_a_session_takes_a_row_whole_from_what_others_hold_or_says_that_it_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_persons(database)
    database.engine.hurry(monkeypatch)
    with database.outsider() as outsider, database.writing() as session:
        table = session.table("person")
        outsider.run(*database.engine.holding)
        with pytest.raises(Busy):
            begin_and_lock(session, table, 1)
        session.rollback()
        outsider.run("ROLLBACK")
        session.begin()
        assert len(session.lock(table, keys=[(1,)])) == 1


def test_a_lock_gives_the_row_as_it_was_committed_last(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        database.run("UPDATE person SET name = 'newer' WHERE id = 1")
        session.begin()
        assert session.lock(table, keys=[(1,)])[1,][1] == "newer"


def test_questions_are_answered_under_lock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    make_persons(database)
    database.engine.hurry(monkeypatch)
    with database.writing() as session:
        table = session.table("person")
        session.begin()
        answers = session.lock_answers(table, columns=["name"], asked=[("张0",), (None,)])
        assert [[row[0] for row in rows] for rows in answers] == [[2, 4], [3, 6]]
        with database.writing() as other, pytest.raises(Busy):
            begin_and_lock(other, table, 6)


def test_a_query_of_a_fix_writes_nothing_in_a_session_either(database: Database) -> None:
    make_persons(database)
    with database.writing() as session:
        table = session.table("person")
        for within in (False, True):
            if within:
                session.begin()
                rename(session, table, (1, "x"))
            with pytest.raises(QueryFailed):
                session.single("DELETE FROM person WHERE id = 2 RETURNING id")
            with pytest.raises(QueryFailed):
                session.single("SELECT nothing FROM person")
            assert session.single("SELECT count(*) FROM person") == PERSONS
        session.commit()
    assert names_in(database)[1] == "x"


def test_a_session_says_how_its_commits_are_safe(database: Database) -> None:
    with database.writing() as session:
        told = session.durability()
    assert told
    assert all(isinstance(value, str) for value in told.values())


def test_one_session_holds_a_lineage_and_another_is_told_who(database: Database) -> None:
    with database.locked(), pytest.raises(Held, match=r"held by wang\.qiang"), database.locked(holder="wang.qiang"):
        pass
    with database.locked():
        pass


def test_a_trial_writes_row_after_row_and_leaves_nothing(database: Database) -> None:
    make_persons(database)
    before = names_in(database)
    with database.trying() as session:
        table = session.table("person")
        session.begin()
        rename(session, table, (1, "tried"))
        session.settle_constraints()
        with pytest.raises(WriteRefused):
            session.insert(table, columns=table.names, rows=[(2, "there already", None)])
        session.rollback()
        session.begin()
        assert session.rows(table, keys=[(1,)])[1,][1] == "tried"
        session.savepoint()
        rename(session, table, (2, "taken back"))
        session.undo()
        assert session.rows(table, keys=[(2,)])[2,][1] == "张0"
        session.commit()
        session.rollback()
    assert names_in(database) == before


def test_a_reference_that_is_checked_late_is_checked_before_it_is_too_late(database: Database) -> None:
    words = database.words
    database.run(
        f"CREATE TABLE parent (id {words.integer} PRIMARY KEY)",
        f"CREATE TABLE child (id {words.integer} PRIMARY KEY, parent {words.integer},"
        " FOREIGN KEY (parent) REFERENCES parent (id))",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (1, 1)",
    )
    with database.writing() as session:
        session.begin()
        with pytest.raises(WriteRefused):
            write_all(session, session.table("child"), ((1,), (9,)))
        session.rollback()
    assert database.ask("SELECT parent FROM child") == [(1,)]
