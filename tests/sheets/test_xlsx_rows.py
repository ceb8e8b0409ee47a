import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from hffix.errors.fixes import BadCorrections
from hffix.sheets import xlsx_rows
from hffix.sheets.row import UNEVEN
from hffix.sheets.xlsx_marks import ERROR, FORMULA, LOGICAL, NUMBER, TIME
from hffix.sheets.xlsx_rows import MERGED
from tests.sheets.workbooks import HEADER, Fill, by_hand, filled, header_by_hand, open_file, read, texts, workbook

DAY = dt.datetime(2024, 3, 5)  # noqa: DTZ001 - a spreadsheet's days have no zone
ROW = ("1", "note", "x")


@pytest.mark.parametrize(
    "text",
    [
        "110101199003070011", "0012", "1200.0", "1,200.00", "2024-03-05", "TRUE", "#N/A", "=1+1", "NULL", r"\N", " x ",
        "two\nlines", "a\r\nb", "张\u3000敏\u3000", "\U00020bb7", "\ue000", "_x0041_", "\x01",
        "x" * 32_767, "'", "\ufeff",
    ],
    ids=lambda text: ascii(text)[:20],
)  # fmt: skip
def test_a_text_is_read_as_it_stands(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, texts(HEADER, ("1", "note", text))) == ([(2, ["1", "note", text])], [])


def test_a_text_of_several_formats_is_one_text(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(1, 0, ("1", "note"))
        sheet.write_rich_string(1, 2, "a ", "b", " c")

    assert read(tmp_path, filled(fill)) == ([(2, ["1", "note", "a b c"])], [])


def test_a_reading_aid_of_a_text_is_no_part_of_it(tmp_path: Path) -> None:
    row = '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    strings = '<si><t>東京</t><rPh sb="0" eb="2"><t> トウキョウ</t></rPh></si>'

    assert read(tmp_path, by_hand(header_by_hand() + row, strings=strings)) == ([(2, ["東京", "", ""])], [])


@pytest.mark.parametrize(
    ("fill", "fault"),
    [
        (lambda sheet: sheet.write_number(1, 2, 110101199003070011), NUMBER),
        (lambda sheet: sheet.write_number(1, 2, 1200.0), NUMBER),
        (lambda sheet: sheet.write_number(1, 2, 5), NUMBER),
        (lambda sheet: sheet.write_datetime(1, 2, DAY), TIME),
        (lambda sheet: sheet.write_datetime(1, 2, dt.timedelta(hours=30)), TIME),
        (lambda sheet: sheet.write_boolean(1, 2, boolean=True), LOGICAL),
        (lambda sheet: sheet.write_formula(1, 2, '="a"&"b"', None, "ab"), FORMULA),
        (lambda sheet: sheet.write_formula(1, 2, "=1+1", None, 2), FORMULA),
        (lambda sheet: sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!"), FORMULA),
        (lambda sheet: sheet.write_formula(1, 2, '=""', None, ""), FORMULA),
    ],
)
def test_a_cell_that_is_no_text_is_a_fault_of_its_line(tmp_path: Path, fill: Fill, fault: str) -> None:
    def fill_rows(sheet: Worksheet) -> None:
        sheet.write_row(1, 0, ("1", "note"))
        fill(sheet)
        sheet.write_row(2, 0, ("2", "note", "x"))

    assert read(tmp_path, filled(fill_rows)) == ([(3, ["2", "note", "x"])], [(2, f"value: {fault}")])


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('<c r="C2" t="e"><v>#N/A</v></c>', ERROR),
        ('<c r="C2" t="d"><v>2024-03-05</v></c>', TIME),
        ('<c r="C2" t="d"><v>some day</v></c>', TIME),
        ('<c r="C2"><v>abc</v></c>', NUMBER),
        ('<c r="C2"><v>1_000</v></c>', NUMBER),
        ('<c r="C2"><f>A1</f></c>', FORMULA),
    ],
)
def test_a_cell_that_a_reader_may_take_for_empty_or_for_text_is_a_fault_too(
    tmp_path: Path, cell: str, fault: str
) -> None:
    row = f'<row r="2"><c r="A2" t="str"><v>1</v></c>{cell}</row>'

    assert read(tmp_path, by_hand(header_by_hand() + row)) == ([], [(2, f"value: {fault}")])


def test_every_cell_of_a_line_that_is_no_text_is_told(tmp_path: Path) -> None:
    _, faults = read(tmp_path, filled(lambda sheet: sheet.write_row(1, 0, (1, "note", 2))))

    assert faults == [(2, f"id: {NUMBER}"), (2, f"value: {NUMBER}")]


def test_lines_are_the_sheet_s_own_rows_and_empty_rows_are_none(tmp_path: Path) -> None:
    book = texts(HEADER, (), ("1", "note", "x"), ("", "", ""), ("2", "note"), (), ())

    assert read(tmp_path, book) == ([(3, ["1", "note", "x"]), (5, ["2", "note", ""])], [])


