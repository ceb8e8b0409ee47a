from collections.abc import Callable

import pytest

from hffix.database import Snapshot
from hffix.database.session import Row
from hffix.errors.targets import QueryFailed
from hffix.model.value import Raw
from tests.database.conftest import GBK, UNREADABLE, File


def scanned(snapshot: Snapshot, table: str = "t", *, columns: tuple[str, ...] = (), where: str = "1") -> list[Row]:
    described = snapshot.table(table)
    return [row for page in snapshot.scan(described, columns=columns, where=[where]) for row in page]


@pytest.mark.parametrize(
    ("declared", "stored", "raw"),
    [
        ("NUMERIC", "'1,200.00'", "1,200.00"),
        ("DATE", "20240230", 20240230),
        ("DATE", "'2024-02-30'", "2024-02-30"),
        ("TEXT", "'3301021990010112345678901234567890'", "3301021990010112345678901234567890"),
        ("INTEGER", "9223372036854775807", 2**63 - 1),
        ("NUMERIC", "1234567890123456789", 1234567890123456789),
        ("TEXT", "'a' || char(0) || 'b'", "a\x00b"),
        ("TEXT", "CAST(x'b0a1' AS TEXT)", UNREADABLE),
        ("TEXT", "x'b0a1'", GBK),
        ("NUMERIC", "CAST(x'b0a1' AS TEXT)", UNREADABLE),
        ("REAL", "1", 1.0),
        ("DECIMAL(16,2)", "1200.10", 1200.1),
        ("BOOLEAN", "1", 1),
        ("BOOLEAN", "'yes'", "yes"),
        ("INTEGER", "''", ""),
        ("REAL", "9e999", float("inf")),
        ("", "-0.0", -0.0),
        ("BLOB", "x''", b""),
        ("TEXT", "NULL", None),
        ("TEXT", "''", ""),
        ("TEXT", "'null'", "null"),
    ],
)
def test_values_are_read_as_they_are_stored_and_not_as_the_column_is_declared(
    file: File, declared: str, stored: str, raw: Raw
) -> None:
    file.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {declared}); INSERT INTO t VALUES (1, {stored})")

    with file.snapshot() as snapshot:
        found = scanned(snapshot, columns=("v",))
        by_key = snapshot.rows(snapshot.table("t"), keys=[(1,)])

    assert repr(found) == repr([(1, raw)])
    assert repr(by_key) == repr({(1,): (1, raw)})


MIXED: tuple[Raw, ...] = (-5, 1, 1.5, 12, 2**63 - 1, "", "1", "12", "A", "a", UNREADABLE, b"", b"1", GBK)


@pytest.mark.parametrize("page", [1, 2, 3, 14, 15])
def test_every_row_is_read_once_in_the_order_of_the_key_whatever_the_keys_and_the_page(
    file: File, lowered: Callable[[int], None], page: int
) -> None:
    lowered(page)
    file.run("CREATE TABLE t (k PRIMARY KEY NOT NULL, v)")
    file.run("", *((key, "v") for key in MIXED if key is not UNREADABLE))
    file.run("INSERT INTO t VALUES (CAST(x'b0a1' AS TEXT), 'v')")

    with file.snapshot() as snapshot:
        pages = list(snapshot.scan(snapshot.table("t"), columns=("v",)))
        by_key = snapshot.rows(snapshot.table("t"), keys=[(key,) for key in MIXED])

    assert [len(rows) for rows in pages[:-1]] == [page] * (len(pages) - 1)
    assert repr([row[0] for rows in pages for row in rows]) == repr(list(MIXED))
    assert sorted(map(repr, by_key.values())) == sorted(repr((key, "v")) for key in MIXED)


COMPOSITE = tuple((a, b, n) for n, (a, b) in enumerate((a, b) for a in ("x", "y", "张") for b in (1, 2, 10)))


@pytest.mark.parametrize("kind", ["", "WITHOUT ROWID"])
def test_a_composite_key_is_read_in_pages_in_the_order_of_the_key_and_not_of_the_columns(
    file: File, lowered: Callable[[int], None], kind: str
) -> None:
    lowered(2)
    file.run(f"CREATE TABLE t (b INTEGER, v, a TEXT, PRIMARY KEY (a, b)) {kind}", *((b, n, a) for a, b, n in COMPOSITE))

    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        rows = scanned(snapshot, columns=("v",))
        some = snapshot.rows(table, keys=[("x", 2), ("张", 10), ("张", 3), ("y", 1)])

    assert table.key == ("a", "b")
    assert rows == list(COMPOSITE)
    assert some == {("x", 2): (2, 1, "x"), ("张", 10): (10, 8, "张"), ("y", 1): (1, 3, "y")}


