"""Identity numbers that are well formed and belong to nobody.

Citizen numbers by GB 11643, credit codes by GB 32100, organisation codes by GB 11714, cards by Luhn.
"""

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LUHN_DOUBLE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def citizen(body: str) -> str:
    """Complete the 17 digits of a citizen number with its check character."""
    total = sum(weight * int(digit) for weight, digit in zip(_CITIZEN_WEIGHTS, body, strict=True))
    return body + _CITIZEN_CHECKS[total % 11]


def organisation(body: str) -> str:
    """Complete the 8 characters of an organisation code with its check character, without a hyphen."""
    total = sum(weight * int(character, 36) for weight, character in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def credit(body: str) -> str:
    """Complete the 17 characters of a unified social credit code with its check character."""
    total = sum(
        weight * CREDIT_ALPHABET.index(character) for weight, character in zip(_CREDIT_WEIGHTS, body, strict=True)
    )
    return body + CREDIT_ALPHABET[-total % 31]


def card(body: str) -> str:
    """Complete the digits of a bank card with its Luhn digit."""
    total = sum(
        _LUHN_DOUBLE[int(digit)] if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


# County codes in use, the retired ones that their first holders keep, and the permits of Hong Kong, Macao, Taiwan.
RETIRED_COUNTIES = ("110103", "110221", "310226", "341401", "440524", "500222")
PERMITS = ("810000", "820000", "830000")
COUNTIES = tuple(
    prefix + county
    for prefix, counties in (
        ("1101", "01 02 05 06 07 08 11 12"),
        ("1201", "01 02 03 04"),
        ("2101", "02 03 04"),
        ("2301", "02 03"),
        ("3101", "01 04 05 06 07 09 10 12"),
        ("3201", "02 04 05 06 11 13"),
        ("3205", "05 06 07"),
        ("3301", "02 05 06 08 09 10 11 22 27"),
        ("3302", "03 05 06 11 12 13"),
        ("3303", "02 03 04"),
        ("3304", "02 11"),
        ("3306", "02 03"),
        ("3401", "02 03 04 11"),
        ("3502", "03 05 06"),
        ("3601", "02 03 11"),
        ("3701", "02 03 04"),
        ("4101", "02 03 05"),
        ("4201", "02 03 06 11"),
        ("4301", "02 03 05"),
        ("4403", "03 04 05 06"),
        ("5001", "03 05 06"),
        ("5101", "04 05 07"),
        ("6101", "02 03 04"),
        ("6501", "02 03 04"),
    )
    for county in counties.split()
)
