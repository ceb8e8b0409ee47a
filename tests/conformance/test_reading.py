"""A snapshot: what it reads, in which order, and that nobody who writes meanwhile is seen or kept waiting."""

from pathlib import Path

import pytest

from hffix.database import open_for_reading
from hffix.errors.targets import CannotReach, QueryFailed
from hffix.model.moment import seconds_between
from tests.conformance.engine import Database
from tests.conformance.pets import LOANS, PERSONS, make_loans, make_persons


def test_pages_come_by_key_whatever_their_size(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    make_persons(database)
    make_loans(database)
    monkeypatch.setattr(database.engine.page_rows, 2)

    with database.reading() as snapshot:
        persons = list(snapshot.scan(snapshot.table("person"), columns=()))
        loans = list(snapshot.scan(snapshot.table("loan"), columns=["note"]))

    assert [key for page in persons for key in page] == [(n,) for n in range(1, PERSONS + 1)]
    assert [row for page in loans for row in page] == [(bank, n, "x") for bank in "AB" for n in range(1, LOANS + 1)]
    assert all(len(page) <= 2 for page in persons + loans)


def test_a_scan_reads_columns_and_expressions_of_the_rows_for_which_any_where_holds(database: Database) -> None:
    make_persons(database)

    with database.reading() as snapshot:
        pages = snapshot.scan(
            snapshot.table("person"),
            columns=["name"],
            expressions=["t.id + 1", "CASE WHEN t.id < 3 -- a comment\n THEN 1 ELSE 0 END"],
            where=["t.id = 2 -- two", "t.name IS NULL AND t.id < 5"],
        )
        found = [row for page in pages for row in page]

    assert found == [(2, "张0", 3, 1), (3, None, 4, 0)]


def test_params_are_bound_by_name_wherever_they_stand(database: Database) -> None:
    make_persons(database)

    with database.reading() as snapshot:
        pages = snapshot.scan(
            snapshot.table("person"), columns=(), where=["t.id < :most AND t.name <> ':most'"], params={"most": 3}
        )
        assert [row for page in pages for row in page] == [(1,), (2,)]
        query = "SELECT count(*) FROM person WHERE name = :name AND id <= :most AND id > :most - 6"
        assert snapshot.single(query, params={"name": "张0", "most": 6}) == 2
        assert snapshot.single("SELECT count(*) FROM person WHERE name LIKE '%0' AND name NOT LIKE '%s'") == 2


def test_a_query_gives_its_names_and_rows_while_other_queries_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_persons(database)
    monkeypatch.setattr(database.engine.page_rows.replace("PAGE_ROWS", "SELECTED_ROWS"), 2)

    with database.reading() as snapshot:
        selected = snapshot.select(
            "SELECT id, name AS called FROM person WHERE id > :least ORDER BY id", params={"least": 2}
        )
        found = []
        for page in selected.pages:
            found += page
            assert snapshot.single("SELECT count(*) FROM person") == PERSONS

    assert selected.names == ("id", "called")
    assert found == [(3, None), (4, "张0"), (5, "张1"), (6, None), (7, "张1")]


@pytest.mark.parametrize("query", ["SELECT id FROM person", "SELECT 1, 2", "SELECT id FROM person WHERE id < 0"])
def test_a_query_that_does_not_give_one_value_is_refused(database: Database, query: str) -> None:
    make_persons(database)
    with database.reading() as snapshot, pytest.raises(QueryFailed, match="exactly one value"):
        snapshot.single(query)


@pytest.mark.parametrize("query", ["SELECT nothing FROM person", "SELECT FROM WHERE", "SELECT 1 FROM nowhere"])
def test_a_query_that_the_database_refuses_ends_neither_the_snapshot_nor_what_it_sees(
    database: Database, query: str
) -> None:
    make_persons(database)
    with database.reading() as snapshot:
        assert snapshot.single("SELECT count(*) FROM person") == PERSONS
        with pytest.raises(QueryFailed):
            snapshot.single(query)
        with pytest.raises(QueryFailed):
            snapshot.select(query)
        with pytest.raises(QueryFailed):
            list(snapshot.scan(snapshot.table("person"), columns=(), where=["t.nothing = 1"]))
        database.run("DELETE FROM person WHERE id = 1")
        assert snapshot.single("SELECT count(*) FROM person") == PERSONS


def test_rows_are_read_whole_by_key_and_those_that_are_gone_are_left_out(database: Database) -> None:
    make_loans(database)
    with database.reading() as snapshot:
        table = snapshot.table("loan")
        found = snapshot.rows(table, keys=[("B", 2), ("A", 9), ("A", 1)])
        assert found == {("B", 2): ("B", 2, "x"), ("A", 1): ("A", 1, "x")}
        assert snapshot.rows(table, keys=[]) == {}


def test_only_some_columns_of_rows_are_read_by_key(database: Database) -> None:
    make_loans(database)
    with database.reading() as snapshot:
        table = snapshot.table("loan")
        first, second = table.key
        found = snapshot.rows(table, keys=[("B", 2), ("A", 9)], columns=[second, "note", first])
        assert found == {("B", 2): (2, "x", "B")}
        assert snapshot.rows(table, keys=[("A", 1)], columns=table.key) == {("A", 1): ("A", 1)}


def test_many_keys_are_read_in_one_go(database: Database) -> None:
    make_persons(database, rows=3000)
    with database.reading() as snapshot:
        keys = [(n,) for n in range(1, 3001)]
        found = snapshot.rows(snapshot.table("person"), keys=keys)
    assert sorted(found) == keys
    assert all(row[:1] == key for key, row in found.items())


def test_every_question_is_answered_by_key_and_null_is_asked_for_as_such(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot:
        table = snapshot.table("person")
        asked = [("张1",), ("nobody",), (None,), ("张0",), ("张1",)]
        answers = snapshot.answers(table, columns=["name"], asked=asked)
        both = snapshot.answers(table, columns=["id", "name"], asked=[(3, None), (3, "张1"), (1, "张1")])
        assert snapshot.answers(table, columns=["name"], asked=[]) == []

    assert [[row[0] for row in rows] for rows in answers] == [[1, 5, 7], [], [3, 6], [2, 4], [1, 5, 7]]
    assert [[row[0] for row in rows] for rows in both] == [[3], [], [1]]
    assert len(answers[0][0]) == len(table.names)


def test_many_questions_are_answered(database: Database) -> None:
    make_persons(database, rows=2500)
    with database.reading() as snapshot:
        asked = [(n,) for n in range(2500, 0, -1)]
        answers = snapshot.answers(snapshot.table("person"), columns=["id"], asked=asked)
    assert [[row[:1] for row in rows] for rows in answers] == [[one] for one in asked]


def test_holders_of_values_are_found_by_the_engines_own_equality(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot:
        table = snapshot.table("person")
        assert sorted(snapshot.holders(table, ["name"], values=["张0"])) == [(2,), (4,)]
        assert snapshot.holders(table, ["name", "id"], values=["张0", 4]) == [(4,)]
        assert snapshot.holders(table, ["name"], values=["nobody"]) == []


def test_a_snapshot_sees_one_state_and_keeps_nobody_waiting(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot:
        table = snapshot.table("person")
        before = list(snapshot.scan(table, columns=["name"]))
        database.run("UPDATE person SET name = 'later'", "INSERT INTO person VALUES (99, 'new', 1)")
        assert list(snapshot.scan(table, columns=["name"])) == before
        assert snapshot.single("SELECT count(*) FROM person") == PERSONS
    with database.reading() as snapshot:
        assert snapshot.single("SELECT count(*) FROM person WHERE name = 'later'") == PERSONS


def test_a_snapshot_cannot_write(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot, pytest.raises(QueryFailed):
        list(snapshot.select("DELETE FROM person RETURNING id").pages)
    assert database.ask("SELECT count(*) FROM person") == [(PERSONS,)]


def test_a_table_is_there_or_not(database: Database) -> None:
    make_persons(database)
    with database.reading() as snapshot:
        assert [snapshot.has_table(name) for name in ("person", "PERSON", "nowhere", "")] == [True, True, False, False]


def test_the_database_says_who_it_is_and_what_time_it_is(database: Database) -> None:
    with database.reading() as first, database.reading() as second:
        assert first.dialect in database.engine.dialects
        assert first.place() == second.place()
        assert set(first.versions()) == {first.dialect}
        assert 0 <= seconds_between(first.now(), second.now()) < 60


def test_another_database_stands_at_another_place(database: Database, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with database.engine.fresh(tmp_path / "other") as other, database.reading() as here, other.reading() as there:
        assert here.place() != there.place()


def test_a_database_that_is_not_there_cannot_be_reached(database: Database) -> None:
    nowhere = database.url.replace("fund.db", "none.db").replace("hffix_test_", "hffix_none_")
    with pytest.raises(CannotReach), open_for_reading(nowhere, folder=database.folder):
        pass
