"""Rows of MariaDB and MySQL, cut out of their packets: each value is led by its length.

Rows of one table are much alike: those whose packets are of the same length mostly have values of the same lengths,
and are cut at once. That they have, their own bytes say.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

Cells = list[bytes | None]
NULL: Final = 0xFB
# How many bytes follow the first one where it announces a longer length.
LENGTHS: Final = {0xFC: 2, 0xFD: 3, 0xFE: 8}
_MOST_FORMS: Final = 256
# Where rows are this often of another form than the one that was tried, each is cut by itself.
_PATIENCE: Final = 256

# What cuts a row into lengths and values by turns, the lengths that are right, and which values are NULL.
_Form = tuple[Callable[[bytes, int], tuple[Any, ...]], tuple[int, ...], tuple[int, ...]]


class Cutter:
    """What cuts the rows of one answer."""

    __slots__ = ("_forms", "_patience", "_wanted")

    def __init__(self, columns: int) -> None:
        self._wanted = range(columns)
        self._forms: dict[int, _Form] = {}
        self._patience = _PATIENCE

    def cut(self, packet: bytes, place: int, end: int) -> Cells:
        """Cut the row that stands between two places."""
        form = self._forms.get(end - place)
        if form is not None:
            unpack, lengths, nulls = form
            parts = unpack(packet, place)
            if parts[::2] == lengths:
                row: Cells = list(parts[1::2])
                for number in nulls:
                    row[number] = None
                return row
        row = self._one(packet, place)
        if self._patience:
            self._patience -= 1
            self._learn(row, end - place)
        else:
            self._forms.clear()
        return row

    def _one(self, packet: bytes, place: int) -> Cells:
        row: Cells = []
        for _ in self._wanted:
            length = packet[place]
            place += 1
            if length >= NULL:
                if length == NULL:
                    row.append(None)
                    continue
                more = LENGTHS[length]
                length = int.from_bytes(packet[place : place + more], "little")
                place += more
            row.append(packet[place : place + length])
            place += length
        return row

    def _learn(self, row: Cells, size: int) -> None:
        """Remember the form of a row whose lengths take a byte each."""
        if size in self._forms or len(self._forms) == _MOST_FORMS:
            return
        lengths = [NULL if value is None else len(value) for value in row]
        nulls = tuple(number for number, value in enumerate(row) if value is None)
        if len(lengths) - len(nulls) == sum(length < NULL for length in lengths):
            form = "<" + "".join(f"B{0 if length == NULL else length}s" for length in lengths)
            if struct.calcsize(form) == size:
                self._forms[size] = (struct.Struct(form).unpack_from, tuple(lengths), nulls)
