"""Values on their way to PostgreSQL: each as the text that the server itself would write, and many as one array."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby, islice
from typing import Final

from hffix.database.unsettled import Unsettled
from hffix.model.value import Raw, Typed, UnreadableText, plain_digits

_QUOTED: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})
_AT_ONCE: Final = 500
_COPIED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


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
    kinds = set(map(type, values))
    if kinds == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {str}:
        joined = '","'.join(values)  # type: ignore[arg-type]
        # Nearly no text holds what must be escaped: then only the quotes between them are there.
        if "\\" not in joined and joined.count('"') == 2 * len(values) - 2:
            return f'{{"{joined}"}}'
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Raw) -> str:
    text = value if type(value) is str else as_text(value)
    return "NULL" if text is None else f'"{text.translate(_QUOTED)}"' if _special(text) else f'"{text}"'


def _special(text: str) -> bool:
    return "\\" in text or '"' in text


def copied(columns: Iterable[Sequence[str | int | None]]) -> bytes:
    """Write rows, given column by column, as COPY reads them (PostgreSQL, COPY, text format)."""
    given = list(columns)
    told: list[Iterable[str]] = []
    for shared, some in groupby(given, key=_is_shared):
        if shared:
            # What all rows have in common is written once.
            told.append(["\t".join([_as_copied(values[:1])[0] for values in some])] * len(given[0]))
        else:
            told += map(_as_copied, some)
    rows = map("\t".join, zip(*told, strict=True))
    # Some at a time: a text with Han in it takes twice its bytes, and the text of all rows would be held thrice.
    return b"".join(f"{some}\n".encode() for some in iter(lambda: "\n".join(islice(rows, _AT_ONCE)), ""))


def _is_shared(values: Sequence[str | int | None]) -> bool:
    return values[0] == values[-1] and len(set(values)) == 1


def _as_copied(values: Sequence[str | int | None]) -> Sequence[str]:
    kinds = set(map(type, values))
    if kinds == {int}:
        return list(map(str, values))
    if kinds == {str}:
        joined = "".join(values)  # type: ignore[arg-type]
        if not any(special in joined for special in "\\\t\n\r"):
            return values  # type: ignore[return-value]
    return ["\\N" if value is None else str(value).translate(_COPIED) for value in values]


def as_arrays(rows: Sequence[Sequence[Raw]], *, width: int) -> list[str]:
    """Write rows as one array a column."""
    return [as_array(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width