def test_rows_that_are_only_formatted_are_empty(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="A2" t="str"><v>1</v></c></row><row r="3"/><row r="9"><c r="XFD9" s="0"/></row>'

    assert read(tmp_path, by_hand(header_by_hand() + rows)) == ([(2, ["1", "", ""])], [])


def test_a_table_may_begin_right_of_the_first_column(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 2, HEADER)
        sheet.write_row(1, 2, ROW)
        sheet.write_row(2, 2, ("2", 5, "x"))

    assert read(tmp_path, workbook({"S": fill})) == ([(2, list(ROW))], [(3, f"column: {NUMBER}")])


@pytest.mark.parametrize(
    "fill",
    [
        lambda sheet: sheet.write_string(1, 5, "see below"),
        lambda sheet: sheet.write_number(1, 5, 7),
        lambda sheet: sheet.write_formula(1, 5, "=B1", None, ""),
        lambda sheet: sheet.write_formula(1, 0, "=B1", None, ""),
    ],
    ids=["text", "number", "formula", "formula on the left"],
)
def test_what_stands_beside_the_table_is_a_fault(tmp_path: Path, fill: Fill) -> None:
    def fill_rows(sheet: Worksheet) -> None:
        sheet.write_row(0, 1, HEADER)
        sheet.write_row(1, 1, ROW)
        fill(sheet)

    assert read(tmp_path, workbook({"S": fill_rows})) == ([], [(2, UNEVEN)])


def test_a_text_left_of_the_table_makes_a_column_without_a_name(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 1, HEADER)
        sheet.write_string(1, 0, "see below")

    assert open_file(tmp_path, workbook({"S": fill})).header == ("", *HEADER)


def test_rows_below_the_last_text_count_where_they_hold_formulas(tmp_path: Path) -> None:
    rows = '<row r="7"><c r="C7"><f>A1</f></c></row>'

    assert read(tmp_path, by_hand(header_by_hand() + rows)) == ([], [(7, f"value: {FORMULA}")])


def test_merged_cells_are_faults_since_only_one_of_them_holds_the_text(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(1, 0, 2, 0, "1")
        sheet.write_row(1, 1, ROW[1:])
        sheet.write_row(2, 1, ROW[1:])
        sheet.write_row(3, 0, ROW)
        sheet.merge_range(3, 4, 5, 6, "")

    assert read(tmp_path, filled(fill)) == ([(4, list(ROW))], [(2, f"id: {MERGED}"), (3, f"id: {MERGED}")])


def test_more_merged_cells_than_can_be_named_refuse_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "MOST_MARKS", 3)

    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(1, 0, 2, 1, "1")
        sheet.write_string(3, 0, "2")

    with pytest.raises(BadCorrections, match=r"banks\.xlsx holds more than 3 merged cells; take the merging back"):
        read(tmp_path, filled(fill))


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda sheet: sheet.write_row(1, 0, HEADER), None),
        (lambda sheet: sheet.write_row(0, 0, ("id", 5, "value")), f"banks.xlsx, line 1: {NUMBER}"),
        (lambda sheet: sheet.write_formula(0, 0, '="id"', None, "id"), f"banks.xlsx, line 1: {FORMULA}"),
        (lambda sheet: sheet.merge_range(0, 0, 0, 1, "id"), f"banks.xlsx, line 1: {MERGED}"),
    ],
    ids=["row 2", "number", "formula", "merged"],
)
def test_the_header_is_text_in_row_1(tmp_path: Path, fill: Fill, message: str | None) -> None:
    if message is None:
        assert open_file(tmp_path, workbook({"S": fill})).header == ()
        return
    with pytest.raises(BadCorrections) as refused:
        open_file(tmp_path, workbook({"S": fill}))
    assert refused.value.message == message


def test_the_one_sheet_with_the_header_is_read_and_named(tmp_path: Path) -> None:
    book = workbook({"说明": [("how to fill in",)], "数据": [HEADER, ROW], "Empty": [], "List": [("id", "name")]})

    assert open_file(tmp_path, book).place == "banks.xlsx!数据"
    assert read(tmp_path, book) == ([(2, list(ROW))], [])


def test_one_sheet_alone_is_read_whatever_its_header(tmp_path: Path) -> None:
    assert open_file(tmp_path, workbook({"A": [], "B": [("id", "x")]})).header == ("id", "x")


@pytest.mark.parametrize(
    ("book", "message"),
    [
        (workbook({"A": [HEADER, ROW], "B": [HEADER]}), " has the header in more than one sheet, A, B; send one"),
        (
            workbook({"A": [HEADER, ROW], "B": [HEADER]}, hidden="B"),
            " has the header in more than one sheet, A, B; send one",
        ),
        (
            workbook({"A": [("x",)], "B": [HEADER]}, hidden="B"),
            " has the header in a hidden sheet, B; show the sheet, or send the other",
        ),
        (workbook({"A": [("x",)], "B": [("id",)]}), " has no sheet whose row 1 holds id, column, value"),
        (workbook({"A": [], "B": []}), " is empty"),
    ],
)
def test_a_workbook_in_which_two_sheets_may_be_meant_or_none_is_refused(
    tmp_path: Path, book: bytes, message: str
) -> None:
    with pytest.raises(BadCorrections) as refused:
        open_file(tmp_path, book)

    assert refused.value.message == f"banks.xlsx{message}"


def test_sheets_of_charts_are_passed_over(tmp_path: Path) -> None:
    saved = io.BytesIO()
    book = xlsxwriter.Workbook(saved)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Data!$A$1:$A$2"})
    book.add_chartsheet("Chart").set_chart(chart)
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ROW)
    book.close()

    assert read(tmp_path, saved.getvalue()) == ([(2, list(ROW))], [])


def test_a_workbook_beyond_the_ceiling_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "LARGEST", 1000)

    with pytest.raises(BadCorrections, match=r"banks\.xlsx has more than 0 MB; send it in several files, or as CSV"):
        open_file(tmp_path, texts(HEADER))
