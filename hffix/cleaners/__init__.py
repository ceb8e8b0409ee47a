"""Functions from a written value to the one way to write it: pure, never guessing, the same when done twice.

Each takes and gives `str | None`, None for None, and raises Unresolved with a reason of the form "CODE: words"
where the value could mean something else. A hint is a fact that a person declares about a whole column.
"""

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
