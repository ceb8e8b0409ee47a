from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from hffix.errors.fixes import (
    BadCorrections,
    BadParam,
    FunctionFailed,
    KeepsBroken,
    RequiresUnmet,
    TooManyChanges,
    UnknownColumn,
)
from hffix.errors.targets import QueryFailed
from hffix.testing import Change, LeftRow, Rows, UnreadableText, plan
from hffix.testing.values import FileContent
from tests.testing.conftest import HEAD, Bench

CLEAN = 'fix.clean("loan", "lent_on", cleaners.date, at_most=9)\n'
LOANS = [
    {"loan_no": "L1", "lent_on": "2024/3/5"},
    {"loan_no": "L2", "lent_on": "2024-03-06"},
    {"loan_no": "L3", "lent_on": "2024-02-30"},
    {"loan_no": "L4", "lent_on": None},
]


def test_a_change_has_its_row_s_table_key_and_values_in_plain_python(bench: Bench) -> None:
    planned = plan(bench.script(CLEAN), {"loan": LOANS})
    assert planned.changes == (
        Change(
            table="loan",
            key="L1",
            kind="update",
            before={"lent_on": "2024/3/5"},
            after={"lent_on": "2024-03-05"},
            case=None,
            origin=None,
        ),
    )


def test_a_row_that_is_left_to_people_has_its_reason(bench: Bench) -> None:
    planned = plan(bench.script(CLEAN), {"loan": LOANS})
    assert planned.unresolved == (LeftRow(table="loan", key="L3", reason="INVALID_DATE: no such day", origin=None),)
    assert planned.reasons("loan") == {"L3": "INVALID_DATE: no such day"}


def test_the_counts_are_those_that_a_manifest_would_state(bench: Bench) -> None:
    counts = plan(bench.script(CLEAN), {"loan": LOANS}).counts
    assert (counts.scanned, counts.changed, counts.unchanged, counts.unresolved) == (4, 1, 2, 1)


def test_the_first_column_is_the_key_where_nothing_else_is_said(bench: Bench) -> None:
    rows = [{"no": 7, "lent_on": "2024/3/5"}, {"no": 8, "lent_on": "2024/3/6"}]
    planned = plan(bench.script(CLEAN), {"loan": rows})
    assert planned.after("loan") == {7: {"lent_on": "2024-03-05"}, 8: {"lent_on": "2024-03-06"}}


@pytest.mark.parametrize("key", [("bank", "no"), ["bank", "no"]])
def test_a_key_of_several_columns_is_a_tuple_in_the_key_s_order(bench: Bench, key: list[str]) -> None:
    rows = [{"lent_on": "2024/3/5", "no": 1, "bank": "b"}, {"lent_on": "2024/3/5", "no": 1, "bank": "a"}]
    planned = plan(bench.script(CLEAN), {"loan": rows}, keys={"loan": key})
    assert [change.key for change in planned.changes] == [("a", 1), ("b", 1)]


def test_one_column_of_many_may_be_the_key(bench: Bench) -> None:
    planned = plan(bench.script(CLEAN), {"loan": [{"lent_on": "2024/3/5", "no": 1}]}, keys={"loan": "no"})
    assert list(planned.after("loan")) == [1]


def test_values_are_held_as_sqlite_would_hold_them(bench: Bench) -> None:
    text = '@fix.rows("t", writes="note", at_most=99)\ndef f(kind, raw, note): return f"{kind} {raw!r}"\n'
    given: dict[str, object] = {
        "text": "x", "int": 12, "true": True, "decimal": Decimal("12.50"), "float": 1.5, "bytes": b"\x00", "none": None,
        "day": date(2024, 3, 5), "moment": datetime(2024, 3, 5, 12, 30), "hour": time(12, 30),  # noqa: DTZ001
        "uuid": UUID(int=1),
    }  # fmt: skip
    rows = [{"kind": kind, "raw": value, "note": ""} for kind, value in given.items()]
    after = plan(bench.script(text), {"t": rows}).after("t")
    assert {kind: cells["note"] for kind, cells in after.items()} == {
        "text": "text 'x'",
        "int": "int 12",
        "true": "true 1",
        "decimal": "decimal '12.50'",
        "float": "float 1.5",
        "bytes": "bytes b'\\x00'",
        "none": "none None",
        "day": "day '2024-03-05'",
        "moment": "moment '2024-03-05 12:30:00'",
        "hour": "hour '12:30:00'",
        "uuid": "uuid '00000000-0000-0000-0000-000000000001'",
    }


