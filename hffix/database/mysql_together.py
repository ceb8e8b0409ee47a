"""Reading rows whole: what most columns hold is sent as one text a row, and cut for all rows at once.

To cut each value out of its packet costs a client more than the server's whole work. So each value is led by one mark,
and another mark stands for NULL: there are as many marks as values, and not one more, unless a value holds one itself.
Where it does, where a text is no UTF-8, and where the server has anything to say, nothing is given, and the rows are
read value by value.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from hffix.database.mysql_driver import Answer
from hffix.database.mysql_types import TYPED, UTF8, WHOLE, kind_of
from hffix.database.mysql_values import Values, selected
from hffix.database.session import Row
from hffix.model.schema import Column
from hffix.model.value import Raw, Typed

# Fewer columns than these are as soon cut one by one.
LEAST: Final = 3
MOST_CUT: Final = 512 * 1024
_MARK, _NULL = "\x1f", "\x1e"
# The server writes a JSON anew when it becomes a text.
_OWN_TEXT: Final = TYPED - {"json"}


class Together:
    """Reads some columns of a table, most of them together."""

    def __init__(self, columns: Sequence[Column]) -> None:
        written = [(place, column, _written(column)) for place, column in enumerate(columns)]
        joined = [(place, column, text) for place, column, text in written if text is not None]
        self._columns = columns
        self._joined = [(place, column) for place, column, _ in joined]
        self._others = [(place, column) for place, column, text in written if text is None]
        self.worthwhile = len(joined) >= LEAST
        """Whether enough of the columns can be read together."""
        self.taken = 1 + len(self._others)
        """How many values of each row of the answer they take."""
        whole = f"CONCAT({', '.join(_led(column, text) for _, column, text in joined)})"
        self.selected = ", ".join([whole, *(selected(column) for _, column in self._others)])
        """What to select."""

    def rows(self, values: Values, answer: Answer) -> list[Row] | None:
        """Give the rows, in the order of their columns and whatever was selected behind them."""
        if answer.warnings or not answer.rows:
            return None if answer.warnings else []
        whole: Sequence[bytes | None] = [row[0] for row in answer.rows]
        others = list(zip(*answer.rows, strict=True))[1:] if len(answer.fields) > 1 else []
        cut = _cut(whole, [column for _, column in self._joined])
        if cut is None:
            return None
        rest = values.columns(answer.fields[1:], others, columns=[column for _, column in self._others])
        found: list[Sequence[Raw]] = [()] * len(self._columns)
        for (place, _), column in zip([*self._joined, *self._others], [*cut, *rest], strict=False):
            found[place] = column
        return list(zip(*found, *rest[len(self._others) :], strict=True))


def _written(column: Column) -> str | None:
    """Write what a column is read as, where it can be read together with others."""
    kind, name = kind_of(column), selected(column)
    if kind.name in WHOLE or kind.name == "decimal" or kind.name in _OWN_TEXT:
        return name
    if not kind.text or kind.charset not in UTF8:
        return None
    # Of the other set that is UTF-8 as well, nothing may be converted.
    return name if kind.charset == "utf8mb4" else f"CAST({name} AS BINARY)"


def _led(column: Column, text: str) -> str:
    return f"IFNULL(CONCAT('{_MARK}', {text}), '{_NULL}')" if column.nullable else f"'{_MARK}', {text}"


def _cut(rows: Sequence[bytes | None], columns: Sequence[Column]) -> list[Sequence[Raw]] | None:
    if None in rows:
        return None
    whole: Sequence[bytes] = rows  # type: ignore[assignment]
    length = sum(map(len, whole))
    # Wide rows are cut some at a time, or each of them would be held in three forms at once.
    step = max(1, len(rows) * MOST_CUT // max(length, 1))
    found: list[list[str]] = [[] for _ in columns]
    for start in range(0, len(rows), step):
        cells = _cells(whole[start : start + step], len(columns))
        if cells is None:
            return None
        for place, column in enumerate(found, start=1):
            column += cells[place :: len(columns)]
    return [_read(column, texts) for column, texts in zip(columns, found, strict=True)]


def _cells(rows: Sequence[bytes], width: int) -> list[str] | None:
    """Cut some rows, after the nothing before the first mark; nothing where a value may hold a mark."""
    whole = b"".join(rows)
    nulls = whole.count(_NULL.encode())
    if whole.count(_MARK.encode()) + nulls != len(rows) * width:
        return None
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        return None
    return (text.replace(_NULL, _MARK + _NULL) if nulls else text).split(_MARK)


def _read(column: Column, texts: Sequence[str]) -> Sequence[Raw]:
    kind = kind_of(column)
    if kind.text:
        return [None if text == _NULL else text for text in texts] if column.nullable and _NULL in texts else texts
    read: Callable[[str], Raw] = partial(Typed, kind.name)
    if kind.name in WHOLE or kind.name == "decimal":
        read = int if kind.name in WHOLE else Decimal
    if column.nullable and _NULL in texts:
        return [None if text == _NULL else read(text) for text in texts]
    return list(map(read, texts))
