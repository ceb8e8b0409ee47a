"""What a plan over a test's rows gave: changes and rows left to people, in plain Python values."""

from collections.abc import Mapping
from dataclasses import dataclass

from hffix.errors.project import BadTestData
from hffix.model.manifest import Counts
from hffix.model.value import Raw

# Of a key of one column its value, of several a tuple of theirs.
Key = Raw | tuple[Raw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that would be written: `before` holds what guards it, `after` what it would hold; of none they are {}."""

    table: str
    key: Key
    kind: str
    before: Mapping[str, Raw]
    after: Mapping[str, Raw]
    case: int | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """One row that the fix leaves to people, and why."""

    table: str
    key: Key
    reason: str
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The whole outcome of a plan: its changes in the order in which they would be written, and its counts."""

    changes: tuple[Change, ...]
    unresolved: tuple[LeftRow, ...]
    counts: Counts
    tables: tuple[str, ...]

    def after(self, table: str) -> dict[Key, dict[str, Raw]]:
        """Give what the rows of a table that would be updated or inserted would hold, in the columns that change."""
        return {one.key: dict(one.after) for one in self._of(table) if one.kind != "delete"}

    def deleted(self, table: str) -> tuple[Key, ...]:
        """Give the keys of the rows of a table that would be deleted."""
        return tuple(one.key for one in self._of(table) if one.kind == "delete")

    def reasons(self, table: str) -> dict[Key, str]:
        """Give the reason for each row of a table that is left to people."""
        self._check(table)
        return {one.key: one.reason for one in self.unresolved if one.table == table}

    def _of(self, table: str) -> tuple[Change, ...]:
        self._check(table)
        return tuple(one for one in self.changes if one.table == table)

    def _check(self, table: str) -> None:
        """Refuse a name that no scope has: a misspelt one would look like a table in which nothing changes."""
        if table not in self.tables:
            raise BadTestData(f"the fix touches no table {table}; it touches {', '.join(self.tables)}")
