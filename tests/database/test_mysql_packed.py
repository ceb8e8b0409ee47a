from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hffix.database.mysql_driver import Driver
from hffix.database.mysql_packed import packed
from hffix.database.mysql_session import MySQLSession
from hffix.database.mysql_wire import asking_for_bulk, offers_bulk
from hffix.errors.targets import QueryFailed, WriteRefused
from hffix.model.value import Raw, Typed, UnreadableText
from tests.conformance.conftest import engine_named
from tests.conformance.engine import Database

TABLE = (
    "CREATE TABLE t (id int PRIMARY KEY, n bigint, d decimal(7,2), s varchar(300), l varchar(9) CHARACTER SET latin1,"
    " g varchar(9) CHARACTER SET gbk, b varbinary(300), o longtext, dt datetime(2), e enum('a', 'b'),"
    " f float, x bit(9))"
)
COLUMNS = ("id", "n", "d", "s", "l", "g", "b", "o", "dt", "e", "f", "x")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with engine_named("mysql").fresh(tmp_path) as made:
        made.run(TABLE)
        yield made


def of_all_kinds(number: int) -> dict[str, Raw]:
    odd = number % 2
    return {
        "id": number,
        "n": (-(2**63), 2**63 - 1, None, 0)[number % 4],
        "d": Decimal("-12345.67") if odd else None,
        "s": ("", "it's \\ 张\x00\x1e\x1f\r\n\t", "é" * 130, "x" * 251)[number % 4],
        "l": "é" if odd else None,
        "g": "中",
        "b": (b"", bytes(range(256)))[odd],
        "o": None,
        "dt": Typed("datetime", "2024-02-30 10:00:00.50"),
        "e": "a" if odd else "b",
    }


def inserted(session: MySQLSession, rows: list[dict[str, Raw]]) -> dict[tuple[Raw, ...], tuple[Raw, ...]]:
    table, columns = session.table("t"), tuple(rows[0])
    session.begin()
    session.insert(table, columns=columns, rows=[tuple(row.values()) for row in rows])
    found = session.rows(table, keys=[(row["id"],) for row in rows])
    session.rollback()
    return found


@pytest.mark.parametrize("most", [4_000_000, 3_000, 1])
@pytest.mark.parametrize("more", [{}, {"f": 0.1}, {"x": b"\x01\xff"}, {"g": UnreadableText(b"\xa6\xd9")}, {"n": 2**63}])
def test_packed_rows_are_the_same_rows_as_parsed_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int, more: dict[str, Raw]
) -> None:
    monkeypatch.setattr("hffix.database.mysql_packed.MOST_PACKED", most)
    rows = [of_all_kinds(number) for number in range(40)]
    if "n" in more:
        database.run("ALTER TABLE t MODIFY n bigint unsigned")
        rows = [{**row, "n": number} for number, row in enumerate(rows)]
    rows[7].update(more)
    rows = [{column: row.get(column) for column in COLUMNS} for row in rows]

    with database.writing() as session:
        assert isinstance(session, MySQLSession)
        assert session._driver.packs
        by_packing = inserted(session, rows)
        session._driver.packs = False
        by_parsing = inserted(session, rows)

    assert repr(by_packing) == repr(by_parsing)
    assert list(by_packing.values()) == [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", 3), ("id", None), ("d", Decimal("1.005")), ("d", Decimal(123456)),
        ("s", "x" * 301), ("l", "张"), ("b", b"x" * 301), ("dt", Typed("datetime", "soon")), ("e", "c"),
        ("s", "x" * 300 + " "),
    ],
)  # fmt: skip
def test_what_is_refused_of_parsed_rows_is_refused_of_packed_ones_in_the_same_words(
    database: Database, column: str, value: Raw
) -> None:
    rows = [of_all_kinds(number) for number in range(40)]
    rows[21][column] = value
    told = []
    for packs in (True, False):
        with database.writing() as session:
            assert isinstance(session, MySQLSession)
            session._driver.packs = packs
            with pytest.raises(WriteRefused) as refused:
                inserted(session, rows)
        told.append(refused.value.message)

    assert told[0] == told[1]
    assert database.ask("SELECT count(*) FROM t") == [(0,)]


def test_values_of_which_equal_ones_are_not_the_same_are_each_sent() -> None:
    (told,) = packed("INSERT INTO t", [[1, 2], [Decimal("1.0"), Decimal("1.00")], ["a", "a"], [None, None]]) or []

    assert told.sql == "INSERT INTO t VALUES (?, ?, 'a', NULL)"
    assert told.rows.count(b"1.0") == 2
    assert packed("INSERT INTO t", [[1, 2], [1, "1"]]) is None
    assert packed("INSERT INTO t", [[1, 2], [1.0, 1.0]]) is None
    assert packed("INSERT INTO t", [[1, 2], [True, 1]]) is None


def test_a_server_that_allows_no_prepared_statement_is_given_parsed_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(driver: Driver, sql: str) -> bytes:
        driver.ask(sql.replace("?", "nothing"))
        raise AssertionError

    monkeypatch.setattr(Driver, "_prepare", refused)
    rows = [of_all_kinds(number) for number in range(40)]
    with database.writing() as session:
        assert isinstance(session, MySQLSession)
        assert len(inserted(session, rows)) == 40
        assert not session._driver.packs


def test_after_a_refusal_the_connection_goes_on(database: Database) -> None:
    rows = [of_all_kinds(number) for number in range(40)]
    with database.writing() as session:
        assert isinstance(session, MySQLSession)
        with pytest.raises(WriteRefused, match="1062"):
            inserted(session, [*rows, rows[0]])
        with pytest.raises(QueryFailed):
            session.single("SELECT nothing")
        assert len(inserted(session, rows)) == 40


GREETING = b"\x0a5.5.5-10.11.19-MariaDB\x00" + bytes(4) + b"saltsalt\x00"


@pytest.mark.parametrize(
    ("capabilities", "bulk"),
    [
        (b"\xfe\xf7\x2d\x02\x00\xff\x81\x15" + bytes(6) + b"\x1d\x00\x00\x00", True),
        (b"\xfe\xf7\x2d\x02\x00\xff\x81\x15" + bytes(6) + b"\x03\x00\x00\x00", False),
        (b"\xff\xf7\x2d\x02\x00\xff\x81\x15" + bytes(10), False),
        (b"\xff\xf7\x2d\x02\x00\xff\x81\x15" + bytes(6) + b"\x1d\x00\x00\x00", False),
        (b"\xfe\xf7", False),
    ],
)
def test_only_a_server_that_offers_it_is_asked_to_take_rows_in_bulk(capabilities: bytes, bulk: bool) -> None:
    assert offers_bulk(GREETING + capabilities) is bulk
    assert not offers_bulk(b"")


def test_asking_for_bulk_changes_nothing_else_of_the_answer() -> None:
    answer = b"\x8d\xa2\x3a\x00" + b"\xff\xff\xff\x00" + b"\x2d" + bytes(23) + b"root\x00rest"

    asked = asking_for_bulk(answer)

    assert asked == b"\x8c\xa2\x3a\x00" + answer[4:28] + b"\x04\x00\x00\x00" + answer[32:]
