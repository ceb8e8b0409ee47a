"""What a column of MariaDB or MySQL makes of a value: decided here where the rules are plain, else by the server.

The server is asked by writing the value, under the pinned strict mode, into a temporary table of a connection of its
own, and reading it back. It drops a fraction of a second, or a blank at the end of a CHAR, without a word; so only what
comes back as it was given is settled.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Final

from hffix.database.mysql_types import (
    BLOBS,
    INEXACT,
    TEXTS,
    WHOLE,
    WITH_ASCII,
    Kind,
    as_single,
    kind_of,
    shortest_single,
)
from hffix.database.unsettled import Unsettled
from hffix.model.schema import Column
from hffix.model.value import Raw, Typed, UnreadableText

Ask = Callable[[Column, Raw], Raw]
Settle = Callable[[Raw], Raw]
LOSES: Final = "the column would lose a digit, a character or a sign"
NOT_TAKEN: Final = "the column does not take a value of this kind"
MOST_REMEMBERED: Final = 20_000
# A DECIMAL without numbers is one of ten digits.
_DIGITS: Final = 10
# The most bytes that a character takes.
_MOST_OF_ONE: Final = 4
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DAY: Final = re.compile(r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,6}))?")
_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_ZEROS: Final = re.compile(r"(?: 00:00:00)?(?:\.0+)?")


def settler(column: Column, *, ask: Ask) -> Settle:
    """Give what settles the values of one column; `ask` asks the server."""
    settle = _settler(column, kind_of(column), ask)
    return lambda value: None if value is None else settle(value)


def keeper(column: Column) -> Callable[[Sequence[str]], bool]:
    """Give what says whether one column leaves each of many texts as it is."""
    kind = kind_of(column)

    def keeps(texts: Sequence[str]) -> bool:
        longest = max(map(len, texts), default=0)
        written = kind.charset == "utf8mb4" or (kind.charset in WITH_ASCII and "".join(texts).isascii())
        fits = longest * _MOST_OF_ONE <= TEXTS[kind.name] if kind.name in TEXTS else longest <= (kind.length or 0)
        return kind.text and kind.name != "char" and written and fits

    return keeps


def _settler(column: Column, kind: Kind, ask: Ask) -> Settle:
    if kind.name in WHOLE or kind.name == "decimal":
        return partial(_exact, kind)
    if kind.name in INEXACT and kind.length is None:
        return partial(_inexact, kind)
    if kind.text:
        return partial(_text, column, kind, ask)
    if kind.name in BLOBS or kind.name in {"binary", "varbinary", "bit"}:
        return partial(_bytes, kind)
    # By type too: 1 and 1.0 would be one key.
    remembered = lru_cache(MOST_REMEMBERED)(lambda _, value: _asked(column, value, ask))

    def settle(value: Raw) -> Raw:
        told = _in_utc(value) if kind.name == "timestamp" else value
        return _plain_time(kind, told) or remembered(type(told).__name__, told)

    return settle


def _in_utc(value: Raw) -> Raw:
    """Turn a moment that is told with its zone into the one that the column holds, which is in UTC."""
    if not isinstance(value, str) or not _ZONED.fullmatch(value):
        return value
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return value
    return moment.isoformat(" ")


def _exact(kind: Kind, value: Raw) -> Raw:
    number = _number(value)
    if kind.unsigned and number.is_signed():
        raise Unsettled(LOSES)
    if kind.name in WHOLE:
        bits = WHOLE[kind.name]
        least, past = (0, 2**bits) if kind.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1))
        if number != number.to_integral_value() or not least <= number < past:
            raise Unsettled(LOSES)
        return int(number)
    digits, scale = kind.length or _DIGITS, kind.scale or 0
    if number.copy_abs() >= Decimal(10) ** (digits - scale):
        raise Unsettled(LOSES)
    sign, held, exponent = number.as_tuple()
    # Only infinity and NaN have a letter there.
    short = int(exponent) + scale
    if short < 0 and any(held[short:]):
        raise Unsettled(LOSES)
    # Built of its digits: arithmetic would round to the context's precision.
    return Decimal((sign, held + (0,) * short if short >= 0 else held[:short] or (0,), -scale))


def _number(value: Raw) -> Decimal:
    """Read a number exactly, from a plain one in a text as well."""
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, float):
        # A float stands for its shortest digits.
        value = Decimal(repr(value))
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, int):
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise Unsettled(NOT_TAKEN if not isinstance(value, str) else LOSES)
    if not value.is_finite():
        raise Unsettled(NOT_TAKEN)
    if not value and value.is_signed():
        raise Unsettled(LOSES)
    return value


def _inexact(kind: Kind, value: Raw) -> Raw:
    number = _number(value)
    held = float(number)
    if kind.unsigned and number.is_signed():
        raise Unsettled(LOSES)
    if kind.name == "float":
        try:
            held = shortest_single(as_single(held))
        except OverflowError:
            raise Unsettled(LOSES) from None
    if Decimal(repr(held)) != number:
        raise Unsettled(LOSES)
    return held


def _text(column: Column, kind: Kind, ask: Ask, value: Raw) -> Raw:
    if isinstance(value, bool | bytes):
        raise Unsettled(NOT_TAKEN)
    if isinstance(value, UnreadableText):
        return _asked(column, value, ask)
    said = format(value, "f") if isinstance(value, Decimal) else value.text if isinstance(value, Typed) else str(value)
    if kind.charset == "utf8mb4" or (said.isascii() and kind.charset in WITH_ASCII):
        _refuse_too_long(kind, said)
        return said
    held = _asked(column, said, ask)
    if held != said:
        raise Unsettled(LOSES)
    return held


def _refuse_too_long(kind: Kind, said: str) -> None:
    if kind.name in TEXTS:
        if len(said) * _MOST_OF_ONE > TEXTS[kind.name] and len(said.encode()) > TEXTS[kind.name]:
            raise Unsettled(LOSES)
    elif len(said) > (kind.length or 0) or (kind.name == "char" and said.endswith(" ")):
        raise Unsettled(LOSES)


def _bytes(kind: Kind, value: Raw) -> Raw:
    if kind.name == "bit":
        return _bits(kind, value)
    if not isinstance(value, bytes):
        raise Unsettled(NOT_TAKEN)
    if len(value) > (BLOBS.get(kind.name) or kind.length or 0):
        raise Unsettled(LOSES)
    return value.ljust(kind.length or 0, b"\x00") if kind.name == "binary" else value


def _bits(kind: Kind, value: Raw) -> Raw:
    length = kind.length or 1
    if isinstance(value, int):
        number = int(value)
    elif isinstance(value, bytes):
        number = int.from_bytes(value, "big")
    else:
        raise Unsettled(NOT_TAKEN)
    if not 0 <= number < 2**length:
        raise Unsettled(LOSES)
    return number.to_bytes((length + 7) // 8, "big")


def _plain_time(kind: Kind, value: Raw) -> Typed | None:
    """Give a day or a time that the server takes and gives back letter by letter; None where only it can say."""
    said = value.text if isinstance(value, Typed) and value.kind == kind.name else value
    if not isinstance(said, str):
        return None
    day, _, clock = said.partition(" ")
    plain = bool(_DAY.fullmatch(day))
    if kind.name == "date":
        plain = plain and not clock and day == said
    elif kind.name == "datetime":
        plain = plain and _fits(clock, kind)
    elif kind.name == "timestamp":
        plain = plain and _fits(clock, kind) and 1971 <= int(day[:4]) < 2038 and _is_day(day)
    else:
        plain = kind.name == "time" and _fits(said, kind)
    return Typed(kind.name, said) if plain else None


def _fits(clock: str, kind: Kind) -> bool:
    match = _CLOCK.fullmatch(clock)
    return match is not None and len(match[1] or "") == (kind.length or 0)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _asked(column: Column, value: Raw, ask: Ask) -> Raw:
    held = ask(column, value)
    if not same(value, held):
        raise Unsettled(LOSES)
    return held


def same(value: Raw, held: Raw) -> bool:
    """Say whether a column holds a value as it was given, but for zeros that a fraction or a day may do without."""
    if isinstance(held, Typed):
        said = value.text if isinstance(value, Typed) else str(value)
        if held.kind == "uuid":
            return said.lower() == held.text
        longer, shorter = (held.text, said) if len(held.text) >= len(said) else (said, held.text)
        return longer.startswith(shorter) and _only_zeros(longer[len(shorter) :], held.kind, shorter)
    if isinstance(held, float) and isinstance(value, int | float | Decimal):
        return Decimal(repr(held)) == Decimal(repr(value) if isinstance(value, float) else value)
    if isinstance(held, str):
        return held == (value.text if isinstance(value, Typed) else value)
    return type(value) is type(held) and value == held


def _only_zeros(rest: str, kind: str, before: str) -> bool:
    if not rest:
        return True
    if kind not in {"datetime", "timestamp", "time"}:
        return False
    return not rest.strip("0") if "." in before else bool(_ZEROS.fullmatch(rest))
