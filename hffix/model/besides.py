"""Besides: what the database itself writes along with approved rows, as far as a fix declares it, and what is more.

A column of a written row that is declared is read back as it came. Rows that are in no line can only be counted: where
an engine says of which table they are, by table, and else all together, under None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hffix.model.schema import Table
from hffix.model.scope import SideEffect

# Declared as a column: rows of the table that are in no line.
ROWS: Final = "*"
Counts = Mapping[str | None, int]
_ON_UPDATE: Final = "on update "


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """The columns that the database itself sets when their row is written, and the tables that it writes rows of."""

    columns: Mapping[str, frozenset[str]]
    tables: frozenset[str]

    def undeclared(self, written: Counts, *, lines: Mapping[str, int]) -> dict[str | None, int]:
        """Give the rows that nothing declares; a declared column may be set by writing its row once more."""
        found: dict[str | None, int] = {}
        for table, rows in written.items():
            again = sum(lines.get(name, 0) for name in self.columns if table in {name, None})
            declared = table in self.tables or (table is None and bool(self.tables))
            if rows > again and not declared:
                found[table] = rows
        return found


def besides_of(effects: Iterable[SideEffect]) -> Besides:
    """Read what a fix declares."""
    columns: dict[str, frozenset[str]] = {}
    tables: set[str] = set()
    for effect in effects:
        if effect.column == ROWS:
            tables.add(effect.table)
        else:
            columns[effect.table] = columns.get(effect.table, frozenset()) | {effect.column}
    return Besides(columns=columns, tables=frozenset(tables))


def sets_itself(table: Table) -> tuple[str, ...]:
    """Name the columns that the table itself sets whenever a row is updated, as by ON UPDATE CURRENT_TIMESTAMP."""
    setting = [option for option in table.options if _ON_UPDATE in option]
    fitting = ([name for name in table.names if option.endswith(f" {name}")] for option in setting)
    return tuple(max(names, key=len) for names in fitting if names)


def may_write_more(table: Table) -> bool:
    """Say whether something of the database's own is set off by a write: a trigger, or a rule."""
    return bool(table.triggers) or any(option.startswith("rule ") for option in table.options)


def told(found: Counts, *, lines: Mapping[str, int], tables: Mapping[str, Table]) -> str:
    """Say what was written along with which rows, and what may have done it."""
    more = ", ".join(f"{rows:,} of {table or 'some table'}" for table, rows in found.items())
    ours = ", ".join(f"{rows:,} of {table}" for table, rows in lines.items())
    return f"the database itself wrote rows that are in no line, {more}, along with {ours}{blamed(tables, lines)}"


def blamed(tables: Mapping[str, Table], names: Iterable[str]) -> str:
    """Name the triggers and rules of some tables, in brackets; nothing where there is none."""
    acting = [
        *(f"trigger {trigger} of {name}" for name in names for trigger, _ in tables[name].triggers),
        *(f"a rule of {name}" for name in names if any(option.startswith("rule ") for option in tables[name].options)),
    ]
    return f" ({', '.join(acting)})" if acting else ""
