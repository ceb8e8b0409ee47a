"""Numbers that carry a person's region and birth: the citizen number and those of residents from elsewhere.

Citizen numbers are those of GB 11643-1999 with the check of ISO 7064 MOD 11-2; residence permits of Hong Kong, Macao
and Taiwan and foreigners' permanent residence cards (since 2023) have the same form. The foreigners' cards of before
carry the check of ICAO 9303. Which counties there are changes from year to year, and a person keeps the code of the
first registration, so a region is known by its province only.
"""

import datetime as dt
import re
from operator import mul

from hffix.model.unresolved import Unresolved

__all__ = ["PROVINCES", "check_character", "refuse_wrong_card", "refuse_wrong_number", "upgraded"]

PROVINCES = frozenset(
    (
        *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
        *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
    )
)
_RESIDENCE = ("810000", "820000", "830000")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CARD_WEIGHTS = (7, 3, 1)
# The cleaners know no clock: who is born later pays in nowhere yet.
_FIRST_YEAR, _LAST_YEAR = 1800, 2049
# A spreadsheet keeps fifteen digits and writes zeros for the rest.
_ROUNDED = re.compile("[0-9]{15}000")


def check_character(body: str) -> str:
    """Compute the check character (0 to 9 or X) of the 17 ASCII digits before it."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, body))) % 11]


def refuse_wrong_number(number: str) -> None:
    """Decline 17 digits and a check character with no such region, no such birth, lost digits or another check."""
    _refuse_region(number)
    _refuse_birth(number[6:14])
    if _ROUNDED.fullmatch(number):
        raise Unresolved("LOSSY: last three digits are zeros, as a spreadsheet writes them")
    if check_character(number[:17]) != number[17]:
        raise Unresolved("CHECKSUM: check character does not agree")


def upgraded(number: str) -> str:
    """Complete a citizen number of 15 digits to 18: the century 19 and the check character."""
    _refuse_province(number[:2])
    _refuse_county(number[2:6])
    _refuse_birth(f"19{number[6:12]}")
    if "996" <= number[12:] <= "999":
        raise Unresolved("AMBIGUOUS: this sequence was for births before 1900")
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def refuse_wrong_card(number: str) -> None:
    """Decline a foreigner's card of before 2023 (three letters, 12 digits) with a wrong region, birth or check."""
    _refuse_province(number[3:5])
    # The century is not written; 29 February 00 was a day of one of the two.
    if not any(_is_day(f"{century}{number[7:13]}") for century in ("19", "20")):
        raise Unresolved("BAD_BIRTH: no such birth date")
    total = sum(int(character, 36) * _CARD_WEIGHTS[place % 3] for place, character in enumerate(number[:14]))
    if str(total % 10) != number[14]:
        raise Unresolved("CHECKSUM: check character does not agree")


def _refuse_region(number: str) -> None:
    if number[0] == "9":
        _refuse_province(number[1:3])
    elif number[0] != "8":
        _refuse_province(number[:2])
        _refuse_county(number[2:6])
    elif number[:6] not in _RESIDENCE:
        raise Unresolved("BAD_REGION: no such residence permit")


def _refuse_province(province: str) -> None:
    if province not in PROVINCES:
        raise Unresolved("BAD_REGION: no such province")


def _refuse_county(rest: str) -> None:
    if rest == "0000":
        raise Unresolved("BAD_REGION: a province without a county")


def _refuse_birth(digits: str) -> None:
    if not _is_day(digits):
        raise Unresolved("BAD_BIRTH: no such birth date")


def _is_day(digits: str) -> bool:
    year = int(digits[:4])
    try:
        dt.date(year, int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return _FIRST_YEAR <= year <= _LAST_YEAR
