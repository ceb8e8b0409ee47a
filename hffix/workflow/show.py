"""Show: read a change set as a person reviews it, by the shapes of its changes; the database is not needed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from hffix.errors.changesets import NoSuchShape, RowsMissing
from hffix.errors.project import UsageError
from hffix.model.change import Line, read_lines
from hffix.model.manifest import RARE_ROWS, Manifest
from hffix.model.mask import masked
from hffix.model.shape import shape_of, visible_value
from hffix.model.value import Canonical
from hffix.reports.review import Example, Reason, Review, Shape
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import is_erased
from hffix.store.projects import Project
from hffix.workflow.acts import acts_in
from hffix.workflow.chunk import key_for_eyes
from hffix.workflow.measure import MOST_SHAPES
from hffix.workflow.measure import Shape as ShapeName

MOST_EXAMPLES: Final = 50
# Beyond so many kept examples a shape keeps only a few, so that memory does not grow with the shapes.
ROOM: Final = 20_000
_REST: Final = "…"


def review(
    change_set: ChangeSet,
    *,
    project: Project,
    state: str,
    lacking: tuple[str, ...],
    covered_by: int | None = None,
    unmask: bool = False,
    table: str | None = None,
    shape: int | None = None,
    only_unresolved: bool = False,
    examples: int = 3,
) -> Review:
    """Read a change set for review; rows are read once, and personal data is masked unless it is asked for."""
    manifest = change_set.manifest
    _refuse_contradictions(manifest, table=table, shape=shape, only_unresolved=only_unresolved)
    masks = _Masks(project, unmask=unmask)
    whole = change_set.folder is not None
    gallery = _Gallery(masks, examples=examples, most=MOST_EXAMPLES if shape is not None else examples)
    if shape is not None and not whole:
        raise RowsMissing(f"the rows of change set {change_set.id} are not here, only its manifest is")
    if whole and not only_unresolved:
        gallery.add_all(change_set)
    shapes = gallery.shapes() if whole else _shapes_of(manifest)
    chosen = None if shape is None else choose(shapes, shape, table=table, change_set=change_set)
    return Review(
        manifest=manifest,
        digest=change_set.digest,
        state=state,
        lacking=lacking,
        covered_by=covered_by,
        shapes=() if only_unresolved else tuple(found for found in shapes if chosen or table in {None, found.table}),
        reasons=_reasons(change_set, masks=masks, table=table, most=MOST_EXAMPLES if only_unresolved else 0),
        whole=whole,
        erased=gallery.erased + (_erased_unresolved(change_set) if whole else 0),
        unmasked=unmask,
        table=table,
        chosen=chosen,
        only_unresolved=only_unresolved,
        cases=gallery.cases if whole and not only_unresolved else None,
        acts=acts_in(change_set),
    )


def shapes_in(change_set: ChangeSet, *, project: Project) -> tuple[Shape, ...]:
    """Give the shapes of a change set with the numbers that a review shows, and without any row of theirs."""
    gallery = _Gallery(_Masks(project, unmask=False), examples=0, most=0)
    gallery.add_all(change_set)
    return gallery.shapes()


def name_of(shape: Shape) -> ShapeName:
    """Name a shape by what makes it one."""
    return shape.table, shape.kind, shape.column, shape.before, shape.after


def rest_of(name: ShapeName) -> ShapeName:
    """Name the class of all those shapes that are beyond the most that are told apart."""
    return (*name[:3], _REST, _REST)


def _erased_unresolved(change_set: ChangeSet) -> int:
    """Count the rows that were left to people and erased since."""
    return sum(sum(map(is_erased, lines)) for lines in change_set.unresolved_lines())


def shape_names(line: Line) -> Iterable[ShapeName]:
    """Name the shapes of one line: one for each changed cell, and one for a whole row that comes or goes."""
    if line.kind == "ask":
        return
    if line.kind == "update" and line.before is not None and line.after is not None:
        for column, value in line.after.items():
            yield line.table, line.kind, column, shape_of(line.before[column]), shape_of(value)
    else:
        yield line.table, line.kind, None, None, None


class _Masks:
    """How the values of this project's columns are shown."""

    def __init__(self, project: Project, *, unmask: bool) -> None:
        self._project = project
        self._unmask = unmask

    def value(self, table: str, column: str, value: Canonical) -> str:
        """Show a value under its column's mask; that nothing is there hides nobody."""
        shown = visible_value(value)
        return masked(shown, how=None if self._unmask or not value else self._project.mask_of(table, column))

    def key(self, table: str, key: Mapping[str, Canonical]) -> str:
        """Show a row key, whole where its column has no mask: a row that cannot be found cannot be reviewed."""
        return key_for_eyes(table, dict(key), mask_of=self._of_key)

    def _of_key(self, table: str, column: str) -> str | None:
        return None if self._unmask else self._project.mask_of(table, column)