def test_names_of_any_kind_are_quoted(file: File) -> None:
    file.run('CREATE TABLE "贷款 ""A"";--" ("开户 日期" TEXT, "select" INTEGER PRIMARY KEY); ')
    file.run("", ("2024/3/5", 1), into='"贷款 ""A"";--"')

    with file.snapshot() as snapshot:
        assert scanned(snapshot, '贷款 "A";--', columns=("开户 日期",), where="t.\"开户 日期\" <> ''") == [
            (1, "2024/3/5")
        ]


def test_a_key_without_case_finds_the_row_under_the_key_that_is_stored(file: File) -> None:
    file.run("CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL)", ("A",))

    with file.snapshot() as snapshot:
        assert snapshot.rows(snapshot.table("t"), keys=[("a",)]) == {("A",): ("A",)}


def test_a_row_is_scanned_where_any_condition_holds_and_expressions_follow_the_columns(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", *((n, n * 10) for n in range(1, 7)))

    with file.snapshot() as snapshot:
        pages = snapshot.scan(
            snapshot.table("t"),
            columns=("a",),
            expressions=("t.a + 1 -- one more", "'x'"),
            where=("id = 2 -- 二", "a > 40"),
        )
        assert list(pages) == [[(2, 20, 21, "x"), (5, 50, 51, "x"), (6, 60, 61, "x")]]


@pytest.mark.parametrize("declared", ["INTEGER", "BIGINT", "TEXT", "REAL", ""])
@pytest.mark.parametrize("held", [(1, 2, 3, 4), (1, 2, 4), (1, 2, 2.5, 3), (1, 2.0, 3), (1, "2", 3), (1, b"2", 2.5, 3)])
def test_keys_that_are_each_others_next_find_what_each_of_them_finds(
    file: File, declared: str, held: tuple[Raw, ...]
) -> None:
    whole = all(type(key) is int for key in held)
    file.run(f"CREATE TABLE t (k {declared if whole or declared != 'INTEGER' else ''} PRIMARY KEY NOT NULL, v)")
    file.run("", *((key, f"v{key!r}") for key in held))

    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        one_by_one: dict[Row, Row] = {}
        for number in (1, 2, 3):
            one_by_one |= snapshot.rows(table, keys=[(number,), (0,)])
        assert encoded(snapshot.rows(table, keys=[(1,), (2,), (3,)])) == encoded(one_by_one)


def encoded(rows: dict[Row, Row]) -> list[tuple[str, str]]:
    return sorted((repr(key), repr(row)) for key, row in rows.items())


def test_a_generated_column_is_read_and_never_among_those_stored(file: File) -> None:
    file.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, up AS (upper(a)), low GENERATED ALWAYS AS (lower(a)) STORED)"
    )
    file.run("INSERT INTO t VALUES (1, 'Ab')")

    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        assert snapshot.rows(table, keys=[(1,)]) == {(1,): (1, "Ab", "AB", "ab")}
        assert table.stored == ("id", "a")


def test_a_temporary_table_of_the_same_name_is_not_what_is_read(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v)", (1, "main"))

    with file.session() as session:
        table = session.table("t")
        session.connection.exec_driver_sql("CREATE TEMP TABLE t (id INTEGER PRIMARY KEY, v)")
        session.connection.exec_driver_sql("INSERT INTO temp.t VALUES (1, 'temp'), (2, 'temp')")

        assert session.table("t") == table
        assert scanned(session, columns=("v",)) == [(1, "main")]
        assert session.rows(table, keys=[(1,), (2,)]) == {(1,): (1, "main")}
        session.begin()
        assert session.update(table, columns=("v",), rows=[((1,), ("new",))]) == 1
        assert session.delete(table, keys=[(2,)]) == 0
        session.commit()

    assert file.ask("SELECT * FROM t") == [(1, "new")]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT count(*) FROM t", 2),
        ("SELECT NULL", None),
        ("SELECT CAST(x'b0a1' AS TEXT)", UNREADABLE),
        ("SELECT 'a'", "a"),
    ],
)
def test_a_query_gives_one_value(file: File, query: str, value: Raw) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY)", (1,), (2,))

    with file.snapshot() as snapshot:
        assert snapshot.single(query) == value


REFUSED_QUERIES = (
    "SELECT id FROM t",
    "SELECT 1 WHERE 0",
    "SELECT 1, 2",
    "SELECT missing FROM t",
    "SELECT",
    "SELECT 1; SELECT 2",
    "SELECT ?",
    "SELECT :name",
    "DELETE FROM t WHERE id = 1 RETURNING id",
    "UPDATE t SET id = 9 WHERE id = 1 RETURNING id",
    "CREATE TABLE u (a)",
)


