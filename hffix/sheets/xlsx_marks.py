"""What a reader of values does not tell of a sheet: formulas, errors, how far it reaches, and whether it is in order.

python-calamine reads an error as an empty cell, a formula as its last result, a wrong index as the first text; it drops
blanks that are not marked as kept, and sets aside memory for the whole rectangle that the cells span. So each part is
first streamed here by a second parser, and what the two might read in different ways never reaches it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zipfile import ZipFile

from hffix.sheets.row import Unreadable
from hffix.sheets.xlsx_parts import STRINGS, parse

MOST_CELLS: Final = 8_000_000
MOST_MARKS: Final = 100_000
NUMBER: Final = "the cell is a number, not text; format the column as text"
TIME: Final = "the cell is a date or a time, not text; format the column as text"
LOGICAL: Final = "the cell is TRUE or FALSE, not text; format the column as text"
FORMULA: Final = "the cell is a formula, not text; paste its value as text"
ERROR: Final = "the cell is an error, not text"

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_BLANKS: Final = " \t\r\n"
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_UNTOLD: Final[Mapping[str, str]] = {"e": ERROR, "d": TIME}
_RICH: Final = frozenset({"t", "r", "rPh", "phoneticPr"})
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "sheetData": frozenset({"row"}),
    "row": frozenset({"c"}),
    "c": frozenset({"f", "v", "is"}),
    "v": frozenset(),
    "f": frozenset(),
    "sst": frozenset({"si", "extLst"}),
    "si": _RICH,
    "is": _RICH,
    "r": frozenset({"rPr", "t"}),
    "rPh": frozenset({"t"}),
    "t": frozenset(),
}


def count_strings(parts: ZipFile) -> int:
    """Count the texts that cells refer to; refuse blanks that one reader keeps and another drops."""
    count = 0
    kept = False

    def start(parent: str, name: str, facts: Mapping[str, str]) -> None:
        nonlocal count, kept
        count += (parent, name) == ("sst", "si")
        if count > MOST_CELLS:
            raise Unreadable(f" holds more than {MOST_CELLS:,} texts; send it in several files, or as CSV")
        kept = parent == "rPh" or facts.get("xml:space") == "preserve"

    def end(name: str, text: str) -> None:
        if name == "t" and not kept:
            _refuse_loose(text)

    if STRINGS in parts.namelist():
        parse(parts, STRINGS, start=start, end=end, allowed=_ALLOWED)
    return count


def _refuse_loose(text: str) -> None:
    if text != text.strip(_BLANKS):
        raise Unreadable(
            " holds a text whose blanks at its ends are not marked as kept; save it again with a spreadsheet program"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The cells of a sheet that a reader of values takes for texts, by row and column from 0, and its last row."""

    cells: Mapping[tuple[int, int], str]
    last_row: int
    too_many: bool


def read_marks(parts: ZipFile, part: str, *, strings: int) -> Marks:
    """Stream a sheet's cells; refuse one that is out of order or reaches further than can be read."""
    scan = _Scan(strings)
    parse(parts, part, start=scan.start, end=scan.end, allowed=_ALLOWED)
    if (scan.last_row + 1) * (scan.last_column + 1) > MOST_CELLS:
        raise Unreadable(f" spans more than {MOST_CELLS:,} cells; send it in several files, or as CSV")
    return Marks(cells=scan.cells, last_row=scan.last_row, too_many=len(scan.cells) > MOST_MARKS)


@dataclass(slots=True)
class _Scan:
    """The place reached in a sheet, and what was found on the way to it."""

    strings: int
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    last_row: int = -1
    last_column: int = -1
    row: int = -1
    column: int = -1
    kind: str = ""
    held: int = 0
    kept: bool = False

    def start(self, parent: str, name: str, facts: Mapping[str, str]) -> None:
        if name == "c" and parent == "row":
            self._enter_cell(facts)
        elif name == "row" and parent == "sheetData":
            self._enter_row(facts)
        elif parent == "c":
            self._enter_content(name)
        elif name == "t":
            self.kept = parent == "rPh" or facts.get("xml:space") == "preserve"

    def end(self, name: str, text: str) -> None:
        if name == "t" and not self.kept:
            _refuse_loose(text)
        elif name == "v" and self.kind == "n" and not _NUMBER.fullmatch(text):
            self._mark(NUMBER)
        elif name == "v" and self.kind == "s" and not (_INDEX.fullmatch(text) and int(text) < self.strings):
            raise Unreadable(" is damaged: a cell refers to a text that it does not hold")

    def _enter_row(self, facts: Mapping[str, str]) -> None:
        number = facts.get("r", str(self.row + 2))
        if not number.isdecimal() or not self.row + 1 < int(number) <= _LAST_ROW:
            raise Unreadable(" is damaged: its rows are not in order")
        self.row, self.column = int(number) - 1, -1

    def _enter_cell(self, facts: Mapping[str, str]) -> None:
        column, place = self.column + 1, facts.get("r")
        if place is not None:
            found = _PLACE.fullmatch(place)
            column = _column(found[1]) if found and int(found[2]) == self.row + 1 else -1
        if not self.column < column < _LAST_COLUMN:
            raise Unreadable(" is damaged: its cells are not in order")
        self.column, self.kind, self.held = column, facts.get("t", "n"), 0

    def _enter_content(self, name: str) -> None:
        if name == "f":
            self._mark(FORMULA)
            return
        self.held += 1
        if self.held > 1 or (name == "is") is not (self.kind == "inlineStr"):
            raise Unreadable(" is damaged: a cell holds two contents, or one of another kind")
        self.last_row, self.last_column = self.row, max(self.last_column, self.column)
        if self.kind in _UNTOLD:
            self._mark(_UNTOLD[self.kind])

    def _mark(self, fault: str) -> None:
        self.last_row, self.last_column = self.row, max(self.last_column, self.column)
        # A formula stays one, whatever its last result was; one mark beyond the ceiling tells that there were more.
        if len(self.cells) <= MOST_MARKS:
            self.cells.setdefault((self.row, self.column), fault)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