class _Gallery:
    """The shapes of the rows that stream by, how many each has, and a few rows of each."""

    def __init__(self, masks: _Masks, *, examples: int, most: int) -> None:
        self.erased = 0
        self.cases = 0
        self._case: str | None = None
        self._masks = masks
        self._few = max(examples, RARE_ROWS - 1) if most > examples else examples
        self._most = most
        self._kept = 0
        self._rows: Counter[ShapeName] = Counter()
        self._examples: dict[ShapeName, list[Example]] = {}

    def add_all(self, change_set: ChangeSet) -> None:
        """Look at every line once."""
        for block in change_set.blocks():
            for line in read_lines(block):
                if isinstance(line, str):
                    self.erased += 1
                else:
                    self._add(line)

    def _add(self, line: Line) -> None:
        # The lines of a case stand together.
        self.cases += line.case is not None and line.case != self._case
        self._case = line.case
        for name in shape_names(line):
            column = name[2]
            # The same limit, and the same class for what is beyond it, as where the plan counted.
            if name not in self._rows and len(self._rows) >= MOST_SHAPES:
                name = rest_of(name)
            self._rows[name] += 1
            kept = self._examples.setdefault(name, [])
            if len(kept) < (self._most if self._kept < ROOM else self._few):
                kept.append(self._example(line, column))
                self._kept += 1

    def _example(self, line: Line, column: str | None) -> Example:
        key = self._masks.key(line.table, line.key)
        if column is None or line.before is None or line.after is None:
            return Example(key=key, before=None, after=None)
        before, after = (self._masks.value(line.table, column, cells[column]) for cells in (line.before, line.after))
        return Example(key=key, before=before, after=after)

    def shapes(self) -> tuple[Shape, ...]:
        """Give the shapes numbered from 1, the rarest first."""
        listed = sorted(self._rows.items(), key=lambda found: (found[1], tuple(map(str, found[0]))))
        return tuple(
            _shape(name, rows=rows, number=number, examples=tuple(self._examples[name]))
            for number, (name, rows) in enumerate(listed, start=1)
        )


def _shape(name: ShapeName, *, rows: int, number: int | None, examples: tuple[Example, ...] = ()) -> Shape:
    table, kind, column, before, after = name
    return Shape(
        number=number, table=table, kind=kind, column=column, before=before, after=after, rows=rows, examples=examples
    )


def _shapes_of(manifest: Manifest) -> tuple[Shape, ...]:
    """List the shapes that the manifest states; where rare ones are pooled, no place among all of them is known."""
    pooled = manifest.counts.rare > 0
    stated = enumerate(manifest.counts.shapes, start=1)
    return tuple(
        _shape((s.table, s.kind, s.column, s.before, s.after), rows=s.rows, number=None if pooled else number)
        for number, s in stated
    )


def choose(shapes: tuple[Shape, ...], number: int, *, table: str | None, change_set: ChangeSet) -> Shape:
    """Give the shape of a number; refuse one that the change set, or the table asked for, does not have."""
    if not 1 <= number <= len(shapes):
        raise NoSuchShape(f"change set {change_set.id} has the shapes 1 to {len(shapes)}, and no shape {number}")
    chosen = shapes[number - 1]
    if table not in {None, chosen.table}:
        raise NoSuchShape(f"shape {number} of change set {change_set.id} is one of {chosen.table}, not of {table}")
    return chosen


def _reasons(change_set: ChangeSet, *, masks: _Masks, table: str | None, most: int) -> tuple[Reason, ...]:
    """List why rows are left to people; by table and with keys only where the rows are here."""
    stated = change_set.manifest.counts.reasons
    if change_set.folder is None or (table is None and not most):
        return _commonest_first(Reason(text=text, rows=rows) for text, rows in stated.items())
    counted: Counter[str] = Counter()
    keys: dict[str, list[tuple[str, str]]] = {}
    for line in change_set.unresolved():
        if table not in {None, line.table}:
            continue
        for text in _reasons_in(line.reason, stated):
            counted[text] += 1
            shown = keys.setdefault(text, [])
            if len(shown) < most:
                shown.append((line.table, masks.key(line.table, line.key)))
    return _commonest_first(Reason(text=text, rows=rows, examples=tuple(keys[text])) for text, rows in counted.items())


def _reasons_in(reason: str, stated: Collection[str]) -> Iterable[str]:
    """Take apart the reasons of two scopes that declined one row: they stand in its line together."""
    while reason not in stated:
        first = max((text for text in stated if reason.startswith(f"{text}; ")), key=len, default=None)
        if first is None:
            break
        yield first
        reason = reason.removeprefix(f"{first}; ")
    yield reason


def _commonest_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (-reason.rows, reason.text)))


def _refuse_contradictions(manifest: Manifest, *, table: str | None, shape: int | None, only_unresolved: bool) -> None:
    refuse_other_table(manifest, table)
    if shape is not None and only_unresolved:
        raise UsageError("a shape is one of changes; unresolved rows have none")


def refuse_other_table(manifest: Manifest, table: str | None) -> None:
    """Refuse a table that is neither in the scope nor changed."""
    known = dict.fromkeys((*manifest.tables, *manifest.counts.tables))
    if table is not None and table not in known:
        raise UsageError(f"the change set has no table {table}; it has {', '.join(known)}")