@pytest.mark.parametrize("query", REFUSED_QUERIES)
def test_a_query_that_gives_no_single_value_or_writes_is_refused_by_name_and_writes_nothing(
    file: File, query: str
) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY)", (1,), (2,))

    for opened in (file.snapshot, file.session):
        with opened() as snapshot, pytest.raises(QueryFailed):
            snapshot.single(query)

    assert file.ask("SELECT id, (SELECT count(*) FROM sqlite_schema) FROM t") == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    "where",
    [
        "t.decoded = 1",
        "t.id = ?",
        "t.id =",
        "1; DROP TABLE t",
        "(",
        "nothing(t.id) = 1",
        "abs(t.v) > 1 AND t.v ->> '$' = 1",
    ],
)
def test_a_condition_that_the_database_does_not_take_is_refused_without_a_value(file: File, where: str) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v)", (1, "330102 secret"))
    file.run("INSERT INTO t VALUES (2, CAST(x'b0a1' AS TEXT))")

    with file.snapshot() as snapshot, pytest.raises(QueryFailed) as refused:
        scanned(snapshot, columns=("v",), where=where)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("t.dat = 1", "no such column: t.dat"),
        ('"t"."dat" = 1', "no such column: t.dat"),
        ("1 = 1 = (SELECT 1 FROM nix)", "no such table: nix"),
        ("nix(t.v) = 1", "no such function: nix"),
        ("t.v COLLATE nix = 1", "no such collation sequence: nix"),
        ("t.v is is 1", 'near "is": syntax error'),
        ("t.v = @", 'unrecognized token: "@"'),
        ("(SELECT id FROM t a, t b) = 1", "ambiguous column name: id"),
        ("upper(t.v, 1) = 1", "wrong number of arguments to function upper()"),
        ("count(*) = 1", "misuse of aggregate function count()"),
        ("abs(-1 << 63) = 1", "integer overflow"),
        ("t.v ->> '$' = 1", "SQLITE_ERROR"),
        ("json_extract('{}', t.v) = 1", "SQLITE_ERROR"),
        ("t.id IN (SELECT rowid FROM ft WHERE ft MATCH t.v)", "SQLITE_ERROR"),
        (
            "t.id = :day",
            "Incorrect number of bindings supplied. The current statement uses 1, and there are 0 supplied.",
        ),
    ],
)
def test_of_a_refused_query_only_what_is_said_of_its_own_words_is_told(file: File, where: str, told: str) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v)", (1, "secret: x"))
    file.run("CREATE VIRTUAL TABLE ft USING fts5(a)")

    with file.snapshot() as snapshot, pytest.raises(QueryFailed) as refused:
        scanned(snapshot, where=where)

    assert refused.value.message == f"SQLite refused a query: {told}"


def test_a_fault_after_an_unreadable_text_is_refused_too(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, CAST(x'b0a1' AS TEXT)), (2, 'x')")

    with file.snapshot() as snapshot, pytest.raises(QueryFailed):
        list(snapshot.scan(snapshot.table("t"), columns=("v",), expressions=["CASE id WHEN 2 THEN abs(-1 << 63) END"]))


def test_after_an_unreadable_text_readable_ones_are_read_as_text_again(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, CAST(x'b0a1' AS TEXT)), (2, '张')")

    with file.snapshot() as snapshot:
        assert scanned(snapshot, columns=("v",)) == [(1, UNREADABLE), (2, "张")]
        assert scanned(snapshot, columns=("v",), where="id = 2") == [(2, "张")]
        assert snapshot.single("SELECT v FROM t WHERE id = 2") == "张"


def test_tables_and_views_are_known_without_case_and_indexes_are_not_tables(file: File) -> None:
    file.run("CREATE TABLE Loan (id INTEGER PRIMARY KEY, v); CREATE VIEW v AS SELECT 1; CREATE INDEX by_v ON Loan (v)")

    with file.snapshot() as snapshot:
        known = [name for name in ("Loan", "loan", "LOAN", "v", "by_v", "nothing") if snapshot.has_table(name)]

    assert known == ["Loan", "loan", "LOAN", "v"]


def test_a_snapshot_names_its_engine_its_place_and_the_target_s_clock(file: File) -> None:
    file.run("CREATE TABLE t (id INTEGER PRIMARY KEY)")

    with file.snapshot() as snapshot:
        place = snapshot.place()
        status = file.path.stat()
        assert place == {
            "path": str(file.path.resolve()), "device": str(status.st_dev), "inode": str(status.st_ino),
        }  # fmt: skip
        assert snapshot.now().endswith("Z")
        assert list(snapshot.versions()) == [snapshot.dialect] == ["sqlite"]
