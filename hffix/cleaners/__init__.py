"""Functions from a written value to the one way to write it: pure, never guessing, the same when done twice.

Each takes and gives `str | None`, None for None, and raises Unresolved with a reason of the form "CODE: words"
where the value could mean something else. A hint is a fact that a person declares about a whole column.

Each is loaded when it is named: what they know by heart takes a while to make ready.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hffix.cleaners.amounts import amount
    from hffix.cleaners.bank_cards import bank_card
    from hffix.cleaners.credit_codes import uscc
    from hffix.cleaners.dates import date
    from hffix.cleaners.document_numbers import birth_date_in, id_key, id_no, sex_in
    from hffix.cleaners.explaining import explain
    from hffix.cleaners.person_names import name
    from hffix.cleaners.phones import phone
    from hffix.cleaners.texts import text
    from hffix.cleaners.unit_names import unit_name

__all__ = [
    "amount",
    "bank_card",
    "birth_date_in",
    "date",
    "explain",
    "id_key",
    "id_no",
    "name",
    "phone",
    "sex_in",
    "text",
    "unit_name",
    "uscc",
]

_PLACES = {
    "amount": "hffix.cleaners.amounts",
    "bank_card": "hffix.cleaners.bank_cards",
    "birth_date_in": "hffix.cleaners.document_numbers",
    "date": "hffix.cleaners.dates",
    "explain": "hffix.cleaners.explaining",
    "id_key": "hffix.cleaners.document_numbers",
    "id_no": "hffix.cleaners.document_numbers",
    "name": "hffix.cleaners.person_names",
    "phone": "hffix.cleaners.phones",
    "sex_in": "hffix.cleaners.document_numbers",
    "text": "hffix.cleaners.texts",
    "unit_name": "hffix.cleaners.unit_names",
    "uscc": "hffix.cleaners.credit_codes",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return found
