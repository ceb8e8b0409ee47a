"""占位的出生日期按身份证号补全

0000-00-00、1900-01-01、1970-01-01、9999-12-31 是旧系统的默认值。
身份证号 18 位且校验位相符时，其中的出生日期可信；其余的留给人工。
"""

import re

from hffix import Fix, Unresolved, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-025", risk="medium")

_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_CHECKS = "10X98765432"


def _is_whole(number: str) -> bool:
    """Prove a number by its last character (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return _CHECKS[total % 11] == number[17]


@fix.rows(
    "person",
    writes="birth_date",
    where="t.id_type = '01' AND t.birth_date IN ('0000-00-00', '1900-01-01', '1970-01-01', '9999-12-31')",
    at_most=10_000,
)
def birth_date_in(id_no: str | None) -> str | None:
    """Take the day of birth out of an identity number that proves itself."""
    if id_no is None or not _NUMBER.fullmatch(id_no) or not _is_whole(id_no):
        raise Unresolved("the identity number does not prove itself")
    return cleaners.date(id_no[6:14])
