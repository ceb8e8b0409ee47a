"""Cases: rows over one or more tables that are decided, written and rolled back together."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from hffix.model.value import Raw


class CaseRow(Mapping[str, Any]):
    """One row that a case read: the columns that it declared, by name, as the snapshot holds them."""

    __slots__ = ("_cells", "key", "table")

    def __init__(self, table: str, key: tuple[Raw, ...], cells: Mapping[str, object]) -> None:
        self.table = table
        self.key = key
        self._cells = cells

    def __getitem__(self, column: str) -> Any:
        return self._cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def __repr__(self) -> str:
        """Name the table only: a row's values are somebody's."""
        return f"<row of {self.table}>"


class CaseWork(Protocol):
    """Who answers a case's questions and collects its decisions."""

    def rows(self, table: str, equal: Mapping[str, object]) -> tuple[CaseRow, ...]:
        """Read rows."""

    def update(self, row: CaseRow, values: Mapping[str, object]) -> None:
        """Decide cells of a row."""

    def insert(self, table: str, values: Mapping[str, object]) -> None:
        """Decide a new row."""

    def delete(self, row: CaseRow) -> None:
        """Decide that a row goes."""


class Case:
    """What one case reads and decides; its number counts the cases of the change set in the queries' order."""

    __slots__ = ("_work", "number")

    def __init__(self, number: int, work: CaseWork) -> None:
        self.number = number
        self._work = work

    def rows(self, table: str, /, **equal: object) -> tuple[CaseRow, ...]:
        """Read the rows whose columns hold these values, in the order of their keys; None asks for NULL.

        The question is asked again, under lock, before the case is written: whoever adds, takes away or changes a row
        of the answer in the meantime makes the whole case a conflict.
        """
        return self._work.rows(table, equal)

    def update(self, row: CaseRow, /, **values: object) -> None:
        """Write columns of a row that the case has read."""
        self._work.update(row, values)

    def insert(self, table: str, /, **values: object) -> None:
        """Insert a row; every column that the database does not generate is stated, the key too."""
        self._work.insert(table, values)

    def delete(self, row: CaseRow, /) -> None:
        """Delete a row that the case has read."""
        self._work.delete(row)
