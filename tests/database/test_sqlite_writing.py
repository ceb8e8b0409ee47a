from decimal import Decimal

import pytest

from hffix.database.session import Row
from hffix.errors.targets import WriteRefused
from tests.database.conftest import GBK, UNREADABLE, File

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC)"


def test_rows_are_updated_by_key_and_counted_as_matched(file: File) -> None:
    file.run(TABLE, (1, "x", 1), (2, "y", 2), (3, "z", 3))

    with file.session() as session:
        table = session.table("t")
        session.begin()
        matched = session.update(
            table,
            columns=("b", "a"),
            rows=[((1,), (10, "X")), ((9,), (0, "nobody")), ((3,), (Decimal("1200.50"), None)), ((2,), (2, "y"))],
        )
        session.commit()

    assert matched == 3
    assert file.ask("SELECT * FROM t") == [(1, "X", 10), (2, "y", 2), (3, None, 1200.5)]


def test_rows_are_inserted_and_deleted_by_key(file: File) -> None:
    file.run("CREATE TABLE t (a TEXT, b INTEGER, c, PRIMARY KEY (b, a))", ("x", 1, "old"), ("y", 1, "old"))

    with file.session() as session:
        table = session.table("t")
        session.begin()
        assert session.insert(table, columns=("c", "b", "a"), rows=[("new", 2, "x"), (None, 2, "y")]) == 2
        assert session.delete(table, keys=[(1, "y"), (7, "y")]) == 1
        session.commit()

    assert file.ask("SELECT b, a, c FROM t") == [(1, "x", "old"), (2, "x", "new"), (2, "y", None)]


def test_an_unreadable_text_goes_round_as_text_and_a_blob_of_its_bytes_as_blob(file: File) -> None:
    file.run("CREATE TABLE t (k PRIMARY KEY NOT NULL, v)")
    rows: list[Row] = [("a", UNREADABLE), (UNREADABLE, "b"), (GBK, GBK), ("c", "d")]

    with file.session() as session:
        table = session.table("t")
        session.begin()
        assert session.insert(table, columns=("k", "v"), rows=rows) == 4
        assert session.rows(table, keys=[row[:1] for row in rows]) == {row[:1]: row for row in rows}
        assert session.update(table, columns=("v",), rows=[((UNREADABLE,), (UNREADABLE,)), ((GBK,), ("x",))]) == 2
        assert session.rows(table, keys=[(UNREADABLE,), (GBK,)]) == {
            (UNREADABLE,): (UNREADABLE, UNREADABLE), (GBK,): (GBK, "x"),
        }  # fmt: skip
        assert session.delete(table, keys=[(UNREADABLE,)]) == 1
        session.commit()

    assert file.ask("SELECT typeof(k), hex(k) FROM t ORDER BY k") == [("text", "61"), ("text", "63"), ("blob", "B0A1")]


def test_rows_stay_in_their_order_where_some_bind_otherwise(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE TABLE log (v)")
    file.run("CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.v); END")

    with file.session() as session:
        session.begin()
        rows: list[Row] = [(1, "a"), (2, "b"), (3, UNREADABLE), (4, UNREADABLE), (5, "c")]
        session.insert(session.table("t"), columns=("id", "v"), rows=rows)
        session.commit()

    assert file.ask("SELECT hex(v) FROM log ORDER BY rowid") == [("61",), ("62",), ("B0A1",), ("B0A1",), ("63",)]


def test_no_rows_are_no_work(file: File) -> None:
    file.run(TABLE)

    with file.session() as session:
        table = session.table("t")
        assert session.update(table, columns=("a",), rows=[]) == 0
        assert session.insert(table, columns=("id", "a", "b"), rows=[]) == 0
        assert session.delete(table, keys=[]) == 0
        assert session.rows(table, keys=[]) == {}


CONSTRAINED = """
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT, p REFERENCES p, n,
    CONSTRAINT known CHECK (state <> 'secret-3'), CHECK (n <
 80)
);
CREATE UNIQUE INDEX size ON t (abs(n));
CREATE TRIGGER no_five BEFORE UPDATE ON t WHEN NEW.n = 5 BEGIN SELECT RAISE(ABORT, 'no five: secret-5'); END;
INSERT INTO t VALUES (1, 'secret-1', 'a', NULL, 71), (2, 'secret-2', 'a', NULL, 2);
"""


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("name", "secret-1", "SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: t.name"),
        ("n", -71, "SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: index 'size'"),
        ("name", None, "SQLITE_CONSTRAINT_NOTNULL: NOT NULL constraint failed: t.name"),
        ("state", "secret-3", "SQLITE_CONSTRAINT_CHECK: CHECK constraint failed: known"),
        ("n", 99, "SQLITE_CONSTRAINT_CHECK: CHECK constraint failed: n < 80"),
        ("p", 4, "SQLITE_CONSTRAINT_FOREIGNKEY"),
        ("n", 5, "SQLITE_CONSTRAINT_TRIGGER"),
        ("id", 1, "SQLITE_CONSTRAINT_PRIMARYKEY: UNIQUE constraint failed: t.id"),
    ],
)
def test_a_refused_row_names_its_constraint_and_no_value(
    file: File, column: str, value: str | int | None, told: str
) -> None:
    file.run(CONSTRAINED)

    with file.session() as session:
        session.begin()
        with pytest.raises(WriteRefused) as refused:
            session.update(session.table("t"), columns=(column,), rows=[((2,), (value,))])

    assert refused.value.message == f"SQLite refused a row ({told})"
    assert "secret" not in str(refused.value)
    assert "71" not in str(refused.value)