def test_money_is_a_text_that_a_decimal_parameter_takes(bench: Bench) -> None:
    text = '@fix.rows("loan", writes="amount", at_most=9)\ndef f(amount: Decimal) -> Decimal: return amount * 2\n'
    planned = plan(bench.script(text), {"loan": [{"no": 1, "amount": Decimal("10.50")}]})
    assert planned.after("loan") == {1: {"amount": "21.00"}}


def test_a_text_that_is_no_utf8_can_be_given_and_is_left_to_people(bench: Bench) -> None:
    planned = plan(bench.script(CLEAN), {"loan": [{"no": 1, "lent_on": UnreadableText("日".encode("gbk"))}]})
    assert planned.reasons("loan") == {1: "not str"}


def test_a_schema_gives_the_exact_tables(bench: Bench) -> None:
    schema = "CREATE TABLE loan (no INTEGER PRIMARY KEY, lent_on TEXT, year TEXT AS (substr(lent_on, 1, 4)))"
    text = 'fix.clean("loan", "lent_on", cleaners.date, where="t.year = \'2024\'", at_most=9)\n'
    rows = [{"no": 1, "lent_on": "2024/3/5"}, {"no": 2, "lent_on": "2023/3/5"}]
    assert list(plan(bench.script(text), {"loan": rows}, schema=schema).after("loan")) == [1]


def test_a_table_of_the_schema_may_be_empty(bench: Bench) -> None:
    schema = "CREATE TABLE loan (no INTEGER PRIMARY KEY, lent_on TEXT) -- the end"
    planned = plan(bench.script(CLEAN), {"loan": []}, schema=schema)
    assert (planned.changes, planned.counts.scanned) == ((), 0)


def test_orphans_can_be_given(bench: Bench) -> None:
    schema = (
        "CREATE TABLE person (no INTEGER PRIMARY KEY); "
        "CREATE TABLE loan (no INTEGER PRIMARY KEY, person INTEGER REFERENCES person)"
    )
    text = 'fix.delete("loan", where="NOT EXISTS (SELECT 1 FROM person WHERE person.no = t.person)", at_most=9)\n'
    rows = {"person": [{"no": 1}], "loan": [{"no": 1, "person": 1}, {"no": 2, "person": 9}]}
    planned = plan(bench.script(text), rows, schema=schema)
    assert planned.deleted("loan") == (2,)
    assert planned.changes[0].before == {"no": 2, "person": 9}


CORRECTIONS = 'fix.corrections("banks.csv", table="loan", writes=("lent_on", "note"), to_null=True, at_most=9)\n'


def test_corrections_are_given_as_rows_and_keep_their_origin(bench: Bench) -> None:
    rows = [{"no": "L1", "lent_on": "5 March", "note": "x"}, {"no": "L2", "lent_on": "6 March", "note": "x"}]
    sent = [
        {"no": "L1", "column": "lent_on", "value": date(2024, 3, 5), "origin": "banks.xlsx!1!2"},
        {"no": "L1", "column": "note", "value": None, "origin": "banks.xlsx!1!3"},
        {"no": "L2", "column": "note", "value": r"\N", "origin": "banks.xlsx!1!4"},
    ]
    planned = plan(bench.script(CORRECTIONS), {"loan": rows}, files={"banks.csv": sent})
    assert planned.after("loan") == {"L1": {"lent_on": "2024-03-05", "note": None}, "L2": {"note": r"\N"}}
    assert [change.origin for change in planned.changes] == ["banks.xlsx!1!2, banks.xlsx!1!3", "banks.xlsx!1!4"]


@pytest.mark.parametrize("kind", ["text", "bytes", "path"])
def test_a_file_may_be_given_as_it_is(bench: Bench, kind: str) -> None:
    text = "no,column,value\nL1,lent_on,2024-03-05\n"
    given: dict[str, FileContent] = {"text": text, "bytes": text.encode(), "path": bench.write("sent.csv", text)}
    rows = [{"no": "L1", "lent_on": "5 March", "note": "x"}]
    planned = plan(bench.script(CORRECTIONS), {"loan": rows}, files={"banks.csv": given[kind]})
    assert planned.after("loan") == {"L1": {"lent_on": "2024-03-05"}}


def test_faults_of_a_file_are_told_as_in_production(bench: Bench) -> None:
    sent = [{"no": "L9", "column": "lent_on", "value": "2024-03-05"}]
    with pytest.raises(BadCorrections, match="line 2: no such row in loan"):
        plan(
            bench.script(CORRECTIONS),
            {"loan": [{"no": "L1", "lent_on": "x", "note": "x"}]},
            files={"banks.csv": sent},
        )


