"""XLSX: the one sheet of a workbook whose first row is the header, with the rows' numbers as a person sees them.

A cell is its text only where it was entered as text. A number is refused also where it is whole and short: what was
typed as 00123, 1,200 or 2024-3 is stored as another number or a day, and nothing in the file tells it from 123.
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, load_workbook

from hffix.sheets.row import UNEVEN, Row, Sheet, Unreadable
from hffix.sheets.xlsx_marks import LOGICAL, MOST_MARKS, NUMBER, TIME, Marks, count_strings, read_marks
from hffix.sheets.xlsx_parts import SheetPart, open_parts, read_sheets

LARGEST: Final = 64 * 1024 * 1024
MERGED: Final = "the cell is merged with others; take the merging back"

_DAMAGED: Final = " is no XLSX workbook, or is damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A sheet in which anything stands, with its cells where its first row holds what is needed."""

    part: SheetPart
    marks: Marks
    cells: CalamineSheet | None


def open_xlsx(data: bytes, *, needed: tuple[str, ...]) -> Sheet:
    """Find the sheet whose header holds what is needed, and stream its rows; refuse where two may be meant."""
    if len(data) > LARGEST:
        raise Unreadable(f" has more than {LARGEST // 2**20} MB; send it in several files, or as CSV")
    with open_parts(data) as parts:
        listed = read_sheets(parts)
        try:
            book = load_workbook(io.BytesIO(data))
            if book.sheet_names != [sheet.name for sheet in listed] or len(set(book.sheet_names)) != len(listed):
                raise Unreadable(_DAMAGED)
            chosen = _choose(_sheets(book, parts, listed, needed), needed)
            sheet = chosen.cells or book.get_sheet_by_name(chosen.part.name)
        except CalamineError as fault:
            raise Unreadable(_DAMAGED) from fault
    return _table(sheet, chosen)


def _sheets(
    book: CalamineWorkbook, parts: ZipFile, listed: tuple[SheetPart, ...], needed: tuple[str, ...]
) -> Iterator[_Found]:
    strings = count_strings(parts)
    for part in listed:
        if part.part is None:
            continue
        # Before the reader sets memory aside for it.
        marks = read_marks(parts, part.part, strings=strings)
        if marks.last_row >= 0:
            sheet = book.get_sheet_by_name(part.name)
            fits = set(needed) <= {cell for cell in next(sheet.iter_rows(), []) if isinstance(cell, str)}
            yield _Found(part=part, marks=marks, cells=sheet if fits else None)


def _choose(sheets: Iterator[_Found], needed: tuple[str, ...]) -> _Found:
    fitting: _Found | None = None
    others: list[_Found] = []
    for sheet in sheets:
        if sheet.cells is None:
            others.append(sheet)
        elif fitting is not None:
            names = f"{fitting.part.name}, {sheet.part.name}"
            raise Unreadable(f" has the header in more than one sheet, {names}; send one")
        else:
            fitting = sheet
    if fitting is None and not others:
        raise Unreadable(" is empty")
    if fitting is None and len(others) > 1:
        raise Unreadable(f" has no sheet whose row 1 holds {', '.join(needed)}")
    chosen = fitting or others[0]
    if chosen.part.hidden:
        raise Unreadable(f" has the header in a hidden sheet, {chosen.part.name}; show the sheet, or send the other")
    if chosen.marks.too_many:
        raise Unreadable(f" holds more than {MOST_MARKS:,} formulas or errors; paste their values as text")
    return chosen


def _trimmed(texts: tuple[str, ...]) -> tuple[str, ...]:
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _table(sheet: CalamineSheet, chosen: _Found) -> Sheet:
    rows = _rows(sheet, chosen.marks)
    first = next(rows, None)
    if first is None or first.line != 1:
        return Sheet(title=chosen.part.name, header=(), rows=iter(()))
    if first.cells:
        raise Unreadable(f", line 1: {first.cells[min(first.cells)]}")
    header = _trimmed(first.texts)
    return Sheet(title=chosen.part.name, header=header, rows=_below(rows, len(header)))


def _below(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Give each row as many cells as the header has, and a fault where anything stands beside them."""
    for row in rows:
        cells = {place: fault for place, fault in row.cells.items() if 0 <= place < width}
        beside = any(fault != MERGED for place, fault in row.cells.items() if place not in cells)
        texts = row.texts[:width] + ("",) * (width - len(row.texts))
        fault = UNEVEN if beside or any(row.texts[width:]) else None
        yield Row(line=row.line, texts=texts, cells=cells, fault=fault)


def _rows(sheet: CalamineSheet, marks: Marks) -> Iterator[Row]:
    """Stream the rows that hold anything, with the cells that are no texts."""
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        start, end = (0, 0), (marks.last_row, 0)
    by_row = _by_row(marks.cells, left=start[1])
    merged = _merged(sheet, left=start[1], last_row=end[0])
    number = -1
    for number, cells in enumerate(sheet.iter_rows()):
        odd = {place: fault for place, cell in enumerate(cells) if (fault := _fault(cell))} | by_row.pop(number, {})
        texts = tuple(cell if isinstance(cell, str) else "" for cell in cells)
        if odd or any(texts):
            yield Row(line=number + 1, texts=texts, cells=merged.get(number, {}) | odd)
    if number != (end[0] if sheet.end else -1):
        raise Unreadable(_DAMAGED)
    for later in sorted(by_row):
        yield Row(line=later + 1, texts=(), cells=by_row[later])


def _by_row(cells: Mapping[tuple[int, int], str], *, left: int) -> dict[int, dict[int, str]]:
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), fault in cells.items():
        found[row][column - left] = fault
    return dict(found)


def _merged(sheet: CalamineSheet, *, left: int, last_row: int) -> dict[int, dict[int, str]]:
    """Name the cells of merged ranges: one of them holds a text, and the others only look as if they did."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    count = 0
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        columns = range(max(first - left, 0), last - left + 1)
        for row in range(top, min(bottom, last_row) + 1):
            count += max(len(columns), 1)
            if count > MOST_MARKS:
                raise Unreadable(f" holds more than {MOST_MARKS:,} merged cells; take the merging back")
            found[row].update(dict.fromkeys(columns, MERGED))
    return dict(found)


def _fault(cell: object) -> str | None:
    if isinstance(cell, str):
        return None
    if isinstance(cell, bool):
        return LOGICAL
    return NUMBER if isinstance(cell, int | float) else TIME
