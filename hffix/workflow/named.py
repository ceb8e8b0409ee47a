"""What a reviewer names in a change set: rows by key, cases by number, and shapes as a review numbers them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hffix.errors.changesets import AmbiguousRow, NoSuchCase, NoSuchChange
from hffix.errors.project import UsageError
from hffix.model.canonical import encode
from hffix.model.change import Cells, Line
from hffix.model.shape import visible_value
from hffix.model.value import Canonical
from hffix.store.changesets import ChangeSet
from hffix.store.projects import Project
from hffix.workflow.rows import key_texts
from hffix.workflow.show import choose, name_of, refuse_other_table, rest_of, shape_names, shapes_in

# What a key's text never holds as it stands: a character by its number, a long text's end, nothing at all.
_MADE_VISIBLE: Final = re.compile(r"⟨|…|''")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows as people write them, case numbers and shape numbers; `table` says where rows and shapes are looked for."""

    rows: tuple[str, ...] = ()
    cases: tuple[int, ...] = ()
    shapes: tuple[int, ...] = ()
    table: str | None = None


class Named:
    """Holds each line of one change set against a selection, and knows at the end what of it was not there."""

    def __init__(self, selection: Selection, change_set: ChangeSet, *, project: Project) -> None:
        _refuse_contradictions(selection)
        refuse_other_table(change_set.manifest, selection.table)
        self._change_set = change_set
        self._table = selection.table
        self._rows = [_NamedRow(text, table=selection.table) for text in dict.fromkeys(selection.rows)]
        self._wanted = {str(number) for number in selection.cases}
        self._missing = set(self._wanted)
        self._cases = _Cases()
        self._keys: dict[str, tuple[str, ...]] = {}
        shapes = shapes_in(change_set, project=project) if selection.shapes else ()
        self._known = {name_of(shape) for shape in shapes}
        self._shapes = {
            name_of(choose(shapes, number, table=selection.table, change_set=change_set)) for number in selection.shapes
        }

    def takes(self, line: Line) -> bool:
        """Say whether a line is named: by its row, its case, or a shape of one of its cells."""
        self._cases.see(line.case)
        self._missing.discard(line.case or "")
        by_case = line.case in self._wanted
        if line.kind == "ask":
            return by_case
        if line.table not in self._keys:
            self._keys[line.table] = tuple(line.key)
        # Each row that is named must meet its line, also where that line is named in another way too.
        by_row = [row for row in self._rows if row.meets(line.table, line.key)]
        return by_case or bool(by_row) or (bool(self._shapes) and self._by_shape(line))

    def _by_shape(self, line: Line) -> bool:
        names = (name if name in self._known else rest_of(name) for name in shape_names(line))
        return not self._shapes.isdisjoint(names)

    def refuse_missing(self) -> None:
        """Refuse a selection of which something was in no line, or a row in several."""
        for number, row in enumerate(self._rows, start=1):
            told = "the row named" if len(self._rows) == 1 else f"row {number} of those named"
            if not row.found:
                raise self._no_change(row, told)
            if len(row.found) > 1:
                raise _ambiguous(row, told)
        if self._missing:
            first = min(self._missing, key=int)
            raise NoSuchCase(f"change set {self._change_set.id} has no case {first}; {self._cases.told()}")

    def _no_change(self, row: "_NamedRow", told: str) -> NoSuchChange:
        declined = next((one.table for one in self._change_set.unresolved() if row.meets(one.table, one.key)), None)
        if declined is not None:
            return NoSuchChange(
                f"{told} is an unresolved one of {declined}: change set {self._change_set.id} leaves it as it is",
                hint="Read the unresolved rows with: hffix show CHANGESET --only unresolved",
            )
        changed = self._change_set.manifest.counts.tables
        places = [
            f"{table} ({counts.updates + counts.inserts + counts.deletes:,} by {_written(self._keys.get(table, ()))})"
            for table, counts in changed.items()
            if self._table in {None, table}
        ]
        what = f"rows of {', '.join(places)}" if places else f"no row of {self._table}" if self._table else "no row"
        return NoSuchChange(f"{told} is in no line of change set {self._change_set.id}, which changes {what}")


@dataclass(slots=True)
class _NamedRow:
    """One row as a person writes it, and the rows of the change set that it may mean."""

    text: str
    table: str | None
    found: list[tuple[str, bytes]] = field(default_factory=list)
    _texts: dict[tuple[str, ...], Mapping[str, str] | None] = field(default_factory=dict)

    def meets(self, table: str, key: Cells) -> bool:
        """Say whether this is the row, and remember it; of many that look alike, two are enough to refuse."""
        if self.table not in {None, table} or not key or not self._reads(key):
            return False
        row = table, encode(key)
        if len(self.found) < 2 and row not in self.found:
            self.found.append(row)
        return True

    def _reads(self, key: Cells) -> bool:
        columns = tuple(key)
        if columns not in self._texts:
            texts = key_texts(columns, self.text)
            self._texts[columns] = texts if texts.keys() == key.keys() else None
        texts_of = self._texts[columns]
        return texts_of is not None and all(_is_text_of(texts_of[column], value) for column, value in key.items())


@dataclass(slots=True)
class _Cases:
    """The cases that stream by: they stand together and in the order of their numbers."""

    count: int = 0
    first: str | None = None
    last: str | None = None

    def see(self, case: str | None) -> None:
        if case is not None and case != self.last:
            self.count += 1
            self.first = self.first or case
            self.last = case

    def told(self) -> str:
        if self.count < 2:
            return "it has no cases" if self.first is None else f"it has one case, {self.first}"
        return f"it has {self.count:,} cases, from {self.first} to {self.last}"


def _is_text_of(text: str, value: Canonical) -> bool:
    """Say whether a person who writes this text means this value of a key: by its own text, or as it is shown."""
    if isinstance(value, str):
        return text == value or (_MADE_VISIBLE.search(text) is not None and text == visible_value(value))
    if value is None:
        return False
    ((tag, written),) = value.items()
    return text == (visible_value(value) if tag in {"bytes", "text"} else written)


def _ambiguous(row: _NamedRow, told: str) -> AmbiguousRow:
    tables = [table for table, _ in row.found]
    if tables[0] != tables[1]:
        return AmbiguousRow(f"{told} may be one of {' or of '.join(tables)}")
    return AmbiguousRow(f"{told} may be more than one row of {tables[0]}: their keys are shown alike")


def _written(columns: Sequence[str]) -> str:
    return ",".join(f"{column}=…" for column in columns)


def _refuse_contradictions(selection: Selection) -> None:
    if not (selection.rows or selection.cases or selection.shapes):
        raise UsageError("name what to strike: --row KEY, --case N or --shape N")
    if selection.table is not None and not (selection.rows or selection.shapes):
        raise UsageError("--table says where a row or a shape is; a case may be in several tables")
