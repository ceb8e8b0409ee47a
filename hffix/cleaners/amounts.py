"""Sums of money in yuan with two decimals, read digit by digit: no float, no rounding that nobody declared."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from hffix.cleaners.capital_amounts import capitals_to_fen, is_capitals
from hffix.cleaners.typed import typed
from hffix.model.unresolved import Unresolved

__all__ = ["AmountUnit", "Paren", "Round", "amount", "trace_amount"]

Paren = Literal["negative"]
AmountUnit = Literal["declared", "fen"]
Round = Literal["half_up"]

_CLEAN = re.compile(r"(?!-0\.00)-?(?:0|[1-9][0-9]{0,15})\.[0-9]{2}")
_CURRENCY = r"(?:人民币|RMB|CNY|\u00a5)"
_WRITTEN = re.compile(
    rf"(?P<before>[+-]?)(?P<currency>(?:{_CURRENCY} ?){{0,2}})(?P<after>[+-]?)(?P<number>[0-9.,]+)"
    r"(?P<scale> ?(?:千万|百万|亿|万|千)(?=元|圆|\Z))?(?P<yuan> ?[元圆][整正]?)?",
    re.IGNORECASE,
)
_CAPITALS = re.compile(rf"(?:{_CURRENCY} ?)?(?P<capitals>.+)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]*\.?[0-9]+E[+-]?[0-9]+", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<whole>[0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.(?P<decimals>[0-9]+))?")
_SCALES = {"": 0, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8}
_MOST_FEN = 10**18 - 1


@dataclass(frozen=True, slots=True)
class _AmountHints:
    paren: Paren | None = None
    trailing_minus: bool = False
    unit: AmountUnit | None = None
    round: Round | None = None

    def __post_init__(self) -> None:
        for name, values in (("paren", get_args(Paren)), ("unit", get_args(AmountUnit)), ("round", get_args(Round))):
            if getattr(self, name) not in (None, *values):
                raise ValueError(f"{name} is None or one of {values}")
        if self.trailing_minus not in (False, True):
            raise ValueError("trailing_minus is True or False")


_declare = lru_cache(maxsize=64)(_AmountHints)


def amount(
    value: str | None,
    *,
    paren: Paren | None = None,
    trailing_minus: bool = False,
    unit: AmountUnit | None = None,
    round: Round | None = None,  # noqa: A002 - the declared word
) -> str | None:
    """Write a sum of money as yuan with two decimals; decline what would lose a digit or means another sum."""
    return _cleaned(value, _declare(paren, trailing_minus, unit, round), [])


def trace_amount(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Write a sum as `amount` does and append each step that was applied."""
    return _cleaned(value, _declare(**hints), steps)


def _cleaned(value: str | None, hints: _AmountHints, steps: list[str]) -> str | None:
    if value is None or (hints.unit != "fen" and _CLEAN.fullmatch(value)):
        return value
    shown = typed(value, steps)
    fen = _read(shown, hints, steps)
    if abs(fen) > _MOST_FEN:
        raise Unresolved("OUT_OF_RANGE: over sixteen digits before the point")
    whole, rest = divmod(abs(fen), 100)
    steps.append("written as yuan with two decimals")
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def _read(shown: str, hints: _AmountHints, steps: list[str]) -> int:
    """Read a text as a number of fen."""
    if _SCIENTIFIC.fullmatch(shown):
        raise Unresolved("LOSSY: scientific notation")
    if (found := _CAPITALS.fullmatch(shown)) and is_capitals(found["capitals"]):
        return _from_capitals(found["capitals"], hints, steps)
    inner, sign = _without_marks(shown)
    found = _WRITTEN.fullmatch(inner)
    if found is None or sum(map(bool, (found["before"], found["after"], sign))) > 1:
        raise Unresolved("BAD_SHAPE: no known form")
    fen = _to_fen(found, hints, steps)
    if sign == "()" and hints.paren is None:
        raise Unresolved("NOT_DECLARED: brackets for a negative sum")
    if sign == "-" and not hints.trailing_minus:
        raise Unresolved("NOT_DECLARED: minus at the end")
    if sign:
        steps.append("read as negative, as declared")
    return -fen if sign or "-" in (found["before"], found["after"]) else fen


def _without_marks(shown: str) -> tuple[str, str]:
    if shown.startswith("(") and shown.endswith(")"):
        return shown[1:-1], "()"
    return (shown[:-1], "-") if shown.endswith("-") else (shown, "")


def _from_capitals(capitals: str, hints: _AmountHints, steps: list[str]) -> int:
    fen = capitals_to_fen(capitals)
    if fen is None or hints.unit == "fen":
        raise Unresolved("BAD_SHAPE: no right spelling in capitals")
    steps.append("read from capitals")
    return fen


def _to_fen(found: re.Match[str], hints: _AmountHints, steps: list[str]) -> int:
    written = found["number"]
    number = _NUMBER.fullmatch(written)
    if number is None or not (number["whole"] or number["decimals"]):
        if "," in written and not written.endswith((".", ",")):
            raise Unresolved("AMBIGUOUS: commas not between thousands")
        raise Unresolved("BAD_SHAPE: no known form")
    whole, decimals = number["whole"].replace(",", ""), number["decimals"] or ""
    if len(whole) > 1 and whole[0] == "0" and not decimals:
        raise Unresolved("AMBIGUOUS: leading zeros, perhaps with decimals implied")
    scale = (found["scale"] or "").strip()
    if hints.unit == "fen":
        if decimals or scale or found["currency"] or found["yuan"]:
            raise Unresolved("BAD_SHAPE: fen are whole")
        steps.append("read as fen, as declared")
        return int(whole)
    if scale and hints.unit is None:
        raise Unresolved("NOT_DECLARED: unit behind the number")
    if scale:
        steps.append("multiplied by the unit behind it, as declared")
    shift = 2 + _SCALES[scale]
    kept, tail = decimals[:shift].ljust(shift, "0"), decimals[shift:]
    return int(f"{whole}{kept}") + _rounded_up(tail, hints, steps)


def _rounded_up(tail: str, hints: _AmountHints, steps: list[str]) -> int:
    """Give the fen that rounding adds; by magnitude, so the sign plays no part."""
    if not tail.strip("0"):
        return 0
    if hints.round is None:
        raise Unresolved("LOSSY: digits beyond the second decimal")
    steps.append("rounded half up, as declared")
    return int(tail[0] >= "5")
