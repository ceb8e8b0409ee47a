"""Values on their way to PostgreSQL: each as the text that the server itself would write, and many as one array."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from hffix.database.unsettled import Unsettled
from hffix.model.value import Raw, Typed, UnreadableText, plain_digits

_QUOTED: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})


def quote(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def as_text(value: Raw) -> str | None:
    """Write a value as the server reads it in a parameter without a type."""
    kind = type(value)
    if value is None or kind is str:
        return value  # type: ignore[return-value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_digits(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, Typed):
        return value.text
    if isinstance(value, UnreadableText):
        raise Unsettled("a text that is not UTF-8 stands in no UTF-8 database")
    return str(value)


def as_parameter(value: Raw) -> object:
    """Bind a param of an author's SQL: numbers and truths with their type, all else as a text without one."""
    if value is None or isinstance(value, bool | int | float | Decimal | bytes):
        return value
    return as_text(value)


def as_array(values: Sequence[Raw]) -> str:
    """Write many values, as of one column, as the text of an array of texts."""
    if {type(value) for value in values} == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Raw) -> str:
    text = value if type(value) is str else as_text(value)
    return "NULL" if text is None else f'"{text.translate(_QUOTED)}"' if _special(text) else f'"{text}"'


def _special(text: str) -> bool:
    return "\\" in text or '"' in text


def as_arrays(rows: Sequence[Sequence[Raw]], *, width: int) -> list[str]:
    """Write rows as one array a column."""
    return [as_array(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width
