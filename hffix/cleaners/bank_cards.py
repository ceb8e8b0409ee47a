"""Numbers of bank cards (ISO/IEC 7812: 16 to 19 digits with a Luhn digit), and of accounts by declaration."""

import re
from typing import Literal, get_args

from hffix.cleaners.codes import compact, refuse_repeated
from hffix.model.unresolved import Unresolved

__all__ = ["BankNumberKind", "bank_card", "trace_bank_card"]

BankNumberKind = Literal["card", "account"]

# Zeros pass the check of Luhn, and no bank's cards begin with one.
_CARD = re.compile("[1-9][0-9]{15,18}")
_ACCOUNT = re.compile("[0-9]{8,32}")
_ZEROS = re.compile("0+")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
# A spreadsheet keeps fifteen digits. A last zero, or two of an account, are too common to be a sign of it.
_ROUNDED = {"card": re.compile("[0-9]{15}0{2,}"), "account": re.compile("[0-9]{15}0{3,}")}


def bank_card(value: str | None, *, kind: BankNumberKind | None = None) -> str | None:
    """Write the number of a bank card as digits; decline one whose check is wrong or whose last digits are lost.

    `kind="account"` declares accounts, such as those of units, which have 8 to 32 digits and no check.
    """
    return trace_bank_card(value, [], kind=kind)


def trace_bank_card(value: str | None, steps: list[str], *, kind: BankNumberKind | None = None) -> str | None:
    """Write a number as `bank_card` does and append each step that was applied."""
    if kind not in (None, *get_args(BankNumberKind)):
        raise ValueError(f"kind is None or one of {get_args(BankNumberKind)}")
    if value is None:
        return None
    shape = _ACCOUNT if kind == "account" else _CARD
    number = compact(value, steps, one=shape)
    if not shape.fullmatch(number) or _ZEROS.fullmatch(number):
        raise Unresolved("BAD_SHAPE: no account number" if kind == "account" else "BAD_SHAPE: no card number")
    refuse_repeated(number)
    if _ROUNDED[kind or "card"].fullmatch(number):
        raise Unresolved("LOSSY: last digits are zeros, as a spreadsheet writes them")
    if kind != "account" and not _luhn_agrees(number):
        raise Unresolved("CHECKSUM: check digit does not agree")
    return value if number == value else number


def _luhn_agrees(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0
