r"""Corrections files: values that came back from banks and units, one cell a line.

UTF-8 CSV with a header of the key columns' names, `column`, `value`, and optionally `expected` and `origin`. An empty
cell is the empty text; only `\N` is NULL, and `\\N` the text.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hffix.errors.fixes import BadCorrections
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw

Fault = tuple[int, str]

LONGEST_CELL = 16 * 1024 * 1024
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One cell's new value, as the file writes it."""

    line: int
    column: str
    value: str | None
    expected: str | None
    has_expected: bool
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsFile:
    """A file read: its digest, the corrections of each row by the key's texts, and the faults found so far."""

    name: str
    digest: str
    rows: Mapping[tuple[str | None, ...], tuple[Correction, ...]]
    faults: tuple[Fault, ...]


def read_corrections(path: Path, *, key: tuple[str, ...], writes: tuple[str, ...]) -> CorrectionsFile:
    """Read a file; its faults are kept, each with its line, so that all can be told together."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError as fault:
        raise BadCorrections(f"there is no file corrections/{path.name}") from fault
    except UnicodeDecodeError as fault:
        raise BadCorrections(f"{path.name} is not UTF-8") from fault
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = tuple(reader.fieldnames or ())
    _check_header(path.name, header, needed=(*key, "column", "value"))
    faults: list[Fault] = []
    rows: dict[tuple[str | None, ...], list[Correction]] = {}
    try:
        for cells in reader:
            line = reader.line_num
            if None in cells or None in cells.values():
                faults.append((line, "not as many cells as the header"))
                continue
            found = _correction(cells, path.name, line, header)
            if found.column not in writes:
                faults.append((line, f"the fix does not write column {found.column}"))
            else:
                rows.setdefault(tuple(_null_or_text(cells[column]) for column in key), []).append(found)
    except csv.Error as fault:
        faults.append((reader.reader.line_num, str(fault)))
    return CorrectionsFile(
        name=path.name,
        digest=hashlib.sha256(data).hexdigest(),
        rows={named: tuple(cells) for named, cells in rows.items()},
        faults=tuple(faults),
    )


def _check_header(name: str, header: tuple[str, ...], *, needed: tuple[str, ...]) -> None:
    if not set(needed) <= set(header) or len(set(header)) != len(header):
        raise BadCorrections(f"{name}, line 1: the header must hold {', '.join(needed)}, each once")
    # A misspelt `expected` that nobody reads would take its guard away.
    unknown = [column for column in header if column not in {*needed, "expected", "origin"}]
    if unknown:
        raise BadCorrections(f"{name}, line 1: the header names {unknown[0]}, which is no key and no part of this file")


def refuse(name: str, faults: Iterable[Fault]) -> None:
    """Raise all faults of a file at once, by line, where there are any."""
    told = [f"line {line}: {text}" for line, text in sorted(faults)]
    if told:
        more = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
        raise BadCorrections(f"{name}: {'; '.join(told[:MOST_NAMED])}{more}")


def _correction(cells: Mapping[str, str], name: str, line: int, header: tuple[str, ...]) -> Correction:
    return Correction(
        line=line,
        column=cells["column"],
        value=_null_or_text(cells["value"]),
        expected=_null_or_text(cells.get("expected", "")),
        has_expected="expected" in header,
        origin=cells.get("origin") or f"{name}!{line}",
    )


def _null_or_text(cell: str) -> str | None:
    if cell == r"\N":
        return None
    return cell[1:] if cell == r"\\N" else cell


class Corrections:
    """A corrections file bound to a table: keys and values as the columns hold them."""

    def __init__(self, rows: Mapping[tuple[Raw, ...], Mapping[str, tuple[Raw, Raw, bool]]]) -> None:
        self._rows = rows

    def __contains__(self, key: tuple[Raw, ...]) -> bool:
        return key in self._rows

    def for_row(self, key: tuple[Raw, ...], present: Mapping[str, Raw]) -> Mapping[str, Raw]:
        """Give the values of one row, or decline it where a cell is no longer what the file expects."""
        values: dict[str, Raw] = {}
        for column, (value, expected, has_expected) in self._rows.get(key, {}).items():
            found = present[column]
            if has_expected and (type(found), found) != (type(expected), expected):
                raise Unresolved("the present value is not the one that the corrections file expects")
            values[column] = value
        return values
