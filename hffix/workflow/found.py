"""The rows of a block's lines as they are: whole and raw, and in canonical values only where somebody looks."""

from collections.abc import Mapping, Sequence
from typing import Protocol, overload

from hffix.database import Session, Snapshot
from hffix.model.change import Cells, canonical_rows
from hffix.model.schema import Table
from hffix.model.value import Raw, encode_values, told_apart
from hffix.workflow.block import Alike, Block, Row

Tables = Mapping[str, Table]
Columns = Mapping[str, Sequence[Raw]]


class Reading(Protocol):
    """How rows are read by key, locked or not."""

    def __call__(self, table: Table, *, keys: Sequence[Row]) -> dict[Row, Row]:
        """Read rows whole and raw."""


class Found(Sequence[Cells | None]):
    """One row a line; none where there is no row of exactly that key, and none for a question."""

    __slots__ = ("_columns", "block", "rows", "tables")

    def __init__(self, tables: Tables, block: Block, rows: Sequence[Row | None]) -> None:
        self.tables = tables
        self.block = block
        self.rows = rows
        self._columns: dict[Alike, Columns | None] = {}

    @overload
    def __getitem__(self, place: int) -> Cells | None: ...

    @overload
    def __getitem__(self, place: slice) -> "Found": ...

    def __getitem__(self, place: int | slice) -> "Cells | Found | None":
        if isinstance(place, slice):
            return Found(self.tables, self.block[place], self.rows[place])
        row = self.rows[place]
        return None if row is None else canonical_rows(self.tables[self.block[place].table].names, [row])[0]

    def __len__(self) -> int:
        return len(self.rows)

    def columns(self, group: Alike) -> Columns | None:
        """Give the raw columns of the rows of alike lines of this block; nothing where one has no row."""
        if group not in self._columns:
            rows = self.rows if len(group.places) == len(self.rows) else [self.rows[place] for place in group.places]
            whole = [row for row in rows if row is not None]
            names = self.tables[group.table].names
            there = len(whole) == len(rows)
            self._columns[group] = dict(zip(names, zip(*whole, strict=True), strict=True)) if there else None
        return self._columns[group]

    def chosen(self, places: Sequence[int]) -> "Found":
        """Give the rows of the lines at some places, in their order."""
        if len(places) == len(self.rows):
            return self
        return Found(self.tables, self.block.chosen(places), [self.rows[place] for place in places])


def lock_rows(session: Session, tables: Tables, block: Block) -> Found:
    """Lock each line's row and read it as `read_rows` does."""
    return _read(session.lock, tables, block)


def read_rows(snapshot: Snapshot, tables: Tables, block: Block) -> Found:
    """Read each line's row whole."""
    return _read(snapshot.rows, tables, block)


def _read(read: Reading, tables: Tables, block: Block) -> Found:
    found: list[Row | None] = [None] * len(block)
    # Cases change from table to table with every line; one reading a table serves all of them.
    by_table: dict[str, list[Alike]] = {}
    for group in block.groups:
        if group.kind != "ask":
            by_table.setdefault(group.table, []).append(group)
    for name, groups in by_table.items():
        table = tables[name]
        places, keys = _in_order(table, groups)
        rows = _of_keys(table, keys, read(table, keys=keys))
        if len(rows) == len(found):
            return Found(tables, block, rows)
        for place, row in zip(places, rows, strict=True):
            found[place] = row
    return Found(tables, block, found)


def _in_order(table: Table, groups: Sequence[Alike]) -> tuple[Sequence[int], list[Row]]:
    """Give the places and the keys of some lines in the order of the lines, which is the order of their locks."""
    if len(groups) == 1:
        return groups[0].places, groups[0].keys(table)
    keyed = {place: key for group in groups for place, key in zip(group.places, group.keys(table), strict=True)}
    places = sorted(keyed)
    return places, [keyed[place] for place in places]


def _of_keys(table: Table, keys: Sequence[Row], rows: Mapping[Row, Row]) -> list[Row | None]:
    """Give the row of each key; equal is not the same: 'a' may answer for 'A', and 1 for 1.0."""
    found = list(map(rows.get, keys))
    own = [table.names.index(column) for column in table.key]
    asked = zip(*keys, strict=True)
    answered = ([row[place] for row in rows.values()] for place in own)
    # Values of some kinds are the same where Python calls them equal.
    if all(told_apart(column) for columns in (asked, answered) for column in columns):
        return found
    return [
        row if row is not None and _encoded(key) == _encoded([row[place] for place in own]) else None
        for key, row in zip(keys, found, strict=True)
    ]


def _encoded(values: Sequence[Raw]) -> list[object]:
    return list(encode_values(values))
