"""Moments: every time in hffix is UTC in whole seconds, written 2024-03-05T10:30:00Z."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def is_moment(text: str) -> bool:
    """Say whether a text is a moment that exists."""
    if not _FORM.fullmatch(text):
        return False
    try:
        read(text)
    except ValueError:
        return False
    return True


def read(text: str) -> datetime:
    """Read a moment."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def write(moment: datetime) -> str:
    """Write a moment, dropping fractions of a second."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def compact(text: str) -> str:
    """Write a moment as file names hold it: 20240305T103000Z."""
    return text.replace("-", "").replace(":", "")


def later(text: str, *, days: int = 0, seconds: int = 0) -> str:
    """Move a moment."""
    return write(read(text) + timedelta(days=days, seconds=seconds))


def seconds_between(first: str, second: str) -> int:
    """Count the seconds from the first moment to the second."""
    return int((read(second) - read(first)).total_seconds())
