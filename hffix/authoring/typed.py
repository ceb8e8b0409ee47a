"""Engines' own types in Python: days, times and UUIDs as Python knows them, where it can hold them exactly."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from hffix.model.value import Typed

Value = date | datetime | time | UUID
# What an engine writes of a moment: Python would read more forms than these, and years that it cannot write again.
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?([+-]\d\d(?::\d\d)*)?", re.ASCII)
_CLOCK: Final = re.compile(r"\d\d:\d\d:\d\d(?:\.\d{1,6})?([+-]\d\d(?::\d\d)*)?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if _DAY.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None


def _clock(text: str) -> time | None:
    return time.fromisoformat(text) if _CLOCK.fullmatch(text) else None


_READERS: Final[Mapping[str, Callable[[str], Value | None]]] = {
    "date": _day,
    "datetime": _moment,
    "timestamp": _moment,
    "timestamptz": _moment,
    "time": _clock,
    "timetz": _clock,
    "uuid": UUID,
}


def has_value(kind: str) -> bool:
    """Say whether Python has a type for an engine's type."""
    return kind in _READERS


def value_of(typed: Typed) -> Value | None:
    """Give a day, a time or a UUID; None where Python cannot hold it, as infinity, years BC, 2024-02-30 or 24:00."""
    reader = _READERS.get(typed.kind)
    try:
        return reader(typed.text) if reader else None
    except ValueError:
        return None
