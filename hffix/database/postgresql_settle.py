"""What a PostgreSQL column makes of a value: worked out here where the type leaves no doubt, else asked of the server.

What would lose a digit, a character or a sign goes to people. The server is asked without a cast where a cast would
cut a text short, and its answer is held against what was given.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Final

from hffix.database.postgresql_schema import Stored
from hffix.database.postgresql_values import as_text
from hffix.database.unsettled import Unsettled
from hffix.model.value import Raw, Typed, exact_decimal, plain_digits

Ask = Callable[[str, str], Raw]

_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WHOLE: Final = {"int2": 2**15, "int4": 2**31, "int8": 2**63}
# The header that a length carries in pg_attribute.atttypmod, and how numeric packs precision and scale into it.
_HEADER: Final = 4
_SCALE_BITS: Final = 0x7FF
# What a numeric without declared digits holds, before the point and after it.
_MOST_WHOLE: Final = 131_072
_MOST_FRACTION: Final = 16_383
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK: Final = r"([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
_TIME: Final = re.compile(_CLOCK)
_ZONED_TIME: Final = re.compile(rf"{_CLOCK}(Z|[+-][0-9]{{2}}(?::[0-9]{{2}})?)")
_TIMESTAMP: Final = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[ T]{_CLOCK}(Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?"
)
_LOST: Final = "the column would lose a digit, a character or a sign"
_TOO_LARGE: Final = "the number does not fit into the column"
_OTHER_KIND: Final = "the column does not take a value of this kind"


def settler(stored: Stored, ask: Ask) -> Callable[[Raw], Raw]:
    """Give `settle` for one column."""
    by_kind = _BY_KIND.get(stored.carried.kind)
    settle = partial(by_kind, stored) if by_kind else partial(_typed, stored, ask=ask)
    if stored.carried.name == "float4":
        settle = partial(_short_float, stored, ask=ask)
    elif by_kind and stored.carried.domain is not None:
        settle = partial(_in_domain, settle, stored.carried.domain, ask=ask)
    if stored.carried.kind == "text" and stored.carried.domain is None and stored.modifier < 0:
        # Most texts stay as they are; one that PostgreSQL cannot hold is found by its one character.
        return lambda value: value if type(value) is str and "\x00" not in value else _nullable(settle, value)
    return partial(_nullable, settle)


def keeper(stored: Stored) -> Callable[[Sequence[str]], bool]:
    """Give what says whether one column leaves each of many texts as it is."""
    carried = stored.carried
    own = carried.kind == "text" and carried.domain is None and carried.name != "bpchar"
    length = stored.modifier - _HEADER if stored.modifier >= 0 and carried.name == "varchar" else None

    def keeps(texts: Sequence[str]) -> bool:
        fits = length is None or max(map(len, texts), default=0) <= length
        return own and fits and "\x00" not in "".join(texts)

    return keeps


def _nullable(settle: Callable[[Raw], Raw], value: Raw) -> Raw:
    return None if value is None else settle(value)


def _in_domain(settle: Callable[[Raw], Raw], domain: str, value: Raw, *, ask: Ask) -> Raw:
    held = settle(value)
    ask(str(as_text(held)), domain)
    return held


def _text(stored: Stored, value: Raw) -> Raw:
    if isinstance(value, bool | bytes) or (text := as_text(value)) is None:
        raise Unsettled(_OTHER_KIND)
    if "\x00" in text:
        raise Unsettled("a text with a NUL character stands in no PostgreSQL column")
    length = stored.modifier - _HEADER
    if stored.modifier >= 0 and stored.carried.name in {"varchar", "bpchar"}:
        if len(text) > length:
            raise Unsettled("the text is longer than the column")
        return text.ljust(length) if stored.carried.name == "bpchar" else text
    return text


def _number(value: Raw) -> Decimal:
    """Read a number exactly; a float stands for its shortest digits."""
    if isinstance(value, bool | bytes) or value is None:
        raise Unsettled(_OTHER_KIND)
    number: Decimal | None
    if isinstance(value, float):
        number = Decimal(repr(value)) if isfinite(value) else None
    elif isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        number = None
    else:
        number = exact_decimal(value)
    if number is None:
        raise Unsettled(_LOST if isinstance(value, str) else _OTHER_KIND)
    if not number and number.is_signed():
        raise Unsettled(_LOST)
    return number


def _whole(stored: Stored, value: Raw) -> Raw:
    number = value if type(value) is int else _number(value)
    limit = _WHOLE[stored.carried.name]
    whole = int(number)
    if whole != number:
        raise Unsettled(_LOST)
    if not -limit <= whole < limit:
        raise Unsettled("the whole number does not fit into the column")
    return whole


def _decimal(stored: Stored, value: Raw) -> Raw:
    number = _number(value)
    digits = plain_digits(number)
    whole, _, fraction = digits.lstrip("-").partition(".")
    if stored.modifier < 0:
        if len(whole) > _MOST_WHOLE or len(fraction) > _MOST_FRACTION:
            raise Unsettled(_TOO_LARGE)
        return Decimal(digits)
    precision = (stored.modifier - _HEADER) >> 16 & 0xFFFF
    scale = ((stored.modifier - _HEADER) & _SCALE_BITS ^ 1024) - 1024
    # Below a negative scale, whole digits too are rounded away.
    lost = whole[scale:].strip("0") + fraction if scale < 0 else fraction[scale:]
    if lost.strip("0"):
        raise Unsettled(_LOST)
    # Where the scale is the greater one, the first digits behind the point are zeros too.
    held = whole + fraction[: max(scale, 0)].ljust(scale, "0")
    if len(held.lstrip("0")) > precision - min(scale, 0):
        raise Unsettled(_TOO_LARGE)
    sign = "-" if number.is_signed() else ""
    return Decimal(f"{sign}{whole}.{fraction[:scale].ljust(scale, '0')}" if scale > 0 else f"{sign}{whole}")


def _float(_: Stored, value: Raw) -> Raw:
    if type(value) is float:
        return value
    number = _number(value)
    held = float(number)
    if Decimal(repr(held)) != number:
        raise Unsettled(_LOST)
    return held


def _short_float(stored: Stored, value: Raw, *, ask: Ask) -> Raw:
    given = _float(stored, value)
    held = ask(repr(given), "real")
    # A four-byte float is read as its own shortest digits: those must be the ones that were given.
    if repr(held) != repr(given):
        raise Unsettled(_LOST)
    return held


def _bool(_: Stored, value: Raw) -> Raw:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise Unsettled(_OTHER_KIND)


def _bytes(_: Stored, value: Raw) -> Raw:
    if isinstance(value, bytes):
        return value
    raise Unsettled(_OTHER_KIND)


_BY_KIND: Final[dict[str, Callable[[Stored, Raw], Raw]]] = {
    "text": _text, "int": _whole, "dec": _decimal, "float": _float, "bool": _bool, "bytes": _bytes,
}  # fmt: skip


def _typed(stored: Stored, value: Raw, *, ask: Ask) -> Raw:
    """Settle a value of an engine's own type, given as its text."""
    if not isinstance(value, str | Typed):
        raise Unsettled(_OTHER_KIND)
    given = value.text if isinstance(value, Typed) else value
    kind = stored.carried.kind
    if kind == "date" and _DAY.fullmatch(given) and _is_day(given):
        return Typed(kind, given)
    if "\x00" in given:
        raise Unsettled(_OTHER_KIND)
    held = ask(given, stored.type)
    if not isinstance(held, Typed):
        raise Unsettled(_OTHER_KIND)
    same = _SAME.get(kind)
    if held.text != given and not (same and same(given, held.text)):
        raise Unsettled(_LOST)
    return held


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _clock(minutes: str, seconds: str | None, fraction: str | None) -> str:
    rest = (fraction or "").rstrip("0")
    return f"{minutes}:{seconds or '00'}{'.' if rest else ''}{rest}"


