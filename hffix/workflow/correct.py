"""Binding a corrections file to its table: keys and values as the columns hold them, all faults told at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hffix.database import Snapshot
from hffix.model.schema import Table
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw
from hffix.sheets.corrections import Correction, Corrections, CorrectionsFile, read_corrections, refuse
from hffix.sheets.row import Fault
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
    faults = list(file.faults)
    found = _by_row(file, snapshot, table, faults)
    present = snapshot.rows(table, keys=list(found))
    for row, corrections in found.items():
        if row not in present:
            faults.extend((correction.line, f"no such row in {table.name}") for correction in corrections)
    rows = {row: _values(corrections, snapshot, table, faults) for row, corrections in found.items()}
    refuse(file.name, faults)
    origins = {row: ", ".join(dict.fromkeys(c.origin for c in corrections)) for row, corrections in found.items()}
    return FoundCorrections(
        name=file.name, digest=file.digest, bound=BoundCorrections(values=Corrections(rows), origins=origins)
    )


def _by_row(
    file: CorrectionsFile, snapshot: Snapshot, table: Table, faults: list[Fault]
) -> dict[Row, list[Correction]]:
    """Collect the corrections of each row, also where a file writes one key in two ways."""
    found: dict[Row, list[Correction]] = {}
    for texts, corrections in file.rows.items():
        try:
            row = tuple(snapshot.settle(table, c, value=text) for c, text in zip(table.key, texts, strict=True))
        except Unresolved:
            faults.extend((correction.line, "the key fits no row") for correction in corrections)
        else:
            found.setdefault(row, []).extend(corrections)
    return found


def _values(
    corrections: Sequence[Correction], snapshot: Snapshot, table: Table, faults: list[Fault]
) -> dict[str, tuple[Raw, Raw, bool]]:
    values: dict[str, tuple[Raw, Raw, bool]] = {}
    for correction in corrections:
        column = correction.column
        if column in values:
            faults.append((correction.line, f"{column} of this row has another line"))
        try:
            value = snapshot.settle(table, column, value=correction.value)
            expected = snapshot.settle(table, column, value=correction.expected) if correction.has_expected else None
        except Unresolved as fault:
            faults.append((correction.line, f"{column}: {fault.reason}"))
        else:
            values[column] = (value, expected, correction.has_expected)
    return values
