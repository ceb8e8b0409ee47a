"""What a SQLite column makes of a value: affinity, settled by SQLite itself where Python cannot be sure."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache, partial
from itertools import chain
from typing import Final

from hffix.database.unsettled import Unsettled
from hffix.model.schema import Column
from hffix.model.value import Raw, UnreadableText

_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_TEXTUAL: Final = frozenset({"TEXT", "BLOB"})
_WHOLE_LIMIT: Final = 2**63
_BOUND_AS_IS: Final = frozenset({str, int, float, bytes, type(None)})


@cache
def affinity(declared: str) -> str:
    """Name a declared type's affinity by SQLite's five rules (Datatypes In SQLite, section 3.1)."""
    text = declared.upper()
    if "INT" in text:
        return "INTEGER"
    if any(word in text for word in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if not text or "BLOB" in text:
        return "BLOB"
    if any(word in text for word in ("REAL", "FLOA", "DOUB")):
        return "REAL"
    return "NUMERIC"


def as_parameter(value: Raw) -> object:
    """Bind a value: decimals go as their digits, text that is not UTF-8 as bytes under a CAST."""
    if isinstance(value, UnreadableText):
        return value.stored
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def as_parameters(values: Sequence[Raw]) -> Sequence[object]:
    """Bind many values."""
    return values if _BOUND_AS_IS.issuperset(map(type, values)) else list(map(as_parameter, values))


def bind(values: Sequence[Raw]) -> list[str]:
    """Give each value's place in a statement; bytes of an unreadable text become a text again there."""
    if UnreadableText not in set(map(type, values)):
        return ["?"] * len(values)
    return ["CAST(? AS TEXT)" if isinstance(value, UnreadableText) else "?" for value in values]


def literal(value: str | int | None) -> str:
    """Write a value into a statement."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def alike(rows: Sequence[tuple[Raw, ...]]) -> Iterator[tuple[list[str], Sequence[Sequence[object]]]]:
    """Cut rows, in their order, into runs that bind alike; nearly always that is all of them."""
    if _BOUND_AS_IS.issuperset(map(type, chain.from_iterable(rows))):
        if rows:
            yield ["?"] * len(rows[0]), rows
        return
    start = 0
    marks = [any(isinstance(value, UnreadableText) for value in row) for row in rows]
    for place in range(1, len(rows) + 1):
        if place < len(rows) and not marks[place] and not marks[start]:
            continue
        some = rows[start:place]
        yield bind(some[0]), [[as_parameter(value) for value in row] for row in some]
        start = place


def keeper(column: Column | None, *, strict: bool) -> Callable[[Sequence[str]], bool]:
    """Give what says whether a column leaves each of many texts as it is."""
    keeps = column is not None and not strict and affinity(column.type) in _TEXTUAL
    return lambda _: keeps


class Settling:
    """Settles values for one connection, with a scratch table a declared type."""

    def __init__(self) -> None:
        self._scratch: sqlite3.Connection | None = None
        self._made: dict[tuple[str, bool], str] = {}

    def settler(self, *, declared: str, strict: bool) -> Callable[[Raw], Raw]:
        """Give `settle` for one declared type; a text in a column of texts is what it is."""
        slow = partial(self.settle, declared=declared, strict=strict)
        if strict or affinity(declared) not in _TEXTUAL:
            return slow
        return lambda value: value if type(value) is str else slow(value)

    def settle(self, value: Raw, *, declared: str, strict: bool) -> Raw:
        """Give the value as a column of that type will hold it; refuse what would lose a digit or a sign."""
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, Decimal):
            value = format(value, "f")
        if value is None or (type(value) is str and affinity(declared) in _TEXTUAL and not strict):
            return value
        if type(value) is int and affinity(declared) in {"INTEGER", "NUMERIC"} and abs(value) < _WHOLE_LIMIT:
            return value
        if type(value) is int and not -_WHOLE_LIMIT <= value < _WHOLE_LIMIT:
            raise Unsettled("a whole number needs more than 64 bits")
        held = self._held(value, declared=declared, strict=strict)
        if not _same_value(value, held):
            raise Unsettled("the column would lose a digit, a character or a sign")
        return held

    def _held(self, value: Raw, *, declared: str, strict: bool) -> Raw:
        if self._scratch is None:
            self._scratch = sqlite3.connect(":memory:", isolation_level=None)
        known = (declared, strict)
        if known not in self._made:
            name = f"settle_{len(self._made)}"
            kind = f"{declared}) STRICT" if strict else f"{affinity(declared)})"
            self._scratch.execute(f"CREATE TABLE {name} (held {kind}")
            self._made[known] = name
        name = self._made[known]
        bound = "CAST(? AS TEXT)" if isinstance(value, UnreadableText) else "?"
        try:
            self._scratch.execute(f"INSERT INTO {name} VALUES ({bound})", (as_parameter(value),))
            kind, held = self._scratch.execute(
                f"SELECT typeof(held), CASE typeof(held) WHEN 'text' THEN CAST(held AS BLOB) ELSE held END FROM {name}"
            ).fetchone()
        except sqlite3.Error as fault:
            raise Unsettled("the column does not take a value of this kind") from fault
        finally:
            self._scratch.execute(f"DELETE FROM {name}")
        return read_text(held) if kind == "text" else held


def read_text(stored: bytes) -> str | UnreadableText:
    """Read a stored text; keep the bytes of one that is not UTF-8."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return UnreadableText(stored)


def _same_value(given: Raw, held: Raw) -> bool:
    """Say whether a stored value is the one given, but for how SQLite writes numbers."""
    if type(given) is type(held):
        return repr(given) == repr(held)
    if type(given) is str and type(held) in {int, float}:
        return bool(_PLAIN_NUMBER.fullmatch(given)) and Decimal(given) == _exact(held) and not _negative_zero(given)
    if type(given) is int and type(held) is float:
        return int(held) == given
    if type(given) is float and type(held) is int:
        return held == given and repr(given) != "-0.0"
    if type(given) in {int, float} and type(held) is str:
        return str(given) == held
    return False


def _exact(held: object) -> Decimal:
    # A float stands for its shortest digits: 1200.5 given as text and held as REAL has lost nothing.
    return Decimal(repr(held)) if isinstance(held, float) else Decimal(str(held))


def _negative_zero(text: str) -> bool:
    return text.startswith("-") and not Decimal(text)
