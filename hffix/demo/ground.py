"""Where dirt is laid: one cell never twice, every injection written down with what stood there before."""

import csv
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOBase
from random import Random
from typing import Any, Literal

from hffix.demo.chance import spread, stream
from hffix.demo.schema import KEYS
from hffix.demo.volumes import SIZES, Size, orphan_ledger, orphan_repayments, scaled
from hffix.demo.world_accounts import account_key
from hffix.demo.world_loans import loan_key
from hffix.demo.world_people import person_key
from hffix.demo.world_units import unit_key

End = Literal["auto", "distribute", "refuse", "none", "delete"]
Row = Mapping[str, Any]
Cells = Mapping[str, str | int | float | None]
Make = Callable[[Row, Random], Cells | None]
Place = tuple[int, int]  # first index, step
Run = Callable[["Ground", "Kind", int], None]

HEADER = ("injection", "kind", "table", "key", "column", "clean", "dirty", "rule", "end", "hint")
_KEY_OF: Mapping[str, Callable[[int], str | int]] = {
    "person": person_key,
    "unit": unit_key,
    "personal_account": account_key,
    "loan": loan_key,
    "contribution_ledger": lambda index: index + 1,
    "loan_repayment": lambda index: index + 1,
    "withdrawal": lambda index: f"W{index + 1:08d}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of dirt: how much of it, which rule finds it, how it should end.

    `hint` is what has to be declared or looked up so that the clean value comes back exactly.
    """

    code: str
    table: str
    count: int
    rule: str
    end: End
    run: Run
    hint: str = ""
    fixed: bool = False  # the count does not grow with the table


class Ground:
    """A clean database that is being soiled."""

    def __init__(self, connection: sqlite3.Connection, *, truth: TextIOBase, size: Size, seed: int) -> None:
        self.size: Size = size
        self.volumes = SIZES[size]
        self.seed = seed
        self.injections: Counter[str] = Counter()
        self._connection = connection
        self._truth = csv.writer(truth, lineterminator="\n")
        self._truth.writerow(HEADER)
        self._claimed: dict[tuple[str, str], set[int]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self._kinds = 0
        self.chance = stream(seed, room="dirt", index=0)

    def lay(self, kind: Kind) -> None:
        """Inject one kind as often as its count says, scaled to this size."""
        self._kinds += 1
        self.chance = stream(self.seed, room="dirt", index=self._kinds)
        count = kind.count if kind.fixed else scaled(kind.count, table=kind.table, size=self.size)
        kind.run(self, kind, count)

    def rows(self, table: str) -> int:
        """Count the clean rows of a table."""
        absent = {"contribution_ledger": orphan_ledger, "loan_repayment": orphan_repayments}.get(table)
        return self.volumes.rows(table) - (absent(self.size) if absent else 0)

    def places(self, table: str, place: Place = (0, 1)) -> Iterator[int]:
        """Visit each index of a table, or each one that a trait falls on, once, scattered."""
        first, step = place
        count = (self.rows(table) - first + step - 1) // step
        start = int(self.chance.random() * count) if count > 0 else 0
        for turn in range(max(count, 0)):
            yield first + step * spread(start + turn, over=count, seed=self.seed)

    def row(self, table: str, index: int) -> Row:
        """Read one row by its index."""
        cursor = self._connection.execute(f"SELECT * FROM {table} WHERE {KEYS[table][0]} = ?", (_KEY_OF[table](index),))
        if table not in self._columns:
            self._columns[table] = tuple(column[0] for column in cursor.description)
        return dict(zip(self._columns[table], cursor.fetchone(), strict=True))

    def select(self, statement: str, *values: str | int) -> list[tuple[Any, ...]]:
        """Read what a kind needs to know of other rows."""
        return self._connection.execute(statement, values).fetchall()

    def claim(self, table: str, index: int, columns: Sequence[str]) -> bool:
        """Take cells for an injection, all of them or, if one is taken already, none."""
        taken = [self._claimed.setdefault((table, column), set()) for column in columns]
        if any(index in cells for cells in taken):
            return False
        for cells in taken:
            cells.add(index)
        return True

    def is_free(self, table: str, index: int, column: str) -> bool:
        """Tell whether a cell is still as the clean world has it."""
        return index not in self._claimed.get((table, column), ())

    def begin(self, kind: Kind) -> str:
        """Give the number of a new injection."""
        self.injections[kind.code] += 1
        return f"I{self.injections.total():06d}"

    def change(self, kind: Kind, index: int, before: Row, cells: Cells, *, number: str) -> None:
        """Write dirty cells of one row, and the truth about each that differs or is a trap."""
        table, key = kind.table, _KEY_OF[kind.table](index)
        assignments = ", ".join(f"{column} = ?" for column in cells)
        self._connection.execute(f"UPDATE {table} SET {assignments} WHERE {KEYS[table][0]} = ?", (*cells.values(), key))
        for column, dirty in cells.items():
            if dirty != before[column] or kind.end == "none" or kind.code == "D35":
                self.tell(kind, key=key, column=column, clean=before[column], dirty=dirty, number=number)

    def add(self, kind: Kind, values: Sequence[str | int | None], *, column: str, dirty: str) -> None:
        """Insert a row that nobody owns; before it there was nothing."""
        self._connection.execute(f"INSERT INTO {kind.table} VALUES ({','.join('?' * len(values))})", values)
        self.tell(kind, key=values[0], column=column, clean=None, dirty=dirty, number=self.begin(kind))

    def tell(self, kind: Kind, *, key: object, column: str, clean: object, dirty: object, number: str) -> None:
        """Write one line of the truth."""
        values = (r"\N" if value is None else value for value in (clean, dirty))
        self._truth.writerow((number, kind.code, kind.table, key, column, *values, kind.rule, kind.end, kind.hint))

    def execute(self, statement: str, *values: str | int) -> None:
        """Write what no single key addresses."""
        self._connection.execute(statement, values)


def one_row(make: Make, *, column: str, needs: tuple[str, ...] = (), place: Place = (0, 1)) -> Run:
    """Soil single rows: `make` gives the dirty cells of a row whose `column` is clean, or declines.

    `needs` are cells that must stay as they are for the rule to find what was done.
    """

    def run(ground: Ground, kind: Kind, count: int) -> None:
        left = count
        for index in ground.places(kind.table, place):
            if not left:
                return
            if not ground.is_free(kind.table, index, column):
                continue
            before = ground.row(kind.table, index)
            cells = make(before, ground.chance)
            if cells and ground.claim(kind.table, index, (*cells, *needs)):
                ground.change(kind, index, before, cells, number=ground.begin(kind))
                left -= 1

    return run
