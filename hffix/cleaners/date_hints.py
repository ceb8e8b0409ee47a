"""What a person may declare about a column of dates."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

__all__ = ["DateHints", "Epoch", "Era", "Excel", "Order", "Precision", "Time", "declare"]

Order = Literal["ymd", "dmy", "mdy"]
Excel = Literal[1900, 1904]
Era = Literal["minguo"]
Time = Literal["drop"]
Epoch = Literal["s", "ms"]
Precision = Literal["day", "month"]

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class DateHints:
    """The declared facts of one column; what is None is not declared, and is never guessed."""

    order: Order | None = None
    window: int | None = None
    excel: Excel | None = None
    era: Era | None = None
    time: Time | None = None
    epoch: Epoch | None = None
    tz: int | None = None
    precision: Precision | None = None
    allow: tuple[str, ...] = ()
    max: str | None = None

    def __post_init__(self) -> None:
        for name, values in _VALUES.items():
            if getattr(self, name) not in (None, *values):
                raise ValueError(f"{name} is None or one of {values}")
        _require_whole("window", self.window, 1800, 2000)
        _require_whole("tz", self.tz, -12, 14)
        if (self.epoch is None) != (self.tz is None):
            raise ValueError("epoch and tz are declared together")
        if self.era is not None and self.window is not None:
            raise ValueError("era and window contradict each other")
        if not isinstance(self.allow, tuple):
            raise TypeError("allow is a tuple of ISO dates")
        for day in (*self.allow, *(() if self.max is None else (self.max,))):
            _require_iso(day)


def _require_whole(name: str, number: int | None, least: int, most: int) -> None:
    if number is None:
        return
    if type(number) is not int:
        raise TypeError(f"{name} is a whole number")
    if not least <= number <= most:
        raise ValueError(f"{name} is from {least} to {most}")


def _require_iso(day: str) -> None:
    if not isinstance(day, str):
        raise TypeError("allow and max hold ISO dates as text")
    if not _ISO.fullmatch(day):
        raise ValueError("allow and max hold ISO dates")


_VALUES = {
    "order": get_args(Order),
    "excel": get_args(Excel),
    "era": get_args(Era),
    "time": get_args(Time),
    "epoch": get_args(Epoch),
    "precision": get_args(Precision),
}

declare = lru_cache(maxsize=256, typed=True)(DateHints)
