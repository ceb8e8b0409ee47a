"""Inverting a run: cell by cell where a line has no case, whole or not at all where it has one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot
from hffix.model.change import Cells, Line, inverse_cells, read_lines, salt_of
from hffix.model.run import Run
from hffix.model.schema import Table, parents_first
from hffix.store.changesets import Draft
from hffix.workflow.block import Block
from hffix.workflow.found import read_rows
from hffix.workflow.measure import Measure
from hffix.workflow.taking_back import applied_alone, cases_last_first

CHANGED_SINCE: Final = "changed since, not by this run"
CASE_CHANGED: Final = "another row of its case was changed since, not by this run"
ERASED: Final = "erased"
CASE_ERASED: Final = "another row of its case was erased"
# Taken back: what was deleted comes first, parents before children, and what was inserted goes last.
ORDER: Final = (("delete", False), ("update", False), ("insert", True))
KINDS: Final = ("insert", "update", "delete")
READ_ROWS: Final = 5_000


class Inverse(NamedTuple):
    """What takes one line back, as far as its row still holds what was written; `kind` is None where nothing does."""

    line: Line
    kind: str | None = None
    before: Cells | None = None
    after: Cells | None = None
    whole: bool = False


@dataclass(slots=True, kw_only=True)
class Inverting:
    """One inverse while it is drafted, of a whole run or of one table or row of it."""

    snapshot: Snapshot
    tables: Mapping[str, Table]
    run: Run
    draft: Draft
    measure: Measure
    seed: bytes
    table: str | None
    key: str | None
    watch: Callable[[int], None]
    conflicts: int = 0
    number: int = 0
    written: dict[str, set[str]] = field(default_factory=dict)

    def run_all(self, *, kept: bool) -> None:
        """Draft the lines without a case, and then the cases, from the run's last to its first.

        Where the run had both, its cases were written upon its other lines, so they must be taken back before them;
        since lines without a case come first in a change set, each of these then becomes a case of its own. That
        cannot be where totals are `kept`: they hold for all of them together, and for none of them alone.
        """
        if self._has_both() and not kept:
            self._run_cases()
            self._run_alone(numbered=True)
        else:
            self._run_alone(numbered=False)
            self._run_cases()

    def _has_both(self) -> bool:
        ends = (reader.changes(self.snapshot, self.run.id, first=seq, last=seq) for seq in (1, self.run.decided))
        return [row.case_id is None for blocks in ends for block in blocks for row in block] == [True, False]

    def _run_alone(self, *, numbered: bool) -> None:
        """Draft inserts and updates with parents first, then deletes with children first."""
        parents = parents_first(self.tables.values())
        for kind, children_first in ORDER:
            for table in reversed(parents) if children_first else parents:
                for rows in applied_alone(self.snapshot, self.run.id, table=table, kind=kind):
                    chosen = [row for row in rows if self._chosen(row)]
                    inverses = self._inverses([row for row in chosen if not row.erased])
                    self._draft([self._line(inverse, numbered=numbered) for inverse in inverses])
                    self._decline([(inverse, CHANGED_SINCE) for inverse in inverses if not inverse.whole])
                    self._decline_erased(chosen)

    def _run_cases(self) -> None:
        waiting: list[list[LogRow]] = []
        for rows in cases_last_first(self.snapshot, self.run):
            if any(map(self._chosen, rows)):
                waiting.append(rows)
            if sum(map(len, waiting)) >= READ_ROWS:
                self._cases(waiting)
                waiting.clear()
        self._cases(waiting)

    def _cases(self, cases: Sequence[Sequence[LogRow]]) -> None:
        """Take cases back whole, or leave every line of one to people."""
        tables = {name: place for place, name in enumerate(parents_first(self.tables.values()))}

        def order(inverse: Inverse) -> tuple[int, int]:
            place = tables[inverse.line.table]
            return KINDS.index(inverse.kind or ""), -place if inverse.kind == "delete" else place

        inverses = iter(self._inverses([row for rows in cases for row in rows if not row.erased]))
        for rows in cases:
            case = [next(inverses) for row in rows if not row.erased]
            if len(case) == len(rows) and all(inverse.whole for inverse in case):
                self.number += 1
                self._draft([self._line(inverse, numbered=False) for inverse in sorted(case, key=order)])
                continue
            reason = CASE_ERASED if len(case) < len(rows) else CASE_CHANGED
            left = [inverse._replace(kind=None) for inverse in case]
            self._decline([(inverse, reason if inverse.whole else CHANGED_SINCE) for inverse in left])
            self._decline_erased(rows)

    def _chosen(self, row: LogRow) -> bool:
        return self.table in {None, row.table_name} and self.key in {None, row.row_key}

    def _inverses(self, rows: Sequence[LogRow]) -> list[Inverse]:
        lines = [line for line in read_lines([row.line() for row in rows]) if isinstance(line, Line)] if rows else []
        found = read_rows(self.snapshot, self.tables, Block(lines))
        return [self._inverse(line, row) for line, row in zip(lines, found, strict=True)]

    def _inverse(self, line: Line, row: Cells | None) -> Inverse:
        """Give what can be taken back of one line, and whether that is all of it."""
        kind, before, after = inverse_cells(line)
        stored = self.tables[line.table].stored
        if kind == "insert":
            gone = row is None and (after or {}).keys() == set(stored)
            return Inverse(line, kind, None, after, whole=True) if gone else Inverse(line)
        if row is None or before is None:
            return Inverse(line)
        if kind == "delete":
            there = before.items() <= row.items()
            return Inverse(line, kind, {n: row[n] for n in stored}, None, whole=True) if there else Inverse(line)
        held = {column: value for column, value in before.items() if row.get(column) == value}
        back = {column: (after or {})[column] for column in held}
        return Inverse(line, kind, held, back, whole=len(held) == len(before)) if held else Inverse(line)

    def _line(self, inverse: Inverse, *, numbered: bool) -> Line | None:
        """Give the line of an inverse, in the case that is drafted, or in one of its own."""
        line, kind, before, after, _ = inverse
        if kind is None:
            return None
        self.number += numbered
        case = str(self.number) if numbered or line.case is not None else None
        salt = salt_of(line.table, kind=kind, key=line.key, case=case, seed=self.seed)
        return Line(salt, line.table, kind, line.key, before, after, None, case)

    def _draft(self, lines: Sequence[Line | None]) -> None:
        drafted = [line for line in lines if line is not None]
        for line in drafted:
            # A row that is put back is in no table yet, so it was not scanned there.
            self.measure.scanned += line.kind != "insert"
            self.measure.add(line.table, kind=line.kind, before=line.before, after=line.after)
            self.written.setdefault(line.table, set()).update(line.after or {})
        self.draft.add([line.encode() for line in drafted])
        self.watch(self.measure.scanned)

    def _decline_erased(self, rows: Sequence[LogRow]) -> None:
        """Leave to people what was erased since; of such a row only its place in the run is known."""
        lines: list[bytes] = []
        for row in rows:
            if row.erased:
                self.conflicts += 1
                self.measure.scanned += 1
                self.measure.unresolved += 1
                self.measure.decline(ERASED)
                origin = f"run {self.run.id}, line {row.seq}"
                salt = salt_of(row.table_name, kind="unresolved", key={"line": origin}, case=None, seed=self.seed)
                lines.append(orjson.dumps((salt, row.table_name, {}, ERASED, origin), option=orjson.OPT_SORT_KEYS))
        self.draft.add_unresolved(lines)

    def _decline(self, left: Sequence[tuple[Inverse, str]]) -> None:
        """Leave rows to people, or those of their cells that no longer hold what was written."""
        lines: list[bytes] = []
        for (line, kind, *_), reason in left:
            self.conflicts += 1
            self.measure.scanned += kind is None
            self.measure.unresolved += kind is None
            self.measure.decline(reason)
            salt = salt_of(line.table, kind="unresolved", key=line.key, case=None, seed=self.seed)
            lines.append(orjson.dumps((salt, line.table, line.key, reason, None), option=orjson.OPT_SORT_KEYS))
        self.draft.add_unresolved(lines)
