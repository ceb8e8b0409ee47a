"""Taking back: whether rows are the inverse, or part of it, of what a run applied, by the log and not by a manifest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Final

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot
from hffix.model.change import Cells
from hffix.model.run import MOST_ROWS, Run

INVERSE_OF: Final = {"insert": "delete", "update": "update", "delete": "insert"}

Rows = Sequence[LogRow]


def first_stranger(snapshot: Snapshot, reverted: Run, rows: Iterable[LogRow]) -> LogRow | None:
    """Find the first row that takes back nothing of a run, or a case only in part; None where there is none.

    A row without a case may take back some cells of a line; a case takes back a case whole. Rows are given as the
    change set of an inverse has them, so that the log is read once for the cases, and once for each kind and table.
    """
    alone = _Alone(snapshot, reverted)
    logged = cases_last_first(snapshot, reverted)
    for case, some in groupby(rows, key=lambda row: row.case_id):
        # No case is larger; what stands under one number beyond that is none.
        for unit in [list(islice(some, MOST_ROWS + 1))] if case is not None else ([row] for row in some):
            # What is erased in the inverse is erased in what it took back; only leaves are left to compare.
            if all(row.erased for row in unit):
                continue
            whole = next((told for told in logged if _meet(unit, told)), None) if case is not None else None
            taken = _takes_back_whole(unit, whole) if whole else len(unit) == 1 and alone.takes_back(unit[0])
            if not taken:
                return unit[0]
    return None


def cases_last_first(snapshot: Snapshot, run: Run) -> Iterator[list[LogRow]]:
    """Give the lines that were written of each case of a run, from the last case to the first.

    What was done last is taken back first: a case may refer to rows that an earlier one inserted.
    """
    for chunk in reversed(run.chunks):
        blocks = reader.changes(snapshot, run.id, first=chunk.first, last=chunk.last)
        rows = [row for block in blocks for row in block if row.case_id is not None]
        if not rows:
            return  # lines without a case come first
        cases = [list(some) for _, some in groupby(rows, key=lambda row: row.case_id)]
        for case in reversed(cases):
            written = [row for row in case if row.outcome == "applied"]
            if written:
                yield written


def applied_alone(snapshot: Snapshot, run: int, *, table: str | None = None, kind: str | None = None) -> Iterator[Rows]:
    """Give the lines without a case that a run applied, of one table and kind, in blocks."""
    for block in reader.changes(snapshot, run):
        if block[0].case_id is not None:
            return
        yield [
            row
            for row in block
            if row.outcome == "applied" and row.case_id is None and (row.table_name, row.kind) == (table, kind)
        ]


@dataclass(slots=True)
class _Alone:
    """One pass over the lines without a case for each table and kind: they stand in the order of their keys."""

    snapshot: Snapshot
    reverted: Run
    group: tuple[str, str] | None = None
    told: Iterator[LogRow] = field(default_factory=lambda: iter(()))

    def takes_back(self, row: LogRow) -> bool:
        """Say whether a row takes back a line, or part of it."""
        if self.group != (row.table_name, row.kind):
            self.group = row.table_name, row.kind
            blocks = applied_alone(
                self.snapshot, self.reverted.id, table=row.table_name, kind=INVERSE_OF.get(row.kind, "")
            )
            self.told = (one for block in blocks for one in block)
        logged = next((one for one in self.told if one.row_key == row.row_key), None)
        return logged is not None and takes_back(row, logged)


def _meet(unit: Rows, logged: Rows) -> bool:
    places = {(row.table_name, row.row_key) for row in unit if not row.erased}
    return any((row.table_name, row.row_key) in places for row in logged)


def _takes_back_whole(unit: Rows, logged: Rows) -> bool:
    """Say whether a case takes back every line of another, each of them whole."""
    by_key = {(row.table_name, row.row_key): row for row in logged if not row.erased}
    erased = len(logged) - len(by_key)
    met = [by_key.get((row.table_name, row.row_key)) for row in unit if not row.erased]
    return (
        len(unit) == len(logged)
        and met.count(None) <= erased
        and all(
            told is None or takes_back(row, told, whole=True)
            for row, told in zip((row for row in unit if not row.erased), met, strict=True)
        )
    )


def takes_back(row: LogRow, logged: LogRow, *, whole: bool = False) -> bool:
    """Say whether a row is the inverse of a logged one, or, unless it must be whole, of some of its cells."""
    if INVERSE_OF.get(row.kind) != logged.kind:
        return False
    before, after = _cells(logged.before), _cells(logged.after)
    was, becomes = _cells(row.before), _cells(row.after)
    if row.kind == "insert":
        return becomes == before
    if row.kind == "delete":
        return was == after
    if not before or not after or not was or not becomes:
        return False
    if was.keys() != becomes.keys() or (whole and becomes.keys() != after.keys()):
        return False
    return all(
        column in after and after[column] == was[column] and before[column] == value
        for column, value in becomes.items()
    )


def _cells(text: str | None) -> Cells | None:
    """Read logged cells; of a log that somebody edited nothing may be read, and nothing is taken back."""
    try:
        cells = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None
    return cells if isinstance(cells, dict) else None
