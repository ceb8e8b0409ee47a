"""15 位身份证号升为 18 位

按国家标准在出生年份前补 19，再加校验位。升位后的出生日期与登记的出生日期不符的，留给人工：
那可能是被截短的 18 位号码。同一个人已经用 18 位号码另开了户的，不在本脚本范围，由 0011 合并。
"""

from hffix import Fix, Unresolved, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-031", risk="medium")
# The new number without its check digit, which is a digit or X.
NEW = "substr(t.id_no, 1, 6) || '19' || substr(t.id_no, 7)"


@fix.rows(
    "person",
    writes="id_no",
    where=f"t.id_type = '01' AND length(t.id_no) = 15 AND NOT EXISTS ("
    f"SELECT 1 FROM person AS other WHERE other.id_no BETWEEN {NEW} || '0' AND {NEW} || 'X')",
    at_most=5_000,
)
def upgraded(id_no: str, birth_date: str | None) -> str | None:
    """Upgrade a number whose day of birth is the one on file."""
    number = cleaners.id_no(id_no, upgrade15=True)
    try:
        on_file = cleaners.date(birth_date)
    except Unresolved:
        on_file = None
    if on_file is not None and cleaners.birth_date_in(number) != on_file:
        raise Unresolved("the day of birth on file is another")
    return number
