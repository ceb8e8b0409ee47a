"""Binding a corrections file to its table: keys and values as the columns hold them, all faults told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hffix.database import Snapshot
from hffix.model.schema import Table
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw
from hffix.sheets.corrections import Correction, Corrections, CorrectionsFile, read_corrections, refuse
from hffix.workflow.bind import Bound
from hffix.workflow.drafting import BoundCorrections

Row = tuple[Raw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCorrections:
    """A bound file, with the name and digest that the manifest states."""

    name: str
    digest: str
    bound: BoundCorrections


def bind_corrections(folder: Path, bound: Bound, *, snapshot: Snapshot, table: Table) -> FoundCorrections:
    """Read a file and settle its values; refuse unknown rows and values that do not fit, by line."""
    file = read_corrections(folder / str(bound.declared.file), key=table.key, writes=bound.facts.writes)
    faults: list[str] = []
    rows: dict[Row, Mapping[str, tuple[Raw, Raw, bool]]] = {}
    origins: dict[Row, str] = {}
    first_lines: dict[Row, int] = {}
    for texts, corrections in file.rows.items():
        line = corrections[0].line
        try:
            key = tuple(snapshot.settle(table, c, value=text) for c, text in zip(table.key, texts, strict=True))
        except Unresolved:
            faults.append(f"line {line}: the key fits no row")
            continue
        rows[key] = _values(corrections, snapshot, table, faults)
        origins[key] = ", ".join(dict.fromkeys(correction.origin for correction in corrections))
        first_lines[key] = line
    faults.extend(_unknown(first_lines, snapshot, table))
    refuse(file.name, faults)
    return _found(file, rows, origins)


def _values(
    corrections: tuple[Correction, ...], snapshot: Snapshot, table: Table, faults: list[str]
) -> dict[str, tuple[Raw, Raw, bool]]:
    values: dict[str, tuple[Raw, Raw, bool]] = {}
    for correction in corrections:
        try:
            value = snapshot.settle(table, correction.column, value=correction.value)
            expected = snapshot.settle(table, correction.column, value=correction.expected)
        except Unresolved as fault:
            faults.append(f"line {correction.line}: {correction.column}: {fault.reason}")
            continue
        values[correction.column] = (value, expected, correction.has_expected)
    return values


def _unknown(lines: Mapping[Row, int], snapshot: Snapshot, table: Table) -> list[str]:
    present = snapshot.rows(table, keys=list(lines))
    return [f"line {line}: no such row in {table.name}" for key, line in lines.items() if key not in present]


def _found(
    file: CorrectionsFile, rows: Mapping[Row, Mapping[str, tuple[Raw, Raw, bool]]], origins: Mapping[Row, str]
) -> FoundCorrections:
    return FoundCorrections(
        name=file.name,
        digest=file.digest,
        bound=BoundCorrections(values=Corrections(rows), origins=origins),
    )
