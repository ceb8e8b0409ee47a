"""One case at work: its questions are answered from the snapshot, and what it decides is collected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hffix.authoring.case import CaseRow
from hffix.authoring.contracts import Contract, stored
from hffix.database import Snapshot
from hffix.errors.fixes import BadDeclaration, NullRefused, OutsideScope, TwoScopes, WrongResult
from hffix.model.change import Cells, canonical_rows
from hffix.model.question import answered, columns_asked
from hffix.model.schema import Table
from hffix.model.scope import Scope
from hffix.model.value import Raw, encode_value
from hffix.workflow.bind import BoundCases
from hffix.workflow.decide import same

Row = tuple[Raw, ...]
Spot = tuple[str, Row]
_ANYTHING: Final = Contract(frozenset(), "")


class CaseDesk:
    """What all cases of one declaration share: the snapshot, the tables and how their columns settle."""

    def __init__(self, bound: BoundCases, *, tables: Mapping[str, Table], snapshot: Snapshot) -> None:
        declared = bound.declared
        self.declared = declared
        self.tables = {name: tables[name] for name in declared.tables}
        self.snapshot = snapshot
        self.readable = {
            name: tuple(dict.fromkeys((*tables[name].key, *columns))) for name, columns in declared.reads.items()
        }
        self.places = {n: {c: i for i, c in enumerate(t.names)} for n, t in self.tables.items()}
        self.key_places = {n: tuple(self.places[n][c] for c in t.key) for n, t in self.tables.items()}
        self._settlers: dict[tuple[str, str], Callable[[Raw], Raw]] = {}

    def settle(self, table: str, column: str, result: object, *, before: Raw) -> Raw:
        """Give a decided value as the column will hold it."""
        settler = self._settlers.get((table, column))
        if settler is None:
            settler = self._settlers[table, column] = self.snapshot.settler(self.tables[table], column)
        try:
            return settler(stored(result, before=before))
        except TypeError as fault:
            raise WrongResult(f"{fault} for {table}.{column} is nothing that a column holds") from fault

    def key_of(self, spot: Spot) -> Cells:
        """Give a row's key in canonical values."""
        return dict(zip(self.tables[spot[0]].key, map(encode_value, spot[1]), strict=True))


