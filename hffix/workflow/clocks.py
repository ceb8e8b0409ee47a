"""Clocks: approvals expire by the target's, which must not be far from this machine's, nor behind its own records."""

from datetime import UTC, datetime
from typing import Final

from hffix.database import Snapshot
from hffix.errors.applying import ClocksDiffer
from hffix.model import moment
from hffix.model.run import Past

MOST_APART: Final = 300


def agreed_time(snapshot: Snapshot, past: Past) -> str:
    """Read the target's clock; refuse one that differs from this machine's or from what was recorded last."""
    target, machine = snapshot.now(), moment.write(datetime.now(UTC))
    if abs(moment.seconds_between(target, machine)) > MOST_APART:
        raise ClocksDiffer(f"the target says {target}, this machine {machine}")
    if moment.seconds_between(target, past.last_time) > MOST_APART:
        raise ClocksDiffer(f"the target says {target}, but its change log has a record of {past.last_time}")
    return target