def _same_time(given: str, held: str) -> bool:
    match = _TIME.fullmatch(given)
    return match is not None and _clock(*match.groups()) == held


def _same_zoned_time(given: str, held: str) -> bool:
    """Say whether a time of day is the one held, its zone written in whole hours where it can be."""
    match = _ZONED_TIME.fullmatch(given)
    if match is None:
        return False
    zone = match[4].replace("Z", "+00").removesuffix(":00")
    return f"{_clock(match[1], match[2], match[3])}{zone}" == held


def _same_timestamp(given: str, held: str) -> bool:
    """Say whether a time without a zone is the one held; a zone would be lost."""
    match = _TIMESTAMP.fullmatch(given)
    if match is None or match[5]:
        return False
    return f"{match[1]} {_clock(match[2] or '00:00', match[3], match[4])}" == held


def _same_moment(given: str, held: str) -> bool:
    """Say whether a time with its zone is the moment held; without one nobody knows which moment is meant."""
    match = _TIMESTAMP.fullmatch(given)
    if match is None or not match[5]:
        return False
    zone = match[5].replace("Z", "+00")
    try:
        moment = datetime.fromisoformat(f"{match[1]} {match[2]}:{match[3] or '00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    rest = (match[4] or "").rstrip("0")
    written = moment.replace(tzinfo=None).isoformat(" ", "seconds")
    return f"{written}{'.' if rest else ''}{rest}+00" == held


def _same_uuid(given: str, held: str) -> bool:
    return given.lower() == held


def _same_json(given: str, held: str) -> bool:
    """Say whether two JSON texts hold the same, number by number; a key that stands twice would be lost."""
    try:
        return _parsed(given) == _parsed(held)
    except (ValueError, RecursionError):
        return False


def _parsed(text: str) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    return json.loads(text, object_pairs_hook=once, parse_float=Decimal, parse_int=Decimal)


_SAME: Final[dict[str, Callable[[str, str], bool]]] = {
    "time": _same_time,
    "timetz": _same_zoned_time,
    "timestamp": _same_timestamp,
    "timestamptz": _same_moment,
    "uuid": _same_uuid,
    "jsonb": _same_json,
}
