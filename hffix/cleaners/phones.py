"""Telephone numbers of the mainland: a mobile as eleven digits, a landline as area-number and perhaps -extension."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from hffix.cleaners.typed import typed
from hffix.model.unresolved import Unresolved

__all__ = ["PhoneKind", "phone", "trace_phone"]

PhoneKind = Literal["mobile", "landline"]

_CLEAN_MOBILE = re.compile("1[3-9][0-9]{9}")
# No area code begins with another, so a number without a mark after its area code has one reading.
_AREA = "0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(f"(?P<area>{_AREA})(?P<number>[2-9][0-9]{{6,7}})")
_LOCAL = re.compile("[2-9][0-9]{6,7}")

_COUNTRY = re.compile(r"(?:\((?P<in_brackets>\+|00)?86\)|(?P<bare>\+|00)?86)[- ]?(?=[0-9(])")
_GROUPS = re.compile("[0-9]{2,}(?:[ -][0-9]{3,})*")
_BLANK_AT_DASH = re.compile(" ?- ?")
_BRACKETED = re.compile(r"\A\(([0-9]{2,4})\)[ -]?")
_EXTENSION = re.compile(r"(?P<number>.+?) ?(?:ext\.?|x|#|转|分机) ?(?P<extension>[0-9]{1,6})", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(f"(?P<number>{_AREA}[ -][2-9][0-9]{{6,7}})-(?P<extension>[0-9]{{1,6}})")

_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DIGIT, _FIRST_GROUP = re.compile("[0-9]"), re.compile("[ -]")
_PARTS = re.compile("[/、,;| ]+")
_TWO_MOBILES = re.compile("(?<![0-9])1[3-9][0-9]{9}[^0-9]+1[3-9][0-9]{9}(?![0-9])")
_WITHOUT_ZERO = re.compile("(?!(?:400|800)[ -])[1-9][0-9]{1,2}[ -][2-9][0-9]{6,7}")
_CUT_OR_AREA = re.compile("86[0-9]{9}")


@dataclass(frozen=True, slots=True)
class _PhoneHints:
    area: str | None = None
    kind: PhoneKind | None = None

    def __post_init__(self) -> None:
        if self.kind not in (None, *get_args(PhoneKind)):
            raise ValueError("kind is None, 'mobile' or 'landline'")
        if self.area is not None and not re.fullmatch(_AREA, self.area):
            raise ValueError("area is None or an area code with its 0")
        if self.area is not None and self.kind == "mobile":
            raise ValueError("area and kind='mobile' contradict each other")


_declare = lru_cache(maxsize=64)(_PhoneHints)


def phone(value: str | None, *, area: str | None = None, kind: PhoneKind | None = None) -> str | None:
    """Write one telephone number in one form; decline what is cut, of two readings or from elsewhere."""
    return _cleaned(value, _declare(area, kind), [])


def trace_phone(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Write a number as `phone` does and append each step that was applied."""
    return _cleaned(value, _declare(**hints), steps)


def _cleaned(value: str | None, hints: _PhoneHints, steps: list[str]) -> str | None:
    if value is None or (hints.kind != "landline" and _CLEAN_MOBILE.fullmatch(value)):
        return value
    result = _read(typed(value, steps), hints, steps)
    if result == value:
        steps.clear()
        return value
    return result


def _read(shown: str, hints: _PhoneHints, steps: list[str]) -> str:
    _refuse_signs(shown)
    rest, international = _without_country(_BLANK_AT_DASH.sub("-", shown), steps)
    number, extension = _without_extension(rest)
    digits = _digits(number)
    if digits is None:
        raise Unresolved("BAD_SHAPE: no known form")
    if not extension and _CLEAN_MOBILE.fullmatch(digits.removeprefix("0")):
        if hints.kind == "landline":
            raise Unresolved("BAD_SHAPE: mobile where a landline is declared")
        steps.append("written as eleven digits")
        return digits.removeprefix("0")
    if international:
        if not number.startswith("0"):
            number, digits = f"0{number}", f"0{digits}"
    elif not digits.startswith("0"):
        number, digits = _with_area(number, digits, hints, steps)
    if hints.kind == "mobile":
        raise Unresolved("BAD_SHAPE: no mobile, as is declared")
    return _landline(number, digits, steps) + (f"-{extension}" if extension else "")


def _refuse_signs(shown: str) -> None:
    if "*" in shown or "?" in shown:
        raise Unresolved("MASKED: a digit is hidden")
    if _SCIENTIFIC.fullmatch(shown):
        raise Unresolved("LOSSY: rounded by a spreadsheet")
    whole = [part for part in _PARTS.split(shown) if len(_DIGIT.findall(part)) >= 7]
    if len(whole) > 1 or _TWO_MOBILES.search(shown):
        raise Unresolved("MULTIPLE: more than one number")


def _without_country(shown: str, steps: list[str]) -> tuple[str, bool]:
    """Give what follows the country's code, and whether + or 00 stood before it; without them 86 may begin a number."""
    found = _COUNTRY.match(shown)
    if found is None:
        return shown, False
    rest = shown[found.end() :]
    international = bool(found["in_brackets"] or found["bare"])
    digits = _digits(_without_extension(rest)[0]) or ""
    if international or _CLEAN_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        steps.append("country code removed")
        return rest, international
    return shown, False


def _without_extension(written: str) -> tuple[str, str]:
    plain = _BRACKETED.sub(r"\1-", written)
    found = _EXTENSION.fullmatch(plain) or _DASHED_EXTENSION.fullmatch(plain)
    return (found["number"], found["extension"]) if found else (plain, "")


def _digits(number: str) -> str | None:
    return number.replace(" ", "").replace("-", "") if _GROUPS.fullmatch(number) else None


def _with_area(number: str, digits: str, hints: _PhoneHints, steps: list[str]) -> tuple[str, str]:
    """Put the declared area code before a local number; decline what else a number without a 0 may be."""
    if not _LOCAL.fullmatch(digits):
        if _WITHOUT_ZERO.fullmatch(number) or _CUT_OR_AREA.fullmatch(digits):
            raise Unresolved("AMBIGUOUS: the 0 of the area code, or digits, missing")
        raise Unresolved("BAD_SHAPE: no known form")
    if hints.kind == "mobile":
        raise Unresolved("BAD_SHAPE: no mobile, as is declared")
    if hints.area is None:
        raise Unresolved("NOT_DECLARED: area code missing")
    steps.append("declared area code put before it")
    return f"{hints.area}-{number}", hints.area + digits


def _landline(number: str, digits: str, steps: list[str]) -> str:
    found = _LANDLINE.fullmatch(digits)
    if found is None:
        raise Unresolved("BAD_SHAPE: no known form")
    area, subscriber = found.groups()
    if len(area) == 3 and len(subscriber) != 8:
        raise Unresolved("BAD_SHAPE: eight digits after this area code")
    # 057-1 8765432 and the like: a mark where no area code ends says that something else was meant.
    if len(_FIRST_GROUP.split(number)[0]) not in (len(area), len(digits) - 4, len(digits)):
        raise Unresolved("BAD_SHAPE: mark at another place")
    steps.append("written as area code and number")
    return f"{area}-{subscriber}"
