"""The steps of a cleaning in words, told by the cleaning itself."""

from collections.abc import Callable
from typing import Any

from hffix.cleaners.dates import trace_date
from hffix.cleaners.texts import trace_text
from hffix.model.unresolved import Unresolved

__all__ = ["explain"]

_TRACED: dict[str, Callable[..., str | None]] = {"date": trace_date, "text": trace_text}


def explain(name: str, value: str | None, **hints: Any) -> tuple[str, ...]:
    """List the steps which a cleaner applies to a value; a value it declines ends with the reason."""
    if name not in _TRACED:
        raise ValueError(f"no cleaner of this name; there are {', '.join(_TRACED)}")
    steps: list[str] = []
    try:
        _TRACED[name](value, steps, **hints)
    except Unresolved as unresolved:
        steps.append(unresolved.reason)
    return tuple(steps)
