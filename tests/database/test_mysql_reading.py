from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hffix.database import Snapshot
from hffix.database.session import Row
from hffix.errors.targets import Busy, ConnectionLost, QueryFailed
from hffix.model.value import Raw, Typed, UnreadableText
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database

MODE = "SET SESSION sql_mode = ''"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        yield made


def scanned(snapshot: Snapshot, *, columns: tuple[str, ...] = (), where: str = "1") -> list[Row]:
    return [row for page in snapshot.scan(snapshot.table("t"), columns=columns, where=[where]) for row in page]


KEYS: dict[str, tuple[tuple[str, ...], tuple[Raw, ...]]] = {
    "bigint unsigned": (("0", "9007199254740993", "18446744073709551615"), (0, 2**53 + 1, 2**64 - 1)),
    "decimal(65,30)": (("-1.5", "0", "12345678901234567890123456789012345.5"), tuple(
        Decimal(text + "0" * 29) for text in ("-1.5", "0.0", "12345678901234567890123456789012345.5")
    )),
    "varchar(20)": (("''", "'a'", "'B'", "'c''d\\\\'", "'张'"), ("", "a", "B", "c'd\\", "张")),
    "varchar(20) COLLATE utf8mb4_bin": (("'B'", "'a'", "'张'"), ("B", "a", "张")),
    "varchar(20) CHARACTER SET gbk": (
        ("'a'", "'中'", "_gbk x'A6D9'"), ("a", "中", UnreadableText(b"\xa6\xd9"))
    ),
    "varchar(20) CHARACTER SET utf16": (("'a'", "'中'", "'𠮷'"), ("a", "中", "𠮷")),
    "varbinary(9)": (("x''", "x'00'", "x'61'", "x'FF'"), (b"", b"\x00", b"a", b"\xff")),
    "date": (("'0000-00-00'", "'2024-02-30'", "'2024-03-05'"), tuple(
        Typed("date", text) for text in ("0000-00-00", "2024-02-30", "2024-03-05")
    )),
    "datetime(3)": (("'2024-02-30 10:00:00.5'", "'2024-03-05'"), tuple(
        Typed("datetime", text) for text in ("2024-02-30 10:00:00.500", "2024-03-05 00:00:00.000")
    )),
    "time(2)": (("'-838:59:59'", "'-00:00:01'", "'24:00:00.05'"), tuple(
        Typed("time", text) for text in ("-838:59:59.00", "-00:00:01.00", "24:00:00.05")
    )),
    "year": (("'0000'", "1901", "2155"), tuple(Typed("year", text) for text in ("0000", "1901", "2155"))),
    "uuid": (("'123e4567-e89b-12d3-a456-426655440000'", "'223e4567-e89b-12d3-a456-426655440000'"), tuple(
        Typed("uuid", f"{n}23e4567-e89b-12d3-a456-426655440000") for n in (1, 2)
    )),
    "inet6": (("'::1'", "'::2'"), (Typed("inet6", "::1"), Typed("inet6", "::2"))),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_rows_of_any_kind_of_key_are_paged_found_locked_and_written_by_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    written, raws = KEYS[kind]
    database.run(f"CREATE TABLE t (k {kind} PRIMARY KEY, v int)")
    database.run(f"INSERT INTO t VALUES {', '.join(f'({text}, 0)' for text in written)}")
    monkeypatch.setattr("hffix.database.mysql.PAGE_ROWS", 1)
    keys = [(raw,) for raw in raws]

    with database.writing() as session:
        table = session.table("t")
        pages = list(session.scan(table, columns=("v",)))
        session.begin()
        assert session.lock(table, keys=keys) == {(raw,): (raw, 0) for raw in raws}
        assert session.update(table, columns=("v",), rows=[(key, (1,)) for key in keys]) == len(keys)
        assert session.holders(table, ("k",), values=(raws[-1],)) == [keys[-1]]
        assert session.answers(table, columns=("k",), asked=keys) == [[(raw, 1)] for raw in raws]
        assert session.delete(table, keys=keys) == len(keys)
        session.commit()

    assert repr(pages) == repr([[(raw, 0)] for raw in raws])


@pytest.mark.parametrize("few", [0, 9])
def test_a_key_that_only_counts_as_equal_finds_the_row_under_its_own_key_and_writes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("hffix.database.mysql_bulk.FEW", few)
    database.run("CREATE TABLE t (k varchar(9) COLLATE utf8mb4_general_ci PRIMARY KEY, v int)")
    database.run("INSERT INTO t VALUES ('Zhang', 1), ('é', 2)")
    asked: list[Row] = [("zhang",), ("Zhang ",), ("e",), ("Ｚhang",)]

    with database.writing() as session:
        table = session.table("t")
        session.begin()
        assert session.rows(table, keys=asked[:2]) == {("Zhang",): ("Zhang", 1)}
        assert session.update(table, columns=("v",), rows=[(key, (9,)) for key in asked]) == 0
        assert session.delete(table, keys=asked) == 0
        assert session.update(table, columns=("v",), rows=[(("Zhang",), (9,))]) == 1
        session.commit()

    assert database.ask("SELECT * FROM t ORDER BY k") == [("é", 2), ("Zhang", 9)]


@pytest.mark.parametrize("key", ["(k)", "(k, n)"])
def test_many_keys_are_found_by_their_index_and_lock_no_other_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    database.engine.hurry(monkeypatch)
    database.run(
        f"CREATE TABLE t (k varchar(9) COLLATE utf8mb4_general_ci, n int, PRIMARY KEY {key})",
        "INSERT INTO t SELECT concat('A', seq), seq FROM seq_1_to_3000",
    )
    asked: list[Row] = [(f"a{n}",) if key == "(k)" else (f"a{n}", n) for n in range(1, 2001)]

    with database.writing() as session, database.writing() as other:
        table = session.table("t")
        session.begin()
        assert len(session.lock(table, keys=asked)) == 2000
        other.begin()
        assert len(other.lock(table, keys=[("A3000", 3000)[: len(table.key)]])) == 1
        with pytest.raises(Busy):
            other.lock(table, keys=[("A2000", 2000)[: len(table.key)]])


def test_the_error_value_of_an_enum_is_not_its_empty_member(database: Database) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v enum('a', ''))")
    with database.outsider() as outsider:
        outsider.run(MODE, "INSERT INTO t VALUES (1, 'a'), (2, ''), (3, 'other'), (4, NULL)")

    with database.reading() as snapshot:
        found = scanned(snapshot, columns=("v",))

    assert found == [(1, "a"), (2, ""), (3, Typed("enum", "")), (4, None)]


