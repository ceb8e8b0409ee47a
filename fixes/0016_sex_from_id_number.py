"""性别按有效的身份证号更正

身份证号第 17 位单数为男、双数为女。只在号码校验位相符、其中的出生日期又与登记一致时更正：
两处都对得上的号码才可信。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-034", risk="medium")


@fix.rows("person", writes="sex", where="t.id_type = '01'", at_most=5_000)
def sex_in(sex: str | None, id_no: str | None, birth_date: str | None) -> str | None:
    """Take the sex out of a number that proves itself and agrees with the day of birth on file."""
    if id_no is None or birth_date is None or cleaners.birth_date_in(id_no) != birth_date:
        return sex
    return cleaners.sex_in(id_no) or sex
