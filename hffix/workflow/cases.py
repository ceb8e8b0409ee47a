"""Drafting cases: each is decided by itself, and its questions and changes become lines that stay together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from hffix.authoring.case import Case
from hffix.authoring.loading import line_in
from hffix.authoring.words import params_of
from hffix.errors import HffixError
from hffix.errors.fixes import CaseTooLarge, FunctionFailed, KeepsBroken, TooManyChanges, TwoScopes, WrongResult
from hffix.errors.targets import QueryFailed
from hffix.model import canonical
from hffix.model.change import Cells
from hffix.model.question import ROWS, columns_asked
from hffix.model.run import MOST_BYTES, MOST_ROWS
from hffix.model.total import Total
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw, encode_value
from hffix.workflow.bind import BoundCases
from hffix.workflow.case_reach import refuse_reached, refuse_taken
from hffix.workflow.case_work import CaseDecisions, CaseDesk, Spot, part
from hffix.workflow.planning import Planning

Row = tuple[Raw, ...]
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Change:
    table: str
    kind: str
    key: Cells
    before: Cells | None
    after: Cells | None


@dataclass(slots=True)
class CaseDrafting:
    """The cases of one plan on one snapshot, numbered from 1 in the order of their queries."""

    planning: Planning
    number: int = 0

    def run(self) -> None:
        """Draft the cases of every declaration."""
        for bound in self.planning.binding.cases:
            self._draft(bound)

    def _draft(self, bound: BoundCases) -> None:
        declared, changed = bound.declared, 0
        desk = CaseDesk(bound, tables=self.planning.binding.tables, snapshot=self.planning.snapshot)
        extra = {name: self.planning.given.values[name] for name in declared.given}
        for page in self._pages(bound):
            lines: list[bytes] = []
            for arguments in page:
                self.number += 1
                work = CaseDecisions(desk)
                try:
                    self._decide(desk, work, arguments, extra)
                    changes = self._changes(work)
                except Unresolved as declined:
                    self._decline(desk, work, arguments, declined.reason)
                    continue
                changed += len(changes)
                if changed > declared.at_most:
                    raise TooManyChanges(
                        f"{self._place(desk)}: more than at_most={declared.at_most:,} rows would change"
                    )
                lines += self._lines(work, changes)
            self.planning.draft.add(lines)
            self.planning.watch(self.planning.measure.scanned)

    def _pages(self, bound: BoundCases) -> Iterator[list[Row]]:
        """Read the query, each row cut down to what the function takes."""
        declared = bound.declared
        try:
            selected = self.planning.snapshot.select(
                declared.query, params=params_of(declared.query, self.planning.given.bound)
            )
            places = [selected.names.index(name) for name in declared.arguments]
            for page in selected.pages:
                yield [tuple([row[place] for place in places]) for row in page]
        except QueryFailed as fault:
            raise QueryFailed(f"{self.planning.script.path.name}, line {declared.line}: {fault.message}") from fault

    def _decide(self, desk: CaseDesk, work: CaseDecisions, arguments: Row, extra: Mapping[str, object]) -> None:
        declared = desk.declared
        values = [contract.read(raw) for contract, raw in zip(declared.contracts, arguments, strict=True)]
        decide: Callable[..., object] = declared.decide
        try:
            returned = decide(Case(self.number, work), *values, **extra)
        except Unresolved:
            raise
        except HffixError as fault:
            raise type(fault)(f"{self._place(desk, fault)}: {fault.message}") from fault
        except (Exception, SystemExit) as fault:
            raise FunctionFailed(f"{self._place(desk, fault)} raised {type(fault).__name__}") from fault
        if returned is not None:
            raise WrongResult(f"{self._place(desk)} returned something: a case decides by update, insert and delete")

    def _changes(self, work: CaseDecisions) -> list[_Change]:
        """Give what a case changes, in the order in which it will be written."""
        desk, order = work.desk, self.planning.binding.order
        changed = {spot: cells for spot in work.updates if (cells := work.changed(spot))}
        if changed or work.inserts or work.deletes:
            refuse_reached(work, changed, place=self._place(desk))
            refuse_taken(work, changed, place=self._place(desk))
        self.planning.measure.scanned += len(work.found)
        self.planning.measure.unchanged += len(work.found) - len(changed) - len(work.deletes)
        return [
            *(self._insert(work, spot) for spot in _ordered(work.inserts, order)),
            *(self._update(work, spot, changed[spot]) for spot in _ordered(changed, order)),
            *(self._delete(work, spot) for spot in _ordered(work.deletes, order[::-1])),
        ]

    def _insert(self, work: CaseDecisions, spot: Spot) -> _Change:
        stored = work.desk.tables[spot[0]].stored
        after = dict(zip(stored, map(encode_value, work.inserts[spot]), strict=True))
        return _Change(spot[0], "insert", work.desk.key_of(spot), None, after)

    def _update(self, work: CaseDecisions, spot: Spot, changed: Mapping[str, Raw]) -> _Change:
        table = work.desk.tables[spot[0]]
        guards = (*columns_asked(self.planning.binding.facts, table), *changed)
        after = {column: encode_value(value) for column, value in changed.items()}
        return _Change(spot[0], "update", work.desk.key_of(spot), part(work.whole(spot), guards), after)

    def _delete(self, work: CaseDecisions, spot: Spot) -> _Change:
        stored = work.desk.tables[spot[0]].stored
        return _Change(spot[0], "delete", work.desk.key_of(spot), part(work.whole(spot), stored), None)

    def _lines(self, work: CaseDecisions, changes: Sequence[_Change]) -> list[bytes]:
        if not changes:
            return []
        case = str(self.number)
        self._claim(work.desk, changes)
        self._prove_kept(work.desk, changes)
        questions = work.questions(self.planning.binding.facts)
        self.planning.measure.asks += len(questions)
        lines = [
            self.planning.writer.line(table, "ask", key=asked, before={ROWS: rows}, after=None, case=case)
            for table, asked, rows in questions
        ]
        for change in changes:
            self.planning.measure.add(change.table, kind=change.kind, before=change.before, after=change.after)
            lines.append(
                self.planning.writer.line(
                    change.table, change.kind, key=change.key, before=change.before, after=change.after, case=case
                )
            )
        size = sum(map(len, lines))
        if len(lines) > MOST_ROWS or size > MOST_BYTES:
            raise CaseTooLarge(
                f"{self._place(work.desk)}: it has {len(lines):,} lines of {size:,} bytes;"
                f" one transaction holds {MOST_ROWS:,} of {MOST_BYTES:,}"
            )
        return lines

    def _claim(self, desk: CaseDesk, changes: Sequence[_Change]) -> None:
        """Refuse a row that has a line already: there is one change a row."""
        if not self.planning.claims.add([claim_of(change.table, change.key) for change in changes]):
            tables = ", ".join(dict.fromkeys(change.table for change in changes))
            raise TwoScopes(f"{self._place(desk)}: another case or scope decides one of its rows in {tables}")

    def _prove_kept(self, desk: CaseDesk, changes: Sequence[_Change]) -> None:
        for columns in self.planning.script.fix.kept:
            total = Total(columns)
            for change in changes:
                total.add(change.table, before=change.before or {}, after=change.after, kind=change.kind)
            try:
                total.kept()
            except KeepsBroken as fault:
                raise KeepsBroken(f"{self._place(desk)}: {fault.message}") from fault

    def _decline(self, desk: CaseDesk, work: CaseDecisions, arguments: Row, reason: str) -> None:
        """Leave a case to people, with every row that it read, or else with what the query says of it."""
        case = str(self.number)
        keys = [(spot[0], desk.key_of(spot)) for spot in work.found]
        if not keys:
            asked = zip(desk.declared.arguments, map(encode_value, arguments), strict=True)
            keys = [(next(iter(desk.declared.reads)), dict(asked) or {"case": case})]
        for _ in keys:
            self.planning.measure.decline(reason)
        self.planning.measure.scanned += len(keys)
        self.planning.measure.unresolved += len(keys)
        self.planning.draft.add_unresolved(
            [self.planning.writer.unresolved(table, key=key, reason=reason, case=case) for table, key in keys]
        )

    def _place(self, desk: CaseDesk, fault: BaseException | None = None) -> str:
        line = (line_in(self.planning.script.path, fault) if fault else 0) or desk.declared.line
        return f"{self.planning.script.path.name}, line {line}: {desk.declared.function}, case {self.number}"


def claim_of(table: str, key: Cells) -> bytes:
    """Give the digest by which a row is claimed."""
    return blake2b(canonical.encode([table, key]), digest_size=DIGEST_BYTES).digest()


def _ordered(spots: Mapping[Spot, object], tables: Sequence[str]) -> list[Spot]:
    """Order rows by table, and within a table by key."""
    places = {table: place for place, table in enumerate(tables)}
    return sorted(spots, key=lambda spot: (places[spot[0]], tuple(map(_rank, spot[1]))))


def _rank(value: Raw) -> tuple[int, int | str]:
    """Rank values of several types as engines do: numbers before texts; of the rest any fixed order will do."""
    if type(value) is int:
        return 0, value
    return (1, value) if type(value) is str else (2, repr(value))
