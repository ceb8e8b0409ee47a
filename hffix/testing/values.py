"""Values as a test writes them: plain Python values in rows, and the SQL types of columns that hold them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from hffix.errors.project import BadTestData
from hffix.model.value import Raw, UnreadableText, plain_digits

# Dicts of column names; of mixed literals a type checker knows no more than this, so they are looked at when used.
Rows = Sequence[object]
CheckedRows = Sequence[Mapping[str, object]]
FileContent = Rows | str | bytes | Path

# Money stands as text where SQLite keeps it, so that no digit is lost.
_TYPES: Final[dict[type, str]] = {
    str: "TEXT",
    UnreadableText: "TEXT",
    int: "INTEGER",
    bool: "INTEGER",
    Decimal: "TEXT",
    float: "REAL",
    bytes: "BLOB",
    date: "TEXT",
    datetime: "TEXT",
    time: "TEXT",
    UUID: "TEXT",
}


def as_stored(value: object, *, place: str) -> Raw:
    """Give a value as SQLite holds it: a decimal as its digits, a day or a time in ISO 8601."""
    if value is None or isinstance(value, str | int | float | bytes | UnreadableText):
        return value
    if isinstance(value, Decimal):
        return plain_digits(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise BadTestData(f"{place}: {type(value).__name__} is no value of a column")


def as_text(value: object, *, place: str) -> str:
    """Give a value as a person writes it in a file or behind -p."""
    if isinstance(value, bool):
        return "true" if value else "false"
    stored = as_stored(value, place=place)
    if stored is None or isinstance(stored, bytes | UnreadableText):
        raise BadTestData(f"{place}: {type(value).__name__} cannot be written as text")
    return str(stored)


def type_of(values: Sequence[object]) -> str:
    """Name the type of a column that holds these values; none, where they are of several types."""
    found = {_TYPES.get(type(value), "") for value in values if value is not None}
    return found.pop() if len(found) == 1 else ""


def checked_rows(rows: object, *, place: str) -> tuple[tuple[str, ...], CheckedRows]:
    """Give the columns of rows, and the rows; refuse what are no rows, or rows of different columns."""
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Sequence):
        raise BadTestData(f"{place}: rows are a list of dicts")
    checked: list[Mapping[str, object]] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping) or not all(isinstance(column, str) for column in row):
            raise BadTestData(f"{place}, row {number}: a row is a dict of column names")
        checked.append(row)
    columns = tuple(checked[0]) if checked else ()
    for number, row in enumerate(checked, start=1):
        other = [column for column in (*columns, *row) if (column in row) != (column in columns)]
        if other:
            raise BadTestData(f"{place}, row {number}: every row has the same columns; {other[0]} is in some only")
    return columns, checked
