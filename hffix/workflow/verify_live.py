"""Verifying the live rows: does each cell still hold what hffix wrote there last?"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from types import NoneType
from typing import Final, NamedTuple

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogColumns, LogRow
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.changesets import NotCanonical
from hffix.errors.evidence import BrokenChain
from hffix.model.canonical import LARGEST
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.value import decode_values, encode_value, encode_values, told_apart
from hffix.workflow.block import Row
from hffix.workflow.verify_findings import Findings
from hffix.workflow.verify_held import Held

# Of rows that several runs wrote, so many are remembered at once; where they are more, the log is read again.
MOST_REMEMBERED: Final = 200_000
NAME_BYTES: Final = 16

Columns = frozenset[str] | None  # None: the whole row
NOTHING: Final[frozenset[str]] = frozenset()
EVERY_LINE: Final = (1, LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How many rows hold what hffix wrote there last, were changed since by others, or were written again by hffix."""

    holding: int
    changed: int
    superseded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A run, the tables that it wrote, and its rows in the log."""

    run: int
    tables: frozenset[str]
    rows: int


class _Change(NamedTuple):
    """What one applied row of the log wrote; its name stands for table and key where rows are remembered."""

    table: str
    kind: str
    key: Cells
    after: Cells | None
    name: bytes


@dataclass(slots=True)
class _Looking:
    snapshot: Snapshot
    findings: Findings
    shared: frozenset[str]
    holding: int = 0
    superseded: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    tables: dict[str, Table | None] = field(default_factory=dict)
    written: dict[bytes, Columns] = field(default_factory=dict)

    def table(self, name: str) -> Table | None:
        """Describe a table once; None where its rows cannot be compared any more."""
        if name not in self.tables:
            try:
                self.tables[name] = self.snapshot.table(name)
            except HffixError as fault:
                self.findings.note(f"the live rows of {name} cannot be compared: {fault.message}")
                self.tables[name] = None
        return self.tables[name]

    def count(self, change: _Change, row: Row | None, places: Mapping[str, int], *, counts: bool) -> None:
        """Count a row by what the newest run that wrote it left there; remember what was written."""
        table, kind, after = change.table, change.kind, change.after
        if table in self.shared:
            later = self.written.get(change.name, NOTHING)
            whole = later is None or kind != "update"
            self.written[change.name] = None if whole else (later or NOTHING) | (after or {}).keys()
            if later is None:
                self.superseded += counts
                return
            after = {column: value for column, value in after.items() if column not in later} if after else after
            if kind != "delete" and not after:
                self.superseded += counts
                return
        if counts:
            holds = _holds(after, row, places)
            self.holding += holds
            self.changed[table] += not holds


class LiveRows:
    """The newest change of every cell, compared with the row as it is; only those of one run, where it is named."""

    def __init__(self, snapshot: Snapshot, runs: Sequence[Written], *, only: int | None) -> None:
        self._snapshot = snapshot
        self._later = [run for run in runs if only is None or run.run >= only]
        self._only = only
        tables = Counter(table for run in self._later for table in run.tables)
        self._shared = frozenset(table for table, times in tables.items() if times > 1)
        self._held: dict[int, Held] = {}

    def beside(self, run: int) -> Callable[[LogColumns], None] | None:
        """Give what compares a run's rows while they are read for another reason; None where that says nothing."""
        for written in self._later:
            if written.run == run and not written.tables <= self._shared:
                self._held[run] = Held(self._snapshot, written.tables - self._shared)
                return self._held[run].look
        return None

    def doubt(self, run: int) -> None:
        """Forget what was compared of a run whose log is not whole: not every row of it was seen."""
        self._held.pop(run, None)

    def finish(self, findings: Findings) -> Live:
        """Compare what was not compared yet."""
        looking = _Looking(self._snapshot, findings, self._shared)
        remembered = sum(run.rows for run in self._later[1:] if not self._shared.isdisjoint(run.tables))
        passes = 1 + remembered // MOST_REMEMBERED
        looking.holding = sum(held.holding for held in self._held.values())
        for turn in range(passes):
            looking.written.clear()
            # The newest run first: what it wrote is no longer the older ones' to hold.
            for run in reversed(self._later):
                held = self._held.get(run.run)
                for lines in [EVERY_LINE] if held is None else held.left:
                    counts = self._only in {None, run.run}
                    _compare_run(looking, run.run, lines=lines, turn=turn, passes=passes, counts=counts)
        for table, number in sorted(looking.changed.items()):
            if number:
                rows = "1 row was" if number == 1 else f"{number:,} rows were"
                findings.note(f"of {table} {rows} changed since, not by hffix")
        return Live(holding=looking.holding, changed=looking.changed.total(), superseded=looking.superseded)


