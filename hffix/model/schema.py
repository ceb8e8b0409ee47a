"""Schemas: what a table is, as far as it decides whether a planned change still means what was approved.

Left out on purpose: the order of columns, comments, plain indexes, statistics and the server's version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hffix.model import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, with its type as the engine writes it."""

    name: str
    type: str
    nullable: bool
    default: str | None = None
    generated: bool = False
    collation: str | None = None
    numbered: bool = False
    """Whether the database itself counts what new rows hold here; its `default`, or an option, says so too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A reference between tables, seen from the referring table."""

    table: str
    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]
    on_update: str
    on_delete: str


# Without slots, so that the names are listed once and not for every row.
@dataclass(frozen=True, kw_only=True)
class Table:
    """One table that rows can be planned in: it has a declared key and no type that is not carried exactly."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...]
    checks: tuple[str, ...]
    references: tuple[ForeignKey, ...]
    referred: tuple[ForeignKey, ...]
    triggers: tuple[tuple[str, str], ...]
    options: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every column's name, in the table's order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The columns that hold a value of their own: all but the generated ones."""
        return tuple(column.name for column in self.columns if not column.generated)

    @cached_property
    def unique_columns(self) -> tuple[tuple[str, ...], ...]:
        """The unique indexes of whole columns and all rows; of any other only the database can say what it forbids."""
        names = set(self.names)
        return tuple(columns for columns in self.unique if names.issuperset(columns))

    def column(self, name: str) -> Column | None:
        """Find a column by its exact name."""
        return next((column for column in self.columns if column.name == name), None)

    def describe(self) -> dict[str, object]:
        """Give the description that the manifest's schema digest is made of."""
        return {
            "checks": sorted(self.checks),
            "columns": {
                column.name: {
                    "collation": column.collation,
                    "default": column.default,
                    "generated": column.generated,
                    "null": column.nullable,
                    "type": column.type,
                }
                for column in self.columns
            },
            "foreign_keys": sorted(map(_arrow, self.references)),
            "key": list(self.key),
            "options": sorted(self.options),
            "referred_by": sorted(map(_arrow, self.referred)),
            "triggers": dict(self.triggers),
            "unique": sorted([list(columns) for columns in self.unique]),
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical description."""
        return canonical.digest(canonical.encode(self.describe()))


def _arrow(link: ForeignKey) -> str:
    return (
        f"{link.table}({', '.join(link.columns)}) -> {link.to_table}({', '.join(link.to_columns)})"
        f" on update {link.on_update} on delete {link.on_delete}"
    )


def digest_of(digests: Mapping[str, str]) -> str:
    """Bind the digests of several tables into the one that a chunk record holds."""
    return canonical.digest(canonical.encode(dict(digests)))


def parents_first(tables: Iterable[Table]) -> tuple[str, ...]:
    """Order tables so that a referred table comes before those that refer to it, ties and circles by name."""
    waiting = {table.name: {link.to_table for link in table.references} - {table.name} for table in tables}
    ordered: list[str] = []
    while waiting:
        free = sorted(name for name, parents in waiting.items() if parents.isdisjoint(waiting))
        # No order serves a circle: one of it goes first, and the engine itself says what it refuses.
        free = free or [_in_circle(waiting)]
        ordered.extend(free)
        for name in free:
            del waiting[name]
    return tuple(ordered)


def _in_circle(waiting: Mapping[str, set[str]]) -> str:
    """Walk from table to parent, the first by name, until one comes up again: it is in a circle."""
    met: set[str] = set()
    name = min(waiting)
    while name not in met:
        met.add(name)
        name = min(waiting[name] & waiting.keys())
    return name
