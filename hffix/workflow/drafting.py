"""Drafting lines: rows of the snapshot become lines of the change set, in the order in which they will be written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

from hffix.errors.fixes import ReachesFurther, TooManyChanges, TwoScopes, UniqueTaken
from hffix.errors.targets import QueryFailed
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.value import Raw, decode_value, encode_value
from hffix.sheets.corrections import Corrections
from hffix.workflow.bind import Bound
from hffix.workflow.cases import claim_of
from hffix.workflow.decide import Decider, Declined
from hffix.workflow.planning import Planning

Row = tuple[Raw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCorrections:
    """A corrections file with its keys as the table holds them, and where each row's values came from."""

    values: Corrections
    origins: Mapping[Row, str]


@dataclass(slots=True)
class Drafting:
    """The work of one plan on one snapshot."""

    planning: Planning
    corrections: Mapping[int, BoundCorrections]
    _changed: Counter[int] = field(default_factory=Counter)
    _deleted: set[tuple[str, Row]] = field(default_factory=set)

    def run(self) -> None:
        """Draft updates with parents first, then deletes with children first."""
        for table in self.planning.binding.order:
            if self.planning.binding.changing(table):
                self._updates(self.planning.binding.tables[table])
        for table in reversed(self.planning.binding.order):
            if self.planning.binding.deleting(table):
                self._deletes(self.planning.binding.tables[table], self.planning.binding.deleting(table))

    def _updates(self, table: Table) -> None:
        scan = _Scan(table, self.planning.binding.changing(table.name), self.planning.binding.deleting(table.name))
        deciders = [
            Decider(
                bound,
                script=self.planning.script,
                table=table,
                snapshot=self.planning.snapshot,
                places=scan.places,
                first_expression=scan.first_expression[number],
                corrections=found.values if (found := self.corrections.get(bound.number)) else None,
                given=self.planning.given.values,
                mask_of=self.planning.mask_of,
            )
            for number, bound in enumerate(scan.changing)
        ]
        # Where one scope without a corrections file stands alone, or none says a where, every row is in all of them.
        everywhere = not self.corrections and not scan.flagged
        for page in self._pages(
            table, scan.bounds, columns=scan.columns, expressions=scan.expressions, where=scan.where
        ):
            lines: list[bytes] = []
            declined: list[bytes] = []
            for row in page:
                active = (
                    deciders
                    if everywhere
                    else [d for n, d in enumerate(deciders) if scan.holds(n, row) and self._names(d, row, table)]
                )
                if active:
                    self._decide(scan, row, active, lines, declined)
            self.planning.draft.add(lines)
            self.planning.draft.add_unresolved(declined)
            self.planning.watch(self.planning.measure.scanned)

    def _pages(
        self,
        table: Table,
        bounds: Sequence[Bound],
        *,
        columns: Sequence[str],
        expressions: Sequence[str],
        where: Sequence[str],
    ) -> Iterator[list[Row]]:
        """Scan, and say whose SQL it was where the database could not work it out for some row."""
        try:
            yield from self.planning.snapshot.scan(
                table, columns=columns, expressions=expressions, where=where, params=self.planning.given.bound
            )
        except QueryFailed as fault:
            asking = [bound for bound in bounds if bound.declared.where or bound.declared.expressions]
            raise QueryFailed(f"{self._place(*asking or bounds)}: {fault.message}") from fault

    def _names(self, decider: Decider, row: Row, table: Table) -> bool:
        """Say whether a corrections file names this row; every other scope has said so in its where."""
        found = self.corrections.get(decider.bound.number)
        return found is None or row[: len(table.key)] in found.values

    def _decide(
        self, scan: "_Scan", row: Row, active: Sequence[Decider], lines: list[bytes], declined: list[bytes]
    ) -> None:
        changed, deciding, reasons = self._outcomes(scan, row, active)
        deletes = bool(scan.deleting) and scan.deletes(row)
        if changed and deletes:
            raise self._both(scan, set(changed), deleting=True)
        if not deletes:
            self.planning.measure.scanned += 1
        if not changed and not reasons:
            self.planning.measure.unchanged += not deletes
            return
        key = {column: encode_value(row[place]) for place, column in enumerate(scan.table.key)}
        origin = self._origin(deciding, row[: scan.keys]) if self.corrections else None
        if reasons:
            for reason in reasons:
                self.planning.measure.decline(reason)
            declined.append(
                self.planning.writer.unresolved(scan.table.name, key=key, reason="; ".join(reasons), origin=origin)
            )
        if changed:
            before = {column: encode_value(row[place]) for column, place in scan.guards(deciding)}
            self._refuse_reached(scan, row, changed)
            self._refuse_taken(scan, row, changed)
            lines.append(self._line(scan.table.name, "update", key, before, changed, origin))
        elif not deletes:
            self.planning.measure.unresolved += 1

    def _outcomes(self, scan: "_Scan", row: Row, active: Sequence[Decider]) -> tuple[Cells, list[Bound], list[str]]:
        """Ask every scope; give the changed cells, the scopes that changed them, and the reasons to decline."""
        changed: Cells = {}
        deciding: list[Bound] = []
        reasons: list[str] = []
        for decider in active:
            outcome = decider.decide(row)
            if outcome is None:
                continue
            if isinstance(outcome, Declined):
                reasons.append(str(outcome))
                continue
            self._count(decider.bound)
            if changed and not changed.keys().isdisjoint(outcome):
                raise self._both(scan, set(changed) & set(outcome))
            changed |= outcome
            deciding.append(decider.bound)
        return changed, deciding, reasons

    def _origin(self, deciding: Sequence[Bound], key: Row) -> str | None:
        """Say where a row's values came from, if a corrections file gave them."""
        files = [self.corrections[bound.number] for bound in deciding if bound.number in self.corrections]
        return files[-1].origins[key] if files else None

    def _deletes(self, table: Table, scopes: Sequence[Bound]) -> None:
        watched = any(link.table in self.planning.binding.tables for link in table.referred) or bool(table.references)
        columns = [name for name in table.names if name not in table.key]
        names = (*table.key, *columns)
        wheres = [str(bound.declared.where) for bound in scopes]
        flags = [_flag(where) for where in wheres]
        for page in self._pages(table, scopes, columns=columns, expressions=flags, where=wheres):
            lines: list[bytes] = []
            for row in page:
                bound, *others = compress(scopes, row[len(names) :])
                if others:
                    raise TwoScopes(f"{self._place(bound, *others)}: two scopes delete one row of {table.name}")
                self._count(bound)
                whole = dict(zip(names, row, strict=False))
                key_values = row[: len(table.key)]
                if watched:
                    self._deleted.add((table.name, key_values))
                for child in self.planning.snapshot.reached(
                    table, rows=[tuple(whole[n] for n in table.names)], kind="delete"
                ):
                    if child not in self._deleted:
                        raise ReachesFurther(f"deleting rows of {table.name} would reach rows of {child[0]}")
                key = {column: encode_value(whole[column]) for column in table.key}
                before = {column: encode_value(whole[column]) for column in table.stored}
                lines.append(self._line(table.name, "delete", key, before, None, None))
            self.planning.measure.scanned += len(page)
            self.planning.draft.add(lines)
            self.planning.watch(self.planning.measure.scanned)

    def _refuse_reached(self, scan: "_Scan", row: Row, changed: Cells) -> None:
        if scan.acting.isdisjoint(changed):
            return
        whole = self.planning.snapshot.rows(scan.table, keys=[row[: scan.keys]])
        for name, _ in self.planning.snapshot.reached(scan.table, rows=list(whole.values()), kind="update"):
            raise ReachesFurther(f"changing {', '.join(changed)} of {scan.table.name} would reach rows of {name}")

    def _refuse_taken(self, scan: "_Scan", row: Row, changed: Cells) -> None:
        """Refuse a value that another row holds in a unique column: also a swap, since each row is written alone."""
        for columns in scan.unique:
            values = [decode_value(changed[c]) if c in changed else row[scan.places[c]] for c in columns]
            if changed.keys().isdisjoint(columns) or None in values:
                continue
            holders = self.planning.snapshot.holders(scan.table, columns, values=values)
            if any(key != row[: scan.keys] for key in holders):
                name, named = self.planning.script.path.name, f"{scan.table.name}.{', '.join(columns)}"
                raise UniqueTaken(f"{name}: a new value of {named} is another row's")

    def _count(self, bound: Bound) -> None:
        self._changed[bound.number] += 1
        if self._changed[bound.number] > bound.facts.at_most:
            raise TooManyChanges(
                f"{self._place(bound)}: more than at_most={bound.facts.at_most:,} rows"
                f" of {bound.facts.table} would change"
            )

    def _line(
        self, table: str, kind: str, key: Cells, before: Cells | None, after: Cells | None, origin: str | None
    ) -> bytes:
        self.planning.measure.add(table, kind=kind, before=before, after=after)
        # A case may decide rows of this table too, and there is one change a row.
        if table in self.planning.binding.written_by_cases:
            self.planning.claims.add([claim_of(table, key)])
        return self.planning.writer.line(table, kind, key=key, before=before, after=after, origin=origin)

    def _both(self, scan: "_Scan", columns: set[str], *, deleting: bool = False) -> TwoScopes:
        scopes = [bound for bound in scan.changing if not columns.isdisjoint(bound.facts.writes)]
        scopes.extend(scan.deleting if deleting else ())
        what = f"{', '.join(sorted(columns))} of one row of {scan.table.name}"
        return TwoScopes(f"{self._place(*scopes)}: two scopes decide {what}")

    def _place(self, *scopes: Bound) -> str:
        lines = sorted({bound.declared.line for bound in scopes})
        return f"{self.planning.script.path.name}, line {' and '.join(map(str, lines))}"


class _Scan:
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
        self.expressions.append(_flag(bound.declared.where))
        return start + len(self.expressions) - 1

    def holds(self, number: int, row: Row) -> bool:
        """Say whether the row is in the scope of that number."""
        flag = self._flags[number]
        return flag is None or row[flag] == 1

    def deletes(self, row: Row) -> bool:
        """Say whether another scope deletes the row."""
        return any(row[flag] == 1 for flag in self._deleting)


def _flag(where: str) -> str:
    return f"CASE WHEN ({where}\n) THEN 1 ELSE 0 END"