def test_what_the_server_would_cut_or_hffix_does_not_carry_is_refused_by_the_name_of_its_column(
    database: Database,
) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, f float)", "INSERT INTO t VALUES (1, 1.2345678)")

    with database.reading() as snapshot:
        assert scanned(snapshot, columns=("f",)) == [(1, 1.2345678)]
        with pytest.raises(QueryFailed, match=r"column f: the server would cut a FLOAT"):
            snapshot.select("SELECT f FROM t")
        with pytest.raises(QueryFailed, match="FLOAT"):
            list(snapshot.scan(snapshot.table("t"), columns=(), expressions=["t.f"]))
        with pytest.raises(QueryFailed, match="carries no geometry"):
            snapshot.single("SELECT point(1, 2)")
        assert snapshot.single("SELECT f * 1e0 FROM t") == pytest.approx(1.2345678)


def test_a_query_reads_texts_of_every_character_set_as_they_are(database: Database) -> None:
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, g varchar(9) CHARACTER SET gbk, u varchar(9) COLLATE uca1400_ai_ci)",
        "INSERT INTO t VALUES (1, '中文', '张'), (2, _gbk x'A6D9', NULL)",
    )

    with database.reading() as snapshot:
        found = [row for page in snapshot.select("SELECT g, u, NULL, x'00' FROM t ORDER BY id").pages for row in page]

    assert found == [("中文", "张", None, b"\x00"), (UnreadableText(b"\xa6\xd9"), None, None, b"\x00")]


@pytest.mark.parametrize(
    "where",
    ["t.v = 0", "t.v > 100", "t.v + 1 = 2", "CAST(t.v AS date) IS NULL", "1 / 0 IS NULL"],
)
def test_a_query_for_which_the_server_would_have_to_guess_is_refused(database: Database, where: str) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v varchar(30))", "INSERT INTO t VALUES (1, '330102 secret')")

    with database.reading() as snapshot, pytest.raises(QueryFailed) as refused:
        scanned(snapshot, where=where)

    assert "the server warned" in refused.value.message
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "value", "ids"),
    [
        ("a", 0, []), ("a", "abc", [1]), ("a", "ABC", [1]), ("a", "abc ", [1]), ("a", b"abc", []), ("a", True, []),
        ("b", "12abc", []), ("b", "12", [1]), ("b", Decimal("12.0"), [1]), ("b", "9007199254740993", [2]),
        ("b", 9007199254740992, []), ("d", "2024-03-05", [1]), ("d", "2024-3-5", []), ("d", 20240305, []),
        ("d", Typed("date", "0000-00-00"), [2]), ("f", 0.1, [1]), ("c", "1.10", [1]), ("c", 1.1, [1]), ("c", "x", []),
        ("a", None, [2]), ("x", b"\x00\x05", [1]), ("x", 5, [1]),
    ],
)  # fmt: skip
def test_a_question_is_asked_in_the_type_of_the_column(
    database: Database, column: str, value: Raw, ids: list[int]
) -> None:
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(9), b bigint, c decimal(4,2), d date, f float, x bit(12))",
        "INSERT INTO t VALUES (1, 'abc', 12, 1.1, '2024-03-05', 0.1, 5)",
        "INSERT INTO t VALUES (2, NULL, 9007199254740993, 0, '0000-00-00', 0, 0)",
    )

    with database.reading() as snapshot:
        table = snapshot.table("t")
        ((*found,),) = snapshot.answers(table, columns=(column,), asked=[(value,)])
        holders = snapshot.holders(table, (column,), values=(value,)) if value is not None else [(n,) for n in ids]

    assert [row[0] for row in found] == ids
    assert holders == [(n,) for n in ids]


