"""占位的出生日期按身份证号补全

0000-00-00、1900-01-01、1970-01-01、9999-12-31 是旧系统的默认值。
身份证号 18 位且校验位相符时，其中的出生日期可信；其余的留给人工。
"""

from hffix import Fix, Unresolved, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-025", risk="medium")


@fix.rows(
    "person",
    writes="birth_date",
    where="t.id_type = '01' AND t.birth_date IN ('0000-00-00', '1900-01-01', '1970-01-01', '9999-12-31')",
    at_most=10_000,
)
def birth_date_in(id_no: str | None) -> str:
    """Take the day of birth out of an identity number that proves itself."""
    day = cleaners.birth_date_in(id_no)
    if day is None:
        raise Unresolved("the identity number does not prove itself")
    return day
