"""Drafting lines: rows of the snapshot become lines of the change set, in the order in which they will be written."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import compress
from typing import Final

from hffix.errors.fixes import ReachesFurther, TooManyChanges, TwoScopes, UniqueTaken
from hffix.errors.targets import QueryFailed
from hffix.model.change import Cells
from hffix.model.schema import Table
from hffix.model.value import decode_value, encode_value
from hffix.sheets.corrections import Corrections
from hffix.workflow.bind import Bound
from hffix.workflow.cases import claim_of
from hffix.workflow.cleaning import Cleaned, clean, cleanings_of
from hffix.workflow.decide import Decider, Declined
from hffix.workflow.lines import Alike, Updates
from hffix.workflow.pages import read_ahead
from hffix.workflow.planning import Planning
from hffix.workflow.scan import Row, Scan, flag_of

# Few enough that what is made of them on the way stays small beside what is kept.
ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCorrections:
    """A corrections file with its keys as the table holds them, and where each row's values came from."""

    values: Corrections
    origins: Mapping[Row, str]


@dataclass(slots=True)
class _Drafted:
    """The lines of one page, and those of its rows that are left to people."""

    lines: list[bytes] = field(default_factory=list)
    declined: list[bytes] = field(default_factory=list)


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
        scan = Scan(table, self.planning.binding.changing(table.name), self.planning.binding.deleting(table.name))
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
        cleanings = cleanings_of(scan, deciders, snapshot=self.planning.snapshot)
        read = self._pages(table, scan.bounds, columns=scan.columns, expressions=scan.expressions, where=scan.where)
        snapshot = self.planning.snapshot
        # Of a driver that is not known nobody can say whether it bears a second thread.
        waits = snapshot.apart and snapshot.several and not scan.looks
        # Closed whatever happens: a thread must not read on in a session that is being given up.
        with closing(read_ahead(read) if waits else read) as pages:
            for page in pages:
                drafted = _Drafted()
                for start in range(0, len(page), ROWS_AT_ONCE):
                    rows = page[start : start + ROWS_AT_ONCE]
                    cleaned = clean(scan, cleanings, rows) if cleanings else None
                    if cleaned is None or not self._take(table, cleaned, drafted):
                        self._one_by_one(scan, rows, deciders, drafted, everywhere=everywhere)
                self.planning.draft.add(drafted.lines)
                self.planning.draft.add_unresolved(drafted.declined)
                self.planning.watch(self.planning.measure.scanned)

    def _take(self, table: Table, cleaned: Cleaned, drafted: _Drafted) -> bool:
        """Take what was worked out for many rows at once, unless one of them is to be refused: that is told by row."""
        measure = self.planning.measure
        reasons = [reason for _, why in cleaned.declined for reason in why]
        if not measure.has_room(reasons) or any(
            self._changed[bound.number] + rows > bound.facts.at_most for bound, rows in cleaned.changed
        ):
            return False
        for bound, rows in cleaned.changed:
            self._changed[bound.number] += rows
        measure.scanned += cleaned.scanned
        measure.unchanged += cleaned.unchanged
        measure.unresolved += cleaned.unresolved
        for reason in reasons:
            measure.decline(reason)
        for key, why in cleaned.declined:
            self._decline(table, key, why, None, drafted)
        if isinstance(cleaned.updates, Alike):
            self._write_alike(table, cleaned.updates, drafted)
        else:
            self._write(table, cleaned.updates, drafted)
        return True

    def _one_by_one(
        self, scan: Scan, rows: Sequence[Row], deciders: Sequence[Decider], drafted: _Drafted, *, everywhere: bool
    ) -> None:
        updates = Updates()
        try:
            for row in rows:
                active = (
                    deciders
                    if everywhere
                    else [d for n, d in enumerate(deciders) if scan.holds(n, row) and self._names(d, row, scan.table)]
                )
                if active:
                    self._decide(scan, row, active, updates, drafted)
        finally:
            # Also before a row is refused: what those before it come to may be refused first.
            self._write(scan.table, updates, drafted)

    def _write_alike(self, table: Table, updates: Alike, drafted: _Drafted) -> None:
        """Count changed rows that are alike, and write their lines."""
        # What is cleaned is text, and text is its own canonical form.
        self.planning.measure.add_alike(table.name, before=updates.before, after=updates.after)  # type: ignore[arg-type]
        if table.name in self.planning.binding.written_by_cases:
            self._claim(table.name, updates.keys)
        drafted.lines += self.planning.writer.alike(table.name, updates)

    def _write(self, table: Table, updates: Updates, drafted: _Drafted) -> None:
        """Count changed rows, and write their lines."""
        if not updates.keys:
            return
        self.planning.measure.add_updates(table.name, befores=updates.befores, afters=updates.afters)
        self._claim(table.name, updates.keys)
        drafted.lines += self.planning.writer.updates(table.name, updates)

    def _decline(self, table: Table, key: Cells, reasons: Sequence[str], origin: str | None, drafted: _Drafted) -> None:
        """Leave a row to people."""
        reason = "; ".join(reasons)
        drafted.declined.append(self.planning.writer.unresolved(table.name, key=key, reason=reason, origin=origin))

    def _pages(
        self,
        table: Table,
        bounds: Sequence[Bound],
        *,
        columns: Sequence[str],
        expressions: Sequence[str],
        where: Sequence[str],
    ) -> Generator[list[Row]]:
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

    def _decide(self, scan: Scan, row: Row, active: Sequence[Decider], updates: Updates, drafted: _Drafted) -> None:
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
            self._decline(scan.table, key, reasons, origin, drafted)
        if changed:
            before = {column: encode_value(row[place]) for column, place in scan.guards(deciding)}
            self._refuse_reached(scan, row, changed)
            self._refuse_taken(scan, row, changed)
            updates.add(key, before, changed, origin)
        elif not deletes:
            self.planning.measure.unresolved += 1

    def _outcomes(self, scan: Scan, row: Row, active: Sequence[Decider]) -> tuple[Cells, list[Bound], list[str]]:
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
        flags = [flag_of(where) for where in wheres]
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
                self.planning.measure.add(table.name, kind="delete", before=before, after=None)
                self._claim(table.name, [key])
                lines.append(self.planning.writer.line(table.name, "delete", key=key, before=before, after=None))
            self.planning.measure.scanned += len(page)
            self.planning.draft.add(lines)
            self.planning.watch(self.planning.measure.scanned)

    def _refuse_reached(self, scan: Scan, row: Row, changed: Cells) -> None:
        if scan.acting.isdisjoint(changed):
            return
        whole = self.planning.snapshot.rows(scan.table, keys=[row[: scan.keys]])
        for name, _ in self.planning.snapshot.reached(scan.table, rows=list(whole.values()), kind="update"):
            raise ReachesFurther(f"changing {', '.join(changed)} of {scan.table.name} would reach rows of {name}")

    def _refuse_taken(self, scan: Scan, row: Row, changed: Cells) -> None:
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

    def _claim(self, table: str, keys: Sequence[Cells]) -> None:
        # A case may decide rows of this table too, and there is one change a row.
        if table in self.planning.binding.written_by_cases:
            self.planning.claims.add([claim_of(table, key) for key in keys])

    def _both(self, scan: Scan, columns: set[str], *, deleting: bool = False) -> TwoScopes:
        scopes = [bound for bound in scan.changing if not columns.isdisjoint(bound.facts.writes)]
        scopes.extend(scan.deleting if deleting else ())
        what = f"{', '.join(sorted(columns))} of one row of {scan.table.name}"
        return TwoScopes(f"{self._place(*scopes)}: two scopes decide {what}")

    def _place(self, *scopes: Bound) -> str:
        lines = sorted({bound.declared.line for bound in scopes})
        return f"{self.planning.script.path.name}, line {' and '.join(map(str, lines))}"
