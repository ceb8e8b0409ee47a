"""Workbooks to read: those that a spreadsheet program would save, and those put together by hand."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from hffix.errors.fixes import BadCorrections
from hffix.sheets.row import Fault
from hffix.sheets.rows import Rows, open_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

HEADER = ("id", "column", "value")

Fill = Callable[[Worksheet], None]
Read = tuple[list[tuple[int, list[str]]], list[Fault]]


def workbook(sheets: Mapping[str, Sequence[Sequence[str]] | Fill], *, hidden: Sequence[str] = ()) -> bytes:
    """Save sheets of texts, a row each; a sheet that holds more than texts is filled by a function."""
    saved = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    book = xlsxwriter.Workbook(saved, options)
    for name, content in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        if callable(content):
            content(sheet)
            continue
        for row, texts in enumerate(content):
            for column, text in enumerate(texts):
                if text:
                    sheet.write_string(row, column, text)
    book.close()
    return saved.getvalue()


def texts(*rows: Sequence[str]) -> bytes:
    """Save one sheet, called S, of texts."""
    return workbook({"S": rows})


def filled(fill: Fill, *, header: Sequence[str] = HEADER) -> bytes:
    """Save one sheet, called S, with a header and what the function writes below it."""

    def fill_below(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, header)
        fill(sheet)

    return workbook({"S": fill_below})


def by_hand(rows: str, *, strings: str = "", parts: Mapping[str, str | None] | None = None) -> bytes:
    """Put a workbook with one sheet together from its XML; None leaves a part out."""
    written: dict[str, str | None] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    return packed({**written, **(parts or {})})


def packed(parts: Mapping[str, str | bytes | None]) -> bytes:
    saved = io.BytesIO()
    with ZipFile(saved, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            if content is not None:
                file.writestr(name, content)
    return saved.getvalue()


def header_by_hand() -> str:
    """Give row 1 of a sheet put together by hand."""
    cells = "".join(f'<c r="{c}1" t="str"><v>{name}</v></c>' for c, name in zip("ABC", HEADER, strict=True))
    return f'<row r="1">{cells}</row>'


def open_file(folder: Path, data: bytes, *, name: str = "banks.xlsx", needed: tuple[str, ...] = HEADER) -> Rows:
    path = folder / name
    path.write_bytes(data)
    return open_rows(path, needed=needed, refusal=BadCorrections)


def read(folder: Path, data: bytes, *, name: str = "banks.xlsx", needed: tuple[str, ...] = HEADER) -> Read:
    """Read all lines of a file, as texts in the header's order, and its faults."""
    faults: list[Fault] = []
    opened = open_file(folder, data, name=name, needed=needed)
    lines = [(line, list(cells.values())) for line, cells in opened.lines(opened.header, faults)]
    return lines, faults
