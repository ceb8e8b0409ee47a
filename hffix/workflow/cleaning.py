"""Cleaning: where every scope of a table passes one column through one cleaner, rows are worked out many at once.

A cleaner knows nothing but a value, so a whole column of them is cleaned, and then held against what it was. Whatever
must be told of a single row, as a refusal, is not decided here: it leaves the rows to be decided one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import ne
from typing import Final

from hffix.database import Snapshot
from hffix.model.change import Cells, canonical_cells
from hffix.model.unresolved import Unresolved
from hffix.model.value import Raw
from hffix.workflow.bind import Bound
from hffix.workflow.decide import MOST_REMEMBERED, Decider, Declined
from hffix.workflow.lines import Alike, Updates
from hffix.workflow.scan import Row, Scan

Text = str | None
Outcome = Raw | Declined
_TEXTS: Final = frozenset({str, type(None)})
_TAKEN: Final = frozenset({str, Declined})


class RowByRow(Exception):
    """Something that is to be told of its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of some rows: the changed ones, those left to people with the reasons, and how many there were."""

    scanned: int
    unchanged: int
    unresolved: int
    changed: Sequence[tuple[Bound, int]]
    declined: Sequence[tuple[Cells, Sequence[str]]]
    updates: Updates | Alike


class Cleaning:
    """One scope that cleans one column."""

    def __init__(self, scan: Scan, decider: Decider, *, number: int, snapshot: Snapshot) -> None:
        scope = decider.bound.declared
        (self.column,) = scope.writes
        self.bound = decider.bound
        self.place = scan.places[self.column]
        self.flag = scan.flag(number)
        self._decider = decider
        self._decide: Callable[..., object] = scope.decide or _nothing
        self._at_once = scope.column
        self._keeps = snapshot.keeper(scan.table, self.column)
        self._remembered: dict[Text, Outcome] = {None: None}
        self._remembers = True
        self._asked = self._recalled = 0

    def clean(self, values: Sequence[Text]) -> list[Outcome]:
        """Give what becomes of each value; each is asked for once, as far as it is remembered."""
        if not self._remembers:
            texts = [value for value in values if value is not None]
            cleaned = self._clean(texts)
            if len(texts) == len(values):
                return cleaned
            outcomes = iter(cleaned)
            return [None if value is None else next(outcomes) for value in values]
        new = [value for value in dict.fromkeys(values) if value is not None and value not in self._remembered]
        if len(self._remembered) + len(new) > MOST_REMEMBERED:
            self._remembers = self._recalled * 10 > self._asked
            self._remembered = {None: None}
            return self.clean(values)
        self._asked += len(values)
        self._recalled += len(values) - len(new)
        self._remembered.update(zip(new, self._clean(new), strict=True))
        return list(map(self._remembered.__getitem__, values))

    def _clean(self, texts: Sequence[str]) -> list[Outcome]:
        at_once = self._at_once(texts) if self._at_once and texts else None
        if at_once is not None and self._holds(at_once):
            return list(at_once)
        results = list(map(self._ask, texts))
        changed = [result for result, text in zip(results, texts, strict=True) if result is not text]
        new = [result for result in changed if type(result) is str]
        if _TAKEN.issuperset(map(type, changed)) and self._holds(new):
            return results  # type: ignore[return-value]
        return list(map(self._settled, results, texts))

    def _holds(self, texts: Sequence[str]) -> bool:
        """Say whether the column holds each of these texts just as it is."""
        try:
            "".join(texts).encode()
        except UnicodeEncodeError:
            return False
        return self._keeps(texts)

    def _ask(self, text: str) -> object:
        try:
            return self._decide(text)
        except Unresolved as declined:
            return Declined(declined.reason)
        except (Exception, SystemExit) as fault:
            raise RowByRow from fault

    def _settled(self, result: object, before: Raw) -> Outcome:
        if type(result) is Declined:
            return result
        try:
            return self._decider.settled(self.column, result, before)
        except Unresolved as declined:
            return Declined(declined.reason)
        except Exception as fault:
            raise RowByRow from fault


def _nothing(_: object) -> object:
    raise RowByRow


def cleanings_of(scan: Scan, deciders: Sequence[Decider], *, snapshot: Snapshot) -> list[Cleaning]:
    """Give the table's scopes, if each cleans a column of its own and no row asks for a look at others; else none."""
    written = [column for bound in scan.changing for column in bound.facts.writes]
    if (
        any(bound.facts.kind != "clean" for bound in scan.changing)
        or len(set(written)) < len(written)
        or scan.deleting
        or scan.looks
    ):
        return []
    return [Cleaning(scan, decider, number=number, snapshot=snapshot) for number, decider in enumerate(deciders)]


