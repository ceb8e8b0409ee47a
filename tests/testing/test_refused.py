from collections.abc import Mapping
from typing import Any

import pytest

from hffix.errors.project import BadTestData
from hffix.testing import plan
from tests.testing.conftest import Bench

CLEAN = 'fix.clean("loan", "lent_on", cleaners.date, at_most=9)\n'
ROWS = {"loan": [{"no": 1, "lent_on": "2024/3/5"}]}

REFUSED: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], str]] = {
    "a table of the scope that is not given": (
        {"person": [{"no": 1}]}, {}, "0007_x.py works on loan; give its rows to plan",
    ),
    "a table without rows": (
        {"loan": []}, {}, "table loan: without a row its columns are unknown; make it in the schema",
    ),
    "rows that are no list": ({"loan": {"no": 1}}, {}, "table loan: rows are a list of dicts"),
    "a row that is no dict": ({"loan": [(1, "2024/3/5")]}, {}, "table loan, row 1: a row is a dict of column names"),
    "a column that one row lacks": (
        {"loan": [{"no": 1, "lent_on": "x"}, {"no": 2}]}, {},
        "table loan, row 2: every row has the same columns; lent_on is in some only",
    ),
    "a column that only one row has": (
        {"loan": [{"no": 1, "lent_on": "x"}, {"no": 2, "lent_on": "x", "letn_on": "x"}]}, {},
        "table loan, row 2: every row has the same columns; letn_on is in some only",
    ),
    "a value that no column holds": (
        {"loan": [{"no": 1, "lent_on": ["x"]}]}, {}, "loan.lent_on: list is no value of a column",
    ),
    "two rows of one key": (
        {"loan": [{"no": 1, "lent_on": "x"}] * 2}, {}, "table loan: UNIQUE constraint failed: loan.no",
    ),
    "a key that is NULL": (
        {"loan": [{"no": None, "lent_on": "x"}]}, {}, "table loan: NOT NULL constraint failed: loan.no",
    ),
    "a key of no column": (ROWS, {"keys": {"loan": "nr"}}, "keys: nr is no column of the rows of loan"),
    "a key of no table": (ROWS, {"keys": {"laon": "no"}}, "keys names laon, of which no rows are given"),
    "a schema that is no SQL": (ROWS, {"schema": "CREATE TALBE x"}, 'the schema: near "TALBE": syntax error'),
    "a file that the fix does not name": (
        ROWS, {"files": {"banks.csv": "x"}}, "files: 0007_x.py names no file banks.csv",
    ),
    "a param that is no text": (ROWS, {"params": {"x": b"x"}}, "param x: bytes cannot be written as text"),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "more", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_in_a_test_is_told(
    bench: Bench, tables: Mapping[str, Any], more: Mapping[str, Any], message: str
) -> None:
    script = bench.script(CLEAN)
    with pytest.raises(BadTestData) as refused:
        plan(script, tables, **more)
    assert refused.value.message == message


def test_a_file_that_the_fix_names_must_be_given(bench: Bench) -> None:
    script = bench.script('fix.corrections("banks.csv", table="loan", writes="lent_on", at_most=9)\n')
    with pytest.raises(BadTestData, match=r"0007_x\.py takes banks\.csv; give it to plan in files={…}"):
        plan(script, ROWS)


def test_a_file_has_no_folder(bench: Bench) -> None:
    script = bench.script('fix.corrections("in/banks.csv", table="loan", writes="lent_on", at_most=9)\n')
    with pytest.raises(BadTestData, match="is a path"):
        plan(script, ROWS, files={"in/banks.csv": "x"})


def test_rows_of_a_file_have_the_same_columns(bench: Bench) -> None:
    script = bench.script('fix.corrections("banks.csv", table="loan", writes="lent_on", at_most=9)\n')
    lines = [{"no": 1, "column": "lent_on", "value": "x", "expected": "y"}, {"no": 2, "column": "x", "value": "y"}]
    with pytest.raises(BadTestData, match=r"file banks\.csv, row 2: .* expected is in some only"):
        plan(script, ROWS, files={"banks.csv": lines})


def test_only_what_load_gave_is_planned(bench: Bench) -> None:
    with pytest.raises(BadTestData, match="plan takes what load gave"):
        plan(pytest, ROWS)  # type: ignore[arg-type,unused-ignore]


def test_a_table_that_the_fix_does_not_touch_is_no_table_without_changes(bench: Bench) -> None:
    planned = plan(bench.script(CLEAN), ROWS)
    for ask in (planned.after, planned.deleted, planned.reasons):
        with pytest.raises(BadTestData, match="the fix touches no table laon; it touches loan"):
            ask("laon")
