"""Days and months, read strictly and written in ISO 8601; what can mean two days is never read."""

import re
from typing import Any

from hffix.cleaners.calendar_days import refuse_weekday, settle
from hffix.cleaners.characters import drop_invisible, half_width, one_blank, unify, unify_radicals
from hffix.cleaners.clock_times import without_time
from hffix.cleaners.date_forms import read_digits, read_marks
from hffix.cleaners.date_hints import DateHints, Epoch, Era, Excel, Order, Precision, Time, declare
from hffix.cleaners.placeholders import is_placeholder
from hffix.cleaners.written_dates import read_chinese, read_english, read_java
from hffix.model.unresolved import Unresolved

__all__ = ["date", "trace_date"]

_Read = tuple[int, int, int | None, int | None]
_LONGEST = 64
# Year, month, day with one mark or none, full-width or not. Not \d: it takes the digits of every script.
_PLAIN = re.compile(r"([0-9０-９]{4})([-/.－／．]|(?=[0-9０-９]{4}\Z))([0-9０-９]{1,2})\2([0-9０-９]{1,2})")
_ONE_FORM = str.maketrans("–—−‐‑―。號國華曆歷陰陽農舊閏週禮", "------.号国华历历阴阳农旧闰周礼")
_BLANK_AT_MARK = re.compile(r" ?([-/.年月日号]) ?")

_ONE_DATE = r"(?:[0-9]{4}[-/.年][0-9]{1,2}|[0-9]{8})"
_TWO_DATES = re.compile(f"{_ONE_DATE}.+?{_ONE_DATE}")
_LUNAR = re.compile("[农阴旧]历|初[一二三四五六七八九十]|[廿卅闰]|[正冬腊]月")


def date(
    value: str | None,
    *,
    order: Order | None = None,
    window: int | None = None,
    excel: Excel | None = None,
    era: Era | None = None,
    time: Time | None = None,
    epoch: Epoch | None = None,
    tz: int | None = None,
    precision: Precision | None = None,
    allow: tuple[str, ...] = (),
    max: str | None = None,  # noqa: A002 - the declared word
) -> str | None:
    """Write a date as YYYY-MM-DD (or YYYY-MM by declaration); decline what could mean another day."""
    hints = declare(order, window, excel, era, time, epoch, tz, precision, allow, max)
    return _cleaned(value, hints, [])


def trace_date(value: str | None, steps: list[str], **hints: Any) -> str | None:
    """Write a date as `date` does and append each step that was applied."""
    return _cleaned(value, declare(**hints), steps)


def _cleaned(value: str | None, hints: DateHints, steps: list[str]) -> str | None:
    if value is None:
        return None
    parts = _year_first(value, hints, steps) or _read(_prepared(value, steps), hints, steps)
    year, month, day, weekday = parts
    result = settle(year, month, day, hints)
    if result == value:
        steps.clear()
        return value
    refuse_weekday(result, weekday)
    steps.append("written as YYYY-MM" if day is None else "written as YYYY-MM-DD")
    return result


def _year_first(value: str, hints: DateHints, steps: list[str]) -> _Read | None:
    found = _PLAIN.fullmatch(value)
    if found is None:
        return None
    year, mark, month, day = found.groups()
    if not mark and hints.epoch is not None:
        return None
    if not value.isascii():
        steps.append("digits made half-width")
    steps.append("read as year, month, day")
    # A bare tuple: most values of a column come this way, and a named one takes as long as all the rest.
    return (int(year), int(month), int(day), None)


def _prepared(value: str, steps: list[str]) -> str:
    shown = one_blank(drop_invisible(value)).removeprefix("'")
    if not shown:
        raise Unresolved("BLANK: nothing to read")
    if shown != value:
        steps.append("outer blanks, invisible characters and text mark removed")
    result = shown
    if not shown.isascii():
        result = unify(unify_radicals(half_width(shown))).translate(_ONE_FORM)
    if result != shown:
        steps.append("characters made half-width and of one form")
    if is_placeholder(result):
        raise Unresolved("PLACEHOLDER: nothing was written")
    if len(result) > _LONGEST:
        raise Unresolved("BAD_SHAPE: no known form")
    return result


def _read(value: str, hints: DateHints, steps: list[str]) -> _Read:
    written = _BLANK_AT_MARK.sub(r"\1", without_time(value, hints, steps))
    if plain := _year_first(written, hints, steps):
        return plain
    for form in (read_marks, read_digits, read_chinese, read_english, read_java):
        if parts := form(written, hints, steps):
            return parts
    if _TWO_DATES.search(value):
        raise Unresolved("MULTIPLE: more than one date")
    if _LUNAR.search(value):
        raise Unresolved("AMBIGUOUS: lunar calendar")
    raise Unresolved("BAD_SHAPE: no known form")
