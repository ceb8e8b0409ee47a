"""How far a case reaches: what the database's own actions would touch, and which values are taken already."""

from collections.abc import Mapping
from typing import Final

from hffix.errors.fixes import KeyHandedOut, ReachesFurther, UniqueTaken
from hffix.model.schema import Table
from hffix.model.value import Raw
from hffix.workflow.case_work import CaseDecisions, Spot

_ACTING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})
Changed = Mapping[Spot, Mapping[str, Raw]]


def refuse_reached(work: CaseDecisions, changed: Changed, *, place: str) -> None:
    """Refuse where a foreign key's own action would reach a row that the case does not itself move or delete."""
    for spot, kind in (*((spot, "update") for spot in changed), *((spot, "delete") for spot in work.deletes)):
        table = work.desk.tables[spot[0]]
        if not _acts(table, kind, changed.get(spot, {})):
            continue
        for child in work.desk.snapshot.reached(table, rows=[work.found[spot]], kind=kind):
            if child not in work.deletes and not _moves_away(work, changed, child, parent=table.name):
                raise ReachesFurther(f"{place}: the {kind} of a row of {table.name} would reach a row of {child[0]}")


def _acts(table: Table, kind: str, changed: Mapping[str, Raw]) -> bool:
    if kind == "delete":
        return any(link.on_delete in _ACTING for link in table.referred)
    return any(link.on_update in _ACTING and not changed.keys().isdisjoint(link.to_columns) for link in table.referred)


def _moves_away(work: CaseDecisions, changed: Changed, child: Spot, *, parent: str) -> bool:
    """Say whether the case itself lets the child refer to another parent."""
    described = work.desk.tables.get(child[0])
    cells = changed.get(child, {})
    links = described.references if described else ()
    return any(link.to_table == parent and not cells.keys().isdisjoint(link.columns) for link in links)


def refuse_taken(work: CaseDecisions, changed: Changed, *, place: str) -> None:
    """Refuse values that another row holds in a unique column, and keys that exist or that a sequence may hand out."""
    for name, key in work.inserts:
        table = work.desk.tables[name]
        if work.desk.snapshot.rows(table, keys=[key]):
            raise UniqueTaken(f"{place}: a row inserted into {name} has the key of a row that is there")
        if work.desk.snapshot.hands_out(table, key=key):
            raise KeyHandedOut(f"{place}: a row inserted into {name} has a key that its sequence may still hand out")
    for spot, cells in changed.items():
        table, places = work.desk.tables[spot[0]], work.desk.places[spot[0]]
        whole = work.found[spot]
        for columns in table.unique_columns:
            values = [cells.get(column, whole[places[column]]) for column in columns]
            if not cells.keys().isdisjoint(columns):
                _refuse_held(work, table, columns, values, mine=spot[1], place=place)
    for (name, key), row in work.inserts.items():
        table = work.desk.tables[name]
        stated = dict(zip(table.stored, row, strict=True))
        for columns in table.unique_columns:
            _refuse_held(work, table, columns, [stated.get(column) for column in columns], mine=key, place=place)


def _refuse_held(
    work: CaseDecisions,
    table: Table,
    columns: tuple[str, ...],
    values: list[Raw],
    *,
    mine: tuple[Raw, ...],
    place: str,
) -> None:
    if None in values:
        return
    if any(holder != mine for holder in work.desk.snapshot.holders(table, columns, values=values)):
        raise UniqueTaken(f"{place}: a value of {table.name}.{', '.join(columns)} is another row's")