@dataclass(slots=True)
class CaseDecisions:
    """The questions and decisions of one case."""

    desk: CaseDesk
    asked: dict[tuple[str, tuple[str, ...], tuple[str, ...]], tuple[Cells, list[Row]]] = field(default_factory=dict)
    found: dict[Spot, Row] = field(default_factory=dict)
    updates: dict[Spot, dict[str, Raw]] = field(default_factory=dict)
    inserts: dict[Spot, Row] = field(default_factory=dict)
    deletes: dict[Spot, Row] = field(default_factory=dict)

    def rows(self, table: str, equal: Mapping[str, object]) -> tuple[CaseRow, ...]:
        """Read rows, and remember the question."""
        desk = self.desk
        readable = desk.readable.get(table)
        if readable is None:
            raise OutsideScope(f"{table} is not in the reads of these cases")
        if not equal:
            raise BadDeclaration(f"case.rows({table!r}) asks for no column: it would read the whole table")
        foreign = [column for column in equal if column not in readable]
        if foreign:
            raise OutsideScope(f"{table}.{foreign[0]} is not in the reads of these cases")
        columns = tuple(sorted(equal, key=desk.places[table].__getitem__))
        values = tuple(self._raw(table, column, equal[column]) for column in columns)
        rows = desk.snapshot.answers(desk.tables[table], columns=columns, asked=[values])[0]
        cells: Cells = {column: encode_value(value) for column, value in zip(columns, values, strict=True)}
        self.asked[table, columns, tuple(map(repr, cells.values()))] = (cells, rows)
        places, keys = desk.places[table], desk.key_places[table]
        given: list[CaseRow] = []
        for row in rows:
            key = tuple([row[place] for place in keys])
            self.found[table, key] = row
            given.append(CaseRow(table, key, {name: _ANYTHING.read(row[places[name]]) for name in readable}))
        return tuple(given)

    def update(self, row: CaseRow, values: Mapping[str, object]) -> None:
        """Decide cells; the same cell may be decided again only with the same value."""
        desk, spot = self.desk, self._spot(row)
        whole = self.found[spot]
        if spot in self.deletes:
            raise TwoScopes(f"a row of {row.table} is updated and deleted in one case")
        for column, result in values.items():
            if column not in desk.declared.writes.get(row.table, ()):
                raise OutsideScope(f"{row.table}.{column} is not in the writes of these cases")
            before = whole[desk.places[row.table][column]]
            after = desk.settle(row.table, column, result, before=before)
            if after is None and before is not None and not desk.declared.to_null:
                raise NullRefused(f"{row.table}.{column} would become NULL; the cases do not say to_null=True")
            decided = self.updates.setdefault(spot, {})
            if column in decided and not same(decided[column], after):
                raise TwoScopes(f"{row.table}.{column} of one row is decided twice, with two values")
            decided[column] = after

    def insert(self, table: str, values: Mapping[str, object]) -> None:
        """Decide a whole new row."""
        desk = self.desk
        if table not in desk.declared.inserts:
            raise OutsideScope(f"{table} is not in the inserts of these cases")
        described = desk.tables[table]
        unstated = [column for column in described.stored if column not in values]
        foreign = [column for column in values if column not in described.stored]
        if unstated or foreign:
            told = f"does not state {', '.join(unstated)}" if unstated else f"states {', '.join(foreign)}"
            raise WrongResult(f"an insert into {table} {told}; it states every column that the database does not make")
        row = {column: desk.settle(table, column, values[column], before=None) for column in described.stored}
        spot = (table, tuple(row[column] for column in described.key))
        if None in spot[1] or spot in self.inserts:
            raise WrongResult(f"an insert into {table} has {'NULL in its key' if None in spot[1] else 'a key twice'}")
        self.inserts[spot] = tuple(row.values())

    def delete(self, row: CaseRow) -> None:
        """Decide that a row goes."""
        if row.table not in self.desk.declared.deletes:
            raise OutsideScope(f"{row.table} is not in the deletes of these cases")
        spot = self._spot(row)
        if spot in self.updates:
            raise TwoScopes(f"a row of {row.table} is updated and deleted in one case")
        self.deletes[spot] = self.found[spot]

    def changed(self, spot: Spot) -> dict[str, Raw]:
        """Give the decided cells of a row that differ from what it holds."""
        whole, places = self.found[spot], self.desk.places[spot[0]]
        return {c: after for c, after in self.updates.get(spot, {}).items() if not same(after, whole[places[c]])}

    def whole(self, spot: Spot) -> Cells:
        """Give a row that was read, whole, in canonical values."""
        return dict(zip(self.desk.tables[spot[0]].names, map(encode_value, self.found[spot]), strict=True))

    def questions(self, scopes: Sequence[Scope]) -> list[tuple[str, Cells, str]]:
        """Give each question once: its table, the equalities asked, and the digest of the rows that answered."""
        told: list[tuple[str, Cells, str]] = []
        for (name, _, _), (cells, rows) in self.asked.items():
            table = self.desk.tables[name]
            told.append((name, cells, answered(table, columns_asked(scopes, table), canonical_rows(table.names, rows))))
        return told

    def _raw(self, table: str, column: str, value: object) -> Raw:
        try:
            return stored(value, before=None)
        except TypeError as fault:
            raise WrongResult(f"{fault} asked of {table}.{column} is nothing that a column holds") from fault

    def _spot(self, row: CaseRow) -> Spot:
        spot = (row.table, row.key)
        if spot not in self.found:
            raise OutsideScope(f"a row of {row.table} was not read by this case")
        return spot


def part(row: Cells, columns: Sequence[str]) -> Cells:
    """Give some columns of a row."""
    return {column: row[column] for column in columns}
