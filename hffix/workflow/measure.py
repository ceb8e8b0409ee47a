"""Measuring a plan while its lines stream by: counts, shapes, reasons, and the totals that are kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter

from hffix.errors.fixes import TooManyReasons
from hffix.model.change import Cells
from hffix.model.manifest import RARE_ROWS, Counts, ShapeCount, TableCounts
from hffix.model.scope import Kept
from hffix.model.shape import shape_of, shapes_of
from hffix.model.total import Total
from hffix.model.value import Canonical

MOST_REASONS = 50
MOST_SHAPES = 10_000
LONGEST_REASON = 200
Shape = tuple[str, str, str | None, str | None, str | None]


class Measure:
    """The sums of one plan."""

    def __init__(self, kept: Sequence[tuple[str, ...]]) -> None:
        self.scanned = 0
        self.unchanged = 0
        self.unresolved = 0
        self.asks = 0
        self.reasons: Counter[str] = Counter()
        self._rows: Counter[tuple[str, str]] = Counter()
        self._shapes: Counter[Shape] = Counter()
        self._kept = [Total(columns) for columns in kept]
        self._watched = frozenset(column for columns in kept for column in columns)

    def add(self, table: str, *, kind: str, before: Cells | None, after: Cells | None) -> None:
        """Count one changed row."""
        self._rows[table, kind] += 1
        if kind == "update" and before is not None and after is not None:
            for column, value in after.items():
                self._count_shape((table, kind, column, shape_of(before[column]), shape_of(value)))
        else:
            self._count_shape((table, kind, None, None, None))
        if self._watched:
            for total in self._kept:
                total.add(table, before=before or {}, after=after, kind=kind)

    def add_updates(self, table: str, *, befores: Sequence[Cells], afters: Sequence[Cells]) -> None:
        """Count many changed rows of one table."""
        if not afters:
            return
        self._rows[table, "update"] += len(afters)
        shapes: dict[str, tuple[list[str], list[str]]] = {}
        found: dict[Shape, int] = {}
        for column in dict.fromkeys(chain.from_iterable(afters)):
            there = [column in after for after in afters]
            old = shapes_of(list(map(itemgetter(column), compress(befores, there))))
            new = shapes_of(list(map(itemgetter(column), compress(afters, there))))
            shapes[column] = old, new
            for pair, number in Counter(zip(old, new, strict=True)).items():
                found[table, "update", column, *pair] = number
        if len(self._shapes) + len(found) <= MOST_SHAPES:
            self._shapes.update(found)
        else:
            waiting = {column: zip(*pairs, strict=True) for column, pairs in shapes.items()}
            for column in chain.from_iterable(afters):
                self._count_shape((table, "update", column, *next(waiting[column])))
        if self._watched:
            for before, after in zip(befores, afters, strict=True):
                for total in self._kept:
                    total.add(table, before=before, after=after, kind="update")

    def add_alike(
        self, table: str, *, before: Mapping[str, Sequence[Canonical]], after: Mapping[str, Sequence[Canonical]]
    ) -> None:
        """Count many changed rows of one table that all change the same columns."""
        names = tuple(after)
        shapes = [list(zip(shapes_of(before[name]), shapes_of(after[name]), strict=True)) for name in names]
        self._rows[table, "update"] += len(shapes[0])
        found: dict[Shape, int] = {}
        for name, pairs in zip(names, shapes, strict=True):
            for pair, number in Counter(pairs).items():
                found[table, "update", name, *pair] = number
        if len(self._shapes) + len(found) <= MOST_SHAPES:
            self._shapes.update(found)
        else:
            for row in zip(*shapes, strict=True):
                for name, pair in zip(names, row, strict=True):
                    self._count_shape((table, "update", name, *pair))
        if self._watched:
            befores = zip(*(before[name] for name in names), strict=True)
            afters = zip(*(after[name] for name in names), strict=True)
            for was, now in zip(befores, afters, strict=True):
                old, new = dict(zip(names, was, strict=True)), dict(zip(names, now, strict=True))
                for total in self._kept:
                    total.add(table, before=old, after=new, kind="update")

    def _count_shape(self, shape: Shape) -> None:
        # Beyond so many shapes nobody reads them: the rest is one class, and memory stays flat.
        if shape not in self._shapes and len(self._shapes) >= MOST_SHAPES:
            shape = (shape[0], shape[1], shape[2], "…", "…")
        self._shapes[shape] += 1

    def has_room(self, reasons: Iterable[str]) -> bool:
        """Say whether `decline` would take all of these reasons."""
        new = set(reasons)
        return len(new | self.reasons.keys()) <= MOST_REASONS and all(len(one) <= LONGEST_REASON for one in new)

    def decline(self, reason: str) -> None:
        """Count one reason for leaving a row to people."""
        self.reasons[reason] += 1
        if len(self.reasons) > MOST_REASONS or len(reason) > LONGEST_REASON:
            raise TooManyReasons(
                f"more than {MOST_REASONS} distinct reasons, or one longer than {LONGEST_REASON} characters"
            )

    def shapes(self) -> list[ShapeCount]:
        """List every shape, the rarest first."""
        listed = sorted(self._shapes.items(), key=lambda item: (item[1], tuple(map(str, item[0]))))
        return [
            ShapeCount(table=t, kind=k, column=c, before=b, after=a, rows=n)  # type: ignore[arg-type]
            for (t, k, c, b, a), n in listed
        ]

    def counts(self) -> Counts:
        """Give the manifest's counts; shapes of fewer than five rows are pooled, so that no row shows."""
        shapes = self.shapes()
        common = tuple(shape for shape in shapes if shape.rows >= RARE_ROWS)
        kinds = {
            kind: sum(n for (_, k), n in self._rows.items() if k == kind) for kind in ("update", "insert", "delete")
        }
        return Counts(
            scanned=self.scanned,
            unchanged=self.unchanged,
            unresolved=self.unresolved,
            changed=sum(kinds.values()),
            updates=kinds["update"],
            inserts=kinds["insert"],
            deletes=kinds["delete"],
            asks=self.asks,
            tables={table: self._table(table) for table in sorted({table for table, _ in self._rows})},
            shapes=common,
            rare=sum(shape.rows for shape in shapes if shape.rows < RARE_ROWS),
            reasons=dict(sorted(self.reasons.items())),
        )

    def _table(self, table: str) -> TableCounts:
        columns: Counter[str] = Counter()
        for (name, _, column, *_), rows in self._shapes.items():
            if name == table and column is not None:
                columns[column] += rows
        return TableCounts(
            updates=self._rows[table, "update"],
            inserts=self._rows[table, "insert"],
            deletes=self._rows[table, "delete"],
            columns=dict(sorted(columns.items())),
        )

    def keeps(self) -> tuple[Kept, ...]:
        """Give the kept totals; refuse a plan that would change one."""
        return tuple(total.kept() for total in self._kept)
