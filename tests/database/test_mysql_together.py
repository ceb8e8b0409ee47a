from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hffix.database import Snapshot
from hffix.database.mysql import MySQL
from hffix.database.mysql_driver import Answer, Driver
from hffix.database.mysql_keys import among, runs
from hffix.database.session import Row
from hffix.errors.targets import QueryFailed
from hffix.model.value import Typed, UnreadableText
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database

TABLE = (
    "CREATE TABLE t (id int PRIMARY KEY, s varchar(20), m varchar(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin,"
    " c char(9) NOT NULL, d decimal(7,3), z int(5) zerofill, w text COLLATE utf8mb4_bin, day date NOT NULL,"
    " at datetime(3), e enum('', 'b'), l varchar(9) CHARACTER SET latin1, b varbinary(9), f double)"
)
ROWS = (
    "INSERT INTO t VALUES"
    " (1, '', '中', 'c  ', -1.5, 7, '张''\\\\\\n\\r\\0', '0000-00-00', NULL, '', 'é', x'1F1EFF', 0.1),"
    " (2, NULL, NULL, '', NULL, NULL, NULL, '2024-02-30', '2024-02-30 10:00:00.5', NULL, NULL, NULL, NULL),"
    " (3, ' x ', 'é', ' a', 0, 0, '𠮷', '9999-12-31', '0000-00-00', 'b', '', x'', 1e300)"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        made.run(TABLE, ROWS)
        yield made


def found(snapshot: Snapshot, *keys: int) -> list[Row]:
    return list(snapshot.rows(snapshot.table("t"), keys=[(key,) for key in keys or (1, 2, 3)]).values())


class Asked:
    """The statements that a driver was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[str] = []
        asking = Driver.ask

        def ask(driver: Driver, sql: str) -> Answer:
            if " FROM `t` AS t " in sql:
                self.rows.append(sql)
            return asking(driver, sql)

        monkeypatch.setattr(Driver, "ask", ask)

    @property
    def together(self) -> list[bool]:
        return ["CONCAT('\x1f'" in sql or "CONCAT(IFNULL(CONCAT('\x1f'" in sql for sql in self.rows]


def apart(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    with monkeypatch.context() as patched:
        patched.setattr("hffix.database.mysql_together.LEAST", 99)
        return found(snapshot)


@pytest.mark.parametrize("most", [512 * 1024, 1])
def test_values_that_are_read_together_are_those_that_are_read_one_by_one(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("hffix.database.mysql_together.MOST_CUT", most)
    asked = Asked(monkeypatch)
    with database.reading() as snapshot:
        rows = found(snapshot)
        assert repr(rows) == repr(apart(snapshot, monkeypatch))

    assert asked.together == [True, False]
    assert rows[0] == (
        1, "", "中", "c", Decimal("-1.500"), 7, "张'\\\n\r\0", Typed("date", "0000-00-00"), None, "", "é",
        b"\x1f\x1e\xff", 0.1,
    )  # fmt: skip
    assert rows[1][:6] == (2, None, None, "", None, None)


@pytest.mark.parametrize("value", ["\x1f", "\x1e", "a\x1fb", "\x1f\x1e", "\x1e\x1f"])
@pytest.mark.parametrize("column", ["s", "m", "w", "c"])
def test_a_value_with_a_mark_in_it_is_read_as_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch, column: str, value: str
) -> None:
    database.run(f"UPDATE t SET {column} = '{value}' WHERE id = 2")
    asked = Asked(monkeypatch)
    with database.reading() as snapshot:
        rows = found(snapshot)
        assert rows == apart(snapshot, monkeypatch)
        assert found(snapshot) == rows

    assert value in rows[1]
    assert asked.together == [True, False, False, False]


def test_bytes_that_are_no_utf8_are_told_as_they_are_stored(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run("CREATE TABLE raw (id int PRIMARY KEY, a int NOT NULL, s varbinary(9))")
    database.run("INSERT INTO raw VALUES (1, 0, x'61FF')")
    with database.reading() as snapshot:
        # As a table holds them that somebody else's tools put into its file.
        table = snapshot.table("raw")
        text = next(column for column in snapshot.table("t").columns if column.name == "s")
        monkeypatch.setattr(snapshot, "table", lambda _: None)
        table = type(table)(
            **{
                **{name: getattr(table, name) for name in table.__dataclass_fields__},
                "columns": (*table.columns[:2], text),
            }
        )
        assert snapshot.rows(table, keys=[(1,)]) == {(1,): (1, 0, UnreadableText(b"a\xff"))}


def test_a_row_that_is_too_long_for_one_text_is_read_value_by_value(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = 9 * 1024 * 1024
    database.run(
        "ALTER TABLE t MODIFY w longtext, MODIFY s longtext",
        f"UPDATE t SET w = repeat('w', {half}), s = repeat('s', {half}) WHERE id = 2",
    )
    asked = Asked(monkeypatch)
    with database.reading() as snapshot:
        (row,) = found(snapshot, 2)

    assert (row[1], row[6]) == ("s" * half, "w" * half)
    assert asked.together == [True, False]


def test_what_an_author_selects_beside_the_columns_is_refused_or_read_as_ever(database: Database) -> None:
    with database.reading() as snapshot:
        table = snapshot.table("t")
        columns = ("s", "d", "e")
        ((*rows,),) = snapshot.scan(table, columns=columns, expressions=["t.id + 1", "t.b -- a note"])
        assert [row[-2:] for row in rows] == [(2, b"\x1f\x1e\xff"), (3, None), (4, b"")]
        assert rows[0][:-2] == (1, "", Decimal("-1.500"), "")
        with pytest.raises(QueryFailed, match="the server warned"):
            list(snapshot.scan(table, columns=columns, expressions=["t.l + 1"]))
        with pytest.raises(QueryFailed, match=r"Unknown column 't\.nix'"):
            list(snapshot.scan(table, columns=columns, expressions=["t.nix"]))
        assert list(snapshot.scan(table, columns=columns, where=["t.id > 9"])) == []


@pytest.mark.parametrize(
    ("keys", "conditions"),
    [
        ((5, 3, 4), ["t.`id` BETWEEN 3 AND 4 OR t.`id` = 5"]),
        ((-1, 0, 1, 0), ["t.`id` BETWEEN -1 AND 0 OR t.`id` = 1"]),
        ((3,), ["t.`id` = 3"]),
        ((1, 3), ["(t.`id`) IN ((1), (3))"]),
        (
            (*range(20), *range(30, 40)),
            ["t.`id` BETWEEN 0 AND 18 OR t.`id` = 19 OR t.`id` BETWEEN 30 AND 38 OR t.`id` = 39"],
        ),
        ((), []),
        ((1, "2", 3), ["(t.`id`) IN ((1), (2), (3))"]),
    ],
)
def test_keys_that_follow_each_other_are_asked_for_as_runs(
    database: Database, keys: tuple[int, ...], conditions: list[str]
) -> None:
    with database.reading() as snapshot:
        assert isinstance(snapshot, MySQL)
        table, asked = snapshot.table("t"), [(key,) for key in keys]
        assert list(among(table, asked, runs(table, asked))) == conditions


@pytest.mark.parametrize(
    "keys", [range(1, 500), range(1, 1000, 2), [*range(1, 400), *range(500, 900)], range(300, 700), [999]]
)
def test_rows_are_found_and_locked_by_runs_and_no_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, keys: range | list[int]
) -> None:
    database.run("CREATE TABLE k (id int PRIMARY KEY, v int)", "INSERT INTO k SELECT seq, seq FROM seq_1_to_1000")
    database.engine.hurry(monkeypatch)
    rest = sorted(set(range(1, 1001)) - set(keys))
    with database.writing() as session, database.writing() as other:
        table = session.table("k")
        # As long as the other has them, nobody waits for a row that he did not ask for.
        for own, theirs in ((keys, rest), (rest, keys)):
            session.begin()
            assert session.lock(table, keys=[(key,) for key in own]) == {(key,): (key, key) for key in own}
            other.begin()
            assert len(other.lock(table, keys=[(key,) for key in theirs])) == len(theirs)
            other.rollback()
            session.rollback()


def test_the_row_after_a_run_whose_last_row_is_gone_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run("CREATE TABLE k (id int PRIMARY KEY)", "INSERT INTO k SELECT seq FROM seq_1_to_9 WHERE seq <> 5")
    database.engine.hurry(monkeypatch)
    keys: list[Row] = [(1,), (2,), (3,), (4,), (5,)]
    with database.writing() as session, database.outsider() as outsider:
        table = session.table("k")
        outsider.run("START TRANSACTION", "SELECT * FROM k WHERE id = 6 FOR UPDATE")
        session.begin()
        assert list(session.lock(table, keys=keys)) == keys[:4]
        assert list(session.rows(table, keys=keys)) == keys[:4]
