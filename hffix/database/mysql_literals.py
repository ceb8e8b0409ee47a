"""Writing values into statements: what a column is given, and what it is compared with."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from hffix.database.mysql_types import BLOBS, INEXACT, TYPED, UTF8, WHOLE, Kind, as_single, kind_of
from hffix.model.schema import Column
from hffix.model.value import Raw, Typed, UnreadableText

_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# What a temporal text must look like for the server to read it without a guess, and the type that it is read as.
_TEMPORAL: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    "time": (re.compile(r"-?\d{2,3}:\d\d:\d\d(?:\.\d{1,6})?"), "TIME(6)"),
    **dict.fromkeys(
        ("datetime", "timestamp"), (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"), "DATETIME(6)")
    ),
}


def text(value: str) -> str:
    """Quote a text; the pinned sql_mode lets a backslash escape."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def all_given(values: Sequence[Raw]) -> list[str]:
    """Write many values, as of one column; most columns hold nothing but text, or whole numbers."""
    kinds = set(map(type, values))
    if kinds == {str}:
        whole = "".join(values)  # type: ignore[arg-type]
        if "'" in whole or "\\" in whole:
            return list(map(text, values))  # type: ignore[arg-type]
        return [f"'{value}'" for value in values]  # type: ignore[str-bytes-safe]
    return list(map(str, values)) if kinds == {int} else list(map(given, values))


def given(value: Raw) -> str:
    """Write a value as it is, such as a param of a fix's SQL."""
    return _WRITERS[type(value)](value)


def all_assigned(column: Column, values: Sequence[Raw]) -> list[str]:
    """Write values of a column as the column, or its like in a temporary table, is given them."""
    if kind_of(column).name == "float":
        # The shortest digits of the largest one are, taken as a double, beyond what the column takes.
        return [given(as_single(value)) if type(value) is float else given(value) for value in values]
    if UnreadableText in set(map(type, values)):
        charset = kind_of(column).charset or "binary"
        # With the introducer these are bytes of that character set, and are not converted.
        return [f"_{charset} x'{v.stored.hex()}'" if isinstance(v, UnreadableText) else given(v) for v in values]
    return all_given(values)


def all_compared(column: Column, values: Sequence[Raw]) -> list[str | None]:
    """Write values as the column is compared with them in place: its own collation holds there anyway."""
    kind = kind_of(column)
    kinds = set(map(type, values))
    if (kinds == {str} and kind.text and kind.charset == "utf8mb4") or (kinds == {int} and kind.name in WHOLE):
        return list(all_given(values))
    return [compared(column, value) for value in values]


def compared(column: Column, value: Raw) -> str | None:
    """Write a value as the column is compared with it, in the column's own type; None where it can hold no like.

    A text compared with a number, or a number with a text, would make the server convert one of them and guess.
    """
    kind = kind_of(column)
    if value is None:
        return "NULL"
    if kind.name in {*WHOLE, *INEXACT, "decimal", "year", "bit"}:
        return _number(kind, value)
    if kind.name in BLOBS or kind.name in {"binary", "varbinary"}:
        return given(value) if type(value) is bytes else None
    if kind.name in TYPED:
        return _typed(kind.name, value)
    if isinstance(value, UnreadableText):
        return f"_{kind.charset} x'{value.stored.hex()}' COLLATE {column.collation}"
    if type(value) not in {str, int, Decimal, Typed} or (isinstance(value, Typed) and value.kind == "enum"):
        return None
    written = text(str(value.text if isinstance(value, Typed) else value))
    if kind.charset not in UTF8 or kind.charset == "utf8mb3":
        written = f"CONVERT({written} USING {kind.charset})"
    return f"{written} COLLATE {column.collation}"


def _number(kind: Kind, value: Raw) -> str | None:
    if isinstance(value, bytes) and kind.name == "bit":
        return str(int.from_bytes(value, "big"))
    said = value.text if isinstance(value, Typed) else value
    if isinstance(said, str):
        # A year of four digits may begin with zeros.
        said = str(int(said)) if kind.name == "year" and said.isdecimal() else said
        if not _PLAIN_NUMBER.fullmatch(said):
            return None
        said = Decimal(said)
    if not isinstance(said, int | float | Decimal):
        return None
    if kind.name not in INEXACT:
        return given(said)
    return given(as_single(float(said)) if kind.name == "float" else float(said))


def _typed(name: str, value: Raw) -> str | None:
    if not isinstance(value, str | Typed):
        return None
    said = value if isinstance(value, str) else value.text
    if name not in _TEMPORAL:
        return text(said)
    form, kind = _TEMPORAL[name]
    return f"CAST({text(said)} AS {kind})" if form.fullmatch(said) else None


def _float(value: float) -> str:
    # Without an exponent the server reads an exact decimal first.
    written = repr(value)
    return written if "e" in written else written + "e0"


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "NULL",
    str: text,
    int: str,
    bool: lambda value: "1" if value else "0",
    float: _float,
    Decimal: lambda value: format(value, "f"),
    bytes: lambda value: f"x'{value.hex()}'",
    Typed: lambda value: text(value.text),
    UnreadableText: lambda value: f"_utf8mb4 x'{value.stored.hex()}'",
}
