"""What a column of any database makes of a value: only what it surely holds as it is given is settled.

No server is asked, since the ways of asking differ. What is in doubt goes to people, and what is settled is read back
after it was written.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Final

from hffix.database.generic_types import Foreign, Kind, rescaled, written_clock, written_moment
from hffix.database.unsettled import Unsettled
from hffix.model.value import Raw, Typed, UnreadableText, exact_decimal, plain_digits

_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.([0-9]{1,6}))?)?"
_TIME: Final = re.compile(_CLOCK, re.ASCII)
_MOMENT: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?", re.ASCII)
_LOST: Final = "the column would lose a digit, a character or a sign"
_OTHER_KIND: Final = "the column does not take a value of this kind"


def settler(kind: Kind, *, empty_is_null: Callable[[], bool]) -> Callable[[Raw], Raw]:
    """Give `settle` for one column; some databases hold NULL for an empty text."""
    settle = partial(_text, empty_is_null) if kind.name == "text" else _BY_KIND[kind.name]
    return lambda value: None if value is None else settle(kind, value)


def _text(empty_is_null: Callable[[], bool], kind: Kind, value: Raw) -> Raw:
    if isinstance(value, bool | bytes | UnreadableText):
        raise Unsettled(_OTHER_KIND)
    text = plain_digits(value) if isinstance(value, Decimal) else value.text if isinstance(value, Typed) else str(value)
    if "\x00" in text:
        raise Unsettled("a text with a NUL character stands in few databases")
    if kind.length is not None and len(text) > kind.length:
        raise Unsettled("the text is longer than the column")
    # A database may fill such a column up with blanks, or cut them off.
    if kind.padded and (len(text) != (kind.length or 1) or text.endswith(" ")):
        raise Unsettled("the column may fill the text up with blanks, or cut them off")
    if not text and empty_is_null():
        raise Unsettled("the database holds NULL for an empty text")
    return text


def _number(value: Raw) -> Decimal:
    """Read a number exactly; a float stands for its shortest digits."""
    if isinstance(value, bool | bytes | UnreadableText | Typed) or value is None:
        raise Unsettled(_OTHER_KIND)
    if isinstance(value, float):
        number = Decimal(repr(value)) if isfinite(value) else None
    elif isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        raise Unsettled(_LOST)
    else:
        number = exact_decimal(value)
    if number is None:
        raise Unsettled(_OTHER_KIND)
    if not number and number.is_signed():
        raise Unsettled(_LOST)
    return number


def _whole(kind: Kind, value: Raw) -> Raw:
    number = value if type(value) is int else _number(value)
    whole = int(number)
    if whole != number:
        raise Unsettled(_LOST)
    least, past = (0, 2**kind.bits) if kind.unsigned else (-(2 ** (kind.bits - 1)), 2 ** (kind.bits - 1))
    if not least <= whole < past:
        raise Unsettled("the whole number does not fit into the column")
    return whole


def _decimal(kind: Kind, value: Raw) -> Raw:
    number = _number(value)
    if kind.scale is None:
        return Decimal(plain_digits(number))
    try:
        held = rescaled(number, kind.scale)
    except Foreign:
        raise Unsettled(_LOST) from None
    if kind.precision is not None and held.copy_abs() >= Decimal(10) ** (kind.precision - kind.scale):
        raise Unsettled("the number does not fit into the column")
    return held


def _float(_: Kind, value: Raw) -> Raw:
    if type(value) is float and isfinite(value) and repr(value) != "-0.0":
        return value
    number = _number(value)
    held = float(number)
    if Decimal(repr(held)) != number:
        raise Unsettled(_LOST)
    return held


def _bool(_: Kind, value: Raw) -> Raw:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise Unsettled(_OTHER_KIND)


def _bytes(kind: Kind, value: Raw) -> Raw:
    if not isinstance(value, bytes):
        raise Unsettled(_OTHER_KIND)
    if kind.length is not None and len(value) > kind.length:
        raise Unsettled("the bytes are longer than the column")
    if kind.padded and len(value) != (kind.length or 1):
        raise Unsettled("the column would fill the bytes up")
    return value


def _said(value: Raw) -> str:
    if not isinstance(value, str | Typed):
        raise Unsettled(_OTHER_KIND)
    return value if isinstance(value, str) else value.text


def _day(_: Kind, value: Raw) -> Raw:
    said = _said(value)
    try:
        held = date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        held = None
    if held is None:
        raise Unsettled(_LOST)
    return Typed("date", said)


def _moment(kind: Kind, value: Raw) -> Raw:
    said = _said(value)
    _refuse_fraction(_MOMENT.fullmatch(said), kind)
    try:
        return Typed("timestamp", written_moment(datetime.fromisoformat(said)))
    except ValueError:
        raise Unsettled(_LOST) from None


def _clock(kind: Kind, value: Raw) -> Raw:
    said = _said(value)
    _refuse_fraction(_TIME.fullmatch(said), kind)
    try:
        return Typed("time", written_clock(time.fromisoformat(said)))
    except ValueError:
        raise Unsettled(_LOST) from None


def _refuse_fraction(match: re.Match[str] | None, kind: Kind) -> None:
    """Refuse what is no time, and more digits of a second than the column surely holds."""
    if match is None or len((match[1] or "").rstrip("0")) > kind.digits:
        raise Unsettled(_LOST)


_BY_KIND: Final[dict[str, Callable[[Kind, Raw], Raw]]] = {
    "int": _whole, "dec": _decimal, "float": _float, "bool": _bool, "bytes": _bytes,
    "date": _day, "timestamp": _moment, "time": _clock,
}  # fmt: skip
