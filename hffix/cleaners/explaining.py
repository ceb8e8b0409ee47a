"""The steps of a cleaning in words, told by the cleaning itself."""

from collections.abc import Callable
from typing import Any

from hffix.cleaners.amounts import trace_amount
from hffix.cleaners.bank_cards import trace_bank_card
from hffix.cleaners.credit_codes import trace_uscc
from hffix.cleaners.dates import trace_date
from hffix.cleaners.document_numbers import trace_id_no
from hffix.cleaners.person_names import trace_name
from hffix.cleaners.phones import trace_phone
from hffix.cleaners.texts import trace_text
from hffix.cleaners.unit_names import trace_unit_name
from hffix.model.unresolved import Unresolved

__all__ = ["explain"]

_TRACED: dict[str, Callable[..., str | None]] = {
    "date": trace_date,
    "text": trace_text,
    "name": trace_name,
    "unit_name": trace_unit_name,
    "phone": trace_phone,
    "amount": trace_amount,
    "id_no": trace_id_no,
    "uscc": trace_uscc,
    "bank_card": trace_bank_card,
}


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
