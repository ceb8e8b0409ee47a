"""Dates written in digits: with marks, compact, as serial numbers and as seconds of an epoch."""

import datetime as dt
import re

from hffix.cleaners.calendar_days import Parts
from hffix.cleaners.clock_times import drop_time
from hffix.cleaners.date_hints import DateHints
from hffix.cleaners.years import minguo, year_of
from hffix.model.unresolved import Unresolved

__all__ = ["read_digits", "read_marks"]

_MONTH = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})")
_TRIPLE = re.compile(r"((?:中华)?民国)?([0-9]{1,4})([-/.])([0-9]{1,2})\3([0-9]{1,4})")
_DIGITS = re.compile(r"[0-9]+")
_SERIAL = re.compile(r"([0-9]{1,5})(?:\.([0-9]{1,15}))?")
_MINGUO_COMPACT = re.compile(r"([0-9]{2,3})([0-9]{2})([0-9]{2})")
# Seconds of 1973 to 2286, milliseconds of April 1970 to 2286, and as far back: neither can be taken for the other.
_EPOCH = {"s": re.compile(r"-?[0-9]{9,10}"), "ms": re.compile(r"-?[0-9]{11,13}")}


def read_marks(value: str, hints: DateHints, steps: list[str]) -> Parts | None:
    """Read numbers with one kind of mark between them; None for another form."""
    if month := _MONTH.fullmatch(value):
        steps.append("read as year, month")
        return Parts(int(month[1]), int(month[3]), None)
    found = _TRIPLE.fullmatch(value)
    if found is None:
        return None
    era, first, _, second, third = found.groups()
    if era is not None:
        steps.append("read as year of the Minguo era, month, day")
        return Parts(minguo(int(first)), int(second), _short(third))
    if len(first) == 4:
        return Parts(int(first), int(second), _short(third))
    if hints.order in ("dmy", "mdy"):
        return _year_last(first, second, third, hints, steps)
    if len(third) > 2:
        raise Unresolved("AMBIGUOUS: day or month first")
    if len(first) < 3 and hints.order is None and hints.era is None:
        raise Unresolved("AMBIGUOUS: two-digit year")
    year = year_of(first, hints)
    steps.append("read as year, month, day, as declared")
    return Parts(year, int(second), int(third))


def _short(digits: str) -> int:
    if len(digits) > 2:
        raise Unresolved("BAD_SHAPE: no known form")
    return int(digits)


def _year_last(first: str, second: str, third: str, hints: DateHints, steps: list[str]) -> Parts:
    numbers = (_short(first), _short(second))
    day, month = numbers if hints.order == "dmy" else reversed(numbers)
    year = year_of(third, hints)
    steps.append("read in the declared order")
    return Parts(year, month, day)


def read_digits(value: str, hints: DateHints, steps: list[str]) -> Parts | None:
    """Read digits without marks by their number and the declarations; None for another form."""
    if hints.epoch is not None and _DIGITS.fullmatch(value.removeprefix("-")):
        return _epoch(value, hints.epoch, hints, steps)
    if serial := _SERIAL.fullmatch(value):
        return _serial(serial[1], serial[2], hints, steps)
    if not _DIGITS.fullmatch(value):
        return None
    if hints.era is not None and (found := _MINGUO_COMPACT.fullmatch(value)):
        steps.append("read as year, month, day, as declared")
        return Parts(minguo(int(found[1])), int(found[2]), int(found[3]))
    if len(value) == 6:
        return _six_digits(value, hints, steps)
    raise Unresolved("BAD_SHAPE: undeclared number")


def _six_digits(value: str, hints: DateHints, steps: list[str]) -> Parts:
    if hints.precision == "month":
        if not 1 <= int(value[4:]) <= 12:
            raise Unresolved("AMBIGUOUS: month or two-digit year")
        steps.append("read as year, month")
        return Parts(int(value[:4]), int(value[4:]), None)
    if hints.order is None or hints.window is None:
        raise Unresolved("AMBIGUOUS: month or two-digit year")
    steps.append("read in the declared order")
    number = dict(zip(hints.order, (value[:2], value[2:4], value[4:]), strict=True))
    return Parts(year_of(number["y"], hints), int(number["m"]), int(number["d"]))


def _serial(days: str, fraction: str | None, hints: DateHints, steps: list[str]) -> Parts:
    """Count days as Excel does: from 1900 with a 29 February that never was, or from 1904."""
    if hints.excel is None or (hints.precision == "month" and len(days) == 4):
        raise Unresolved("AMBIGUOUS: year or serial number")
    steps.append(f"read as serial number of the {hints.excel} system")
    if fraction is not None and fraction.strip("0"):
        drop_time(0, 0, 0, 1, hints=hints, steps=steps)
    number = int(days)
    if hints.excel == 1904:
        day = dt.date(1904, 1, 1) + dt.timedelta(days=number)
    elif number in (0, 60):
        return Parts(1900, 1, 0) if number == 0 else Parts(1900, 2, 29)
    else:
        day = dt.date(1899, 12, 31 if number < 60 else 30) + dt.timedelta(days=number)
    return Parts(day.year, day.month, day.day)


def _epoch(value: str, unit: str, hints: DateHints, steps: list[str]) -> Parts:
    if not _EPOCH[unit].fullmatch(value):
        raise Unresolved("BAD_SHAPE: not in the declared unit")
    steps.append(f"read as {'seconds' if unit == 's' else 'milliseconds'} since 1970 in the declared zone")
    count, rest = divmod(int(value), 1 if unit == "s" else 1000)
    at = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=count, hours=hints.tz or 0)  # noqa: DTZ001 - local by hint
    drop_time(at.hour, at.minute, at.second, rest, hints=hints, steps=steps)
    return Parts(at.year, at.month, at.day)
