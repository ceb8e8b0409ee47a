import hashlib
from pathlib import Path

import pytest

from hffix.errors.fixes import BadCorrections
from tests.sheets.workbooks import texts
from tests.workflow.planning import Desk, desk_at, plain

FIX = 'fix.corrections("banks.csv", table="t", writes=("day", "amount"), at_most=9)'
HEADER = "id,column,value,expected,origin\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def test_each_named_cell_gets_its_value_and_its_row_says_where_it_came_from(desk: Desk) -> None:
    text = (
        "\ufeff" + HEADER + "1,day,2024-03-05,2024/3/5,bank!7\r\n1,amount,1000.50,1000,bank!8\r\n"
        '2,amount,1200,"1,200.00",\r\n3,amount,12.5,12.5,\r\n'
    )  # fmt: skip
    desk.send(text)

    change_set = desk.plan(FIX)

    assert [(plain(line.key), line.before, line.after, line.origin) for line in desk.lines(FIX)] == [
        (
            {"id": "1"}, {"day": "2024/3/5", "amount": {"int": "1000"}},
            {"day": "2024-03-05", "amount": {"float": "1000.5"}}, "bank!7, bank!8",
        ),
        ({"id": "2"}, {"day": "2024-03-06", "amount": "1,200.00"}, {"amount": {"int": "1200"}}, "banks.csv!4"),
    ]  # fmt: skip
    counts = change_set.manifest.counts
    assert (counts.scanned, counts.updates, counts.unchanged, counts.unresolved) == (3, 2, 1, 0)
    assert change_set.manifest.lookups["banks.csv"].digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_workbook_is_planned_from_as_a_csv_is(desk: Desk) -> None:
    book = texts(HEADER.strip().split(","), ("1", "day", "2024-03-05", "2024/3/5"), ("2", "amount", "1200", "1,200.00"))
    desk.send(book, name="banks.xlsx")
    fix = FIX.replace("banks.csv", "banks.xlsx")

    change_set = desk.plan(fix)

    assert [(plain(line.key), line.after, line.origin) for line in desk.lines(fix)] == [
        ({"id": "1"}, {"day": "2024-03-05"}, "banks.xlsx!S!2"),
        ({"id": "2"}, {"amount": {"int": "1200"}}, "banks.xlsx!S!3"),
    ]
    assert change_set.manifest.lookups["banks.xlsx"].digest == hashlib.sha256(book).hexdigest()


def test_a_row_whose_cell_is_no_longer_what_the_file_expects_goes_to_people_with_its_origin(desk: Desk) -> None:
    desk.send(HEADER + "1,day,2024-03-05,2024-3-5,bank!7\n4,amount,5,\\N,\n")

    change_set = desk.plan(FIX)

    assert [(plain(line.key), line.reason, line.origin) for line in change_set.unresolved()] == [
        ({"id": "1"}, "the present value is not the one that the corrections file expects", None)
    ]
    assert change_set.manifest.counts.updates == 1


@pytest.mark.parametrize(
    ("cell", "after"),
    [("", {"day": ""}), (r"\\N", {"day": r"\N"}), ('"a\nb"', {"day": "a\nb"}), (" 5", {"day": " 5"})],
)
def test_cells_are_texts_and_the_empty_one_is_the_empty_text(desk: Desk, cell: str, after: dict[str, str]) -> None:
    desk.send(f"value,column,id\n{cell},day,1\n")

    assert desk.after(FIX) == {"1": after}


def test_null_is_written_only_where_the_scope_says_so(desk: Desk) -> None:
    desk.send("id,column,value\n1,day,\\N\n")

    assert desk.refused(FIX).code == "HFX-207"
    assert desk.after(FIX.replace("at_most", "to_null=True, at_most")) == {"1": {"day": None}}