def _compare_run(looking: _Looking, run: int, *, lines: tuple[int, int], turn: int, passes: int, counts: bool) -> None:
    first, last = lines
    try:
        for block in reader.changes(looking.snapshot, run, first=first, last=last):
            rows = [row for row in block if _taken(row, looking.shared, turn=turn, passes=passes)]
            for name, some in groupby(rows, key=lambda row: row.table_name):
                _compare(looking, looking.table(name), list(some), counts=counts)
    except BrokenChain as fault:
        looking.findings.note(f"not every row of run {run} could be compared: {fault.message}")


def _taken(row: LogRow, shared: frozenset[str], *, turn: int, passes: int) -> bool:
    """Say whether a row is this pass's to compare: those of shared tables are dealt out by their names."""
    if row.outcome != "applied" or row.erased:
        return False
    if passes == 1 or row.table_name not in shared:
        return turn == 0
    return _name(row)[0] % passes == turn


def _name(row: LogRow) -> bytes:
    return blake2b(f"{row.table_name}\x00{row.row_key}".encode(), digest_size=NAME_BYTES).digest()


def _compare(looking: _Looking, table: Table | None, rows: Sequence[LogRow], *, counts: bool) -> None:
    """Read the live rows of one table's changes, and count those that hold what was written."""
    if table is None:
        return
    wanted = set(table.key)
    changes = [change for change in _changes(rows, named=table.name in looking.shared) if change.key.keys() >= wanted]
    if not changes:
        return
    try:
        keys = list(zip(*(decode_values([change.key[c] for change in changes]) for c in table.key), strict=True))
    except NotCanonical:
        for one in rows if len(rows) > 1 else ():
            _compare(looking, table, [one], counts=counts)
        return
    written = {column for change in changes for column in change.after or ()}
    read = [*table.key, *(name for name in table.names if name in written and name not in wanted)]
    live = looking.snapshot.rows(table, keys=keys, columns=read)
    places = {name: place for place, name in enumerate(read)}
    own = [places[column] for column in table.key]
    found = list(map(live.get, keys))
    if table.name not in looking.shared and _all_hold(changes, found, places) and _keyed_alike(keys, found, own):
        looking.holding += len(changes) if counts else 0
        return
    for change, key, row in zip(changes, keys, found, strict=True):
        # Equal in Python is not the same: 1 may answer for 1.0.
        same = row is not None and all(type(row[place]) is type(part) for place, part in zip(own, key, strict=True))
        looking.count(change, row if same else None, places, counts=counts)


def _all_hold(changes: Sequence[_Change], found: Sequence[Row | None], places: Mapping[str, int]) -> bool:
    """Say whether every row holds what was written, column by column; only the quick and usual case says yes."""
    first = changes[0].after
    rows = [row for row in found if row is not None]
    written = [change.after for change in changes if change.after is not None]
    if first is None or len(rows) != len(changes) or any(after.keys() != first.keys() for after in written):
        return False
    if len(written) != len(changes) or not first.keys() <= places.keys():
        return False
    return all(
        list(encode_values([row[places[column]] for row in rows])) == [after[column] for after in written]
        for column in first
    )


def _keyed_alike(keys: Sequence[Row], found: Sequence[Row | None], own: Sequence[int]) -> bool:
    asked = zip(*keys, strict=True)
    answered = ([row[place] for row in found if row is not None] for place in own)
    return all(told_apart(column) for columns in (asked, answered) for column in columns)


def _changes(rows: Sequence[LogRow], *, named: bool) -> list[_Change]:
    """Read what rows changed; a row that cannot be read was told of already."""
    try:
        cells = orjson.loads(f"[{','.join([f'[{row.row_key},{row.after}]' for row in rows])}]")
        return [
            _Change(row.table_name, row.kind, key, after, _name(row) if named else b"")
            for row, (key, after) in zip(rows, cells, strict=True)
            if type(key) is dict and type(after) in {dict, NoneType}
        ]
    except (ValueError, TypeError):
        return [change for row in rows for change in _changes([row], named=named)] if len(rows) > 1 else []


def _holds(after: Cells | None, row: Row | None, places: Mapping[str, int]) -> bool:
    """Say whether a row holds these cells; with none, whether it is gone."""
    if after is None or row is None:
        return after is None and row is None
    for column, value in after.items():
        place = places.get(column)
        raw = row[place] if place is not None else None
        if (raw if type(raw) is str else encode_value(raw)) != value or place is None:
            return False
    return True
