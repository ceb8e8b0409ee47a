"""Params: values that whoever plans a fix gives it by name, typed, and the same ones for functions and for SQL."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from hffix.errors.fixes import BadParam
from hffix.model.value import Raw, exact_decimal

ParamValue = str | int | Decimal | bool | date | datetime
WORDS: Final[Mapping[type, str]] = {
    str: "a text",
    int: "a whole number",
    Decimal: "a number in plain digits",
    bool: "true or false",
    date: "a day like 2015-01-01",
    datetime: "a time like 2015-01-01 12:30:00",
}


def read_params(declared: Mapping[str, type[ParamValue]], given: Mapping[str, str]) -> dict[str, ParamValue]:
    """Read the texts of all declared params; refuse a missing, unknown or unreadable one, without repeating it."""
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        known = f"it takes {', '.join(declared)}" if declared else "it takes none"
        raise BadParam(f"the fix has no param {', '.join(unknown)}; {known}")
    missing = [f"{name} ({WORDS[kind]})" for name, kind in declared.items() if name not in given]
    if missing:
        raise BadParam(f"the fix needs the param {', '.join(missing)}")
    return {name: _read(name, kind, given[name]) for name, kind in declared.items()}


def as_raw(value: ParamValue) -> Raw:
    """Give a param as it is bound in SQL: a day or a time as its text."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, kind: type[ParamValue], text: str) -> ParamValue:
    try:
        value = _READERS[kind](text)
    except ValueError:
        value = None
    if value is None:
        raise BadParam(f"the param {name} is {WORDS[kind]}")
    return value


def _whole_number(text: str) -> int | None:
    number = exact_decimal(text)
    return int(text) if number is not None and "." not in text else None


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _day(text: str) -> date | None:
    # Python reads more than one form of a day; one is enough, and the one that the manifest shows.
    day = date.fromisoformat(text)
    return day if day.isoformat() == text else None


def _time(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return moment if moment.isoformat(" ") == text else None


_READERS: Final[Mapping[type, Callable[[str], ParamValue | None]]] = {
    str: str,
    int: _whole_number,
    Decimal: exact_decimal,
    bool: _truth,
    date: _day,
    datetime: _time,
}
