"""A block: lines that are worked on together, and column by column those of them that are alike.

What is asked of every cell is asked of whole columns: one by one it would cost more than the database does.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, overload

from hffix.changelog.rows import parts_of
from hffix.model.change import Line
from hffix.model.formed import Form, Formed
from hffix.model.schema import Table
from hffix.model.value import Canonical, Raw, decode_values

Row = tuple[Raw, ...]


class Alike:
    """Lines of one table and kind that hold the same columns, and their places in the block."""

    __slots__ = ("_keys", "_lines", "changed", "form", "guarded", "kind", "places", "table")

    def __init__(self, form: Form, lines: Sequence[Line] | Formed, places: Sequence[int]) -> None:
        self.form = form
        self._lines = lines
        self.places = places
        self.table, self.kind = form.table, form.kind
        self.guarded, self.changed = form.before or (), form.after or ()
        self._keys: list[Row] | None = None

    def __len__(self) -> int:
        return len(self.places)

    @property
    def lines(self) -> Sequence[Line]:
        """The lines one by one."""
        return self._lines.lines() if isinstance(self._lines, Formed) else self._lines

    def keys(self, table: Table) -> list[Row]:
        """Give the row keys as the driver holds them, in the order of the table's key."""
        if self._keys is None:
            self._keys = list(zip(*(decode_values(self._column("key", column)) for column in table.key), strict=True))
        return self._keys

    def told_keys(self) -> Sequence[Any]:
        """Give the keys as they are written as JSON."""
        return self._lines.part("key") if isinstance(self._lines, Formed) else [line.key for line in self._lines]

    def before(self, column: str) -> list[Canonical]:
        """Give one guarded column."""
        return self._column("before", column)

    def after(self, column: str) -> list[Canonical]:
        """Give one changed column."""
        return self._column("after", column)

    def _column(self, part: str, column: str) -> list[Canonical]:
        if isinstance(self._lines, Formed):
            return self._lines.column(part, column)
        return [getattr(line, part)[column] for line in self._lines]


class Block(Sequence[Line]):
    """Lines in their order; what they have in common is found once."""

    __slots__ = ("_groups", "_lines")

    def __init__(self, lines: Sequence[Line] | Formed) -> None:
        self._lines = lines
        self._groups: tuple[Alike, ...] | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """The lines one by one; what is asked of all of them is better asked of the groups."""
        if isinstance(self._lines, Formed):
            return self._lines.lines()
        return self._lines

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> "Block": ...

    def __getitem__(self, place: int | slice) -> "Line | Block":
        return Block(self._lines[place]) if isinstance(place, slice) else self._lines[place]

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    @property
    def groups(self) -> tuple[Alike, ...]:
        """The lines that are alike, wherever they stand; nearly always that is all of them."""
        if self._groups is None:
            if isinstance(self._lines, Formed):
                self._groups = (Alike(self._lines.form, self._lines, range(len(self._lines))),)
            else:
                self._groups = tuple(_groups(self._lines))
        return self._groups

    def parts(self) -> Sequence[Sequence[Any]]:
        """Give the lines part by part; those of cells may be anything that is written as JSON like them."""
        if isinstance(self._lines, Formed):
            return list(map(self._lines.part, Line._fields))
        return parts_of(self._lines)

    def runs(self) -> Iterator[Alike]:
        """Cut the lines into those that are written at once: in their order, by table and kind.

        Updates that follow each other may change different columns; they are written column set by column set. Those of
        cases, which are decided together, keep the order of their lines.
        """
        if len(self.groups) <= 1:
            yield from self.groups
            return
        start = 0
        for _, some in groupby(self.lines, key=_written_with):
            lines = list(some)
            for group in _groups(lines):
                yield Alike(group.form, group.lines, [start + place for place in group.places])
            start += len(lines)

    def chosen(self, places: Sequence[int]) -> "Block":
        """Give the lines at some places, in their order."""
        if len(places) == len(self):
            return self
        lines = self.lines
        return Block([lines[place] for place in places])


def _written_with(line: Line) -> tuple[str, str] | Form:
    return (line.table, line.kind) if line.case is None else _form(line)


def _form(line: Line) -> Form:
    # The columns of the key are those of the table's.
    return Form(line.table, line.kind, (), tuple(line.before or ()), tuple(line.after or ()))


def _groups(lines: Sequence[Line]) -> Iterator[Alike]:
    forms = list(map(_form, lines))
    if len(set(forms)) == 1:
        yield Alike(forms[0], lines, range(len(lines)))
        return
    places: dict[Form, list[int]] = {}
    for place, form in enumerate(forms):
        places.setdefault(form, []).append(place)
    for form, those in places.items():
        yield Alike(form, [lines[place] for place in those], those)
