from pathlib import Path

import pytest

from hffix.model.value import Canonical
from tests.workflow.planning import Desk, desk_at


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk for all: a plan changes nothing in the target."""
    return desk_at(tmp_path_factory.mktemp("decisions"))


def rows(body: str, *, writes: str = '"state"', reads: str = "day: str", more: str = "") -> str:
    return f'@fix.rows("t", writes={writes}, at_most=9{more})\ndef f({reads}):\n    {body}\n'


@pytest.mark.parametrize(
    ("reads", "declined"),
    [
        ("raw: str", {"2": "not str", "3": "not str", "4": "not str", "5": "not str"}),
        ("raw: str | None", {"2": "not str", "3": "not str", "4": "not str"}),
        ("raw: bytes", {"1": "not bytes", "2": "not bytes", "4": "not bytes", "5": "not bytes"}),
        ("raw: int", {"1": "not int", "2": "not int", "3": "not int", "5": "not int"}),
        ("raw", {}),
        ("amount: Decimal", {"2": "not Decimal", "3": "not Decimal", "4": "not Decimal"}),
        ("amount: float, raw: bytes", {"1": "not float", "2": "not float", "4": "not float", "5": "not float"}),
    ],
)
def test_a_value_that_does_not_fit_its_annotation_never_reaches_the_function(
    desk: Desk, reads: str, declined: dict[object, str]
) -> None:
    assert desk.declined(rows('return "9"', reads=reads)) == declined


def test_what_a_function_declines_is_left_with_its_reason(desk: Desk) -> None:
    text = rows('if day != "2024/3/5": raise Unresolved("another day")\n    return "9"', reads="day")

    assert desk.declined(text) == {"2": "another day", "3": "another day", "4": "another day"}
    assert desk.after(text) == {"1": {"state": "9"}, "5": {"state": "9"}}


TEXTS = "typeof(t.raw) = 'text'"


@pytest.mark.parametrize(
    ("column", "where", "result", "after"),
    [
        ("amount", "id < 4", "Decimal('5')", {key: {"int": "5"} for key in "123"}),
        ("amount", "id < 4", "Decimal('5.50')", {key: {"float": "5.5"} for key in "123"}),
        ("amount", "id < 4", "'1,000'", dict.fromkeys("123", "1,000")),
        ("amount", "id < 4", "'0012'", {}),
        ("amount", "id < 4", "12345678901234567890", {}),
        ("amount", "id < 4", "float('nan')", {}),
        # A decimal is stored as the cell was: in a column without a type, text stays text.
        ("raw", TEXTS, "Decimal('5.50')", {"1": "5.50", "2": "5.50"}),
        ("raw", "id = 4", "Decimal('6.00')", {"4": {"int": "6"}}),
        ("raw", "id < 3", "b'x'", {key: {"bytes": "eA=="} for key in "12"}),
        ("day", "id < 3", "7", dict.fromkeys("12", "7")),
        ("day", "id < 3", "True", dict.fromkeys("12", "1")),
    ],
)
def test_after_images_are_what_the_column_will_hold(
    desk: Desk, column: str, where: str, result: str, after: dict[str, Canonical]
) -> None:
    changed = desk.after(rows(f"return {result}", writes=f'"{column}"', reads=column, more=f', where="{where}"'))

    assert changed == {key: {column: value} for key, value in after.items()}


def test_what_the_column_would_not_hold_goes_to_people(desk: Desk) -> None:
    assert desk.declined(rows('return "0012"', writes='"amount"', reads="id", more=', where="id = 1"')) == {
        "1": "the column would lose a digit, a character or a sign"
    }


@pytest.mark.parametrize("annotation", ["", ": Decimal"])
def test_a_value_that_is_returned_as_it_came_is_no_change(desk: Desk, annotation: str) -> None:
    for column in ("day", "amount", "raw"):
        assert desk.lines(rows(f"return {column}", writes=f'"{column}"', reads=f"{column}{annotation}")) == []


def test_another_storage_class_of_an_equal_number_is_a_change(desk: Desk) -> None:
    text = rows("return 5.0", writes='"raw"', reads="raw: int")

    assert desk.after(text) == {"4": {"raw": {"float": "5.0"}}}


def test_a_function_of_several_columns_changes_those_that_it_names(desk: Desk) -> None:
    text = rows(
        'return {"when": "x"} if id == 1 else {"state": "y", "when": day}',
        writes='("when", "state")',
        reads="id, day",
        more=', columns={"when": "day"}, where="id < 3"',
    )

    assert desk.after(text) == {"1": {"day": "x"}, "2": {"state": "y"}}


def test_a_column_that_is_no_python_name_is_renamed_everywhere(tmp_path: Path) -> None:
    table = '"开 户"'
    desk = desk_at(
        tmp_path,
        tables=f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, \"KHRQ#\" TEXT); INSERT INTO {table} VALUES (1, 'x')",
    )
    text = (
        '@fix.rows("开 户", writes="opened", columns={"opened": "KHRQ#"}, at_most=1)\n'
        'def f(opened: str): return opened + "!"'
    )

    (line,) = desk.lines(text)
    assert (line.table, line.before, line.after) == ("开 户", {"KHRQ#": "x"}, {"KHRQ#": "x!"})


def test_null_is_written_where_the_scope_says_so(desk: Desk) -> None:
    text = rows("return None", writes='"state"', reads="id", more=', to_null=True, where="id IN (1, 4, 5)"')

    assert desk.after(text) == {"1": {"state": None}, "4": {"state": None}}


# Each call gives the next number, so that after-images tell which rows were answered by one call.
COUNTING = "from itertools import count\ncalls = count()\n"


def test_a_function_is_asked_once_for_rows_of_the_same_arguments(desk: Desk) -> None:
    text = COUNTING + '@fix.rows("part", writes="note", at_most=9)\ndef f(note): return f"{len(note)}:{next(calls)}"'
    desk.office.run_script("UPDATE part SET note = 'same' WHERE no < 10")

    after = [line.after for line in desk.lines(text)]

    desk.office.run_script("UPDATE part SET note = ' z ' WHERE no < 10")
    assert after == [{"note": "4:0"}, {"note": "4:0"}, {"note": "4:0"}, {"note": "3:1"}]


def test_equal_numbers_of_different_kinds_are_different_arguments(tmp_path: Path) -> None:
    desk = desk_at(
        tmp_path,
        tables="CREATE TABLE t (id INTEGER PRIMARY KEY, v, w);"
        "INSERT INTO t (v, w) VALUES (1, ''), (1.0, ''), ('1', ''), (x'31', ''), (1, ''), (1.0, ''), (NULL, '')",
    )
    text = '@fix.rows("t", writes="w", at_most=9)\ndef f(v, w): return type(v).__name__'

    assert [line.after for line in desk.lines(text)] == [
        {"w": name} for name in ("int", "float", "str", "bytes", "int", "float", "NoneType")
    ]


def test_a_row_in_the_scope_of_two_keeps_each_to_its_own_where(desk: Desk) -> None:
    text = (
        'fix.sql("t", {"state": "\'even\'"}, where="id % 2 = 0 -- OR 1", at_most=9)\n'
        'fix.sql("t", {"raw": "\'odd\'"}, where="id % 2 = 1", at_most=9)\n'
    )
    assert desk.after(text) == {key: {"raw": "odd"} if int(key) % 2 else {"state": "even"} for key in "12345"}


def test_a_column_computed_by_the_database_is_settled_like_any_other(desk: Desk) -> None:
    values = """{"amount": "t.amount * 2", "day": "replace(day, '/', '-')"}"""
    text = f'fix.sql("t", {values}, where="id IN (1, 3)", at_most=9)'

    assert desk.after(text) == {
        "1": {"amount": {"int": "2000"}, "day": "2024-3-5"}, "3": {"amount": {"int": "25"}},
    }  # fmt: skip


def test_a_null_for_a_column_that_takes_none_goes_to_people(desk: Desk) -> None:
    desk.office.run_script("ALTER TABLE t ADD COLUMN kind TEXT NOT NULL DEFAULT 'x'")
    counts = desk.plan(rows("return None", writes='"kind"', reads="id", more=", to_null=True")).manifest.counts

    assert (counts.changed, counts.reasons) == (0, {"the column takes no NULL": 5})
