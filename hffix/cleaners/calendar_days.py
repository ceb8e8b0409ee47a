"""From year, month and day to an ISO date, or to the reason why not."""

import datetime as dt
from typing import NamedTuple

from hffix.cleaners.date_hints import DateHints
from hffix.model.unresolved import Unresolved

__all__ = ["Parts", "refuse_weekday", "settle"]


class Parts(NamedTuple):
    """What was read and is not yet known to be a day; None where nothing is written."""

    year: int
    month: int
    day: int | None
    weekday: int | None = None


# Zero and for-ever values of systems (Excel, Delphi, Unix, .NET, SQL Server, MySQL, Windows) and of typists.
_SENTINELS = frozenset(
    {
        (0, 0, 0), (1, 1, 1), (1000, 1, 1), (1111, 11, 11), (1601, 1, 1), (1753, 1, 1), (1899, 12, 30),
        (1899, 12, 31), (1900, 1, 0), (1900, 1, 1), (1904, 1, 1), (1970, 1, 1), (2099, 12, 31),
        (2222, 2, 22), (2999, 12, 31), (3000, 1, 1), (3000, 12, 31), (8888, 8, 8), (9999, 9, 9),
        (9999, 12, 31), (9999, 99, 99),
    }
)  # fmt: skip
_SENTINEL_MONTHS = frozenset({(0, 0), (1, 1), (1753, 1), (1900, 1), (1970, 1), (2999, 12), (9999, 12)})
_FIRST_YEAR = 1800
_LAST_YEAR = 2099


def settle(year: int, month: int, day: int | None, hints: DateHints) -> str:
    """Write what was read in ISO 8601 at the declared precision, or decline."""
    if day is None or hints.precision == "month":
        return _month(year, month, day, hints)
    if (year, month, day) in _SENTINELS and f"{year:04}-{month:02}-{day:02}" not in hints.allow:
        raise Unresolved("SENTINEL: default of a system")
    try:
        result = dt.date(year, month, day).isoformat()
    except ValueError:
        raise Unresolved("INVALID_DATE: no such day") from None
    _refuse_outside(year, result, hints)
    return result


def refuse_weekday(iso: str, weekday: int | None) -> None:
    """Decline a day whose written weekday (Monday is 0) is not its own."""
    if weekday is not None and dt.date.fromisoformat(iso).weekday() != weekday:
        raise Unresolved("INVALID_DATE: weekday contradicts")


def _month(year: int, month: int, day: int | None, hints: DateHints) -> str:
    if hints.precision != "month":
        raise Unresolved("PARTIAL: no day")
    if day is not None:
        raise Unresolved("LOSSY: a day would be lost")
    result = f"{year:04}-{month:02}"
    if (year, month) in _SENTINEL_MONTHS and result not in hints.allow:
        raise Unresolved("SENTINEL: default of a system")
    if not 1 <= month <= 12:
        raise Unresolved("INVALID_DATE: no such month")
    _refuse_outside(year, result, hints)
    return result


def _refuse_outside(year: int, result: str, hints: DateHints) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR and result not in hints.allow:
        raise Unresolved("OUT_OF_RANGE: year not plausible")
    if hints.max is not None and result > hints.max[: len(result)]:
        raise Unresolved("OUT_OF_RANGE: after the declared limit")
