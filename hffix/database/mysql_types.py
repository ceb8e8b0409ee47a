"""The types of MariaDB and MySQL that are carried exactly, and what a column's own words say about its type."""

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hffix.model.schema import Column

WHOLE: Final[dict[str, int]] = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
INEXACT: Final = frozenset({"float", "double"})
TEXTS: Final[dict[str, int]] = {
    "tinytext": 2**8 - 1,
    "text": 2**16 - 1,
    "mediumtext": 2**24 - 1,
    "longtext": 2**32 - 1,
}
BLOBS: Final[dict[str, int]] = {
    "tinyblob": 2**8 - 1,
    "blob": 2**16 - 1,
    "mediumblob": 2**24 - 1,
    "longblob": 2**32 - 1,
}
# Their values are the engine's own text, under the name of the type.
TYPED: Final = frozenset({"date", "datetime", "timestamp", "time", "year", "uuid", "inet4", "inet6", "json"})
CHOICES: Final = frozenset({"enum", "set"})
CARRIED: Final = frozenset(
    {*WHOLE, *INEXACT, *TEXTS, *BLOBS, *TYPED, *CHOICES, "decimal", "bit", "char", "varchar", "binary", "varbinary"}
)
# A key of these would be compared otherwise than it is written, or ordered otherwise than it is compared.
NO_KEYS: Final = frozenset({"float", "double", "enum", "set", "json", "bit"})
# Their characters of ASCII are one byte each, the same as in ASCII.
WITH_ASCII: Final = frozenset(
    {"utf8mb4", "utf8mb3", "ascii", "latin1", "latin2", "latin5", "latin7", "gbk", "gb2312", "gb18030", "big5"}
)
UTF8: Final = frozenset({"utf8mb4", "utf8mb3"})

_LEAST_SINGLE: Final = 2.0**-126
_TYPE: Final = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A column's type in its parts."""

    name: str
    length: int | None
    scale: int | None
    unsigned: bool
    charset: str | None

    @property
    def text(self) -> bool:
        """Whether the column holds characters of its own choice."""
        return self.name in TEXTS or self.name in {"char", "varchar"}


def kind_of(column: Column) -> Kind:
    """Read a column's type from the words by which the engine describes it."""
    return _kind(column.type, column.collation)


@lru_cache(maxsize=1024)
def _kind(declared: str, collation: str | None) -> Kind:
    match = _TYPE.match(declared)
    name, length, scale, rest = match.groups() if match else (declared, None, None, "")
    return Kind(
        name=name.lower(),
        length=int(length) if length else None,
        scale=int(scale) if scale else None,
        unsigned="unsigned" in rest.lower(),
        # Every collation is named after its character set.
        charset=collation.partition("_")[0] if collation else None,
    )


def shortest_single(value: float) -> float:
    """Give the number of fewest digits that a 4-byte float holds as this one: 0.1 for 0.10000000149011612."""
    held = struct.pack("<f", value)
    # Any six digits come back from it, unless it is so small that it has fewer of its own.
    for digits in (6, 7, 8) if abs(value) >= _LEAST_SINGLE else range(1, 9):
        written = float(f"{value:.{digits - 1}e}")
        if struct.pack("<f", written) == held:
            return written
    # Nine digits tell any two of them apart.
    return float(f"{value:.8e}")


def as_single(value: float) -> float:
    """Give the number that a 4-byte float makes of this one; raise OverflowError where it is too large."""
    held: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return held


def quote(name: str) -> str:
    """Quote an identifier."""
    return "`" + name.replace("`", "``") + "`"
