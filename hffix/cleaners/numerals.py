"""Chinese numerals as dates use them: 二〇二四, 二十九, 一百零三, and the capitals of cheques."""

import re

__all__ = ["NUMERALS", "digit_by_digit", "number"]

NUMERALS = "〇○◯零0一壹二贰貳三叁參四肆五伍六陆陸七柒八捌九玖十拾百佰"
_VALUE = {
    ord(numeral): str(digit)
    for digit, numerals in enumerate(
        ("〇○◯零0", "一壹", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for numeral in numerals
}
# 一百三 is 130 in speech and 103 in haste, so it is no number here.
_NUMBER = re.compile(r"0?(?:([1-9])[百佰](?![1-9]\Z))?0?(?:([1-9]?)[十拾])?([1-9]?)")


def digit_by_digit(numerals: str) -> str | None:
    """Read numerals each of which is one digit, 二〇二四 as 2024; None for another form."""
    digits = numerals.translate(_VALUE)
    return digits if digits.isascii() and digits.isdigit() else None


def number(numerals: str) -> int | None:
    """Read a number below 1000 with its tens and hundreds named: 二十九, 零伍, 一百零三; None for another form."""
    found = _NUMBER.fullmatch(numerals.translate(_VALUE))
    if found is None:
        return None
    hundreds, tens, ones = found.groups()
    tens_value = 0 if tens is None else int(tens or "1")
    return int(hundreds or "0") * 100 + tens_value * 10 + int(ones or "0")