def clean(scan: Scan, cleanings: Sequence[Cleaning], rows: Sequence[Row]) -> Cleaned | None:
    """Work rows out; None where they are to be decided one by one."""
    columns: list[Sequence[Raw]] = list(zip(*rows, strict=True))
    flags = [None if one.flag is None else [flag == 1 for flag in columns[one.flag]] for one in cleanings]
    values = [_in_scope(columns[one.place], flag) for one, flag in zip(cleanings, flags, strict=True)]
    if not all(_TEXTS.issuperset(map(type, column)) for column in values):
        return None
    try:
        afters = [one.clean(column) for one, column in zip(cleanings, values, strict=True)]  # type: ignore[arg-type]
    except RowByRow:
        return None
    reasons: dict[int, list[str]] = {}
    for before, after in zip(values, afters, strict=True):
        if Declined in set(map(type, after)):
            for number, outcome in enumerate(after):
                if type(outcome) is Declined:
                    reasons.setdefault(number, []).append(str(outcome))
                    after[number] = before[number]
    marks = [list(map(ne, before, after)) for before, after in zip(values, afters, strict=True)]
    forms = list(zip(*marks, strict=True))
    scanned = len(rows) if None in flags else sum(map(any, zip(*flags, strict=True)))
    numbers = _changed(forms)
    unresolved = sum(True not in forms[number] for number in reasons)
    left = sorted(reasons)
    return Cleaned(
        scanned=scanned,
        unchanged=scanned - len(numbers) - unresolved,
        unresolved=unresolved,
        changed=[(one.bound, sum(changed)) for one, changed in zip(cleanings, marks, strict=True)],
        declined=list(zip(_keys(scan, columns, left), [reasons[number] for number in left], strict=True)),
        updates=_updates(scan, cleanings, columns, afters, forms=forms, numbers=numbers),
    )


def _changed(forms: Sequence[tuple[bool, ...]]) -> Sequence[int]:
    same = (False,) * len(forms[0])
    return [number for number, form in enumerate(forms) if form != same] if same in forms else range(len(forms))


def _in_scope(values: Sequence[Raw], flags: Sequence[bool] | None) -> Sequence[Raw]:
    # What is not in scope is as good as NULL, which stays NULL.
    return values if flags is None else [v if held else None for v, held in zip(values, flags, strict=True)]


def _picked(column: Sequence[Raw], numbers: Sequence[int]) -> Sequence[Raw]:
    return column if len(numbers) == len(column) else [column[number] for number in numbers]


def _keys(scan: Scan, columns: Sequence[Sequence[Raw]], numbers: Sequence[int]) -> list[Cells]:
    return canonical_cells(scan.table.key, [_picked(column, numbers) for column in columns[: scan.keys]])


def _updates(
    scan: Scan,
    cleanings: Sequence[Cleaning],
    columns: Sequence[Sequence[Raw]],
    afters: Sequence[Sequence[Raw]],
    *,
    forms: Sequence[tuple[bool, ...]],
    numbers: Sequence[int],
) -> Updates | Alike:
    """Give the cells of the changed rows, those alike that the same scopes changed."""
    kinds = {forms[number] for number in numbers}
    if len(kinds) == 1:
        return _alike(scan, cleanings, columns, afters, form=kinds.pop(), numbers=numbers)
    keys, origins = _keys(scan, columns, numbers), list[str | None]([None] * len(numbers))
    befores, written = dict[int, Cells](), dict[int, Cells]()
    for form in kinds:
        alike = [number for number in numbers if forms[number] == form]
        deciding = list(compress(cleanings, form))
        guards = scan.guards([one.bound for one in deciding])
        held = canonical_cells([name for name, _ in guards], [_picked(columns[place], alike) for _, place in guards])
        new = canonical_cells(
            [one.column for one in deciding], [_picked(after, alike) for after in compress(afters, form)]
        )
        befores.update(zip(alike, held, strict=True))
        written.update(zip(alike, new, strict=True))
    return Updates(keys, [befores[number] for number in numbers], [written[number] for number in numbers], origins)


def _alike(
    scan: Scan,
    cleanings: Sequence[Cleaning],
    columns: Sequence[Sequence[Raw]],
    afters: Sequence[Sequence[Raw]],
    *,
    form: tuple[bool, ...],
    numbers: Sequence[int],
) -> Alike:
    deciding = list(compress(cleanings, form))
    return Alike(
        key={name: _picked(columns[place], numbers) for place, name in enumerate(scan.table.key)},
        before={name: _picked(columns[place], numbers) for name, place in scan.guards([one.bound for one in deciding])},
        after={
            one.column: _picked(after, numbers) for one, after in zip(deciding, compress(afters, form), strict=True)
        },
    )
