"""Deciding rows: each scope's function is asked once per distinct tuple of arguments, and answers for one row."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final

from hffix.authoring.contracts import stored
from hffix.authoring.loading import Script, line_in
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.fixes import FunctionFailed, NullRefused, OutsideScope, WrongResult
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw, Typed, encode_value
from hffix.sheets.corrections import Corrections
from hffix.workflow.bind import Bound
from hffix.workflow.chunk import Masking, key_for_eyes

Row = tuple[Raw, ...]
MOST_REMEMBERED: Final = 20_000
_EXACT: Final = frozenset({str, int, bytes, Typed, type(None)})


class Declined(str):
    """A reason: the row goes to people."""

    __slots__ = ()


Outcome = Cells | Declined | None
Answer = Callable[[Row], Outcome]


class Decider:
    """One scope on one table: what becomes of a row that is in scope."""

    def __init__(
        self,
        bound: Bound,
        *,
        script: Script,
        table: Table,
        snapshot: Snapshot,
        places: Mapping[str, int],
        first_expression: int,
        corrections: Corrections | None,
        given: Mapping[str, object],
        mask_of: Masking,
    ) -> None:
        self.bound = bound
        self._scope = bound.declared
        self._script = script
        self._table = table
        self._mask_of = mask_of
        self._given = {name: given[name] for name in self._scope.given}
        self._keys = len(table.key)
        self._reads = tuple(places[column] for column in self._scope.reads)
        self._writes = tuple(places[column] for column in self._scope.writes)
        self._filled = frozenset(column.name for column in table.columns if not column.nullable)
        self._settlers = {column: snapshot.settler(table, column) for column in self._scope.writes}
        # One cleaned column is what most scopes are, and needs no dict of results.
        self._single = len(self._scope.writes) == 1 and self._scope.decide is not None and self._scope.results is None
        self._expressions = range(first_expression, first_expression + len(self._scope.expressions))
        self._corrections = corrections
        asked = tuple(dict.fromkeys(self._reads + self._writes))
        self._asked_of = itemgetter(*asked) if asked else None
        self._asks_one = len(asked) == 1
        self._remembered: dict[object, Outcome] = {}
        self._asked = self._recalled = 0
        # A key column makes every tuple of arguments distinct.
        self._remembers = self._scope.decide is not None and not set(self._scope.reads) & set(table.key)

    def decide(self, row: Row) -> Outcome:
        """Give the changed cells, the reason to decline, or None where the row stays as it is."""
        if not self._remembers or self._asked_of is None:
            return self._answer(row)
        asked = self._asked_of(row)
        # 1 and 1.0 would be one key.
        if type(asked) not in _EXACT if self._asks_one else not _EXACT.issuperset(map(type, asked)):
            return self._answer(row)
        self._asked += 1
        try:
            outcome = self._remembered[asked]
        except KeyError:
            outcome = self._answer(row)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembers = self._recalled * 10 > self._asked
                self._remembered.clear()
            self._remembered[asked] = outcome
        else:
            self._recalled += 1
        return outcome

    def _answer(self, row: Row) -> Outcome:
        try:
            if self._single:
                column, before = self._scope.writes[0], row[self._writes[0]]
                after = self.settled(column, self._call(row), before)
                return None if same(after, before) else {column: encode_value(after)}
            results = self._results(row)
            changed: Cells = {}
            for column, place in zip(self._scope.writes, self._writes, strict=True):
                if column in results:
                    after = self.settled(column, results[column], row[place])
                    if not same(after, row[place]):
                        changed[column] = encode_value(after)
        except Unresolved as declined:
            return Declined(declined.reason)
        return changed or None

    def _results(self, row: Row) -> Mapping[str, object]:
        scope = self._scope
        if scope.kind == "sql":
            return dict(zip(scope.writes, (row[place] for place in self._expressions), strict=True))
        if self._corrections is not None:
            return self._corrections.for_row(row[: self._keys], {c: row[p] for c, p in self._columns()})
        result = self._call(row)
        if not isinstance(result, Mapping):
            if result is None:
                raise NullRefused(f"{self._place()} returned nothing; it must return a dict of the columns it writes")
            raise WrongResult(f"{self._place()} writes several columns and must return a dict of them")
        names = scope.results or {}
        foreign = [name for name in result if name not in names]
        if foreign:
            raise OutsideScope(f"{self._place()} returned {foreign[0]}, which is not in its writes")
        return {names[name]: value for name, value in result.items()}

    def _columns(self) -> Sequence[tuple[str, int]]:
        return tuple(zip(self._scope.writes, self._writes, strict=True))

    def _call(self, row: Row) -> object:
        scope = self._scope
        values = [contract.read(row[place]) for contract, place in zip(scope.contracts, self._reads, strict=True)]
        if scope.decide is None:
            raise FunctionFailed(f"{self._place()} has no function")
        try:
            return scope.decide(*values, **self._given)
        except (Unresolved, HffixError):
            raise
        except (Exception, SystemExit) as fault:
            line = line_in(self._script.path, fault)
            raise FunctionFailed(
                f"{self._script.path.name}, line {line or scope.line}: {scope.function} raised {type(fault).__name__}"
                f" for row {self._key(row)} of {self._table.name}, column {', '.join(scope.writes)}"
            ) from fault

    def settled(self, column: str, result: object, before: Raw) -> Raw:
        """Give what a column will hold of a result; decline what it would lose, refuse what is no value."""
        if result is before:
            # What is left as it was need not be what the column would take, as NaN.
            return before
        try:
            after = self._settlers[column](stored(result, before=before))
        except TypeError as fault:
            raise WrongResult(f"{self._place()} returned {fault} for {column}, which no column holds") from fault
        if after is None and before is not None and not self._scope.to_null:
            raise NullRefused(
                f"{self._place()}: {column} would become NULL (or the function returned nothing);"
                " the scope does not say to_null=True"
            )
        if after is None and column in self._filled:
            raise Unresolved("the column takes no NULL")
        return after

    def _key(self, row: Row) -> str:
        key = {column: encode_value(value) for column, value in zip(self._table.key, row, strict=False)}
        return key_for_eyes(self._table.name, key, mask_of=self._mask_of)

    def _place(self) -> str:
        scope = self._scope
        return f"{self._script.path.name}, line {scope.line}: {scope.function or scope.kind} on {self._table.name}"


def same(after: Raw, before: Raw) -> bool:
    """Say whether two values are stored alike: 1 and 1.0 are not."""
    if type(after) is not type(before):
        return False
    return after == before if type(after) is str else encode_value(after) == encode_value(before)