def test_rows_are_found_by_a_composite_key_as_its_columns_hold_it(desk: Desk) -> None:
    desk.send("no,loan,column,value\n9,a,note,z\n10,a,note,y\n1,B,note,x\n", name="parts.csv")

    lines = desk.lines('fix.corrections("parts.csv", table="part", writes="note", at_most=9)')

    assert [(plain(line.key), line.after) for line in lines] == [
        ({"loan": "a", "no": "9"}, {"note": "z"}), ({"loan": "a", "no": "10"}, {"note": "y"}),
    ]  # fmt: skip


def test_all_faults_of_a_file_are_told_together_by_line_and_nothing_is_planned(desk: Desk) -> None:
    desk.send(
        "id,column,value\n"
        "9,day,x\n"  # no such row
        "1,state,x\n"  # not among the columns written
        "2,day,a\n"
        "2.0,day,b\n"  # the same cell by another spelling of its key
        "2,day,c\n"  # and again
        "01,day,x\n"  # no key of any row
        "3,amount,0012\n"  # does not fit
        "4,day\n"  # too few cells
        "\\N,day,x\n"  # no row has no key
    )

    refused = desk.refused(FIX)

    assert isinstance(refused, BadCorrections)
    assert refused.message == (
        "banks.csv: line 2: no such row in t; line 3: the fix does not write column state;"
        " line 5: day of this row has another line; line 6: day of this row has another line;"
        " line 7: the key fits no row; line 8: amount: the column would lose a digit, a character or a sign;"
        " line 9: not as many cells as the header; line 10: no such row in t"
    )


def test_a_key_without_case_names_the_row_by_its_own_letters_only(tmp_path: Path) -> None:
    desk = desk_at(
        tmp_path,
        tables="CREATE TABLE t (id TEXT COLLATE NOCASE PRIMARY KEY, day TEXT, amount);"
        " INSERT INTO t VALUES ('A', 'x', 1)",
    )
    desk.send("id,column,value\na,day,y\n")
    assert desk.refused(FIX).message == "banks.csv: line 2: no such row in t"

    desk.send("id,column,value\nA,day,y\n")
    assert desk.after(FIX) == {"A": {"day": "y"}}


def test_a_strict_table_takes_corrections_without_an_expected_value(tmp_path: Path) -> None:
    desk = desk_at(
        tmp_path,
        tables="CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT, amount INTEGER) STRICT;"
        " INSERT INTO t VALUES (1, 'x', 1)",
    )
    desk.send("id,column,value\n1,amount,5\n")
    assert desk.after(FIX) == {"1": {"amount": {"int": "5"}}}

    desk.send("id,column,value\n1,amount,five\n")
    assert desk.refused(FIX).message == "banks.csv: line 2: amount: the column does not take a value of this kind"


def test_two_files_on_one_line_of_the_script_each_correct_their_own_table(desk: Desk) -> None:
    desk.send("id,column,value\n1,day,x\n", name="t.csv")
    desk.send("loan,no,column,value\nB,1,note,y\n", name="part.csv")
    text = (
        'for table, column in (("t", "day"), ("part", "note")):'
        ' fix.corrections(f"{table}.csv", table=table, writes=column, at_most=1)'
    )

    assert [(line.table, line.after, line.origin) for line in desk.lines(text)] == [
        ("part", {"note": "y"}, "part.csv!2"), ("t", {"day": "x"}, "t.csv!2"),
    ]  # fmt: skip


def test_corrections_stand_beside_other_scopes_of_their_table(desk: Desk) -> None:
    desk.send("id,column,value\n1,amount,5\n")
    text = (
        FIX.replace('("day", "amount")', '"amount"')
        + '\nfix.clean("t", "day", cleaners.date, where="id < 3", at_most=9)'
    )

    assert [(plain(line.key), line.after, line.origin) for line in desk.lines(text)] == [
        ({"id": "1"}, {"day": "2024-03-05", "amount": {"int": "5"}}, "banks.csv!2")
    ]


def test_a_missing_file_is_named(desk: Desk) -> None:
    assert desk.refused(FIX).message == "there is no file corrections/banks.csv"
