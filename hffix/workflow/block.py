"""A block: lines that are worked on together, and column by column those of them that are alike.

What is asked of every cell is asked of whole columns: one by one it would cost more than the database does.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import overload

from hffix.model.change import Line
from hffix.model.schema import Table
from hffix.model.value import Canonical, Raw, decode_values

Row = tuple[Raw, ...]
Form = tuple[str, str, tuple[str, ...], tuple[str, ...]]


class Alike:
    """Lines of one table and kind that hold the same columns, and their places in the block."""

    __slots__ = ("_keys", "changed", "guarded", "kind", "lines", "places", "table")

    def __init__(self, lines: Sequence[Line], places: Sequence[int]) -> None:
        self.lines = lines
        self.places = places
        self.table, self.kind, self.guarded, self.changed = _form(lines[0])
        self._keys: list[Row] | None = None

    def keys(self, table: Table) -> list[Row]:
        """Give the row keys as the driver holds them, in the order of the table's key."""
        if self._keys is None:
            columns = (decode_values([line.key[column] for line in self.lines]) for column in table.key)
            self._keys = list(zip(*columns, strict=True))
        return self._keys

    def before(self, column: str) -> list[Canonical]:
        """Give one guarded column."""
        return [line.before[column] for line in self.lines]  # type: ignore[index]

    def after(self, column: str) -> list[Canonical]:
        """Give one changed column."""
        return [line.after[column] for line in self.lines]  # type: ignore[index]


class Block(Sequence[Line]):
    """Lines in their order; what they have in common is found once."""

    __slots__ = ("_groups", "lines")

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self._groups: tuple[Alike, ...] | None = None

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> "Block": ...

    def __getitem__(self, place: int | slice) -> "Line | Block":
        return Block(self.lines[place]) if isinstance(place, slice) else self.lines[place]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    @property
    def groups(self) -> tuple[Alike, ...]:
        """The lines that are alike, wherever they stand; nearly always that is all of them."""
        if self._groups is None:
            self._groups = tuple(_groups(self.lines))
        return self._groups

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
                yield Alike(group.lines, [start + place for place in group.places])
            start += len(lines)

    def chosen(self, places: Sequence[int]) -> "Block":
        """Give the lines at some places, in their order."""
        return self if len(places) == len(self.lines) else Block([self.lines[place] for place in places])


def _written_with(line: Line) -> tuple[str, str] | Form:
    return (line.table, line.kind) if line.case is None else _form(line)


def _form(line: Line) -> Form:
    return line.table, line.kind, tuple(line.before or ()), tuple(line.after or ())


def _groups(lines: Sequence[Line]) -> Iterator[Alike]:
    forms = list(map(_form, lines))
    if len(set(forms)) == 1:
        yield Alike(lines, range(len(lines)))
        return
    places: dict[Form, list[int]] = {}
    for place, form in enumerate(forms):
        places.setdefault(form, []).append(place)
    for those in places.values():
        yield Alike([lines[place] for place in those], those)
