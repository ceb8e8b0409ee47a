import hashlib
from pathlib import Path

import pytest
from xlsxwriter.worksheet import Worksheet

from hffix.errors.fixes import BadCorrections
from hffix.model.unresolved import Unresolved
from hffix.sheets.corrections import Correction, Corrections, CorrectionsFile, read_corrections, refuse
from hffix.sheets.xlsx_marks import NUMBER
from tests.sheets.workbooks import filled, texts


def read(
    folder: Path, data: str | bytes, *, key: tuple[str, ...] = ("id",), name: str = "banks.csv"
) -> CorrectionsFile:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_corrections(path, key=key, writes=("due_on", "note"))


def test_a_file_gives_one_correction_a_line_by_the_row_s_key(tmp_path: Path) -> None:
    text = "id,column,value,expected,origin\n1,due_on,2024-03-05,2024/3/5,bank!7\n2,note,x,,\n1,note,,y,bank!7\n"

    file = read(tmp_path, text)

    assert file == CorrectionsFile(
        name="banks.csv",
        digest=hashlib.sha256(text.encode()).hexdigest(),
        rows={
            ("1",): (
                Correction(
                    line=2, column="due_on", value="2024-03-05", expected="2024/3/5", has_expected=True, origin="bank!7"
                ),
                Correction(line=4, column="note", value="", expected="y", has_expected=True, origin="bank!7"),
            ),
            ("2",): (
                Correction(line=3, column="note", value="x", expected="", has_expected=True, origin="banks.csv!3"),
            ),
        },
        faults=(),
    )


def test_a_workbook_gives_what_a_csv_gives_and_its_sheet_s_rows_as_origins(tmp_path: Path) -> None:
    book = texts(
        ("id", "column", "value", "expected", "origin"),
        ("1", "due_on", "2024-03-05", "2024/3/5", "bank!7"),
        (),
        ("1", "note", "", r"\N"),
        ("2", "note", r"\N", r"\\N"),
    )

    file = read(tmp_path, book, name="banks.xlsx")

    assert file == CorrectionsFile(
        name="banks.xlsx",
        digest=hashlib.sha256(book).hexdigest(),
        rows={
            ("1",): (
                Correction(
                    line=2, column="due_on", value="2024-03-05", expected="2024/3/5", has_expected=True, origin="bank!7"
                ),
                Correction(line=4, column="note", value="", expected=None, has_expected=True, origin="banks.xlsx!S!4"),
            ),
            ("2",): (
                Correction(
                    line=5, column="note", value=None, expected=r"\N", has_expected=True, origin="banks.xlsx!S!5"
                ),
            ),
        },
        faults=(),
    )


def test_faults_of_a_workbook_s_rows_are_kept_to_be_told_together(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(1, 0, (1, "note", "x"))
        sheet.write_row(2, 0, ("2", "state", "x"))
        sheet.write_row(3, 0, ("3", "note", "x", "y"))

    file = read(tmp_path, filled(fill), name="banks.xlsx")

    assert file.faults == (
        (2, f"id: {NUMBER}"),
        (3, "the fix does not write column state"),
        (4, "not as many cells as the header"),
    )
    assert file.rows == {}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", ""), (r"\N", None), (r"\\N", r"\N"), (r"\n", r"\n"), (r"\\\N", r"\\\N"), ("NULL", "NULL"), (" x ", " x "),
        ('"a,""b"""', 'a,"b"'), ('"two\r\nlines"', "two\r\nlines"), ("张\u3000敏", "张\u3000敏"),
        ("x" * 200_000, "x" * 200_000), ("'", "'"),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_an_empty_cell_is_the_empty_text_and_only_backslash_n_is_null(
    tmp_path: Path, cell: str, value: str | None
) -> None:
    (corrections,) = read(tmp_path, f"id,column,value\n1,note,{cell}\n").rows.values()

    assert corrections[0].value == value
    assert not corrections[0].has_expected


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_byte_order_marks_and_line_ends_of_any_kind_are_read(tmp_path: Path, start: str, end: str) -> None:
    file = read(tmp_path, start + end.join(["id,column,value", "1,note,a", "", "2,note,b"]))

    assert {key: [(c.line, c.value) for c in found] for key, found in file.rows.items()} == {
        ("1",): [(2, "a")], ("2",): [(4, "b")],
    }  # fmt: skip


def test_a_composite_key_may_stand_in_any_order_and_hold_null(tmp_path: Path) -> None:
    file = read(tmp_path, "value,part,column,no\nx,1,note,\\N\n", key=("no", "part"))

    assert list(file.rows) == [(None, "1")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "line 1: the header must hold id, column, value, each once"),
        ("id,column\n1,note\n", "line 1: the header must hold id, column, value, each once"),
        ("id,column,value,value\n", "line 1: the header must hold id, column, value, each once"),
        ("ID,column,value\n", "line 1: the header must hold id, column, value, each once"),
        ("id;column;value\n", "line 1: the header must hold id, column, value, each once"),
        ("id,column,value,expectd\n", "line 1: the header names expectd, which is no key and no part of this file"),
        (
            "id,column,value,\n",
            "line 1: the header has a column without a name, which is no key",
        ),
        ("id,column,value\n1,note,张\n".encode("gbk"), "banks.csv is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(BadCorrections, match=message):
        read(tmp_path, data)


def test_a_file_that_is_not_there_is_named_as_the_author_wrote_it(tmp_path: Path) -> None:
    with pytest.raises(BadCorrections, match=r"there is no file corrections/banks\.csv"):
        read_corrections(tmp_path / "banks.csv", key=("id",), writes=("note",))


def test_faults_of_lines_are_kept_to_be_told_together(tmp_path: Path) -> None:
    file = read(tmp_path, 'id,column,value\n1,note\n1,state,x\n1,note,x,y\n2,note,ok\n3,note,"open')

    assert file.faults == (
        (2, "not as many cells as the header"),
        (3, "the fix does not write column state"),
        (4, "not as many cells as the header"),
        (6, "unexpected end of data"),
    )
    assert list(file.rows) == [("2",)]


def test_faults_are_told_by_line_and_beyond_twenty_counted() -> None:
    refuse("x.csv", [])
    with pytest.raises(BadCorrections) as refused:
        refuse("x.csv", [(line, "bad") for line in range(23, 1, -1)])

    told = "; ".join(f"line {line}: bad" for line in range(2, 22))
    assert refused.value.message == f"x.csv: {told}; and 2 more"


CORRECTIONS = Corrections({(1,): {"a": ("new", "old", True), "b": (None, None, False)}, (2,): {"a": (5, 1, True)}})


def test_a_row_gets_its_values_where_the_present_one_is_expected_or_nothing_is() -> None:
    assert CORRECTIONS.for_row((1,), {"a": "old", "b": "whatever"}) == {"a": "new", "b": None}
    assert CORRECTIONS.for_row((3,), {"a": "old"}) == {}
    assert (1,) in CORRECTIONS
    assert (3,) not in CORRECTIONS


@pytest.mark.parametrize(("key", "present"), [((1,), "Old"), ((1,), None), ((2,), 1.0), ((2,), True), ((2,), "1")])
def test_a_row_whose_present_value_is_another_goes_to_people(key: tuple[int], present: str | float | None) -> None:
    with pytest.raises(Unresolved, match="not the one that the corrections file expects"):
        CORRECTIONS.for_row(key, {"a": present, "b": None})