DEFERRED = """
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (id INTEGER PRIMARY KEY, p REFERENCES p DEFERRABLE INITIALLY DEFERRED);
INSERT INTO p VALUES (1);
INSERT INTO t VALUES (1, 1);
"""


def test_a_deferred_reference_refuses_the_commit_and_nothing_is_left_open(file: File) -> None:
    file.run(DEFERRED)

    with file.session() as session:
        table = session.table("t")
        session.begin()
        session.update(table, columns=("p",), rows=[((1,), (9,))])
        with pytest.raises(WriteRefused, match="FOREIGNKEY"):
            session.commit()
        session.begin()
        assert session.rows(table, keys=[(1,)]) == {(1,): (1, 1)}


def test_on_a_copy_deferred_references_speak_when_constraints_are_settled(file: File) -> None:
    file.run(DEFERRED)

    with file.trial() as session:
        session.begin()
        session.update(session.table("t"), columns=("p",), rows=[((1,), (9,))])
        with pytest.raises(WriteRefused, match="FOREIGNKEY"):
            session.settle_constraints()


def test_what_is_written_to_a_copy_never_reaches_the_file(file: File) -> None:
    file.run(TABLE, (1, "x", 1))
    before = file.path.read_bytes()

    with file.trial() as session:
        session.begin()
        session.update(session.table("t"), columns=("a",), rows=[((1,), ("y",))])
        session.settle_constraints()
        session.commit()

    assert file.path.read_bytes() == before
    assert [path.name for path in file.folder.iterdir()] == ["fund.db"]


def test_a_savepoint_takes_back_only_what_came_after_it(file: File) -> None:
    file.run(TABLE, (1, "x", 1))

    with file.session() as session:
        table = session.table("t")
        session.begin()
        session.update(table, columns=("a",), rows=[((1,), ("kept",))])
        for value in ("gone", "gone too"):
            session.savepoint()
            session.update(table, columns=("a",), rows=[((1,), (value,))])
            session.undo()
        session.commit()

    assert file.ask("SELECT a FROM t") == [("kept",)]


def test_a_rollback_takes_everything_back_and_is_safe_without_a_transaction(file: File) -> None:
    file.run(TABLE, (1, "x", 1))

    with file.session() as session:
        session.rollback()
        session.begin()
        session.delete(session.table("t"), keys=[(1,)])
        session.rollback()
        session.rollback()

    assert file.ask("SELECT a FROM t") == [("x",)]


REACHED = """
CREATE TABLE Person (id INTEGER PRIMARY KEY, no TEXT UNIQUE);
CREATE TABLE gone (k TEXT PRIMARY KEY NOT NULL, p INTEGER REFERENCES person (ID) ON DELETE CASCADE);
CREATE TABLE emptied (a INT, b INT, no TEXT REFERENCES Person (NO) ON UPDATE SET NULL, PRIMARY KEY (b, a));
CREATE TABLE refusing (id INTEGER PRIMARY KEY, p INTEGER REFERENCES person);
CREATE TABLE keyless (p INTEGER REFERENCES person ON DELETE SET DEFAULT);
INSERT INTO Person VALUES (1, 'x'), (2, CAST(x'b0a1' AS TEXT)), (3, NULL);
INSERT INTO gone VALUES ('a', 1), ('b', 1), ('c', 3), ('d', NULL);
INSERT INTO emptied VALUES (7, 8, 'x'), (9, 9, CAST(x'b0a1' AS TEXT)), (1, 1, NULL);
INSERT INTO refusing VALUES (1, 1);
INSERT INTO keyless VALUES (3);
"""


@pytest.mark.parametrize(
    ("kind", "key", "reached"),
    [
        ("delete", 1, {("gone", ("a",)), ("gone", ("b",))}),
        ("delete", 2, set()),
        ("delete", 3, {("gone", ("c",)), ("keyless", (None,))}),
        ("update", 1, {("emptied", (8, 7))}),
        ("update", 2, {("emptied", (9, 9))}),
        ("update", 3, set()),
    ],
)
def test_the_rows_that_a_reference_s_own_action_would_reach_are_named(
    file: File, kind: str, key: int, reached: set[tuple[str, Row]]
) -> None:
    file.run(REACHED)

    with file.snapshot() as snapshot:
        table = snapshot.table("Person")
        rows = list(snapshot.rows(table, keys=[(key,)]).values())
        assert set(snapshot.reached(table, rows=rows, kind=kind)) == reached
