"""Columns of any database: which types are carried exactly, and what a driver may give for each of them.

The inspector says what a column is; the type's own processors are never asked, since they change, or fail on, the very
values that are mended. A value of another Python type than the column's is refused by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any, Final

from sqlalchemy import types
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.types import TypeEngine

from hffix.model.value import Raw, Typed

Read = Callable[[Any], Raw]

# How many bits a whole number has, by the name of its type where every database means the same by it.
_BITS: Final = {"TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 24, "INTEGER": 32, "INT": 32, "BIGINT": 64}
_MOST_BITS: Final = 64
# What looks like a carried type and is none: its values are shown in a session's own zone, or as no Python value.
_NOT_CARRIED: Final = (
    types.Enum,
    types.TypeDecorator,
    mysql.SET,
    mysql.TIMESTAMP,
    mysql.TIME,
    mssql.DATETIMEOFFSET,
    mssql.XML,
)
# SQLAlchemy has no public name for what BLOB, BINARY and their like have in common.
_BINARY: Final = types.LargeBinary.__mro__[1]


class Foreign(Exception):
    """A value of another kind than its column carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the values of a column are carried, and what its type says of their size."""

    name: str
    length: int | None = None
    padded: bool = False
    precision: int | None = None
    scale: int | None = None
    bits: int = _MOST_BITS
    unsigned: bool = False
    digits: int = 0
    """How many digits of a second it surely holds."""

    @property
    def ordered(self) -> bool:
        """Whether every database orders the values as it compares them: no collation has a say."""
        return self.name in {"int", "dec", "date", "timestamp"}


def kind_of(declared: TypeEngine[Any], *, sized: bool) -> Kind | None:
    """Say how the values of a type are carried; None where they are not.

    `sized` says that the names of whole numbers tell their bits; to some databases all are of many digits.
    """
    if isinstance(declared, _NOT_CARRIED):
        return None
    for base, make in _KINDS:
        if isinstance(declared, base):
            kind = make(declared)
            return kind if sized or kind is None else replace(kind, bits=_MOST_BITS)
    return None


def _whole(declared: Any) -> Kind:
    name = type(declared).__name__.upper()
    unsigned = bool(getattr(declared, "unsigned", False)) or isinstance(declared, mssql.TINYINT)
    return Kind(name="int", bits=_BITS.get(name, _MOST_BITS), unsigned=unsigned)


def _exact(declared: Any) -> Kind:
    return Kind(name="dec", precision=declared.precision, scale=declared.scale)


def _text(declared: Any) -> Kind:
    return Kind(name="text", length=declared.length, padded=isinstance(declared, types.CHAR | types.NCHAR))


def _bytes(declared: Any) -> Kind:
    return Kind(name="bytes", length=declared.length, padded=isinstance(declared, types.BINARY))


def _moment(declared: Any) -> Kind | None:
    if getattr(declared, "timezone", False) or getattr(declared, "local_timezone", False):
        return None
    return Kind(name="timestamp", digits=_digits(declared))


def _clock(declared: Any) -> Kind | None:
    return None if declared.timezone else Kind(name="time", digits=_digits(declared))


def _digits(declared: Any) -> int:
    """Say how many digits of a second a type surely holds: what it does not say is none."""
    if hasattr(declared, "fsp"):
        return declared.fsp or 0
    if not hasattr(declared, "precision"):
        return 0
    return 6 if declared.precision is None else min(6, declared.precision)


# The first that a type belongs to counts: a Float is a Numeric too, and Oracle's NUMBER an Integer.
_KINDS: Final[tuple[tuple[type[TypeEngine[Any]], Callable[[Any], Kind | None]], ...]] = (
    (types.Boolean, lambda _: Kind(name="bool")),
    (types.Float, lambda _: Kind(name="float")),
    (types.Numeric, _exact),
    (types.Integer, _whole),
    (types.String, _text),
    (_BINARY, _bytes),
    (types.DateTime, _moment),
    (types.Date, lambda _: Kind(name="date")),
    (types.Time, _clock),
)


def reader(kind: Kind, *, nullable: bool) -> Read:
    """Give what makes a value of what the driver gave for a column; it raises Foreign for one of another type."""
    read = partial(_decimal, kind) if kind.name == "dec" else _READERS[kind.name]
    return (lambda value: None if value is None else read(value)) if nullable else partial(_there, read)


def _there(read: Read, value: Any) -> Raw:
    """Read a value of a column without NULL: a driver that gives nothing there could not read what stands there."""
    if value is None:
        raise Foreign("nothing")
    return read(value)


def read_any(value: Any) -> Raw:
    """Make a value of what the driver gave for an expression of somebody else's, whose type nobody declared."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value  # type: ignore[no-any-return]
    for name, python in _PYTHON.items():
        if type(value) in python:
            return _READERS[name](value)
    raise Foreign(type(value).__name__)


