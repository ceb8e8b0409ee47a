"""Rows as the server takes them in bulk: one statement that it parses once, and the values of each row in binary.

As a list for VALUES the same rows cost a server three times as much, most of it for parsing. Values are what they would
be as literals: texts in the connection's character set, bytes, and numbers.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from hffix.database.mysql_literals import given
from hffix.model.value import Raw, Typed

# What is sent at once; a server takes four times this at least.
MOST_PACKED: Final = 4_000_000
_WHOLE: Final = struct.Struct("<xq")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
# By the numbers that the protocol gives to types; each value is led by a byte, 0 for one that is there.
_TYPES: Final[dict[type, bytes]] = {
    int: b"\x08\0",
    Decimal: b"\xf6\0",
    bytes: b"\xfc\0",
    str: b"\xfd\0",
    Typed: b"\xfd\0",
}
_NULL: Final = b"\x01"
_SHORT, _REMEMBERED = 251, 4096


@dataclass(frozen=True, slots=True)
class Packed:
    """A statement with marks for values, and the rows of them."""

    sql: str
    types: bytes
    rows: bytes


Statement = str | Packed


class _Heads(dict[int, bytes]):
    """What leads a text of so many bytes: that it is there, and its length."""

    def __missing__(self, length: int) -> bytes:
        head = b"\0" + _length(length)
        if length < _REMEMBERED:
            self[length] = head
        return head


def _length(length: int) -> bytes:
    if length < _SHORT:
        return bytes([length])
    for first, size in ((0xFC, 2), (0xFD, 3)):
        if length < 1 << 8 * size:
            return bytes([first]) + length.to_bytes(size, "little")
    return b"\xfe" + length.to_bytes(8, "little")


_HEADS: Final = _Heads()
_TEXTS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: str.encode,
    Typed: lambda value: value.text.encode(),
    bytes: lambda value: value,
    Decimal: lambda value: format(value, "f").encode(),
}
_PACKED: Final = frozenset({type(None), int, *_TEXTS})
# Of these, equal ones are the same.
_WRITTEN_ONCE: Final = frozenset({type(None), int, str})


def packed(into: str, columns: Sequence[Sequence[Raw]]) -> list[Packed] | None:
    """Pack rows, given column by column, for a statement that ends before its VALUES; None where one cannot be."""
    marks: list[str] = []
    types: list[bytes] = []
    parts: list[list[bytes]] = []
    for values in columns:
        kinds = set(map(type, values))
        if not kinds <= _PACKED:
            return None
        # At least one value of each row is sent, or there would be no rows.
        if parts and kinds <= _WRITTEN_ONCE and values[0] == values[-1] and values.count(values[0]) == len(values):
            marks.append(given(values[0]))
            continue
        told = _parts(values, kinds)
        if told is None:
            return None
        marks.append("?")
        types.append(told[0])
        parts += told[1]
    sql = f"{into} VALUES ({', '.join(marks)})"
    return [Packed(sql, b"".join(types), rows) for rows in _bodies(parts, 0, len(columns[0]))]


def _parts(values: Sequence[Any], kinds: set[type]) -> tuple[bytes, list[list[bytes]]] | None:
    """Give the type of a column's values, and what to send of each row, in one part or two."""
    there = kinds - {type(None)}
    if len(there) > 1:
        return None
    kind = there.pop() if there else str
    told = [value for value in values if value is not None] if type(None) in kinds else values
    if kind is int:
        if min(told) < _SMALLEST or max(told) > _LARGEST:
            return None
        parts = [list(map(_WHOLE.pack, told))]
    else:
        texts = list(map(_TEXTS[kind], told))
        parts = [list(map(_HEADS.__getitem__, map(len, texts))), texts]
    if type(None) in kinds:
        parts = [_with_nulls(values, part, null) for part, null in zip(parts, (_NULL, b""), strict=False)]
    return _TYPES[kind], parts


def _with_nulls(values: Sequence[Raw], parts: Sequence[bytes], null: bytes) -> list[bytes]:
    following = iter(parts)
    return [null if value is None else next(following) for value in values]


def _bodies(parts: Sequence[Sequence[bytes]], start: int, end: int) -> Iterator[bytes]:
    """Join the parts of each row, and rows as far as they may be sent at once."""
    body = b"".join(chain.from_iterable(zip(*[part[start:end] for part in parts], strict=True)))
    pieces = min(-(-len(body) // MOST_PACKED), end - start)
    if pieces <= 1:
        yield body
        return
    del body
    rows = -(-(end - start) // pieces)
    for first in range(start, end, rows):
        yield from _bodies(parts, first, min(first + rows, end))
