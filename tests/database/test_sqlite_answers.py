"""Questions: the rows that hold given values, many questions of one form in one statement."""

import pytest

from hffix.database import Snapshot
from hffix.database.session import Row
from hffix.model.value import Raw
from tests.database.conftest import UNREADABLE, File

TABLE = "CREATE TABLE t (no INTEGER PRIMARY KEY, a, b TEXT, c TEXT COLLATE NOCASE, g TEXT AS (b || '!'));"


def asked(snapshot: Snapshot, *questions: Row, columns: tuple[str, ...]) -> list[list[Raw]]:
    """Ask, and give the keys of each question's rows."""
    found = snapshot.answers(snapshot.table("t"), columns=columns, asked=questions)
    return [[row[0] for row in rows] for rows in found]


@pytest.fixture
def file(file: File) -> File:
    return file.run(
        f"{TABLE} INSERT INTO t (no, a, b, c) VALUES"
        " (1, 1, 'x', 'Zhang'), (2, '1', 'x', 'ZHANG'), (3, 1.0, 'y', 'li'), (4, NULL, 'x', NULL),"
        " (5, x'31', '', 'zhang '), (6, CAST(x'b0a1' AS TEXT), '12', 'z')"
    )


def test_each_question_has_its_own_rows_whole_and_by_key(file: File) -> None:
    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        found = snapshot.answers(table, columns=("b",), asked=[("y",), ("nothing",), ("x",)])

    assert found == [
        [(3, 1.0, "y", "li", "y!")],
        [],
        [(1, 1, "x", "Zhang", "x!"), (2, "1", "x", "ZHANG", "x!"), (4, None, "x", None, "x!")],
    ]


@pytest.mark.parametrize(
    ("column", "value", "keys"),
    [
        ("a", 1, [1, 3]),
        ("a", 1.0, [1, 3]),
        ("a", "1", [2]),
        ("a", b"1", [5]),
        ("a", None, [4]),
        ("a", UNREADABLE, [6]),
        ("b", "", [5]),
        ("b", 12, [6]),
        ("c", "zhang", [1, 2]),
        ("c", None, [4]),
        ("no", 3, [3]),
        ("no", 99, []),
        ("g", "y!", [3]),
    ],
)
def test_a_value_is_asked_for_by_the_engines_own_equality_and_null_as_such(
    file: File, column: str, value: Raw, keys: list[int]
) -> None:
    with file.snapshot() as snapshot:
        assert asked(snapshot, (value,), columns=(column,)) == [keys]


def test_all_columns_of_a_question_must_agree(file: File) -> None:
    with file.snapshot() as snapshot:
        assert asked(snapshot, (1, "x"), (None, "x"), (1, "z"), columns=("a", "b")) == [[1], [4], []]


def test_one_question_may_be_asked_twice(file: File) -> None:
    with file.snapshot() as snapshot:
        assert asked(snapshot, ("x",), ("x",), columns=("b",)) == [[1, 2, 4], [1, 2, 4]]


def test_nothing_asked_is_answered_with_nothing(file: File) -> None:
    with file.snapshot() as snapshot:
        assert asked(snapshot, columns=("b",)) == []


@pytest.mark.parametrize("columns", [("b",), ("no", "b")])
def test_more_questions_than_one_statement_takes_are_all_answered(file: File, columns: tuple[str, ...]) -> None:
    file.run("WITH RECURSIVE i(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM i LIMIT 2500)"
             "INSERT INTO t (no, b) SELECT n, 'b' || n FROM i")  # fmt: skip
    numbers = range(100, 2600)
    questions: list[Row] = [(f"b{n}",) if len(columns) == 1 else (n, f"b{n}") for n in numbers]
    with file.snapshot() as snapshot:
        assert asked(snapshot, *questions, columns=columns) == [[n] for n in numbers]


def test_an_index_of_the_asked_columns_is_used(file: File) -> None:
    """Else a chunk of questions would read the whole table once for each of them."""
    file.run("CREATE INDEX by_b ON t (b)")
    statements: list[str] = []
    with file.session() as session:
        driver = session.connection.connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)
        session.lock_answers(session.table("t"), columns=("b",), asked=[("x",), ("y",)])
        driver.set_trace_callback(None)
    (query,) = (text for text in statements if "asked" in text)
    plan = file.ask(f"EXPLAIN QUERY PLAN {query}")
    assert any("USING INDEX by_b" in str(step) or "USING COVERING INDEX by_b" in str(step) for *_, step in plan)


def test_locked_answers_are_those_of_the_transaction(file: File) -> None:
    with file.session() as session:
        session.begin()
        table = session.table("t")
        session.update(table, columns=("b",), rows=[((3,), ("x",))])
        (found,) = session.lock_answers(table, columns=("b",), asked=[("x",)])
        session.rollback()

    assert [row[0] for row in found] == [1, 2, 3, 4]
