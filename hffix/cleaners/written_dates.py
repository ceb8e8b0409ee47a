"""Dates written with words: 年月日 in digits or numerals, month names, and the text of Java's Date."""

import re

from hffix.cleaners.calendar_days import Parts
from hffix.cleaners.clock_times import drop_time
from hffix.cleaners.date_hints import DateHints
from hffix.cleaners.numerals import NUMERALS, digit_by_digit, number
from hffix.cleaners.years import minguo, year_of
from hffix.model.unresolved import Unresolved

__all__ = ["read_chinese", "read_english", "read_java"]

_NUMBER = f"[0-9]{{1,2}}|[{NUMERALS}]{{1,4}}"
_WEEKDAYS = "一二三四五六日天"
_CHINESE = re.compile(
    rf"(?P<era>公元|西元|公历|阳历|(?:中华)?民国)?(?P<year>[0-9]{{1,4}}|元|[{NUMERALS}]{{1,6}})年"
    rf"(?P<month>{_NUMBER})月(?:份|(?P<day>{_NUMBER})[日号]"
    rf"(?: ?\(?(?:星期|周|礼拜)(?P<weekday>[{_WEEKDAYS}])\)?)?)?"
)
# Oracle's default format in Chinese: DD-MON-RR, with a blank after the month.
_ORACLE = re.compile(rf"([0-9]{{1,2}})-({_NUMBER})月-([0-9]{{4}}|[0-9]{{2}})")

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {form: place for place, name in enumerate(_NAMES, start=1) for form in (name, name[:3])} | {"sept": 9}
_DAY_FIRST = re.compile(r"([0-9]{1,2})([- /]?)([A-Za-z]{3,9})\2([0-9]{4}|[0-9]{2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([- /])([A-Za-z]{3,9})\2([0-9]{1,2})")
_JAVA = re.compile(
    r"(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>[A-Z][a-z]{2}) (?P<day>[0-9]{1,2}) "
    r"(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<zone>[A-Z]{3,4}(?:[+-][0-9]{2}:[0-9]{2})?) (?P<year>[0-9]{4})"
)


def read_chinese(value: str, hints: DateHints, steps: list[str]) -> Parts | None:
    """Read year, month and day that are named in Chinese; None for another form."""
    if found := _ORACLE.fullmatch(value):
        year = year_of(found[3], hints)
        steps.append("read as day, named month, year")
        return Parts(year, _small(found[2]), int(found[1]))
    found = _CHINESE.fullmatch(value)
    if found is None:
        return None
    year = _chinese_year(found["era"], found["year"], hints)
    steps.append("read as named year, month, day" if found["day"] else "read as named year, month")
    weekday = found["weekday"]
    return Parts(
        year,
        _small(found["month"]),
        _small(found["day"]) if found["day"] else None,
        min(_WEEKDAYS.index(weekday), 6) if weekday else None,
    )


def _small(written: str) -> int:
    value = int(written) if written.isascii() else number(written)
    if value is None:
        raise Unresolved("BAD_SHAPE: no numeral")
    return value


def _chinese_year(era: str | None, written: str, hints: DateHints) -> int:
    if era is not None and era.endswith("民国"):
        year = 1 if written == "元" else _era_year(written)
        return minguo(year)
    if written.isascii():
        if era is not None and len(written) != 4:
            raise Unresolved("BAD_SHAPE: no known form")
        return year_of(written, hints)
    digits = digit_by_digit(written)
    if era is None and hints.era is not None and (digits is None or len(digits) < 4):
        return minguo(_era_year(written))
    if digits is not None and (len(digits) == 4 or (era is None and len(digits) == 2 and hints.window is not None)):
        return year_of(digits, hints)
    raise Unresolved("BAD_SHAPE: century missing")


def _era_year(written: str) -> int:
    digits = written if written.isascii() else digit_by_digit(written)
    value = int(digits) if digits is not None else number(written)
    if value is None:
        raise Unresolved("BAD_SHAPE: no numeral")
    return value


def read_english(value: str, hints: DateHints, steps: list[str]) -> Parts | None:
    """Read a date with the English name of its month; None for another form."""
    if found := _DAY_FIRST.fullmatch(value):
        day, _, name, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(value):
        name, day, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(value):
        year, _, name, day = found.groups()
    else:
        return None
    month = _MONTHS.get(name.lower())
    if month is None:
        return None
    steps.append("read by the English name of the month")
    return Parts(year_of(year, hints), month, int(day))


def read_java(value: str, hints: DateHints, steps: list[str]) -> Parts | None:
    """Read the text of java.util.Date in China's zone; None for another form."""
    found = _JAVA.fullmatch(value)
    month = _MONTHS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    year = int(found["year"])
    # Java writes CDT for China's summer time, which was kept from 1986 to 1991; else CDT is America's.
    if found["zone"] not in ("CST", "GMT+08:00") and not (found["zone"] == "CDT" and 1986 <= year <= 1991):
        raise Unresolved("LOSSY: zone: may be another day here")
    steps.append("read as the text of a Java date")
    hour, minute, second = map(int, found["time"].split(":"))
    drop_time(hour, minute, second, hints=hints, steps=steps)
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(found["weekday"])
    return Parts(year, month, int(found["day"]), weekday)
