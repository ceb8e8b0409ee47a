"""Side effects that a script declares, held against the tables: what may be declared, and what must be."""

from collections.abc import Iterator, Mapping

from hffix.authoring.loading import Script
from hffix.database import Snapshot
from hffix.errors.fixes import BadDeclaration, EffectUndeclared, UnknownColumn
from hffix.model.besides import ROWS, sets_itself
from hffix.model.schema import Table
from hffix.model.scope import SideEffect


def check_effects(script: Script, tables: Mapping[str, Table], snapshot: Snapshot) -> None:
    """Refuse a side effect that could hide what was approved, and one that is known and not declared."""
    written = _written(script)
    for effect in script.fix.effects:
        place = f"{script.path.name}: side_effects names {effect.table}"
        if effect.column == ROWS:
            if effect.table not in tables and not snapshot.has_table(effect.table.rpartition(".")[2]):
                raise BadDeclaration(f"{place}, and there is no such table")
        else:
            _check_column(effect, tables, written, place=place)
    declared = {(effect.table, effect.column) for effect in script.fix.effects}
    for name, columns in written.items():
        for column in sets_itself(tables[name]):
            # Where the fix writes it itself, the row is read back and compared.
            if (name, column) not in declared and column not in columns:
                told = f"the database itself sets {column} whenever a row of {name} is updated"
                raise EffectUndeclared(
                    f"{script.path.name}: {told}", hint=f'Declare it in the fix: fix.side_effects("{name}", "{column}")'
                )


def _check_column(
    effect: SideEffect, tables: Mapping[str, Table], written: Mapping[str, set[str]], *, place: str
) -> None:
    table = tables.get(effect.table)
    if table is None:
        raise BadDeclaration(
            f"{place}.{effect.column}, but no scope touches {effect.table}",
            hint="Name a table without columns to declare that a trigger writes rows of it.",
        )
    if table.column(effect.column) is None:
        raise UnknownColumn(f"{place.removesuffix(effect.table)}{effect.column}, which is no column of {table.name}")
    if effect.column in table.key:
        raise BadDeclaration(f"{place}.{effect.column}, a key column: the row would be another one")
    if effect.column in written.get(effect.table, ()):
        raise BadDeclaration(f"{place}.{effect.column}, which the fix writes: whatever came would pass for approved")


def _written(script: Script) -> dict[str, set[str]]:
    """Give the columns that the fix updates, by table."""
    found: dict[str, set[str]] = {}
    for table, columns in _updates(script):
        found.setdefault(table, set()).update(columns)
    return found


def _updates(script: Script) -> Iterator[tuple[str, tuple[str, ...]]]:
    for scope in script.fix.scopes:
        if scope.kind != "delete":
            yield scope.table, scope.writes
    for cases in script.fix.case_scopes:
        yield from cases.writes.items()
