r"""Corrections files: values that came back from banks and units, one cell a line, as CSV or XLSX.

A header of the key columns' names, `column`, `value`, and optionally `expected` and `origin`. An empty cell is the
empty text; only `\N` is NULL, and `\\N` the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hffix.errors.fixes import BadCorrections
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw
from hffix.sheets.row import Fault
from hffix.sheets.rows import null_or_text, open_rows, refuse_faults


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
    if not path.exists():
        raise BadCorrections(f"there is no file corrections/{path.name}")
    needed = (*key, "column", "value")
    opened = open_rows(path, needed=needed, refusal=BadCorrections)
    _check_header(path.name, opened.header, needed=needed)
    faults: list[Fault] = []
    rows: dict[tuple[str | None, ...], list[Correction]] = {}
    for line, cells in opened.lines(opened.header, faults):
        found = _correction(cells, opened.place, line)
        if found.column not in writes:
            faults.append((line, f"the fix does not write column {found.column}"))
        else:
            rows.setdefault(tuple(null_or_text(cells[column]) for column in key), []).append(found)
    return CorrectionsFile(
        name=path.name,
        digest=opened.digest,
        rows={named: tuple(cells) for named, cells in rows.items()},
        faults=tuple(faults),
    )


def _check_header(name: str, header: tuple[str, ...], *, needed: tuple[str, ...]) -> None:
    if not set(needed) <= set(header) or len(set(header)) != len(header):
        raise BadCorrections(f"{name}, line 1: the header must hold {', '.join(needed)}, each once")
    # A misspelt `expected` that nobody reads would take its guard away.
    unknown = [column for column in header if column not in {*needed, "expected", "origin"}]
    if unknown:
        told = f"names {unknown[0]}" if unknown[0] else "has a column without a name"
        raise BadCorrections(f"{name}, line 1: the header {told}, which is no key and no part of this file")


def refuse(name: str, faults: Iterable[Fault]) -> None:
    """Raise all faults of a file at once, by line, where there are any."""
    refuse_faults(name, faults, refusal=BadCorrections)


def _correction(cells: Mapping[str, str], place: str, line: int) -> Correction:
    return Correction(
        line=line,
        column=cells["column"],
        value=null_or_text(cells["value"]),
        expected=null_or_text(cells.get("expected", "")),
        has_expected="expected" in cells,
        origin=cells.get("origin") or f"{place}!{line}",
    )


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