LOOKUP = """
fix.lookup("order_of", file="orders.csv", key="bank", value="order")
@fix.rows("loan", writes="lent_on", at_most=9)
def lent_on(lent_on: str, bank: str, *, order_of: Mapping[str, str]) -> str | None:
    if bank not in order_of:
        raise Unresolved("the bank has declared no format")
    return cleaners.date(lent_on, order=order_of[bank])
"""
BANKS = [{"no": 1, "lent_on": "3/4/2024", "bank": "102"}, {"no": 2, "lent_on": "3/4/2024", "bank": "103"}]


def test_a_lookup_is_given_as_rows(bench: Bench) -> None:
    planned = plan(bench.script(LOOKUP), {"loan": BANKS}, files={"orders.csv": [{"bank": "102", "order": "dmy"}]})
    assert planned.after("loan") == {1: {"lent_on": "2024-04-03"}}
    assert planned.reasons("loan") == {2: "the bank has declared no format"}


def test_a_lookup_beside_the_script_is_taken_unless_the_test_gives_its_own(bench: Bench) -> None:
    bench.write("fixes/orders.csv", "bank,order\n103,mdy\n")
    script = bench.script(LOOKUP)
    assert plan(script, {"loan": BANKS}).after("loan") == {2: {"lent_on": "2024-03-04"}}
    own = plan(script, {"loan": BANKS}, files={"orders.csv": [{"bank": "102", "order": "dmy"}]})
    assert own.after("loan") == {1: {"lent_on": "2024-04-03"}}


def test_a_lookup_in_a_table_needs_its_rows(bench: Bench) -> None:
    text = LOOKUP.replace('file="orders.csv"', 'table="bank"').replace('key="bank"', 'key="code"')
    planned = plan(bench.script(text), {"loan": BANKS, "bank": [{"code": "102", "order": "dmy"}]})
    assert list(planned.after("loan")) == [1]


PARAMS = """
@fix.rows("loan", writes="note", where="t.lent_on < :before", at_most=9)
def note(amount: Decimal, *, least: Decimal) -> str:
    return "small" if amount < least else "large"
"""
PARAMS_HEAD = HEAD.replace('author="li.wei"', 'author="li.wei", params={"before": date, "least": Decimal}')


def test_params_are_given_as_python_values_or_as_on_the_command_line(bench: Bench) -> None:
    script = bench.script(PARAMS, head=PARAMS_HEAD)
    rows = [
        {"no": 1, "lent_on": "2014-12-31", "amount": Decimal("9.99"), "note": ""},
        {"no": 2, "lent_on": "2015-01-01", "amount": Decimal("9.99"), "note": ""},
    ]
    by_value = plan(script, {"loan": rows}, params={"before": date(2015, 1, 1), "least": Decimal(10)})
    by_text = plan(script, {"loan": rows}, params={"before": "2015-01-01", "least": "10"})
    assert by_value.after("loan") == by_text.after("loan") == {1: {"note": "small"}}


def test_a_param_that_is_missing_is_refused_as_in_production(bench: Bench) -> None:
    with pytest.raises(BadParam, match="least"):
        plan(
            bench.script(PARAMS, head=PARAMS_HEAD),
            {"loan": [{"no": 1, "lent_on": "", "amount": "1", "note": ""}]},
            params={"before": "2015-01-01"},
        )


CASES = """
@fix.cases(
    "SELECT id_no FROM person GROUP BY id_no HAVING count(*) > 1 ORDER BY id_no",
    reads={"person": ("person_no", "id_no", "name"), "account": ("account_no", "person_no")},
    writes={"account": ("person_no",)}, deletes=("person",), inserts=("merged",), at_most=9,
)
def merge(case: Case, id_no: str) -> None:
    keep, *others = case.rows("person", id_no=id_no)
    if any(other["name"] != keep["name"] for other in others):
        raise Unresolved("same ID, different names")
    for other in others:
        for account in case.rows("account", person_no=other["person_no"]):
            case.update(account, person_no=keep["person_no"])
        case.insert("merged", gone=other["person_no"], kept=keep["person_no"])
        case.delete(other)
"""
PEOPLE: dict[str, Rows] = {
    "person": [
        {"person_no": 1, "id_no": "A", "name": "张"},
        {"person_no": 2, "id_no": "A", "name": "张"},
        {"person_no": 3, "id_no": "B", "name": "王"},
        {"person_no": 4, "id_no": "B", "name": "李"},
        {"person_no": 5, "id_no": "C", "name": "赵"},
    ],
    "account": [{"account_no": "x", "person_no": 2}, {"account_no": "y", "person_no": 5}],
    "merged": [{"gone": 9, "kept": 8}],
}


