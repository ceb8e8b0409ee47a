"""A time of day or a zone behind a date: dropped only where it says nothing or the column's owner said so."""

import re

from hffix.cleaners.date_hints import DateHints
from hffix.model.unresolved import Unresolved

__all__ = ["drop_time", "without_time"]

_TIME = re.compile(
    r"(?P<date>.+?)(?:[ T]|(?<=[日号]))"
    r"(?P<half>上午 ?|下午 ?)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<half_after> ?[AP]M)?(?P<zone> ?(?:Z|UTC|GMT)| ?[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
# DB2 writes 2024-03-05-00.00.00.000000.
_DB2_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})-(?P<hour>[0-9]{2})\.(?P<minute>[0-9]{2})"
    r"\.(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,12}))?"
)
_COMPACT_TIME = re.compile(
    r"(?P<date>[0-9]{8})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})(?P<fraction>)"
)


def without_time(value: str, hints: DateHints, steps: list[str]) -> str:
    """Give the date's part of a text; decline if the time or the zone behind it says something."""
    compact = _COMPACT_TIME.fullmatch(value) if hints.epoch is None else None
    found = compact or _DB2_TIME.fullmatch(value) or _TIME.fullmatch(value)
    if found is None:
        return value
    part = found.groupdict()
    if part.get("zone"):
        raise Unresolved("LOSSY: zone: may be another day here")
    hour = int(part["hour"])
    before, after = (part.get("half") or "").strip(), (part.get("half_after") or "").strip()
    if before or after:
        if (before and after) or not 0 <= hour <= 12:
            raise Unresolved("BAD_SHAPE: no such time")
        hour = hour % 12 + (12 if before == "下午" or after == "PM" else 0)
    fraction = int(part["fraction"] or 0)
    drop_time(hour, int(part["minute"]), int(part["second"] or 0), fraction, hints=hints, steps=steps)
    return part["date"]


def drop_time(hour: int, minute: int, second: int, fraction: int = 0, *, hints: DateHints, steps: list[str]) -> None:
    """Record that a time of day is left out; decline if that would lose it undeclared."""
    if hour > 23 or minute > 59 or second > 59:
        raise Unresolved("BAD_SHAPE: no such time")
    if hour == minute == second == fraction == 0:
        steps.append("midnight left out")
    elif hints.time == "drop":
        steps.append("time left out, as declared")
    else:
        raise Unresolved("LOSSY: time of day would be lost")