def test_a_read_that_breaks_off_is_an_error_and_not_the_end_of_the_rows(database: Database) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v int)")
    database.run("INSERT INTO t SELECT seq, IF(seq = 60000, 1, 0) FROM seq_1_to_70000")
    broken = "SELECT id, (SELECT s.id FROM t s WHERE s.id <= 1 + t.v) FROM t ORDER BY id"

    with database.reading() as snapshot:
        with pytest.raises(QueryFailed, match="SUBQUERY"):
            snapshot.select(broken)
        assert snapshot.single("SELECT count(*) FROM t") == 70000


def test_a_snapshot_whose_connection_breaks_does_not_end_like_one_without_more_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.engine.page_rows, 2)
    database.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_5")
    with database.reading() as snapshot:
        pages = snapshot.scan(snapshot.table("t"), columns=())
        assert next(pages) == [(1,), (2,)]
        database.run(f"KILL {snapshot.single('SELECT CONNECTION_ID()')!r}")
        with pytest.raises(ConnectionLost):
            next(pages)


def test_rows_longer_than_a_packet_are_read_whole(database: Database) -> None:
    half = 9 * 1024 * 1024
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, a longblob, b longtext, c longblob)",
        f"INSERT INTO t VALUES (1, repeat('a', {half}), repeat('b', {half}), 'end'), (2, 'x', 'y', 'z')",
        "UPDATE t SET c = 'end'",
    )

    with database.reading() as snapshot:
        rows = snapshot.rows(snapshot.table("t"), keys=[(1,), (2,)])

    assert rows == {(1,): (1, b"a" * half, "b" * half, b"end"), (2,): (2, b"x", "y", b"end")}


@pytest.mark.parametrize("rows", [0, 1, 999, 1000, 1001, 2000, 5003])
def test_a_query_gives_every_row_in_pages_whether_they_were_spooled_or_not(database: Database, rows: int) -> None:
    with database.reading() as snapshot:
        selected = snapshot.select(
            f"SELECT seq, concat('张', seq) AS name FROM seq_1_to_{rows + 1} WHERE seq <= {rows}"
        )
        found = [row for page in selected.pages for row in page]

    assert found == [(n, f"张{n}") for n in range(1, rows + 1)]


def test_of_a_refused_query_only_what_is_said_of_its_own_words_is_told(database: Database) -> None:
    database.run("CREATE TABLE t (id int PRIMARY KEY, v varchar(30))", "INSERT INTO t VALUES (1, 'secret')")

    def told(where: str, **params: Raw) -> str:
        with database.reading() as snapshot, pytest.raises(QueryFailed) as refused:
            list(snapshot.scan(snapshot.table("t"), columns=(), where=[where], params=params))
        return refused.value.message

    assert "Unknown column 't.dat' in" in told("t.dat = 1")
    assert ".nix' doesn't exist" in told("1 = (SELECT 1 FROM nix)")
    assert told("t.id = = :v", v="secret").endswith("1064 PARSE_ERROR")
    assert "secret" not in told("updatexml(t.v, concat('~', t.v), 1) = extractvalue(1, concat('~', t.v))")


def test_keys_that_the_database_may_still_give_to_somebody_are_known(database: Database) -> None:
    database.run(
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (5, 0)",
        "CREATE SEQUENCE s",
        "CREATE TABLE u (id bigint DEFAULT nextval(s) PRIMARY KEY)",
        "CREATE TABLE w (id int PRIMARY KEY)",
    )

    with database.reading() as snapshot:
        counted = [key for key in (4, 5, 6, 7) if snapshot.hands_out(snapshot.table("t"), key=(key,))]
        assert counted == [6, 7]
        assert snapshot.hands_out(snapshot.table("u"), key=(1,))
        assert not snapshot.hands_out(snapshot.table("w"), key=(1,))