def _decimal(kind: Kind, value: Any) -> Raw:
    # A whole number loses nothing as a decimal; a float may have lost something already.
    if type(value) is int:
        value = Decimal(value)
    if type(value) is not Decimal:
        raise Foreign(type(value).__name__)
    return value if kind.scale is None or not value.is_finite() else rescaled(value, kind.scale)


def rescaled(value: Decimal, scale: int) -> Decimal:
    """Write a decimal with the digits that its column has: some drivers leave zeros at the end out."""
    sign, held, exponent = value.as_tuple()
    short = int(exponent) + scale
    if short < 0 and any(held[short:]):
        raise Foreign("Decimal with more digits than its column")
    # Built of its digits: arithmetic would round to the context's precision.
    return Decimal((sign, held + (0,) * short if short >= 0 else held[:short] or (0,), -scale))


def _plain(*python: type) -> Read:
    def read(value: Any) -> Raw:
        if type(value) in python:
            return value  # type: ignore[no-any-return]
        raise Foreign(type(value).__name__)

    return read


def _read_bytes(value: Any) -> Raw:
    if type(value) not in _PYTHON["bytes"]:
        raise Foreign(type(value).__name__)
    return bytes(value)


def _typed(name: str, write: Callable[[Any], str]) -> Read:
    def read(value: Any) -> Raw:
        if type(value) not in _PYTHON[name] or getattr(value, "tzinfo", None) is not None:
            zone = " with a time zone" if type(value) in _PYTHON[name] else ""
            raise Foreign(f"{type(value).__name__}{zone}")
        return Typed(name, write(value))

    return read


def written_moment(value: datetime) -> str:
    """Write a day and time of day, without zeros at the end of a fraction."""
    return f"{value.date().isoformat()} {written_clock(value.time())}"


def written_clock(value: time) -> str:
    """Write a time of day, without zeros at the end of a fraction."""
    text = value.isoformat()
    return text.rstrip("0") if value.microsecond else text


_AS_THEY_ARE: Final = frozenset({str, int, bool, float, Decimal})
_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "bytes": (bytes, bytearray, memoryview),
    "date": (date,),
    "timestamp": (datetime,),
    "time": (time,),
}
_READERS: Final[dict[str, Read]] = {
    "int": _plain(int),
    "float": _plain(float),
    "bool": _plain(bool),
    "text": _plain(str),
    "bytes": _read_bytes,
    "date": _typed("date", date.isoformat),
    "timestamp": _typed("timestamp", written_moment),
    "time": _typed("time", written_clock),
}
_PARAMETERS: Final[dict[str, Callable[[str], object]]] = {
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "time": time.fromisoformat,
}


def as_parameter(value: Raw) -> object:
    """Give a value as its driver takes it."""
    if isinstance(value, Typed):
        make = _PARAMETERS.get(value.kind)
        return make(value.text) if make else value.text
    return value