def test_a_case_s_changes_carry_its_number(bench: Bench) -> None:
    planned = plan(bench.script(CASES), PEOPLE)
    assert [(one.case, one.kind, one.table, one.key) for one in planned.changes] == [
        (1, "insert", "merged", 2),
        (1, "update", "account", "x"),
        (1, "delete", "person", 2),
    ]
    assert (planned.after("account"), planned.after("merged")) == ({"x": {"person_no": 1}}, {2: {"gone": 2, "kept": 1}})


def test_a_case_that_is_declined_leaves_every_row_that_it_read(bench: Bench) -> None:
    planned = plan(bench.script(CASES), PEOPLE)
    assert planned.reasons("person") == {3: "same ID, different names", 4: "same ID, different names"}


def test_what_the_fix_keeps_is_proved(bench: Bench) -> None:
    text = 'fix.sql("loan", {"amount": "amount + 1"}, at_most=9)\nfix.keeps("loan.amount")\n'
    with pytest.raises(KeepsBroken):
        plan(bench.script(text), {"loan": [{"no": 1, "amount": 5}]})


def test_what_the_fix_requires_is_asked(bench: Bench) -> None:
    text = (
        CLEAN + 'fix.requires("no loan before 1990", "SELECT count(*) FROM loan WHERE lent_on < \'1990\'", equals=0)\n'
    )
    script = bench.script(text)
    assert len(plan(script, {"loan": LOANS}).changes) == 1
    with pytest.raises(RequiresUnmet, match="no loan before 1990"):
        plan(script, {"loan": [{"loan_no": "L1", "lent_on": "1980-01-01"}]})


def test_the_ceiling_holds(bench: Bench) -> None:
    rows = [{"no": number, "lent_on": "2024/3/5"} for number in range(10)]
    with pytest.raises(TooManyChanges):
        plan(bench.script(CLEAN), {"loan": rows})


def test_targets_and_fixes_before_it_are_not_asked_of_a_test(bench: Bench) -> None:
    head = HEAD.replace('author="li.wei"', 'author="li.wei", targets=("city-*",), after=("0001_y",)')
    assert len(plan(bench.script(CLEAN, head=head), {"loan": LOANS}).changes) == 1


def test_the_very_module_is_planned_that_the_test_holds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'WORD = "a"\n@fix.rows("t", writes="a", at_most=9)\ndef f(a): return WORD\n'
    script = bench.script(text)
    monkeypatch.setattr(script, "WORD", "b")
    assert plan(script, {"t": [{"no": 1, "a": ""}]}).after("t") == {1: {"a": "b"}}


def test_a_script_may_be_planned_many_times_and_leaves_nothing_behind(bench: Bench) -> None:
    script = bench.script(CLEAN)
    before = sorted(bench.folder.rglob("*"))
    assert plan(script, {"loan": LOANS}) == plan(script, {"loan": LOANS})
    assert sorted(bench.folder.rglob("*")) == before


def test_a_mistake_of_the_script_is_told_with_its_own_line(bench: Bench) -> None:
    text = '@fix.rows("loan", writes="lent_on", at_most=9)\ndef f(lent_on: str):\n    return lent_on[99]\n'
    with pytest.raises(FunctionFailed, match=r"0007_x\.py, line 9: f raised IndexError"):
        plan(bench.script(text), {"loan": LOANS})


NOTED: dict[str, tuple[str, type[Exception], str]] = {
    "a column that the rows lack": (
        'fix.clean("loan", "due_on", cleaners.date, at_most=9)\n', UnknownColumn, "those of its rows in the test",
    ),
    "a table that only the SQL names": (
        'fix.delete("loan", where="loan_no IN (SELECT loan_no FROM denied)", at_most=9)\n', QueryFailed,
        "rows for every table that the SQL looks into",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "error", "note"), NOTED.values(), ids=NOTED)
def test_a_refusal_says_what_the_test_lacks(bench: Bench, text: str, error: type[Exception], note: str) -> None:
    with pytest.raises(error) as refused:
        plan(bench.script(text), {"loan": LOANS})
    assert note in refused.value.__notes__[0]
