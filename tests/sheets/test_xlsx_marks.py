from pathlib import Path

import pytest
from xlsxwriter.worksheet import Worksheet

from hffix.errors.fixes import BadCorrections
from hffix.sheets import xlsx_marks, xlsx_rows
from tests.sheets.workbooks import HEADER, by_hand, filled, header_by_hand, read, texts, workbook

FOREIGN = " holds something that hffix does not know; save it again with a spreadsheet program"
BLANKS = " holds a text whose blanks at its ends are not marked as kept; save it again with a spreadsheet program"
CONTENT = " is damaged: a cell holds two contents, or one of another kind"
INDEX = " is damaged: a cell refers to a text that it does not hold"
CELLS = " is damaged: its cells are not in order"
ROWS = " is damaged: its rows are not in order"


def cell(content: str, *, kind: str = "str", place: str = "A2") -> str:
    return f'<row r="2"><c r="{place}" t="{kind}">{content}</c></row>'


def refused(folder: Path, data: bytes) -> str:
    with pytest.raises(BadCorrections) as refusal:
        read(folder, data)
    return refusal.value.message.removeprefix("banks.xlsx")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (cell("<v><![CDATA[a]]></v>"), FOREIGN),
        (cell("<v>a<x>b</x></v>"), FOREIGN),
        (cell("<w>a</w>"), FOREIGN),
        (cell("<is><x>a</x></is>", kind="inlineStr"), FOREIGN),
        (cell("<v>a</v><v>b</v>"), CONTENT),
        (cell("<v>a</v><is><t>b</t></is>", kind="inlineStr"), CONTENT),
        (cell("<is><t>b</t></is>"), CONTENT),
        (cell("<v>0</v>", kind="inlineStr"), CONTENT),
        (cell("<is><t> a</t></is>", kind="inlineStr"), BLANKS),
        (cell("<is><r><t>a\n</t></r></is>", kind="inlineStr"), BLANKS),
        (cell("<v>1</v>", kind="s"), INDEX),
        (cell("<v>-1</v>", kind="s"), INDEX),
        (cell("<v>+0</v>", kind="s"), INDEX),
        (cell("<v>x</v>", kind="s"), INDEX),
        (cell("<v/>", kind="s"), INDEX),
        (cell("<v>99999999999999999999</v>", kind="s"), INDEX),
        (cell("<v>a</v>", place="A3"), CELLS),
        (cell("<v>a</v>", place="XFE2"), CELLS),
        (cell("<v>a</v>", place="a2"), CELLS),
        (cell("<v>a</v>", place="$A$2"), CELLS),
        (cell("<v>a</v>").replace("</row>", '<c r="A2" t="str"><v>b</v></c></row>'), CELLS),
        ('<row r="2"/><row r="2"/>', ROWS),
        ('<row r="3"/><row r="2"/>', ROWS),
        ('<row r="1048577"/>', ROWS),
        ('<row r="x"/>', ROWS),
        (cell("<v>a</v>", kind="q"), " is no XLSX workbook, or is damaged"),
    ],
)
def test_what_two_readers_might_read_in_different_ways_is_refused(tmp_path: Path, row: str, message: str) -> None:
    assert refused(tmp_path, by_hand(header_by_hand() + row, strings="<si><t>x</t></si>")) == message


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        ("<si><t> x</t></si>", BLANKS),
        ("<si><r><t>a</t></r><r><t> b</t></r></si>", BLANKS),
        ("<si><t><![CDATA[x]]></t></si>", FOREIGN),
        ("<si><t>x</t><extLst><t>y</t></extLst></si>", FOREIGN),
    ],
)
def test_texts_that_two_readers_might_read_in_different_ways_are_refused(
    tmp_path: Path, strings: str, message: str
) -> None:
    assert refused(tmp_path, by_hand(header_by_hand(), strings=strings)) == message


def test_cells_and_rows_without_a_place_follow_the_one_before(tmp_path: Path) -> None:
    rows = (
        '<row><c t="str"><v>1</v></c><c r="C2" t="str"><v>x</v></c></row><row r="5"/><row><c t="str"><v>2</v></c></row>'
    )

    lines = [(2, ["1", "", "x"]), (6, ["2", "", ""])]
    assert read(tmp_path, by_hand(header_by_hand() + rows)) == (lines, [])


def test_elements_of_the_same_names_elsewhere_in_a_sheet_are_no_cells(tmp_path: Path) -> None:
    sheet = by_hand("", parts={"xl/worksheets/sheet1.xml": SHEET.format(rows=header_by_hand())})

    assert read(tmp_path, sheet) == ([], [])


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>'
    '<extLst><ext><rules><f>B1</f><row>7</row><c r="A1"/><v>1</v></rules></ext></extLst></worksheet>'
)


def test_a_sheet_that_spans_more_cells_than_the_ceiling_is_refused_before_it_is_read(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'

    message = " spans more than 8,000,000 cells; send it in several files, or as CSV"
    assert refused(tmp_path, by_hand(header_by_hand() + far)) == message


def test_more_texts_than_the_ceiling_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_marks, "MOST_CELLS", 4)

    message = " holds more than 4 texts; send it in several files, or as CSV"
    assert refused(tmp_path, texts(HEADER, ("1", "note"))) == message


def test_more_formulas_than_can_be_named_refuse_the_sheet_that_is_read_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_marks, "MOST_MARKS", 2)
    monkeypatch.setattr(xlsx_rows, "MOST_MARKS", 2)

    def fill(sheet: Worksheet) -> None:
        for row in range(1, 4):
            sheet.write_formula(row, 1, "=A1")

    beside = workbook({"Sums": fill, "S": [HEADER, ("1", "note", "x")]})

    assert refused(tmp_path, filled(fill)) == " holds more than 2 formulas or errors; paste their values as text"
    assert read(tmp_path, beside) == ([(2, ["1", "note", "x"])], [])
