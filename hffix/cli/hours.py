"""Times that people type: how long a run may take, and until when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from hffix.errors.project import UsageError
from hffix.model import moment

_DURATION: Final = re.compile(r"(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,7})s?)?")
_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def seconds_of(text: str, *, option: str) -> float:
    """Read a duration such as 30m, 1h30m, 90s or 90, which is seconds."""
    found = _DURATION.fullmatch(text.strip().lower())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        raise UsageError(f"{option} takes a duration such as 30m, 1h30m or 90s")
    return float(total)


def moment_until(text: str, *, now: datetime, option: str) -> str:
    """Read an hour such as 06:00, the next one by this machine's clock, or a whole moment in UTC."""
    if moment.is_moment(text):
        return text
    found = _HOUR.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{option} takes an hour such as 06:00, or a moment such as 2024-03-05T06:00:00Z")
    wanted = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return moment.write((wanted if wanted > now else wanted + timedelta(days=1)).astimezone(UTC))


def moment_as_of(text: str, *, option: str) -> str:
    """Read a day, whose end is meant, or a whole moment in UTC."""
    whole = text if "T" in text else f"{text}T23:59:59Z"
    if not moment.is_moment(whole):
        raise UsageError(f"{option} takes a day such as 2024-03-05, or a moment such as 2024-03-05T06:00:00Z")
    return whole
