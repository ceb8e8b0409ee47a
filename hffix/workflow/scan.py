"""Scanning: how one table is read once for all of its scopes."""

from collections.abc import Sequence

from hffix.model.schema import Table
from hffix.model.value import Raw
from hffix.workflow.bind import Bound

Row = tuple[Raw, ...]


class Scan:
    """How one table is read once for all of its scopes."""

    def __init__(self, table: Table, changing: tuple[Bound, ...], deleting: tuple[Bound, ...]) -> None:
        self.table = table
        self.keys = len(table.key)
        self.changing = changing
        self.deleting = deleting
        written = {column for bound in changing for column in bound.facts.writes}
        self.unique = [columns for columns in table.unique_columns if written.intersection(columns)]
        needed = {column for bound in changing for column in bound.guards}.union(*self.unique)
        self.columns = tuple(name for name in table.names if name in needed and name not in table.key)
        self.places = {name: place for place, name in enumerate((*table.key, *self.columns))}
        self.expressions: list[str] = []
        self.first_expression: list[int] = []
        start = self.keys + len(self.columns)
        for bound in changing:
            self.first_expression.append(start + len(self.expressions))
            self.expressions.extend(bound.declared.expressions)
        several = len(changing) + len(deleting) > 1
        self._flags = [self._flagged(bound, start) if several else None for bound in changing]
        self._deleting = [flag for bound in deleting if (flag := self._flagged(bound, start)) is not None]
        everywhere = any(bound.declared.where is None for bound in changing)
        self.where = [] if everywhere else [str(bound.declared.where) for bound in changing]
        self.flagged = any(flag is not None for flag in self._flags)
        self.bounds = (*changing, *deleting)
        self.acting = frozenset(
            column
            for link in table.referred
            if link.on_update in {"CASCADE", "SET NULL", "SET DEFAULT"}
            for column in link.to_columns
        )
        # Whether deciding a row may ask the database about other rows.
        self.looks = bool(self.unique) or not self.acting.isdisjoint(written)
        self._guards: dict[tuple[int, ...], tuple[tuple[str, int], ...]] = {}

    def guards(self, deciding: Sequence[Bound]) -> tuple[tuple[str, int], ...]:
        """List the columns that guard a line decided by these scopes, and their places."""
        numbers = tuple([bound.number for bound in deciding])
        known = self._guards.get(numbers)
        if known is None:
            columns = {column for bound in deciding for column in bound.guards}
            known = self._guards[numbers] = tuple((column, self.places[column]) for column in columns)
        return known

    def _flagged(self, bound: Bound, start: int) -> int | None:
        if bound.declared.where is None:
            return None
        self.expressions.append(flag_of(bound.declared.where))
        return start + len(self.expressions) - 1

    def flag(self, number: int) -> int | None:
        """Give the place that says whether a row is in the scope of that number; None where every row is."""
        return self._flags[number]

    def holds(self, number: int, row: Row) -> bool:
        """Say whether the row is in the scope of that number."""
        flag = self._flags[number]
        return flag is None or row[flag] == 1

    def deletes(self, row: Row) -> bool:
        """Say whether another scope deletes the row."""
        return any(row[flag] == 1 for flag in self._deleting)


def flag_of(where: str) -> str:
    """Write the expression that is 1 where a condition holds."""
    return f"CASE WHEN ({where}\n) THEN 1 ELSE 0 END"
