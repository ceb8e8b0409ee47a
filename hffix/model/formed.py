"""Lines of one form, read all at once: lines that hold the same columns need no dictionary each.

Whatever is read here is what `read_lines` reads; what cannot be is left to it, and so are the refusals.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple, overload

import msgspec

from hffix.model.change import Line, are_names, read_lines
from hffix.model.holders import cell_of, holder_of
from hffix.model.value import Canonical

_WRITE: Final = msgspec.json.Encoder()


class Form(NamedTuple):
    """What lines of one form have in common: table and kind, and the columns of key, before and after."""

    table: str
    kind: str
    key: tuple[str, ...]
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None

    def cells(self) -> dict[str, tuple[str, ...] | None]:
        """Give the columns of each part that holds cells."""
        return {"key": self.key, "before": self.before, "after": self.after}


def form_of(line: Line) -> Form:
    """Give a line's form."""
    before, after = line.before, line.after
    return Form(
        line.table,
        line.kind,
        tuple(line.key),
        None if before is None else tuple(before),
        None if after is None else tuple(after),
    )


class Formed:
    """Lines of one form: far smaller than the lines themselves, which are made only where somebody asks for one."""

    __slots__ = ("_parts", "_records", "form")

    def __init__(self, form: Form, records: Sequence[Any]) -> None:
        self.form = form
        self._records = records
        self._parts: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> "Formed": ...

    def __getitem__(self, place: int | slice) -> "Line | Formed":
        found = self._records[place]
        return Formed(self.form, found) if isinstance(place, slice) else Line._make(msgspec.to_builtins(found))

    def lines(self) -> list[Line]:
        """Give the lines one by one."""
        return list(map(Line._make, msgspec.to_builtins(self._records)))

    def part(self, name: str) -> list[Any]:
        """Give one part of every line; those of cells are written as JSON like the cells themselves."""
        if name not in self._parts:
            self._parts[name] = list(map(attrgetter(name), self._records))
        return self._parts[name]

    def column(self, part: str, column: str) -> list[Canonical]:
        """Give one column of the part key, before or after."""
        return list(map(cell_of(self.form.cells()[part] or (), column), self.part(part)))


def read_formed(lines: Sequence[bytes]) -> Formed | None:
    """Read lines that all have the form of the first one; None where one has another, or is not canonical."""
    first = read_lines(lines[:1])
    if not first or not isinstance(first[0], Line):
        return None
    form = form_of(first[0])
    record = _record(form)
    joined = b"\n".join(lines) + b"\n"
    if record is None or joined.count(b"\n") != len(lines):
        return None
    try:
        records = msgspec.json.Decoder(record).decode_lines(joined)
    except msgspec.DecodeError:
        return None
    formed = Formed(form, records)
    same = set(formed.part("table")) == {form.table} and set(formed.part("kind")) == {form.kind}
    if not same or not are_names(formed.part("salt"), formed.part("case")):
        return None
    # Line by line: no line holds a line end, so each is one value, and written as it was read.
    if len(records) != len(lines) or _WRITE.encode_lines(records) != joined:
        return None
    return formed


@lru_cache(maxsize=256)
def _record(form: Form) -> Any:
    """Make what holds a line of this form; None where one of its columns cannot be held."""
    held = {part: holder_of(columns) for part, columns in form.cells().items() if columns is not None}
    if None in held.values():
        return None
    parts = [(part, held.get(part)) for part in form.cells()]
    return msgspec.defstruct(
        "Formed",
        [("salt", str), ("table", str), ("kind", str), *parts, ("origin", str | None), ("case", str | None)],
        array_like=True,
        forbid_unknown_fields=True,
        gc=False,
    )
